//! The answer of `/v2/user/me`. For each consent item: not consented, `…_needs_agreement: true`
//! and no value; consented, `false` and the value, if the account has one.

use serde_json::{Map, Value, json};

use super::people::Person;
use crate::clock::utc;

/// What a caller may see, by group of fields.
pub(super) struct View<'a> {
    pub(super) person: &'a Person,
    /// A token of another app: that app has all consents.
    pub(super) foreign: bool,
    /// https image addresses.
    pub(super) secure: bool,
}

impl View<'_> {
    /// The whole answer, or only the groups named in `keys`.
    ///
    /// # Errors
    /// The key that does not exist.
    pub(super) fn answer(&self, keys: Option<&[String]>) -> Result<Value, String> {
        let mut answer = json!({"id": self.person.id});
        if let Some(link) = &self.person.link {
            answer["connected_at"] = json!(utc(link.connected_at));
        }
        let mut account = Map::new();
        let mut properties = Map::new();
        let all = [
            "profile",
            "email",
            "age_range",
            "birthday",
            "gender",
            "properties",
        ];
        match keys {
            None => all
                .iter()
                .for_each(|group| self.add(group, &mut account, &mut properties)),
            Some(keys) => {
                for key in keys {
                    match key.trim_end_matches('.') {
                        "kakao_account" => all[..5]
                            .iter()
                            .for_each(|group| self.add(group, &mut account, &mut properties)),
                        "properties" | "properties.nickname" => {
                            self.add("properties", &mut account, &mut properties);
                        }
                        other => match other.strip_prefix("kakao_account.") {
                            Some(group) if all[..5].contains(&group) => {
                                self.add(group, &mut account, &mut properties);
                            }
                            _ => return Err(key.clone()),
                        },
                    }
                }
            }
        }
        if !properties.is_empty() {
            answer["properties"] = Value::Object(properties);
        }
        if !account.is_empty() {
            answer["kakao_account"] = Value::Object(account);
        }
        Ok(answer)
    }

    fn agreed(&self, scope: &str) -> bool {
        self.foreign || self.person.agreed(scope)
    }

    fn add(&self, group: &str, account: &mut Map<String, Value>, custom: &mut Map<String, Value>) {
        let person = self.person;
        match group {
            "profile" => self.add_profile(account),
            "email" => {
                if self.consented("email", "account_email", account) {
                    account.insert("has_email".into(), json!(person.email.is_some()));
                    if let Some(email) = &person.email {
                        account.insert("is_email_valid".into(), json!(true));
                        account.insert("is_email_verified".into(), json!(person.email_verified));
                        account.insert("email".into(), json!(email));
                    }
                }
            }
            "birthday" => {
                if self.consented("birthday", "birthday", account)
                    && let Some(birthday) = &person.birthday
                {
                    let kind = if person.lunar { "LUNAR" } else { "SOLAR" };
                    account.insert("birthday".into(), json!(birthday));
                    account.insert("birthday_type".into(), json!(kind));
                    account.insert("is_leap_month".into(), json!(false));
                }
            }
            "age_range" => {
                if self.consented("age_range", "age_range", account)
                    && let Some(range) = &person.age_range
                {
                    account.insert("age_range".into(), json!(range));
                }
            }
            "gender" => {
                if self.consented("gender", "gender", account)
                    && let Some(gender) = &person.gender
                {
                    account.insert("gender".into(), json!(gender));
                }
            }
            _ => {
                if self.agreed("profile_nickname") {
                    custom.insert("nickname".into(), json!(person.nickname));
                }
            }
        }
    }

    /// Writes `X_needs_agreement` and tells whether the value may follow.
    fn consented(&self, name: &str, scope: &str, account: &mut Map<String, Value>) -> bool {
        let agreed = self.agreed(scope);
        account.insert(format!("{name}_needs_agreement"), json!(!agreed));
        agreed
    }

    fn add_profile(&self, account: &mut Map<String, Value>) {
        let mut profile = Map::new();
        if self.consented("profile_nickname", "profile_nickname", account) {
            profile.insert("nickname".into(), json!(self.person.nickname));
            profile.insert("is_default_nickname".into(), json!(false));
        }
        if self.consented("profile_image", "profile_image", account) {
            let scheme = if self.secure { "https" } else { "http" };
            let folder = if self.person.has_picture {
                format!("people/{}", self.person.id)
            } else {
                "default".to_owned()
            };
            let picture = |file| json!(format!("{scheme}://img.kakao.example/{folder}/{file}"));
            profile.insert("thumbnail_image_url".into(), picture("t110.jpg"));
            profile.insert("profile_image_url".into(), picture("p640.jpg"));
            profile.insert("is_default_image".into(), json!(!self.person.has_picture));
        }
        if !profile.is_empty() {
            account.insert("profile".into(), Value::Object(profile));
        }
    }
}
