//! Translations: every key that the pages use exists in both languages, and none is unused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// All files below a folder of this crate with one of these extensions.
fn files(folder: &str, extensions: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|it| it.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if extension.is_some_and(|it| extensions.contains(&it)) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "nothing in {folder}");
    found
}

/// Key → (Korean, English).
fn words() -> BTreeMap<String, (String, String)> {
    let mut words = BTreeMap::new();
    for (path, text) in files("translations", &["toml"]) {
        for (key, entry) in text.parse::<toml::Table>().unwrap() {
            let [ko, en] = ["ko", "en"].map(|lang| {
                let text = entry.get(lang).and_then(|it| it.as_str());
                text.unwrap_or_else(|| panic!("{key} has no {lang} in {}", path.display()))
                    .to_owned()
            });
            let twice = words.insert(key.clone(), (ko, en));
            assert!(twice.is_none(), "{key} is there twice");
        }
    }
    words
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut sources = files("src", &["rs"]);
    sources.extend(files("templates", &["html"]));
    sources
}

/// The string literals of a source file, in order.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1)
}

#[test]
fn every_key_that_is_used_exists() {
    let words = words();
    let (mut asked_for, mut missing) = (0, Vec::new());
    for (path, text) in sources() {
        for call in [".say(\"", ".fill(\""] {
            for asked in text.split(call).skip(1) {
                let key = asked.split('"').next().unwrap();
                asked_for += 1;
                if !words.contains_key(key) {
                    missing.push(format!("{key} in {}", path.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(asked_for > words.len() / 2, "{asked_for} calls were found");
}

#[test]
fn every_key_is_used() {
    let sources = sources();
    let used: BTreeSet<&str> = sources
        .iter()
        .flat_map(|(_, text)| literals(text))
        .collect();
    // A literal that ends with a dot is the prefix of keys that are composed at run time.
    let beginnings: Vec<&str> = used
        .iter()
        .copied()
        .filter(|it| it.len() > 1 && it.ends_with('.') && !it.contains(' '))
        .collect();
    let idle: Vec<String> = words()
        .into_keys()
        .filter(|key| !used.contains(key.as_str()))
        .filter(|key| !beginnings.iter().any(|begin| key.starts_with(begin)))
        .collect();
    assert!(idle.is_empty(), "{idle:#?}");
}

#[test]
fn both_languages_have_the_same_placeholders() {
    let places = |text: &str| -> BTreeSet<String> {
        text.split('{')
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap().to_owned())
            .collect()
    };
    for (key, (ko, en)) in words() {
        assert!(!ko.trim().is_empty() && !en.trim().is_empty(), "{key}");
        assert_eq!(places(&ko), places(&en), "{key}");
    }
}

#[test]
fn every_translation_file_is_compiled_in() {
    let list = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/site/texts.rs"))
        .unwrap();
    for (path, _) in files("translations", &["toml"]) {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(list.contains(&format!("/{name}\"")), "{name}");
    }
}

#[test]
fn no_template_contains_untranslated_text() {
    for (path, text) in files("templates", &["html"]) {
        let name = path.display().to_string();
        // The operator's page and the API reference each have one language.
        if name.ends_with("admin.html")
            || name.ends_with("reference.html")
            || name.ends_with("payment.html")
        {
            continue;
        }
        let korean = text.chars().find(|it| ('가'..='힣').contains(it));
        assert_eq!(korean, None, "{name}");
    }
}
