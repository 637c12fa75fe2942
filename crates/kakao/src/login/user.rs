//! A member's Kakao profile. A field is present only when it is configured in the console, consented to, filled in
//! at Kakao, and verified.

use std::fmt;

use reqwest::Url;

use crate::http::is_http_url;
use crate::json::Object;

/// A Kakao user id: positive, up to 19 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KakaoUserId(i64);

impl KakaoUserId {
    /// From a number above zero; `None` otherwise.
    #[must_use]
    pub const fn new(id: i64) -> Option<Self> {
        if id > 0 { Some(Self(id)) } else { None }
    }

    /// The id as a number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for KakaoUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Gender, as entered at Kakao.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// `female`
    Female,
    /// `male`
    Male,
}

impl Gender {
    /// Kakao's name for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Female, Self::Male]
            .into_iter()
            .find(|gender| gender.as_str() == word)
    }
}

/// The profile a member shared with us. `Debug` shows only the id: the rest is personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct KakaoUser {
    /// Positive.
    pub id: i64,
    /// Any text of any length.
    pub nickname: Option<String>,
    /// Only when Kakao marks it both valid and verified.
    pub email: Option<String>,
    /// `MMDD` in the solar calendar. A lunar date is omitted: taken for a solar one, it would be wrong.
    pub birthday: Option<String>,
    /// As entered at Kakao.
    pub gender: Option<Gender>,
    /// Such as `20~29` or `90~`.
    pub age_range: Option<String>,
    /// An `http` or `https` URL; `None` for Kakao's default picture.
    pub profile_image_url: Option<String>,
}

impl KakaoUser {
    pub(super) fn parse(id: KakaoUserId, body: &Object) -> Self {
        Self {
            id: id.get(),
            nickname: body
                .owned_text("/kakao_account/profile/nickname")
                .or_else(|| body.owned_text("/properties/nickname")),
            email: verified_email(body),
            birthday: solar_birthday(body),
            gender: body.text("/kakao_account/gender").and_then(Gender::parse),
            age_range: body
                .owned_text("/kakao_account/age_range")
                .filter(|range| is_age_range(range)),
            profile_image_url: custom_picture(body),
        }
    }
}

impl fmt::Debug for KakaoUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KakaoUser")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

fn verified_email(body: &Object) -> Option<String> {
    let verified = body.is_true("/kakao_account/is_email_valid")
        && body.is_true("/kakao_account/is_email_verified");
    body.owned_text("/kakao_account/email").filter(|_| verified)
}

fn solar_birthday(body: &Object) -> Option<String> {
    let solar = body
        .text("/kakao_account/birthday_type")
        .is_none_or(|kind| kind == "SOLAR");
    body.owned_text("/kakao_account/birthday")
        .filter(|text| solar && is_month_and_day(text))
}

fn is_month_and_day(text: &str) -> bool {
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range| {
        text.get(range)
            .and_then(|part: &str| part.parse::<u8>().ok())
    };
    let (month, day) = (part(0..2), part(2..4));
    let days = match month {
        Some(2) => 29,
        Some(4 | 6 | 9 | 11) => 30,
        Some(1..=12) => 31,
        _ => 0,
    };
    digits && day.is_some_and(|day| (1..=days).contains(&day))
}

fn is_age_range(text: &str) -> bool {
    let is_number = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('~')
        .is_some_and(|(from, to)| !from.is_empty() && is_number(from) && is_number(to))
}

fn custom_picture(body: &Object) -> Option<String> {
    if body.is_true("/kakao_account/profile/is_default_image") {
        return None;
    }
    let text = body.text("/kakao_account/profile/profile_image_url")?;
    Url::parse(text)
        .ok()
        .filter(is_http_url)
        .map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Gender, KakaoUser, KakaoUserId, is_month_and_day};
    use crate::json::Object;

    fn parse(account: &str) -> KakaoUser {
        let body = format!(r#"{{"id":3000000001,"kakao_account":{account}}}"#);
        KakaoUser::parse(
            KakaoUserId::new(1).unwrap(),
            &Object::parse(body.as_bytes()).unwrap(),
        )
    }

    #[test]
    fn an_email_is_accepted_only_when_valid_and_verified() {
        let email = |valid: bool, verified: bool| {
            let flags = format!(r#""is_email_valid":{valid},"is_email_verified":{verified}"#);
            parse(&format!(r#"{{{flags},"email":"user@example.com"}}"#)).email
        };
        assert_eq!(email(true, true).as_deref(), Some("user@example.com"));
        assert_eq!(email(true, false), None);
        assert_eq!(email(false, true), None);
        assert_eq!(parse(r#"{"email":"user@example.com"}"#).email, None);
    }

    #[test]
    fn a_lunar_birthday_is_omitted() {
        let birthday = |kind: &str| {
            parse(&format!(
                r#"{{"birthday":"1130","birthday_type":"{kind}"}}"#
            ))
            .birthday
        };
        assert_eq!(birthday("SOLAR").as_deref(), Some("1130"));
        assert_eq!(birthday("LUNAR"), None);
    }

    #[test]
    fn a_birthday_is_a_day_of_the_calendar() {
        for good in ["0101", "0229", "1130", "1231"] {
            assert!(is_month_and_day(good), "{good}");
        }
        for bad in [
            "", "0230", "1131", "1301", "0100", "+1+1", "11/30", "1월1일",
        ] {
            assert!(!is_month_and_day(bad), "{bad}");
        }
    }

    #[test]
    fn the_default_picture_is_omitted() {
        let picture = |default: bool, url: &str| {
            let profile = format!(r#""is_default_image":{default},"profile_image_url":"{url}""#);
            parse(&format!(r#"{{"profile":{{{profile}}}}}"#)).profile_image_url
        };
        assert!(picture(false, "https://k.example/p640.jpg").is_some());
        assert_eq!(picture(true, "https://k.example/p640.jpg"), None);
        assert_eq!(picture(false, "javascript:alert(1)"), None);
    }

    #[test]
    fn gender_and_age_are_accepted_only_in_the_documented_format() {
        let known = parse(r#"{"gender":"female","age_range":"20~29"}"#);
        assert_eq!(
            (known.gender, known.age_range.as_deref()),
            (Some(Gender::Female), Some("20~29"))
        );
        assert_eq!(
            parse(r#"{"age_range":"90~"}"#).age_range.as_deref(),
            Some("90~")
        );
        let odd = parse(r#"{"gender":"x","age_range":"old"}"#);
        assert_eq!((odd.gender, odd.age_range), (None, None));
    }

    #[test]
    fn debug_output_shows_no_personal_data() {
        let user = parse(r#"{"profile":{"nickname":"홍길동"}}"#);
        assert_eq!(user.nickname.as_deref(), Some("홍길동"));
        assert!(!format!("{user:?}").contains("홍길동"));
    }
}
