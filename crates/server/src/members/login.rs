//! Logging in with Kakao.

use funsun_domain::accounts::username_from_nickname;
use funsun_domain::ids::KakaoId;
use funsun_domain::text::Birthday;
use funsun_domain::time::Timestamp;
use kakao::login::{KakaoUser, LoginError};
use thiserror::Error;

use super::sql::{self, KakaoProfile};
use crate::db::{Conn, StorageError};
use crate::identity::{Bearer, sessions};
use crate::people::{self, ProfileRow};
use crate::state::AppState;
use web::AppError;

/// A login that succeeded.
pub struct LoggedIn {
    /// Whether the login created the account.
    pub created: bool,
    /// The member.
    pub profile: ProfileRow,
    /// The subject of the tokens to issue.
    pub bearer: Bearer,
}

/// Why a login is refused.
#[derive(Debug, Error)]
pub enum LoginRefusal {
    /// Kakao rejects the token, or it belongs to another app.
    #[error("accessToken: Kakao does not accept it; log in with Kakao again")]
    RejectedByKakao,
    /// Kakao's response has no id or nickname.
    #[error("Kakao gave no nickname: agree to share it, then log in again")]
    Incomplete,
    /// Kakao can't be reached.
    #[error("Kakao can't be reached: try again in a moment")]
    KakaoUnavailable(#[source] LoginError),
    /// An operator has suspended the account.
    #[error("this account is suspended")]
    Suspended,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Verifies a Kakao access token (it must be of our app), finds or creates the account, starts a session.
///
/// # Errors
/// [`LoginRefusal`].
pub async fn log_in_with_kakao(
    state: &AppState,
    token: &str,
    device: Option<String>,
) -> Result<LoggedIn, LoginRefusal> {
    state
        .login
        .verify_access_token(token)
        .await
        .map_err(refusal)?;
    let user = state.login.user_me(token).await.map_err(refusal)?;
    log_in(state, &user, device).await
}

/// The parameters with which Kakao redirects the browser back.
pub struct ReturnedCode<'a> {
    /// The authorization code: valid once, for minutes.
    pub code: &'a str,
    /// The code verifier (RFC 7636).
    pub verifier: &'a str,
    /// The redirect URI, identical to that of the authorization request.
    pub redirect_uri: &'a str,
}

/// Exchanges the code of a finished Kakao login, finds or creates the account, starts a session.
///
/// # Errors
/// [`LoginRefusal`].
pub async fn log_in_with_code(
    state: &AppState,
    returned: ReturnedCode<'_>,
    device: Option<String>,
) -> Result<LoggedIn, LoginRefusal> {
    let ReturnedCode {
        code,
        verifier,
        redirect_uri,
    } = returned;
    let exchanged = state.login.exchange_code(redirect_uri, code, verifier);
    let tokens = exchanged.await.map_err(refusal)?;
    let user = state.login.user_me(tokens.access_token.expose());
    log_in(state, &user.await.map_err(refusal)?, device).await
}

/// Finds or creates the account of a Kakao user and starts a session.
async fn log_in(
    state: &AppState,
    user: &KakaoUser,
    device: Option<String>,
) -> Result<LoggedIn, LoginRefusal> {
    let id = KakaoId::new(user.id).map_err(|_| LoginRefusal::Incomplete)?;
    let nickname = user.nickname.as_deref().ok_or(LoginRefusal::Incomplete)?;
    let username = username_from_nickname(nickname).into_string();
    let kakao = KakaoProfile {
        email: user.email.clone(),
        birthday: user
            .birthday
            .clone()
            .filter(|day| day.parse::<Birthday>().is_ok()),
        gender: user.gender.map(|gender| gender.as_str().to_owned()),
        age_range: user.age_range.clone(),
    };
    let now = state.clock.now();
    let login = NewLogin {
        id,
        username,
        kakao,
        device,
        now,
    };
    state
        .db
        .write(move |conn| find_or_create(conn, &login))
        .await
}

/// A login that Kakao has confirmed.
struct NewLogin {
    id: KakaoId,
    /// For a new account.
    username: String,
    kakao: KakaoProfile,
    device: Option<String>,
    now: Timestamp,
}

fn find_or_create(conn: &mut Conn, login: &NewLogin) -> Result<LoggedIn, LoginRefusal> {
    let (kakao, now) = (&login.kakao, login.now);
    let known = people::find_key(conn, login.id)?;
    let account = match known {
        Some(key) if people::is_suspended(conn, key)? => return Err(LoginRefusal::Suspended),
        Some(key) => {
            sql::update_from_kakao(conn, key, kakao)?;
            key
        }
        None => sql::create(conn, login.id, &login.username, kakao, now)?,
    };
    let session = sessions::create(conn, account, login.device.as_deref(), now)?;
    let profile = people::find_own(conn, account)?;
    let profile = profile.ok_or_else(|| StorageError::corrupt("a login without its account"))?;
    Ok(LoggedIn {
        created: known.is_none(),
        profile,
        bearer: Bearer { account, session },
    })
}

fn refusal(error: LoginError) -> LoginRefusal {
    match error {
        LoginError::Rejected { .. } | LoginError::WrongApp => LoginRefusal::RejectedByKakao,
        LoginError::Incomplete => LoginRefusal::Incomplete,
        other => LoginRefusal::KakaoUnavailable(other),
    }
}

impl From<LoginRefusal> for AppError {
    fn from(refusal: LoginRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            LoginRefusal::RejectedByKakao => Self::bad_request("rejected_by_kakao", detail),
            LoginRefusal::Incomplete => Self::not_found("incomplete_kakao_account", detail),
            LoginRefusal::KakaoUnavailable(error) => {
                Self::unavailable("kakao_unavailable", detail).with_source(error)
            }
            LoginRefusal::Suspended => Self::forbidden("suspended", detail),
            LoginRefusal::Storage(error) => error.into(),
        }
    }
}
