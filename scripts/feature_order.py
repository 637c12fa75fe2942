"""Checks that the modules of the server import downwards only, and keep their SQL statements to themselves.

The order is the column in ARCHITECTURE.md (between the markers `<!-- order -->`), top to bottom; modules on one line
do not import each other. `state` is the one exception: features use it, and it names types of features; each of
those types must be defined in a file that does not use `state`.

Usage: feature_order.py            check the tree, print what breaks the order
       feature_order.py --pairs    also print the pairs of modules that import each other
       feature_order.py --prove    check that planted mistakes are found
"""

import collections
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = "crates/server/src"
SHARED = "state"


def read_order(root):
    """The level of each module; 0 is the top."""
    text = (root / "ARCHITECTURE.md").read_text()
    column = text.split("<!-- order -->")[1].split("```")[1]
    lines = [line.split("  ")[0] if "  " in line.strip() else line for line in column.strip().splitlines()]
    names = [re.findall(r"[a-z_]+", re.split(r"\s{2,}", line.strip())[0]) for line in lines]
    return {name: level for level, row in enumerate(names) for name in row}


def split_names(text):
    """The items of a braced import, at its outermost level."""
    depth, item = 0, ""
    for character in text:
        if character == "," and depth == 0:
            yield item.strip()
            item = ""
            continue
        depth += {"{": 1, "}": -1}.get(character, 0)
        item += character
    if item.strip():
        yield item.strip()


def imports(path):
    """The paths below `crate::` that a file names, each with its line."""
    text = path.read_text()
    for match in re.finditer(r"\bcrate::(\{)?", text):
        line = text.count("\n", 0, match.start()) + 1
        if text[text.rfind("\n", 0, match.start()) + 1 :].lstrip().startswith("//"):
            continue
        if match[1]:
            end, depth = match.end(), 1
            while depth:
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            for name in split_names(text[match.end() : end - 1]):
                yield line, name
        else:
            yield line, re.match(r"[\w:]*(\{[^;]*?\})?", text[match.end() :])[0]


def defines(root, module, name):
    """The files of a module that define a type of this name."""
    base = root / SOURCES
    files = [base / f"{module}.rs", *sorted((base / module).rglob("*.rs"))]
    pattern = re.compile(rf"\b(struct|enum|trait|type) {name}\b")
    return [file for file in files if file.exists() and pattern.search(file.read_text())]


def check(root):
    level, base = read_order(root), root / SOURCES
    mistakes, edges = [], collections.defaultdict(list)
    for path in sorted(base.rglob("*.rs")):
        module = path.relative_to(base).parts[0].removesuffix(".rs")
        if module in ("lib", "main"):
            continue
        place = path.relative_to(root)
        if module not in level:
            mistakes.append(f"{place}: {module} is not in the column of ARCHITECTURE.md")
            continue
        for line, name in imports(path):
            target = name.split("::")[0]
            if target not in level:
                mistakes.append(f"{place}:{line}: crate::{name}: {target} is not in the column of ARCHITECTURE.md")
            elif target != module:
                edges[module, target].append(f"{place}:{line}")
                mistakes.extend(wrong(root, level, module, target, name, f"{place}:{line}"))
        for number, text in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"\bpub(\([^)]*\))? mod \w*sql\b", text):
                mistakes.append(f"{place}:{number}: statements are private to their module")
    return mistakes, edges


def wrong(root, level, module, target, name, place):
    if re.search(r"\b\w*sql\b", name):
        yield f"{place}: crate::{name}: the statements of another module; use an operation of {target}"
    if module == SHARED:
        for item in re.findall(r"\b[A-Z]\w+", name):
            for file in defines(root, target, item):
                if re.search(rf"\bcrate::{SHARED}\b", file.read_text()):
                    yield f"{place}: {item} is defined in {file.relative_to(root)}, which uses {SHARED}"
    elif level[target] <= level[module]:
        yield f"{place}: crate::{name}: {target} is not below {module}"


def pairs(edges):
    return sorted((a, b) for a, b in edges if a < b and (b, a) in edges and SHARED not in (a, b))


def prove():
    """Plants one mistake of each kind into a copy of the tree; each must be found at its line."""
    planted = {
        "an import upwards": ("payments/approve.rs", "use crate::supports::get;\n", "supports is not below payments"),
        "foreign statements": ("fundings/api.rs", "use crate::people::sql::find_key;\n", "statements of another module"),
        "an unknown module": ("media/api.rs", "use crate::nowhere::Thing;\n", "nowhere is not in the column"),
        "open statements": ("media/mod.rs", "pub mod sql;\n", "statements are private"),
    }
    for what, (file, text, expected) in planted.items():
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            shutil.copytree(ROOT / SOURCES, root / SOURCES)
            shutil.copy(ROOT / "ARCHITECTURE.md", root)
            target = root / SOURCES / file
            lines = target.read_text().count("\n") + 1
            target.write_text(target.read_text() + text)
            found = [mistake for mistake in check(root)[0] if f"{file}:{lines}:" in mistake and expected in mistake]
            if not found:
                sys.exit(f"feature_order.py does not find {what}")


def main():
    if "--prove" in sys.argv:
        return prove()
    mistakes, edges = check(ROOT)
    both = pairs(edges)
    if "--pairs" in sys.argv:
        print("pairs of modules that import each other:", both or "none")
    for a, b in both:
        mistakes.append(f"{a} and {b} import each other: {edges[a, b][0]}, {edges[b, a][0]}")
    print("\n".join(mistakes), end="\n" if mistakes else "")
    # Not 1, with which Python itself ends when it crashes.
    sys.exit(3 if mistakes else 0)


main()
