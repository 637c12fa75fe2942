//! The body of `/v2/user/me`. For each consent item: `…_needs_agreement: true` and no value
//! without consent; `false` and the value, if the account has one, with consent.

use serde_json::{Map, Value, json};

use super::people::Person;
use crate::clock::format_utc;

/// A profile as one caller sees it.
pub(super) struct ProfileView<'a> {
    pub(super) person: &'a Person,
    /// The token belongs to another app, which has all consents.
    pub(super) foreign: bool,
    /// Whether image URLs use https.
    pub(super) secure: bool,
}

impl ProfileView<'_> {
    /// The whole body, or only the groups of fields in `keys`.
    ///
    /// # Errors
    /// Returns the unknown key.
    pub(super) fn to_json(&self, keys: Option<&[String]>) -> Result<Value, String> {
        let mut body = json!({"id": self.person.id});
        if let Some(link) = &self.person.link {
            body["connected_at"] = json!(format_utc(link.connected_at));
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
            body["properties"] = Value::Object(properties);
        }
        if !account.is_empty() {
            body["kakao_account"] = Value::Object(account);
        }
        Ok(body)
    }

    fn has_consented(&self, scope: &str) -> bool {
        self.foreign || self.person.has_consented(scope)
    }

    fn add(
        &self,
        group: &str,
        account: &mut Map<String, Value>,
        properties: &mut Map<String, Value>,
    ) {
        let person = self.person;
        match group {
            "profile" => self.add_profile(account),
            "email" => {
                if self.add_consent_flag("email", "account_email", account) {
                    account.insert("has_email".into(), json!(person.email.is_some()));
                    if let Some(email) = &person.email {
                        account.insert("is_email_valid".into(), json!(true));
                        account.insert("is_email_verified".into(), json!(person.email_verified));
                        account.insert("email".into(), json!(email));
                    }
                }
            }
            "birthday" => {
                if self.add_consent_flag("birthday", "birthday", account)
                    && let Some(birthday) = &person.birthday
                {
                    let kind = if person.lunar { "LUNAR" } else { "SOLAR" };
                    account.insert("birthday".into(), json!(birthday));
                    account.insert("birthday_type".into(), json!(kind));
                    account.insert("is_leap_month".into(), json!(false));
                }
            }
            "age_range" => {
                if self.add_consent_flag("age_range", "age_range", account)
                    && let Some(range) = &person.age_range
                {
                    account.insert("age_range".into(), json!(range));
                }
            }
            "gender" => {
                if self.add_consent_flag("gender", "gender", account)
                    && let Some(gender) = &person.gender
                {
                    account.insert("gender".into(), json!(gender));
                }
            }
            _ => {
                if self.has_consented("profile_nickname") {
                    properties.insert("nickname".into(), json!(person.nickname));
                }
            }
        }
    }

    /// Adds `NAME_needs_agreement` and returns whether the value may be shown.
    fn add_consent_flag(&self, name: &str, scope: &str, account: &mut Map<String, Value>) -> bool {
        let agreed = self.has_consented(scope);
        account.insert(format!("{name}_needs_agreement"), json!(!agreed));
        agreed
    }

    fn add_profile(&self, account: &mut Map<String, Value>) {
        let mut profile = Map::new();
        if self.add_consent_flag("profile_nickname", "profile_nickname", account) {
            profile.insert("nickname".into(), json!(self.person.nickname));
            profile.insert("is_default_nickname".into(), json!(false));
        }
        if self.add_consent_flag("profile_image", "profile_image", account) {
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
