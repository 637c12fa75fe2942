//! The texts of the web app, in Korean and English, from `translations/`. Templates look them up by key; a test
//! compares the keys in use with those that exist.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

/// A language of the web app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Korean, the default.
    #[default]
    Ko,
    /// English.
    En,
}

impl Lang {
    /// The value of HTML's `lang` and of our cookie.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// Parses the output of [`Lang::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ko" => Some(Self::Ko),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// Negotiates the language (RFC 9110, 12.5.4): the supported one with the highest weight, the first of equals;
    /// Korean when neither is listed.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let header = headers.get(ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
        let mut best = (0, Self::default());
        for range in header.unwrap_or_default().split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let primary = tag.trim().split('-').next().unwrap_or_default();
            let Some(lang) = Self::parse(&primary.to_ascii_lowercase()) else {
                continue;
            };
            let weight = weight(parameters);
            if weight > best.0 {
                best = (weight, lang);
            }
        }
        best.1
    }
}

/// Parses a weight such as `q=0.8`, in thousandths; 1,000 when there is none.
fn weight(parameters: &str) -> u32 {
    let Some(digits) = parameters.trim().strip_prefix("q=") else {
        return 1_000;
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole == "1" {
        return 1_000;
    }
    format!("{fraction:0<3}")
        .get(..3)
        .and_then(|thousandths| thousandths.parse().ok())
        .unwrap_or(0)
}

/// All translation files.
const FILES: &[&str] = &[
    include_str!("../../translations/site.toml"),
    include_str!("../../translations/about.toml"),
    include_str!("../../translations/accounts.toml"),
    include_str!("../../translations/fundings.toml"),
    include_str!("../../translations/opening.toml"),
    include_str!("../../translations/sharing.toml"),
    include_str!("../../translations/payments.toml"),
    include_str!("../../translations/reports.toml"),
    include_str!("../../translations/settings.toml"),
    include_str!("../../translations/supports.toml"),
    include_str!("../../translations/notifications.toml"),
];

static TRANSLATIONS: LazyLock<HashMap<String, [String; 2]>> = LazyLock::new(parse_files);

fn parse_files() -> HashMap<String, [String; 2]> {
    let mut translations = HashMap::new();
    for file in FILES {
        let table: toml::Table = file.parse().expect("translations are valid TOML");
        for (key, languages) in table {
            let [ko, en] = ["ko", "en"].map(|lang| {
                let text = languages.get(lang).and_then(toml::Value::as_str);
                text.unwrap_or_else(|| missing(&key, lang)).to_owned()
            });
            translations.insert(key, [ko, en]);
        }
    }
    translations
}

/// The texts in one language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts(pub Lang);

impl Texts {
    /// Returns the language, for HTML's `lang`.
    pub const fn lang(self) -> &'static str {
        self.0.as_str()
    }

    /// Returns the text of `key`.
    pub fn say(self, key: &str) -> &'static str {
        let Some([ko, en]) = TRANSLATIONS.get(key) else {
            return missing(key, self.lang());
        };
        match self.0 {
            Lang::Ko => ko,
            Lang::En => en,
        }
    }

    /// Returns the text of `key` with each `{name}` replaced by its value.
    pub fn fill<'a, D: Display>(self, key: &str, values: impl AsRef<[(&'a str, D)]>) -> String {
        let values = values.as_ref();
        let mut text = String::new();
        let mut rest = self.say(key);
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            match values.iter().find(|(given, _)| *given == name) {
                Some((_, value)) => text.push_str(&value.to_string()),
                None => missing(key, name),
            }
            rest = behind;
        }
        text.push_str(rest);
        text
    }
}

/// Logs a missing text. Tests check all keys; should one be missing nonetheless, the page is shown without it.
fn missing<T: Default>(key: &str, what: &str) -> T {
    tracing::error!(key, what, "a translation is missing");
    T::default()
}
