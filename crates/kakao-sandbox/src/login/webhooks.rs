//! Kakao's webhooks: the unlink webhook and account status events. Each is sent once, with a
//! timeout of three seconds, and redirects are not followed.

use std::time::Duration;

use anyhow::Context;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde_json::{Value, json};

use super::user::remove_link;
use crate::http::with_query;
use crate::random::random_hex;
use crate::state::SharedState;

/// How long Kakao waits for a response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Options of an unlink webhook.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UnlinkWebhook {
    /// `GET` or `POST`; POST when absent.
    method: Option<String>,
    /// Send a wrong admin key.
    wrong_key: bool,
    /// Send a wrong app id.
    wrong_app: bool,
    /// `ACCOUNT_DELETE`, `UNLINK_FROM_APPS` (when absent), …
    referrer_type: Option<String>,
    /// Send a POST as JSON instead of a form.
    json: bool,
    /// Overrides the configured URL.
    url: Option<String>,
}

/// Options of an account status event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusEvent {
    url: String,
    /// End of the event URI, such as `oauth/event-type/user-unlinked`.
    event: String,
    reason: Option<String>,
    #[serde(default)]
    wrong_aud: bool,
    /// Set it to send the same event twice; random when absent.
    jti: Option<String>,
}

/// The HTTP client for webhooks.
///
/// # Errors
/// Fails when the TLS configuration is invalid, which does not depend on input.
pub(crate) fn client() -> anyhow::Result<Client> {
    // Receivers are on the same host over plain HTTP, so no certificate is trusted.
    let provider = rustls::crypto::ring::default_provider();
    let tls = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .timeout(RESPONSE_TIMEOUT)
        .build()?)
}

/// Unlinks the account and sends the webhook. Returns the receiver's HTTP status.
///
/// # Errors
/// Fails without a URL or a response in time. The account is unlinked in either case.
pub(crate) async fn send_unlink(
    state: &SharedState,
    id: i64,
    webhook: &UnlinkWebhook,
) -> anyhow::Result<u16> {
    remove_link(state, id);
    state.journal.flush().await;
    let url = webhook
        .url
        .as_deref()
        .or(state.settings.unlink_webhook_url.as_deref());
    let url = url.context("no address for the unlink webhook")?;
    let app_id = state.settings.app_id + i64::from(webhook.wrong_app);
    let (app_id, user_id) = (app_id.to_string(), id.to_string());
    let referrer = webhook
        .referrer_type
        .as_deref()
        .unwrap_or("UNLINK_FROM_APPS");
    let pairs = [
        ("app_id", app_id.as_str()),
        ("user_id", &user_id),
        ("referrer_type", referrer),
    ];
    let request = match webhook.method.as_deref() {
        Some("GET") => state.webhooks.get(with_query(url, &pairs)),
        _ if webhook.json => {
            let body: Value = pairs.iter().map(|&(name, value)| (name, value)).collect();
            state.webhooks.post(url).json(&body)
        }
        _ => state.webhooks.post(url).form(&pairs),
    };
    let key = if webhook.wrong_key {
        random_hex(32)
    } else {
        state.settings.admin_key.clone()
    };
    deliver(request.header(AUTHORIZATION, format!("KakaoAK {key}"))).await
}

/// Sends a signed security event token about the account. Returns the receiver's HTTP status.
///
/// # Errors
/// Fails when signing fails or no response comes in time.
pub(crate) async fn send_status_event(
    state: &SharedState,
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
    // The URL may contain a key in its query, so it is kept out of the error.
    let response = request.send().await.map_err(reqwest::Error::without_url)?;
    Ok(response.status().as_u16())
}
