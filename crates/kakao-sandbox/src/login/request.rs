//! The parameters of an authorize request, checked in Kakao's order and passed from page to page
//! in hidden form fields.

use crate::http::{Params, with_query};
use crate::login::is_configured;
use crate::settings::Settings;

const HIDDEN_FIELDS: [&str; 9] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "prompt",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// A checked authorize request.
pub(super) struct AuthorizeRequest {
    pub(super) redirect_uri: String,
    /// Empty when no scope was requested, which means all configured items.
    pub(super) scopes: Vec<String>,
    prompts: Vec<String>,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<String>,
    pub(super) hidden_fields: Vec<(String, String)>,
}

impl AuthorizeRequest {
    /// Parses and checks the parameters.
    ///
    /// # Errors
    /// Returns a KOE code, which Kakao shows on its own page instead of redirecting.
    pub(super) fn parse(params: &Params, settings: &Settings) -> Result<Self, &'static str> {
        match params.get("client_id") {
            None => return Err("KOE207"),
            Some(client) if client != settings.rest_key => return Err("KOE101"),
            Some(_) => {}
        }
        let redirect_uri = params.get("redirect_uri").ok_or("KOE207")?;
        if !settings.accepts_redirect(redirect_uri) {
            return Err("KOE006");
        }
        match params.get("response_type") {
            Some("code") => {}
            Some("token") => return Err("KOE202"),
            Some(_) => return Err("KOE201"),
            None => return Err("KOE207"),
        }
        let scopes = split_list(params.get("scope"));
        if scopes.iter().any(|scope| !is_configured(scope)) {
            return Err("KOE205");
        }
        let challenge = params.get("code_challenge");
        if challenge.is_some() && params.get("code_challenge_method") != Some("S256") {
            return Err("KOE204");
        }
        let owned = |name| params.get(name).map(str::to_owned);
        Ok(Self {
            redirect_uri: redirect_uri.to_owned(),
            scopes,
            prompts: split_list(params.get("prompt")),
            state: owned("state"),
            nonce: owned("nonce"),
            challenge: owned("code_challenge"),
            hidden_fields: HIDDEN_FIELDS
                .iter()
                .filter_map(|&name| Some((name.to_owned(), owned(name)?)))
                .collect(),
        })
    }

    pub(super) fn has_prompt(&self, prompt: &str) -> bool {
        self.prompts.iter().any(|word| word == prompt)
    }

    /// Whether an id_token is requested: no scope list, or one that contains `openid`.
    pub(super) fn openid(&self) -> bool {
        self.scopes.is_empty() || self.scopes.iter().any(|scope| scope == "openid")
    }

    /// The redirect URI with an error and the client's `state`.
    pub(super) fn error_redirect(&self, error: &str, text: &str) -> String {
        self.redirect_with(&[("error", error), ("error_description", text)])
    }

    /// The redirect URI with `pairs` and the client's `state`.
    pub(super) fn redirect_with(&self, pairs: &[(&str, &str)]) -> String {
        let mut pairs = pairs.to_vec();
        if let Some(state) = &self.state {
            pairs.push(("state", state));
        }
        with_query(&self.redirect_uri, &pairs)
    }
}

/// Kakao's documentation separates items by commas, its SDKs by spaces; both are accepted.
fn split_list(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default()
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
