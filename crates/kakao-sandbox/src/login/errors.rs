//! Errors of kauth (KOE codes) and of kapi (negative numbers), each in its own JSON format.

use axum::http::HeaderValue;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::Response;
use serde_json::json;

use crate::http::json;

/// An error of the token endpoint: HTTP status, OAuth error, Kakao code, description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KauthError(
    pub(super) u16,
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) &'static str,
);

impl KauthError {
    pub(super) const WRONG_SECRET: Self =
        Self(401, "invalid_client", "KOE010", "Bad client credentials");
    pub(super) const UNKNOWN_CLIENT: Self =
        Self(401, "invalid_client", "KOE101", "Not exist client_id");
    pub(super) const RATE_LIMITED: Self = Self(
        429,
        "invalid_request",
        "KOE237",
        "token request rate limit exceeded",
    );
    pub(super) const REDIRECT_MISMATCH: Self =
        Self(400, "invalid_grant", "KOE303", "Redirect URI mismatch.");
    pub(super) const UNSUPPORTED_GRANT_TYPE: Self = Self(
        400,
        "unsupported_grant_type",
        "KOE310",
        "unsupported grant_type",
    );
    pub(super) const MISSING_REFRESH_TOKEN: Self = Self(
        400,
        "invalid_grant",
        "KOE319",
        "Not found refresh_token in request",
    );
    pub(super) const UNKNOWN_CODE: Self = Self(
        400,
        "invalid_grant",
        "KOE320",
        "authorization code not found",
    );
    pub(super) const WRONG_VERIFIER: Self = Self(
        400,
        "invalid_grant",
        "KOE320",
        "code_verifier does not match",
    );
    pub(super) const INVALID_REFRESH_TOKEN: Self = Self(
        400,
        "invalid_grant",
        "KOE322",
        "expired_or_invalid_refresh_token",
    );
    pub(super) const MALFORMED_ID_TOKEN: Self =
        Self(400, "invalid_token", "KOE400", "id_token is malformed");

    pub(super) fn response(self) -> Response {
        let Self(status, error, code, text) = self;
        json(
            status,
            &json!({"error": error, "error_description": text, "error_code": code}),
        )
    }
}

/// An error of the user API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KapiError {
    BadParameter(&'static str),
    NotLinked,
    BadPropertyKey,
    NoToken,
    ExpiredToken,
    WrongAdminKey,
    /// The missing scope.
    ScopeMissing(&'static str),
}

impl KapiError {
    pub(super) fn response(self) -> Response {
        match self {
            Self::BadParameter(text) => error_body(400, -2, text),
            Self::NotLinked => error_body(400, -101, "NotRegisteredUserException"),
            Self::BadPropertyKey => error_body(400, -201, "not registered property key"),
            Self::NoToken => unauthorized("this access token does not exist", "Bearer"),
            Self::ExpiredToken => unauthorized("this access token is already expired", "Bearer"),
            Self::WrongAdminKey => unauthorized("wrong appKey format", "KakaoAK"),
            Self::ScopeMissing(scope) => json(
                403,
                &json!({"msg": "insufficient scopes.", "code": -402, "api_type": "OIDC_USERINFO",
                    "required_scopes": [scope], "allowed_scopes": ["profile_nickname"]}),
            ),
        }
    }
}

fn error_body(status: u16, code: i64, text: &str) -> Response {
    json(status, &json!({"msg": text, "code": code}))
}

fn unauthorized(text: &str, scheme: &str) -> Response {
    let mut response = error_body(401, -401, text);
    let challenge = HeaderValue::from_str(&format!("{scheme} error=invalid_token"))
        .expect("scheme names are plain ASCII");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}
