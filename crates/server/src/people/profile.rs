//! A member as others see them: the only visibility rule for profile fields.

use serde::Serialize;
use utoipa::ToSchema;

use super::sql::{PersonRow, ProfileRow};
use crate::media::{MediaStore, PicturePaths};
use crate::site::{Face, Texts};

/// A member. What is private is empty for everybody but the member.
#[derive(Debug, Serialize, ToSchema)]
pub struct Profile {
    /// The Kakao user id, as text.
    #[schema(example = "3000000001")]
    pub id: String,
    /// `""` unless it is one's own.
    #[schema(example = "")]
    pub email: String,
    /// The member's name.
    #[schema(example = "김민지")]
    pub username: String,
    /// `MMDD`; shown to friends only.
    #[schema(example = "0816")]
    pub birthday: Option<String>,
    /// Path of the picture.
    #[schema(example = "/media/0f343b0931126a20f133d67c2b018a3b.jpg")]
    pub image: Option<String>,
    /// How many follow this member.
    #[schema(minimum = 0, example = 12)]
    pub follower: i64,
    /// How many this member follows.
    #[schema(minimum = 0, example = 7)]
    pub followee: i64,
    /// `female` or `male`, when the member shared it.
    #[schema(example = "female")]
    pub gender: Option<String>,
}

/// One's own profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnProfile {
    /// What others see, with what is private filled in.
    #[serde(flatten)]
    pub profile: Profile,
    /// Bank and account number, where collected money is paid out.
    #[schema(example = "국민은행 00000000000000")]
    pub bank_account: Option<String>,
}

impl Profile {
    /// The fields that another member may see; friends also see the birthday.
    pub fn for_other(person: PersonRow) -> Self {
        let row = person.profile;
        Self {
            id: public_id(row.kakao_id),
            email: String::new(),
            username: row.username,
            birthday: row.birthday.filter(|_| person.is_friend),
            image: row.image.as_deref().map(MediaStore::public_path),
            follower: row.follower_count,
            followee: row.followee_count,
            gender: row.gender,
        }
    }
}

impl From<ProfileRow> for OwnProfile {
    fn from(mut row: ProfileRow) -> Self {
        let (email, bank_account) = (row.email.take(), row.bank_account.take());
        let profile = Profile::for_other(PersonRow {
            profile: row,
            is_friend: true,
        });
        Self {
            profile: Profile {
                email: email.unwrap_or_default(),
                ..profile
            },
            bank_account,
        }
    }
}

/// The author of a funding or a support.
#[derive(Debug, Serialize, ToSchema)]
pub struct Author {
    /// The Kakao user id as text; empty when the member has withdrawn.
    #[schema(example = "3000000001")]
    pub id: String,
    /// The member's name.
    #[schema(example = "김민지")]
    pub username: String,
    /// Path of the picture.
    #[schema(example = "/media/0f343b0931126a20f133d67c2b018a3b.jpg")]
    pub image: Option<String>,
}

/// Shown instead of the name of a member who has left.
const WITHDRAWN: &str = "탈퇴한 회원";

impl Author {
    /// From the columns of the author's row.
    pub fn new(kakao_id: Option<i64>, username: String, image: Option<&str>) -> Self {
        let username = if kakao_id.is_some() {
            username
        } else {
            WITHDRAWN.to_owned()
        };
        Self {
            id: public_id(kakao_id),
            username,
            image: image.map(MediaStore::public_path),
        }
    }
}

/// The name and picture of a member for a page, from the columns of the row.
pub fn face(kakao_id: Option<i64>, username: String, image: Option<&str>, t: Texts) -> Face {
    let name = match kakao_id {
        Some(_) => username,
        None => t.say("member.withdrawn").to_owned(),
    };
    let small = image.map(|name| PicturePaths::public(name).small);
    Face::new(public_id(kakao_id), name, small)
}

fn public_id(kakao_id: Option<i64>) -> String {
    kakao_id.map(|id| id.to_string()).unwrap_or_default()
}
