//! The unlink webhook: Kakao reports that a member unlinked from our app. It must be answered within 3 s, even for an
//! unknown member; it may be delivered twice; it authenticates itself with our admin key.

use super::LoginClient;

/// An authenticated unlink notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlinkNotice {
    /// The Kakao user id of the member who is no longer linked.
    pub user_id: i64,
    /// The cause, such as `UNLINK_FROM_APPS` or `ACCOUNT_DELETE`, if Kakao sent it.
    pub referrer: Option<String>,
}

/// Why a webhook call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The `Authorization` header does not contain our admin key.
    #[error("the webhook does not contain our admin key")]
    WrongKey,
    /// The call is for another app.
    #[error("the webhook is for another app")]
    WrongApp,
    /// A parameter is missing, repeated, or not a number.
    #[error("the webhook's parameters are malformed")]
    Malformed,
}

impl LoginClient {
    /// Checks a webhook call: its `Authorization` header and its query or form parameters.
    ///
    /// # Errors
    /// [`WebhookError`]; the key is checked first, so an unauthenticated caller learns nothing about the rest.
    pub fn verify_unlink_webhook(
        &self,
        authorization: Option<&str>,
        params: &[(String, String)],
    ) -> Result<UnlinkNotice, WebhookError> {
        let key = authorization
            .and_then(|header| header.strip_prefix("KakaoAK "))
            .ok_or(WebhookError::WrongKey)?;
        let ours = &self.config.admin_key;
        // Without a configured key, an empty one would match.
        if ours.is_empty() || !ours.matches(key) {
            return Err(WebhookError::WrongKey);
        }
        if number(params, "app_id")? != self.config.app_id {
            return Err(WebhookError::WrongApp);
        }
        let user_id = number(params, "user_id")?;
        let referrer = only(params, "referrer_type")?.map(str::to_owned);
        if user_id > 0 {
            Ok(UnlinkNotice { user_id, referrer })
        } else {
            Err(WebhookError::Malformed)
        }
    }
}

fn number(params: &[(String, String)], name: &str) -> Result<i64, WebhookError> {
    let text = only(params, name)?.ok_or(WebhookError::Malformed)?;
    text.parse().map_err(|_| WebhookError::Malformed)
}

fn only<'a>(params: &'a [(String, String)], name: &str) -> Result<Option<&'a str>, WebhookError> {
    let mut values = params
        .iter()
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.as_str());
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(WebhookError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::{UnlinkNotice, WebhookError};
    use crate::login::{LoginClient, LoginConfig};

    fn client(admin_key: &str) -> LoginClient {
        LoginClient::new(LoginConfig {
            auth_url: "http://127.0.0.1:1".into(),
            api_url: "http://127.0.0.1:1".into(),
            app_id: 1234,
            rest_key: "invented-rest-key".into(),
            client_secret: "".into(),
            admin_key: admin_key.into(),
        })
        .unwrap()
    }

    fn verdict(
        authorization: Option<&str>,
        params: &[(&str, &str)],
    ) -> Result<UnlinkNotice, WebhookError> {
        let params: Vec<(String, String)> = params
            .iter()
            .map(|(key, value)| ((*key).into(), (*value).into()))
            .collect();
        client("invented-admin-key").verify_unlink_webhook(authorization, &params)
    }

    const KEY: Option<&str> = Some("KakaoAK invented-admin-key");
    const GOOD: [(&str, &str); 3] = [
        ("app_id", "1234"),
        ("user_id", "3000000001"),
        ("referrer_type", "UNLINK_FROM_APPS"),
    ];

    #[test]
    fn a_notice_with_our_key_and_app_is_accepted() {
        let notice = verdict(KEY, &GOOD).unwrap();
        assert_eq!(notice.user_id, 3_000_000_001);
        assert_eq!(notice.referrer.as_deref(), Some("UNLINK_FROM_APPS"));
    }

    #[test]
    fn a_notice_without_our_key_is_refused() {
        for header in [
            None,
            Some(""),
            Some("KakaoAK "),
            Some("KakaoAK x"),
            Some("Bearer invented-admin-key"),
        ] {
            assert_eq!(
                verdict(header, &GOOD),
                Err(WebhookError::WrongKey),
                "{header:?}"
            );
        }
    }

    #[test]
    fn an_unconfigured_key_matches_nothing() {
        let refused = client("").verify_unlink_webhook(Some("KakaoAK "), &[]);
        assert_eq!(refused, Err(WebhookError::WrongKey));
    }

    #[test]
    fn a_notice_for_another_app_is_refused() {
        let params = [("app_id", "4321"), ("user_id", "3000000001")];
        assert_eq!(verdict(KEY, &params), Err(WebhookError::WrongApp));
    }

    #[test]
    fn malformed_parameters_are_refused() {
        let cases: [&[(&str, &str)]; 5] = [
            &[],
            &[("app_id", "1234")],
            &[("app_id", "1234"), ("user_id", "x")],
            &[("app_id", "1234"), ("user_id", "-1")],
            &[("app_id", "1234"), ("user_id", "1"), ("user_id", "2")],
        ];
        for params in cases {
            assert_eq!(
                verdict(KEY, params),
                Err(WebhookError::Malformed),
                "{params:?}"
            );
        }
    }
}
