//! The sandbox's Kakao accounts: a built-in cast that covers every variant a client must handle,
//! and those that tests or visitors add.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::scopes::CONFIGURED;

/// One Kakao account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) nickname: String,
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) email_verified: bool,
    /// `MMDD`.
    pub(crate) birthday: Option<String>,
    #[serde(default)]
    pub(crate) lunar: bool,
    /// `female` or `male`.
    pub(crate) gender: Option<String>,
    /// `20~29` and the like.
    pub(crate) age_range: Option<String>,
    #[serde(default)]
    pub(crate) has_picture: bool,
    /// Set while the account is linked to the app.
    pub(crate) link: Option<Link>,
}

/// The link between an account and the app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Link {
    /// Unix seconds.
    pub(crate) connected_at: i64,
    pub(crate) consents: BTreeSet<String>,
}

impl Person {
    pub(crate) fn has_consented(&self, scope: &str) -> bool {
        self.link
            .as_ref()
            .is_some_and(|link| link.consents.contains(scope))
    }

    /// Links the account and adds consents. An existing link keeps its `connected_at`.
    pub(crate) fn connect(&mut self, consents: impl IntoIterator<Item = String>, now: i64) {
        let link = self.link.get_or_insert_with(|| Link {
            connected_at: now,
            consents: BTreeSet::new(),
        });
        link.consents.extend(consents);
        link.consents.extend(
            CONFIGURED
                .iter()
                .filter(|s| s.required)
                .map(|s| s.id.to_owned()),
        );
    }

    /// What distinguishes the person in the list on the login page.
    pub(super) fn note(&self) -> String {
        let email = match &self.email {
            None => "이메일 없음",
            Some(_) if !self.email_verified => "이메일 미인증",
            Some(email) => email,
        };
        let link = if self.link.is_some() {
            "연결됨"
        } else {
            "처음 로그인"
        };
        format!("{link} · {email}")
    }
}

/// A built-in account, with the fields that an app sees after full consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CastMember {
    /// The Kakao user id.
    pub id: i64,
    /// The nickname.
    pub nickname: String,
    /// The e-mail address, if verified.
    pub email: Option<String>,
    /// `MMDD`.
    pub birthday: Option<String>,
    /// `female` or `male`.
    pub gender: Option<String>,
    /// `20~29` and the like.
    pub age_range: Option<String>,
}

/// The built-in accounts of every sandbox, for a service that wants to create them in advance.
pub fn cast_members() -> Vec<CastMember> {
    let member = |person: Person| CastMember {
        id: person.id,
        nickname: person.nickname,
        email: person.email.filter(|_| person.email_verified),
        birthday: person.birthday,
        gender: person.gender,
        age_range: person.age_range,
    };
    cast().into_iter().map(member).collect()
}

/// One account with every field, and one for each field that may be missing or unusual.
pub(super) fn cast() -> Vec<Person> {
    let full = |id, nickname: &str, mail: &str, birthday: &str, gender: &str, age: &str| Person {
        id,
        nickname: nickname.into(),
        email: Some(format!("{mail}@sandbox.example")),
        email_verified: true,
        birthday: Some(birthday.into()),
        gender: Some(gender.into()),
        age_range: Some(age.into()),
        ..Person::default()
    };
    vec![
        Person {
            has_picture: true,
            ..full(3_000_000_001, "한소리", "sori", "1130", "female", "20~29")
        },
        full(3_000_000_002, "김바다", "bada", "0229", "male", "30~39"),
        Person {
            email_verified: false,
            ..full(3_000_000_003, "이여름", "summer", "0815", "female", "20~29")
        },
        Person {
            email: None,
            email_verified: false,
            ..full(3_000_000_004, "박하늘", "", "0101", "male", "15~19")
        },
        Person {
            lunar: true,
            ..full(3_000_000_005, "최달래", "dallae", "0505", "female", "60~69")
        },
        Person {
            id: 3_000_000_006,
            nickname: "무명씨".into(),
            ..Person::default()
        },
        full(
            9_007_199_254_740_995,
            "큰번호",
            "bigint",
            "1225",
            "male",
            "40~49",
        ),
        full(
            3_000_000_008,
            "정<b>별</b>&\"🌟",
            "star",
            "0707",
            "female",
            "90~",
        ),
    ]
}
