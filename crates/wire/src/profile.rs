//! What people tell about themselves, and how it is changed.

use std::fmt::Display;
use std::str::FromStr;

use parlor_domain::{Audience, ProfileChange, Reach, Shows};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::names::names;
use crate::{FieldError, ReachName, parse};

names!(
    /// Who may see something of somebody.
    AudienceName = Audience {
        /// Nobody else.
        Nobody,
        /// Those whom the person has added, and with whom he has a direct conversation.
        Contacts,
        /// Everybody with an account.
        Everyone
    }
);

/// Who may see what of one's account. Who may see an address or a number can also find one by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShowsView {
    /// The verified address.
    pub email: AudienceName,
    /// The mobile number.
    pub mobile: AudienceName,
    /// When one was last there.
    pub last_seen: AudienceName,
    /// Whether one is there, among those who share a room.
    pub presence: AudienceName,
}

impl From<Shows> for ShowsView {
    fn from(shows: Shows) -> Self {
        Self {
            email: shows.email.into(),
            mobile: shows.mobile.into(),
            last_seen: shows.last_seen.into(),
            presence: shows.presence.into(),
        }
    }
}

/// What changes of what one tells: a field that is left out stays, `null` empties it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeProfile {
    /// What one is called, 1 to 80 characters. Cannot be emptied.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 80, example = "Ann Lee")]
    pub display_name: Option<String>,
    /// The first name, 1 to 100 characters.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "Ann")]
    pub first_name: Option<Option<String>>,
    /// The last name, 1 to 100 characters.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "Lee")]
    pub last_name: Option<Option<String>>,
    /// A few words, 1 to 200 characters.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, example = "In Zurich, mostly by train")]
    pub about: Option<Option<String>>,
    /// The language in which the server writes: a BCP 47 tag.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "de-CH")]
    pub locale: Option<Option<String>>,
    /// The time zone: an IANA name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Europe/Zurich")]
    pub time_zone: Option<Option<String>>,
    /// Who may see what; what is left out stays.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub shows: Option<ChangeShows>,
    /// Who may begin a conversation.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub reach: Option<ReachName>,
    /// Whether nobody learns what one has read, played and looked at, nor oneself of others.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub private: Option<bool>,
    /// Whether one is in lists of people, and found by the beginning of a name.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub discoverable: Option<bool>,
}

/// Who may see what from now on; what is left out stays.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeShows {
    /// The verified address.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub email: Option<AudienceName>,
    /// The mobile number.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub mobile: Option<AudienceName>,
    /// When one was last there.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub last_seen: Option<AudienceName>,
    /// Whether one is there, among those who share a room.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    pub presence: Option<AudienceName>,
}

impl TryFrom<ChangeProfile> for ProfileChange {
    type Error = FieldError;

    fn try_from(change: ChangeProfile) -> Result<Self, FieldError> {
        let shows = change.shows.unwrap_or_default();
        Ok(Self {
            display_name: change
                .display_name
                .map(|name| parse("display_name", &name))
                .transpose()?,
            first_name: read("first_name", change.first_name)?,
            last_name: read("last_name", change.last_name)?,
            about: read("about", change.about)?,
            locale: read("locale", change.locale)?,
            time_zone: read("time_zone", change.time_zone)?,
            show_email: shows.email.map(Audience::from),
            show_mobile: shows.mobile.map(Audience::from),
            show_last_seen: shows.last_seen.map(Audience::from),
            show_presence: shows.presence.map(Audience::from),
            private: change.private,
            discoverable: change.discoverable,
            reach: change.reach.map(Reach::from),
        })
    }
}

fn read<T>(field: &str, change: Option<Option<String>>) -> Result<Option<Option<T>>, FieldError>
where
    T: FromStr,
    T::Err: Display,
{
    let value = |text: Option<String>| text.map(|text| parse(field, &text)).transpose();
    change.map(value).transpose()
}

/// Tells a field that is `null` from one that is left out: the latter is not read at all.
fn given<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A new password for oneself. Ends all other sessions.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password until now.
    #[schema(value_type = String, format = Password, example = "correct horse battery")]
    pub old_password: SecretString,
    /// The password from now on: at least 8 characters, at most 1,024 bytes.
    #[schema(value_type = String, format = Password, min_length = 8, example = "staple by the horse")]
    pub new_password: SecretString,
}

/// Another address for oneself.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeEmail {
    /// The password.
    #[schema(value_type = String, format = Password, example = "correct horse battery")]
    pub password: SecretString,
    /// The address, where a link is mailed that confirms it.
    #[schema(example = "ann@new.example.org")]
    pub email: String,
}

/// Another mobile number for oneself, or none.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMobile {
    /// The password.
    #[schema(value_type = String, format = Password, example = "correct horse battery")]
    pub password: SecretString,
    /// The number in international form, with `+` or `00`; `null` for none.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true, example = "+41 79 123 45 67")]
    pub mobile: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(json: &str) -> Result<ProfileChange, FieldError> {
        let change: ChangeProfile = serde_json::from_str(json).unwrap();
        change.try_into()
    }

    #[test]
    fn what_is_left_out_stays_and_null_empties() {
        let changed = change(r#"{"first_name": null, "locale": "DE-ch", "shows": {"email": "everyone"}}"#);
        let expected = ProfileChange {
            first_name: Some(None),
            locale: Some(Some("de-CH".parse().unwrap())),
            show_email: Some(Audience::Everyone),
            ..ProfileChange::default()
        };
        assert_eq!(changed.unwrap(), expected);
        assert_eq!(change("{}").unwrap(), ProfileChange::default());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (json, field) in [
            (r#"{"first_name": " "}"#, "first_name"),
            (r#"{"about": "a\nb"}"#, "about"),
            (r#"{"time_zone": "../etc"}"#, "time_zone"),
            (r#"{"display_name": ""}"#, "display_name"),
        ] {
            assert_eq!(change(json).unwrap_err().field, field, "{json}");
        }
        for json in [
            r#"{"display_name": null}"#,
            r#"{"shows": null}"#,
            r#"{"shows": {"email": null}}"#,
            r#"{"shows": {"email": "friends"}}"#,
        ] {
            assert!(serde_json::from_str::<ChangeProfile>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_number_is_not_taken_away_by_silence() {
        let none: ChangeMobile = serde_json::from_str(r#"{"password": "x", "mobile": null}"#).unwrap();
        assert_eq!(none.mobile, None);
        assert!(serde_json::from_str::<ChangeMobile>(r#"{"password": "x"}"#).is_err());
    }
}
