//! The webhooks Kakao sends: "this account was unlinked" and account status events. They are sent
//! once, are given three seconds, and follow no redirect.

use std::time::Duration;

use anyhow::Context;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde_json::{Value, json};

use super::user::disconnect;
use crate::http::with_query;
use crate::random::random_hex;
use crate::state::Shared;

/// How long Kakao waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// How to send an unlink webhook.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UnlinkNotice {
    /// `GET` or `POST`; POST when absent.
    method: Option<String>,
    /// Authorise with a key that is not ours.
    wrong_key: bool,
    /// Name an app that is not ours.
    wrong_app: bool,
    /// `ACCOUNT_DELETE`, `UNLINK_FROM_APPS` (when absent), …
    referrer_type: Option<String>,
    /// Send a POST as JSON instead of a form.
    json: bool,
    /// Instead of the configured address.
    url: Option<String>,
}

/// How to send an account status event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusEvent {
    url: String,
    /// Tail of the event's URI, such as `oauth/event-type/user-unlinked`.
    event: String,
    reason: Option<String>,
    #[serde(default)]
    wrong_aud: bool,
    /// To send the same event twice.
    jti: Option<String>,
}

/// The client webhooks are sent with.
///
/// # Errors
/// When the TLS settings don't hold, which no input changes.
pub(crate) fn client() -> anyhow::Result<Client> {
    // Receivers are on the same machine over plain HTTP: no certificate is ever trusted.
    let provider = rustls::crypto::ring::default_provider();
    let tls = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .build()?)
}

/// Unlinks the account and tells the service. Returns the service's HTTP status.
///
/// # Errors
/// When no address is known or no answer came in time. The account is unlinked all the same.
pub(crate) async fn send_unlink(
    state: &Shared,
    id: i64,
    notice: &UnlinkNotice,
) -> anyhow::Result<u16> {
    disconnect(state, id);
    state.journal.settled().await;
    let url = notice
        .url
        .as_deref()
        .or(state.settings.unlink_webhook_url.as_deref());
    let url = url.context("no address for the unlink webhook")?;
    let app_id = state.settings.app_id + i64::from(notice.wrong_app);
    let (app_id, user_id) = (app_id.to_string(), id.to_string());
    let referrer = notice
        .referrer_type
        .as_deref()
        .unwrap_or("UNLINK_FROM_APPS");
    let pairs = [
        ("app_id", app_id.as_str()),
        ("user_id", &user_id),
        ("referrer_type", referrer),
    ];
    let request = match notice.method.as_deref() {
        Some("GET") => state.webhooks.get(with_query(url, &pairs)),
        _ if notice.json => {
            let body: Value = pairs.iter().map(|&(name, value)| (name, value)).collect();
            state.webhooks.post(url).json(&body)
        }
        _ => state.webhooks.post(url).form(&pairs),
    };
    let key = if notice.wrong_key {
        random_hex(32)
    } else {
        state.settings.admin_key.clone()
    };
    deliver(request.header(AUTHORIZATION, format!("KakaoAK {key}"))).await
}

/// Sends a signed security event token about the account. Returns the service's HTTP status.
///
/// # Errors
/// When it can't be signed or no answer came in time.
pub(crate) async fn send_status(
    state: &Shared,
    id: i64,
    event: &StatusEvent,
) -> anyhow::Result<u16> {
    let now = state.clock.now();
    let subject = id.to_string();
    let mut details = json!({"subject":
        {"subject_type": "iss-sub", "iss": state.base, "sub": subject}});
    if let Some(reason) = &event.reason {
        details["reason"] = json!(reason);
    }
    let audience = if event.wrong_aud {
        random_hex(32)
    } else {
        state.settings.rest_key.clone()
    };
    let uri = format!("https://schemas.openid.net/secevent/{}", event.event);
    let claims = json!({
        "iss": state.base, "aud": audience, "sub": subject, "iat": now, "toe": now,
        "jti": event.jti.clone().unwrap_or_else(|| random_hex(24)), "txn": random_hex(24),
        "events": {uri: details},
    });
    let token = state.keys.sign("secevent+jwt", &claims).await?;
    let request = state.webhooks.post(&event.url).body(token);
    deliver(request.header(CONTENT_TYPE, "application/secevent+jwt")).await
}

async fn deliver(request: RequestBuilder) -> anyhow::Result<u16> {
    // The address may hold a key in its query, so it does not go into the error.
    let answer = request.send().await.map_err(reqwest::Error::without_url)?;
    Ok(answer.status().as_u16())
}
