"""The run, step by step."""

import os
import re
import shutil
import time

import faults
import race
from checks import broken, expect, in_parallel, say
from client import call, wanted
from load import Load, audit, wait_until_settled
from programs import App, start_sandbox, take_programs
from sessions import Logins
from topology import HOME, start_cluster

FULL = {"clients": 64, "load seconds": 60, "tries": 200}
SHORT = {"clients": 16, "load seconds": 15, "tries": 40}


class Figures:
    """A table of what was measured: a line for each step."""

    def __init__(self):
        self.lines = []

    def add(self, step, row):
        values = ", ".join(f"{name} {value}" for name, value in row.items())
        self.lines.append(f"{step:34}  {values}")
        say(f"{step}: {values}")

    def text(self):
        return "\n".join(self.lines) + "\n"


def run(built, is_short, figures_file):
    """Runs all steps; ends with 1 when a promise is broken. The logs are kept in target/cluster."""
    try:
        run_steps(built, is_short, figures_file)
    finally:
        keep_logs(built.parent / "cluster")


def keep_logs(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    for log in [*HOME.glob("*.log"), *HOME.glob("*/log")]:
        shutil.copy(log, folder / "-".join(log.relative_to(HOME).parts))


def run_steps(built, is_short, figures_file):
    begun, size, figures = time.monotonic(), SHORT if is_short else FULL, Figures()
    nodes, seconds = start_cluster()
    figures.add("three nodes up", {f"node {node.number} s": f"{s:.1f}" for node, s in zip(nodes, seconds)})
    take_programs(built)
    kakao = start_sandbox()
    apps = [App("app1", kakao), App("app2", kakao)]
    # Each prefers a node of its own.
    own = [nodes, [nodes[1], nodes[2], nodes[0]]]
    start_together(apps, own, figures)
    load_step(apps, nodes, kakao, size, figures, is_short)
    print_log_warnings(apps)
    figures.add("database counters at the end", {app.name: counters(app) for app in apps})
    stop(apps, figures)
    audit(apps[0], nodes)
    finish(figures, figures_file, time.monotonic() - begun)


def start_together(apps, own, figures):
    """Both migrate the empty database."""
    begun = time.monotonic()
    for app, nodes in zip(apps, own):
        app.launch(nodes)
    in_parallel(len(apps), lambda number: apps[number].wait_until_serving())
    figures.add("both apps migrate and start", {"s": f"{time.monotonic() - begun:.1f}"})


def load_step(apps, nodes, kakao, size, figures, is_short):
    load = Load(apps, kakao, size["clients"])
    logins = Logins(apps, kakao)
    logins.begin()
    load.run_for(size["load seconds"])
    logins.end()
    figures.add(f"load, {size['clients']} clients", load.figures())
    figures.add("database counters since the start", {app.name: counters(app) for app in apps})
    figures.add("logins across apps", logins.check())
    load.check_answers("load", is_outage=False)
    check(load, "load", apps, nodes)
    figures.add("deletion race, two nodes", race.run("deletion race, two nodes", apps, nodes, kakao, size["tries"]))
    if is_short:
        figures.add("kill -9 of a node", faults.run("kill -9", faults.kill_node, load, nodes[0], seconds=25))
        check(load, "kill -9", apps, nodes)
        return
    for step, fault, node in (("kill -9 of a node", faults.kill_node, nodes[0]),
                              ("link cut for 15 s", faults.cut_link, nodes[1]),
                              ("SIGSTOP for 20 s", faults.pause_node, nodes[0])):
        figures.add(step, faults.run(step, fault, load, node))
        check(load, step, apps, nodes)
    stop(apps, figures)
    for app in apps:
        app.start(nodes)
    figures.add("deletion race, one node", race.run("deletion race, one node", apps, nodes, kakao, size["tries"]))


def check(load, phase, apps, nodes):
    wait_until_settled(apps[0], nodes)
    load.check_books(phase)
    load.check_totals(phase, nodes)


def stop(apps, figures):
    seconds = in_parallel(len(apps), lambda number: apps[number].stop())
    figures.add("SIGTERM", {app.name: f"{s:.1f} s" for app, s in zip(apps, seconds)})


def counters(app):
    """The counters of the database since the start of the app, without their common prefix."""
    lines = wanted(call(app.url, "GET", "/readyz?verbose="), 200).text.splitlines()
    found = [line.removeprefix("database_").split() for line in lines if line.startswith("database_")]
    return "; ".join(f"{name} {value}" for name, value in found)


def print_log_warnings(apps):
    """What the programs warned of, the same line once."""
    for app in apps:
        seen = {}
        for line in app.log_file.read_text(encoding="utf-8", errors="replace").splitlines():
            if " WARN " in line or " ERROR " in line or "panic" in line:
                # Without the time and the request's number.
                text = re.sub(r"request\{[^}]*\}: |\x1b\[[0-9;]*m", "", line.split(" ", 1)[-1]).strip()[:200]
                seen[text] = seen.get(text, 0) + 1
        say(f"warnings and errors of {app.name}: {sum(seen.values())}")
        for text, times in sorted(seen.items(), key=lambda item: -item[1])[:15]:
            print(f"          {times:5} × {text}")


def finish(figures, figures_file, seconds):
    figures.add("in all", {"s": f"{seconds:.0f}", "processors": os.cpu_count()})
    print(f"\n{figures.text()}", flush=True)
    if figures_file:
        figures_file.write_text(figures.text(), encoding="utf-8")
    if broken:
        print("Broken:\n" + "\n".join(f"  {promise}" for promise in broken), flush=True)
        raise SystemExit(1)
    print("Every promise was kept.", flush=True)
