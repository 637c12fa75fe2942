//! Authentication of user API calls. The subject of a call is the owner of the bearer token, or
//! the target account that a caller with the admin key names.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use subtle::ConstantTimeEq;

use super::accounts::{AccessToken, Accounts};
use super::errors::KapiError;
use crate::http::Params;
use crate::state::SandboxState;

/// The account that a call is about, and the access token unless the admin key was used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) id: i64,
    pub(super) app_id: i64,
    pub(super) token: Option<String>,
}

impl Subject {
    /// Authenticates the caller and finds the account.
    ///
    /// # Errors
    /// -401 for a wrong key or token, -2 for a bad target, -101 for a target that is not linked.
    pub(super) fn authenticate(
        state: &SandboxState,
        accounts: &Accounts,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<Self, KapiError> {
        let given = authorization(headers);
        if let Some(key) = given.strip_prefix("KakaoAK ") {
            if !bool::from(key.as_bytes().ct_eq(state.settings.admin_key.as_bytes())) {
                return Err(KapiError::WrongAdminKey);
            }
            let id = target_id(params)?;
            let linked = accounts
                .find(id)
                .is_some_and(|person| person.link.is_some());
            let app_id = state.settings.app_id;
            return if linked {
                Ok(Self {
                    id,
                    app_id,
                    token: None,
                })
            } else {
                Err(KapiError::NotLinked)
            };
        }
        let (name, token) = bearer_token(accounts, headers, state.clock.now())?;
        Ok(Self {
            id: token.id,
            app_id: token.app_id,
            token: Some(name.to_owned()),
        })
    }
}

/// The bearer token and its record.
pub(super) fn bearer_token<'a, 'b>(
    accounts: &'a Accounts,
    headers: &'b HeaderMap,
    now: i64,
) -> Result<(&'b str, &'a AccessToken), KapiError> {
    let name = authorization(headers)
        .strip_prefix("Bearer ")
        .ok_or(KapiError::NoToken)?;
    let token = accounts.access(name).ok_or(KapiError::NoToken)?;
    if token.expires_at <= now {
        return Err(KapiError::ExpiredToken);
    }
    Ok((name, token))
}

pub(super) fn authorization(headers: &HeaderMap) -> &str {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn target_id(params: &Params) -> Result<i64, KapiError> {
    if params.get("target_id_type") != Some("user_id") {
        return Err(KapiError::BadParameter("target_id_type must be user_id"));
    }
    params
        .get("target_id")
        .and_then(|id| id.parse().ok())
        .ok_or(KapiError::BadParameter("target_id must be a number"))
}
