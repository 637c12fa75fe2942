//! Our cookies. None is readable by scripts or sent with another site's forms; in production each is bound to
//! exactly our host by the `__Host-` prefix (RFC 6265bis, 4.1.3.2).

use std::time::Duration;

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The access token of a login.
    Access,
    /// Its refresh token.
    Login,
    /// The state of a pending login with Kakao.
    LoginState,
    /// The chosen language.
    Lang,
    /// The chosen colour theme.
    Theme,
}

impl Cookie {
    const fn name(self, production: bool) -> &'static str {
        match (self, production) {
            (Self::Access, true) => "__Host-access",
            (Self::Access, false) => "access",
            (Self::Login, true) => "__Host-login",
            (Self::Login, false) => "login",
            (Self::LoginState, true) => "__Host-attempt",
            (Self::LoginState, false) => "attempt",
            (Self::Lang, true) => "__Host-lang",
            (Self::Lang, false) => "lang",
            (Self::Theme, true) => "__Host-theme",
            (Self::Theme, false) => "theme",
        }
    }

    /// Its value in a request.
    pub fn read(self, headers: &HeaderMap, production: bool) -> Option<&str> {
        let name = self.name(production);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(given, _)| *given == name)
            .map(|(_, value)| value)
    }

    /// Sets it for `life`. `value` must not contain `;` or control characters.
    pub fn set(self, headers: &mut HeaderMap, value: &str, life: Duration, production: bool) {
        let (name, seconds) = (self.name(production), life.as_secs());
        let secure = if production { "; Secure" } else { "" };
        let line =
            format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        if let Ok(line) = HeaderValue::try_from(line) {
            headers.append(SET_COOKIE, line);
        }
    }

    /// Removes it.
    pub fn clear(self, headers: &mut HeaderMap, production: bool) {
        self.set(headers, "", Duration::ZERO, production);
    }
}
