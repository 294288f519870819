//! What a host application says about a user.

use parlor_domain::Timestamp;
use serde_json::{Map, Value};

use super::ForeignSettings;
use crate::Error;

/// What a host application says about a user. Texts have up to 255 bytes and no control characters; whether a text is a
/// good user name or address is not asked here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignClaims {
    /// Who it is: a name that the host gives to one user only, and never to another.
    pub subject: String,
    /// The session at the host.
    pub session: Option<String>,
    /// The user name at the host, which may change.
    pub username: Option<String>,
    /// What the user is called.
    pub name: Option<String>,
    /// The user's e-mail address.
    pub email: Option<String>,
    /// Whether the host knows that the address is the user's.
    pub email_verified: bool,
    /// When the token was issued, if the host says so.
    pub issued_at: Option<Timestamp>,
    /// From when it is valid no more.
    pub expires_at: Timestamp,
}

impl ForeignClaims {
    const MAX_BYTES: usize = 255;

    /// Reads the claims of a token whose signature was verified.
    ///
    /// # Errors
    /// [`Error::ExpiredToken`] if time is all that is wrong with it, [`Error::InvalidToken`] for everything else.
    pub(super) fn read(
        claims: &Map<String, Value>,
        settings: &ForeignSettings,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let read = Self::read_now(claims, settings, now).ok_or(Error::InvalidToken)?;
        if read.expires_at + settings.leeway <= now {
            return Err(Error::ExpiredToken);
        }
        Ok(read)
    }

    fn read_now(claims: &Map<String, Value>, settings: &ForeignSettings, now: Timestamp) -> Option<Self> {
        let addressed = claims.get("iss")?.as_str()? == settings.issuer
            && is_for(claims.get("aud")?, &settings.audience)
            // A message about a user, such as the end of a session (RFC 8417), is no word of the user's, though the
            // same host signs it for the same audience.
            && !claims.contains_key("events");
        if !addressed {
            return None;
        }
        let latest = now + settings.leeway;
        let has_begun = |name| {
            let begin = claims.get(name);
            begin.is_none_or(|begin| time(begin).is_some_and(|begin| begin <= latest))
        };
        if !has_begun("nbf") || !has_begun("iat") {
            return None;
        }
        let names = &settings.claims;
        let email = text(claims, &names.email);
        Some(Self {
            subject: text(claims, "sub")?,
            session: text(claims, &names.session),
            username: text(claims, &names.username),
            name: text(claims, &names.name),
            email_verified: email.is_some() && is_true(claims.get(&names.email_verified)),
            email,
            issued_at: claims.get("iat").and_then(time),
            expires_at: time(claims.get("exp")?)?,
        })
    }
}

/// Whether an `aud`, which is one text or a list of them, holds this one.
fn is_for(audience: &Value, us: &str) -> bool {
    match audience {
        Value::String(one) => one == us,
        Value::Array(several) => several.iter().any(|one| one.as_str() == Some(us)),
        _ => false,
    }
}

/// A claim that says something; what is empty, too long, or no text at all counts as not said.
fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?;
    let fits = (1..=ForeignClaims::MAX_BYTES).contains(&text.len()) && !text.contains(char::is_control);
    fits.then(|| text.into())
}

/// Some hosts write booleans as texts.
fn is_true(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.as_bool() == Some(true) || value.as_str() == Some("true"))
}

/// A time in seconds since 1970, which may have a fraction (RFC 7519, section 2).
fn time(value: &Value) -> Option<Timestamp> {
    let micros = match value.as_i64() {
        Some(seconds) => seconds.checked_mul(1_000_000)?,
        None => whole(value.as_f64()? * 1e6)?,
    };
    Some(Timestamp::from_micros(micros))
}

fn whole(number: f64) -> Option<i64> {
    // Up to here every whole number is exactly a float; in microseconds it is the year 2255.
    const MAX: f64 = (1u64 << 53) as f64;
    (number.abs() <= MAX).then_some(number as i64)
}
