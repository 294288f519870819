//! Whom messages mention.

use diesel::QueryResult;
use parlor_domain::{Mentions, UserRef};

use super::detail::Person;
use crate::error::corrupt;

/// Who is named, in order; `None` if nobody is.
pub(crate) fn mentions_to_json(mentions: &Mentions) -> Option<String> {
    let named: Vec<Person> = mentions.users.iter().copied().map(Person::from).collect();
    (!named.is_empty()).then(|| serde_json::to_string(&named).expect("numbers and texts are always JSON"))
}

/// Whom a message was stored with.
pub(super) fn mentions(named: Option<&str>, all: bool) -> QueryResult<Mentions> {
    let named: Vec<Person> = match named {
        Some(json) => serde_json::from_str(json).map_err(|why| corrupt("event", why))?,
        None => Vec::new(),
    };
    Ok(Mentions {
        users: named.into_iter().map(UserRef::from).collect(),
        all,
    })
}
