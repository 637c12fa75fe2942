//! Calls to kauth (tokens) and kapi (the member).

use reqwest::RequestBuilder;

use super::error::{Outage, kapi_error, kauth_error};
use super::{KakaoUser, KakaoUserId, LoginClient, LoginError, TokenInfo, Tokens};
use crate::Secret;
use crate::http::{self, HttpResponse};
use crate::json::Object;

impl LoginClient {
    /// Exchanges an authorization code for tokens. `redirect_uri` must be that of the authorization request.
    ///
    /// # Errors
    /// [`LoginError::Rejected`] when the code is unknown, used, expired, or does not match the verifier.
    pub async fn exchange_code(
        &self,
        redirect_uri: &str,
        code: &str,
        code_verifier: &str,
    ) -> Result<Tokens, LoginError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("redirect_uri", redirect_uri),
            ("code", code),
            ("code_verifier", code_verifier),
        ];
        self.tokens("kakao.exchange_code", &form).await
    }

    /// Gets a new access token. Kakao issues a new refresh token only when the old one is about to expire;
    /// otherwise the old one stays valid and is returned.
    ///
    /// # Errors
    /// [`LoginError::Rejected`] when the refresh token is no longer valid.
    pub async fn refresh(&self, refresh_token: &str) -> Result<Tokens, LoginError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ];
        let tokens = self.tokens("kakao.refresh", &form).await?;
        let kept = tokens
            .refresh_token
            .unwrap_or_else(|| Secret::from(refresh_token));
        Ok(Tokens {
            refresh_token: Some(kept),
            ..tokens
        })
    }

    /// The member and the app that an access token was issued for.
    ///
    /// # Errors
    /// [`LoginError::Rejected`] when the token is invalid; a token of another app is no error here.
    pub async fn access_token_info(&self, access_token: &str) -> Result<TokenInfo, LoginError> {
        let request = self.client.get(self.api.at("/v1/user/access_token_info"));
        let body = self
            .as_member("kakao.access_token_info", request, access_token)
            .await?;
        let expires_in = body.integer("/expires_in").map_err(|_| malformed())?;
        match (
            integer_field(&body, "/id")?,
            integer_field(&body, "/app_id")?,
        ) {
            (Some(id), Some(app_id)) => Ok(TokenInfo {
                id,
                app_id,
                expires_in,
            }),
            _ => Err(LoginError::Incomplete),
        }
    }

    /// The member of an access token, provided that it was issued to our app. Without that check, another app could
    /// log in here with the tokens of its own members.
    ///
    /// # Errors
    /// [`LoginError::WrongApp`], or as [`LoginClient::access_token_info`].
    pub async fn verify_access_token(&self, access_token: &str) -> Result<KakaoUserId, LoginError> {
        let info = self.access_token_info(access_token).await?;
        if info.app_id != self.config.app_id {
            return Err(LoginError::WrongApp);
        }
        KakaoUserId::new(info.id).ok_or(LoginError::Incomplete)
    }

    /// The member's profile, as far as the member consented. Every field but the id may be absent.
    ///
    /// # Errors
    /// [`LoginError::Rejected`] when the token is invalid.
    pub async fn user_me(&self, access_token: &str) -> Result<KakaoUser, LoginError> {
        let request = self
            .client
            .get(self.api.at("/v2/user/me"))
            .query(&[("secure_resource", "true")]);
        let body = self
            .as_member("kakao.user_me", request, access_token)
            .await?;
        let id = integer_field(&body, "/id")?.and_then(KakaoUserId::new);
        id.map(|id| KakaoUser::parse(id, &body))
            .ok_or(LoginError::Incomplete)
    }

    /// Unlinks a member from our app, by the admin key. Succeeds for a member who is not linked. Kakao sends no
    /// webhook for this call.
    ///
    /// # Errors
    /// [`LoginError::Misconfigured`] when the admin key is missing or refused.
    pub async fn unlink(&self, kakao_id: i64) -> Result<(), LoginError> {
        let no_key = || LoginError::Misconfigured {
            code: "no admin key".to_owned(),
        };
        if self.config.admin_key.is_empty() {
            return Err(no_key());
        }
        let key = http::authorization("KakaoAK", self.config.admin_key.expose());
        let target = kakao_id.to_string();
        let request = self
            .client
            .post(self.api.at("/v1/user/unlink"))
            .header(reqwest::header::AUTHORIZATION, key.ok_or_else(no_key)?)
            .form(&[
                ("target_id_type", "user_id"),
                ("target_id", target.as_str()),
            ]);
        match kapi(&http::send("kakao.unlink", request).await?) {
            Ok(_) | Err(KapiError::Code(-101)) => Ok(()),
            Err(KapiError::Code(code @ (-401 | -2))) => Err(LoginError::Misconfigured {
                code: code.to_string(),
            }),
            Err(refusal) => Err(refusal.into_error()),
        }
    }

    async fn tokens(
        &self,
        call: &'static str,
        form: &[(&'static str, &str)],
    ) -> Result<Tokens, LoginError> {
        let mut form = form.to_vec();
        form.push(("client_id", &self.config.rest_key));
        if !self.config.client_secret.is_empty() {
            form.push(("client_secret", self.config.client_secret.expose()));
        }
        let request = self.client.post(self.auth.at("/oauth/token")).form(&form);
        let response = http::send(call, request).await?;
        if !response.is_success() {
            return Err(kauth_error(&response));
        }
        let body = Object::parse(&response.body).ok_or_else(malformed)?;
        let access_token = body.text("/access_token").ok_or(LoginError::Incomplete)?;
        Ok(Tokens {
            access_token: Secret::from(access_token),
            expires_in: body.integer("/expires_in").map_err(|_| malformed())?,
            refresh_token: body.text("/refresh_token").map(Secret::from),
        })
    }

    async fn as_member(
        &self,
        call: &'static str,
        request: RequestBuilder,
        access_token: &str,
    ) -> Result<Object, LoginError> {
        let rejected = || LoginError::Rejected {
            code: "malformed".to_owned(),
        };
        if access_token.is_empty() || access_token.len() > ACCESS_TOKEN_BYTES_MAX {
            return Err(rejected());
        }
        let bearer = http::authorization("Bearer", access_token).ok_or_else(rejected)?;
        let request = request.header(reqwest::header::AUTHORIZATION, bearer);
        kapi(&http::send(call, request).await?).map_err(KapiError::into_error)
    }
}

/// Longest access token sent to Kakao, in bytes. Kakao's have well under a hundred; this one is untrusted input.
const ACCESS_TOKEN_BYTES_MAX: usize = 2048;

enum KapiError {
    Code(i64),
    Other(LoginError),
}

impl KapiError {
    fn into_error(self) -> LoginError {
        match self {
            Self::Code(code) => kapi_error(code),
            Self::Other(error) => error,
        }
    }
}

/// The JSON object of a successful kapi response, or the `code` of a well-formed error.
fn kapi(response: &HttpResponse) -> Result<Object, KapiError> {
    let body = Object::parse(&response.body);
    if response.is_success() {
        return body.ok_or(KapiError::Other(malformed()));
    }
    if response.http == 429 {
        return Err(KapiError::Other(LoginError::RateLimited {
            retry_after: response.retry_after,
        }));
    }
    if response.is_server_error() {
        return Err(KapiError::Other(
            Outage::Server {
                http: response.http,
            }
            .into(),
        ));
    }
    match body.and_then(|body| body.integer("/code").ok().flatten()) {
        Some(code) => Err(KapiError::Code(code)),
        None => Err(KapiError::Other(malformed())),
    }
}

fn integer_field(body: &Object, pointer: &str) -> Result<Option<i64>, LoginError> {
    body.integer(pointer).map_err(|_| malformed())
}

fn malformed() -> LoginError {
    LoginError::Unavailable(Outage::MalformedResponse)
}
