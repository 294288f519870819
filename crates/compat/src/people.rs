//! What people are called in dialects.

use parlor_domain::Account;

/// First and last name: as somebody has said, or his display name cut at its last space.
pub(crate) fn names(account: &Account) -> (String, String) {
    let profile = &account.profile;
    if profile.first_name.is_some() || profile.last_name.is_some() {
        let text = |name: &Option<parlor_domain::PersonName>| {
            name.as_ref().map(ToString::to_string).unwrap_or_default()
        };
        return (text(&profile.first_name), text(&profile.last_name));
    }
    let name = account.display_name.to_string();
    match name.rsplit_once(' ') {
        Some((first, last)) => (first.to_owned(), last.to_owned()),
        None => (name, String::new()),
    }
}
