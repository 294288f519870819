//! People as this dialect shows them.

use parlor_domain::{Account, Email, Mobile};
use parlor_services::Shown;
use serde_json::{Value, json};

use crate::links::Links;

/// The smallest mobile number: it has 9 digits. The largest is that of [`Mobile`].
const SMALLEST_NUMBER: i64 = 100_000_000;

/// Somebody, as he sees himself.
pub(super) fn own(account: &Account, links: &Links) -> Value {
    person(
        account,
        account.email.as_ref(),
        account.profile.mobile.as_ref(),
        links,
    )
}

/// Somebody, with as much of his address and number as he shows to whom this is told.
pub(super) fn other(account: &Account, shown: &Shown, links: &Links) -> Value {
    person(account, shown.email.as_ref(), shown.mobile.as_ref(), links)
}

fn person(account: &Account, email: Option<&Email>, mobile: Option<&Mobile>, links: &Links) -> Value {
    let photo = account.profile.avatar;
    json!({
        "id": account.user.number,
        "username": account.username.as_str(),
        "email": email.map(Email::as_str).unwrap_or_default(),
        "profile_photo": photo.map(|avatar| links.avatar(avatar)),
        "mobile_no": mobile.map_or(0, mobile_no),
    })
}

/// A mobile number without its `+`.
pub(super) fn mobile_no(mobile: &Mobile) -> i64 {
    let digits = mobile.as_str().trim_start_matches('+');
    digits.parse().unwrap_or_default()
}

/// The mobile number with these digits, if there can be one.
pub(super) fn mobile(number: i64) -> Option<Mobile> {
    let has_digits = number >= SMALLEST_NUMBER;
    has_digits.then(|| format!("+{number}").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_has_9_to_15_digits() {
        for number in [100_000_000, 919_876_543_210, 999_999_999_999_999] {
            assert_eq!(mobile_no(&mobile(number).unwrap()), number);
        }
        for number in [99_999_999, 1_000_000_000_000_000, 0, -919_876_543_210, i64::MAX] {
            assert_eq!(mobile(number), None, "{number}");
        }
    }
}
