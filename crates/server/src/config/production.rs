//! Checks of the settings by profile. Each error says how to fix it.

use super::Config;

/// Shortest token secret, in characters: 256 bits in hexadecimal is 64, in base64 43.
const SECRET_CHARACTERS_MIN: usize = 32;
/// A secret with fewer distinct characters is not random.
const SECRET_VARIETY_MIN: usize = 12;

/// Production: no sandbox or test values, no weak secrets, no unencrypted URLs.
pub(super) fn check(config: &Config, problems: &mut Vec<String>) {
    match &config.token_secret {
        None => {
            problems
                .push("token_secret: set one, for example from: openssl rand -base64 48".into());
        }
        Some(secret) if is_weak(secret.expose()) => problems.push(format!(
            "token_secret: too weak; use {SECRET_CHARACTERS_MIN} random characters or more, for \
             example from: openssl rand -base64 48"
        )),
        Some(_) => {}
    }
    match &config.public_url {
        Some(url) if is_origin(url, "https://") => {}
        _ => {
            problems
                .push("public_url: set the https:// URL that clients use, without a path".into());
        }
    }
    match &config.kakao {
        None => problems.push(
            "kakao_auth_url, kakao_api_url, kakaopay_url and their keys: required; the sandbox is \
             for dev only"
                .into(),
        ),
        Some(kakao) => {
            for (name, url) in [
                ("kakao_auth_url", &kakao.auth_url),
                ("kakao_api_url", &kakao.api_url),
                ("kakaopay_url", &kakao.pay_url),
            ] {
                if !is_origin(url, "https://") {
                    problems.push(format!("{name}: must be an https:// URL of Kakao"));
                }
            }
            if kakao.pay_secret_key.expose().starts_with("DEV") || kakao.cid.starts_with("TC0") {
                problems.push(
                    "kakaopay_secret_key, kakaopay_cid: these are test values, with which no money moves; \
                     set those of the contract"
                        .into(),
                );
            }
        }
    }
    if config.test_clock {
        problems.push("test_clock: must be off in production".into());
    }
    if config.demo_cast {
        problems.push("demo_cast: must be off in production".into());
    }
}

/// Dev: simulated money must not be reachable from other machines.
pub(super) fn check_dev(config: &Config, problems: &mut Vec<String>) {
    for (name, address) in [("bind", config.bind), ("sandbox_bind", config.sandbox_bind)] {
        if !address.ip().is_loopback() {
            problems.push(format!(
                "{name}: the dev profile listens on loopback only (127.0.0.1); to serve \
                 other machines, set profile = production"
            ));
        }
    }
    if let Some(url) = &config.public_url
        && !is_origin(url, "http://")
        && !is_origin(url, "https://")
    {
        problems.push("public_url: must be http:// or https:// and a host, without a path".into());
    }
}

fn is_weak(secret: &str) -> bool {
    let mut distinct: Vec<char> = secret.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    secret.chars().count() < SECRET_CHARACTERS_MIN || distinct.len() < SECRET_VARIETY_MIN
}

fn is_origin(url: &str, scheme: &str) -> bool {
    url.strip_prefix(scheme)
        .is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']))
}
