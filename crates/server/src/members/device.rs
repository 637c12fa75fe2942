//! The display name of a session: browser and system, from `User-Agent`.

use http::HeaderMap;
use http::header::USER_AGENT;

/// Names of clients by a token in their `User-Agent`. The order matters: most also contain the tokens of others.
const CLIENTS: &[(&str, &str)] = &[
    ("KAKAOTALK", "KakaoTalk"),
    ("NAVER(", "NAVER"),
    ("Instagram", "Instagram"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Whale/", "Whale"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("Dart/", "FunSun"),
];

/// The same for systems.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// Such as `Chrome · Android`; `None` when neither is known.
pub fn of(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(USER_AGENT)?.to_str().ok()?;
    let known = [CLIENTS, SYSTEMS].map(|names| {
        let found = names.iter().find(|(token, _)| agent.contains(token));
        found.map(|(_, name)| *name)
    });
    let names: Vec<&str> = known.into_iter().flatten().collect();
    (!names.is_empty()).then(|| names.join(" · "))
}
