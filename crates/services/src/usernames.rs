//! Usernames for people who have none.

use parlor_domain::{UserId, Username};

/// How many usernames are tried: with another number behind it each time, and at last a drawn one.
pub(crate) const TRIES: u32 = 20;

/// The name to be tried after so many others: like `base`, if something is known that is fit.
pub(crate) fn made(base: Option<&Username>, tried: u32, id: UserId) -> Username {
    let numbered = base.and_then(|base| numbered(base, tried));
    numbered
        .filter(|_| tried + 1 < TRIES)
        .unwrap_or_else(|| drawn(id))
}

/// The name as it is at first, and then with a number behind it.
fn numbered(base: &Username, n: u32) -> Option<Username> {
    let base = base.as_str();
    if n == 0 {
        return base.parse().ok();
    }
    let end = (n + 1).to_string();
    let kept: String = base.chars().take(Username::MAX_CHARS - end.len()).collect();
    format!("{kept}{end}").parse().ok()
}

fn drawn(id: UserId) -> Username {
    let id = id.uuid().simple().to_string();
    format!("user{}", &id[id.len() - 12..])
        .parse()
        .expect("letters and digits are a username")
}
