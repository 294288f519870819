//! Who is mentioned in a text.

use std::collections::HashSet;

use crate::UserRef;
use crate::username::{Username, is_combining, is_joiner};

/// The word that means everybody.
const ALL: &str = "all";

/// Whom a message mentions, as far as it counts: members of its room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Who is named, each once, in the order of the text: at most [`Mentions::MOST`].
    pub users: Box<[UserRef]>,
    /// Whether all members are.
    pub all: bool,
}

/// Whom a text wants to mention. Who of them is a member, and whether its author may mention all, is seen when it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Called {
    /// The names after an `@`, each once: at most [`Mentions::MOST`].
    pub names: Box<[Username]>,
    /// Whether all members are meant.
    pub all: CalledAll,
}

/// Whether a text wants to mention all members.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CalledAll {
    /// It does not.
    #[default]
    No,
    /// It does, as far as its author has the right to.
    ByRight,
    /// It does, and the server has given the right.
    Granted,
    /// It does, and the server has given the right, and the one to write where it is the server that speaks: to all accounts.
    Announced,
}

impl Mentions {
    /// Most people who are named in one message.
    pub const MOST: usize = 50;

    /// Whether nobody is mentioned.
    pub fn is_none(&self) -> bool {
        self.users.is_empty() && !self.all
    }
}

impl Called {
    /// The names in a text: `@` and a username, of which no letter or digit stands before; `@all` are all. Of more than
    /// [`Mentions::MOST`] names the first count.
    pub fn by(text: &str) -> Self {
        let mut names: Vec<Username> = Vec::new();
        let mut known = HashSet::new();
        let mut all = CalledAll::No;
        for (at, _) in text.match_indices('@') {
            let inside = text[..at]
                .chars()
                .next_back()
                .is_some_and(|before| before.is_alphanumeric() || before == '@');
            let Some(name) = Some(name(&text[at + 1..])).filter(|name| !inside && !name.is_empty()) else {
                continue;
            };
            if name.eq_ignore_ascii_case(ALL) {
                all = CalledAll::ByRight;
            } else if names.len() < Mentions::MOST
                && let Ok(name) = name.parse::<Username>()
                && known.insert(name.key())
            {
                names.push(name);
            }
        }
        Self {
            names: names.into(),
            all,
        }
    }
}

/// What of a text may be a username: letters, digits, and single joiners between them. No more is looked at than one can have.
fn name(text: &str) -> &str {
    let is_letter = |c: char| c.is_alphanumeric() || is_combining(c);
    let mut end = 0;
    let mut joined = true;
    for (place, c) in text.char_indices().take(Username::MAX_CHARS * 4) {
        if is_letter(c) {
            end = place + c.len_utf8();
            joined = false;
        } else if is_joiner(c) && !joined {
            joined = true;
        } else {
            break;
        }
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(text: &str) -> Vec<String> {
        let called = Called::by(text);
        called.names.iter().map(|name| name.as_str().to_owned()).collect()
    }

    #[test]
    fn names_are_found_where_people_write_them() {
        for (text, expected) in [
            ("@ann", &["ann"][..]),
            ("Hello @ann, and (@bob)!", &["ann", "bob"]),
            ("@ann.lee.", &["ann.lee"]),
            ("@ann...what", &["ann"]),
            ("@ann-", &["ann"]),
            ("\u{1f600}@ann\u{1f600}", &["ann"]),
            ("@дмитрий?", &["дмитрий"]),
            ("@हिन्दी", &["हिन्दी"]),
            ("@ann @ANN @Ann", &["ann"]),
            ("mail ann@example.org", &[]),
            ("@@ann", &[]),
            ("@ ann", &[]),
            ("@", &[]),
            ("@a", &[]),
            ("_@ann_", &["ann"]),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn all_is_a_word_and_no_beginning() {
        assert_eq!(Called::by("look, @all!").all, CalledAll::ByRight);
        assert_eq!(Called::by("@ALL").all, CalledAll::ByRight);
        assert_eq!(Called::by("@allan @all.of.you a@all").all, CalledAll::No);
    }

    #[test]
    fn the_first_fifty_count() {
        let text: String = (0..60).map(|n| format!("@user{n} ")).collect();
        assert_eq!(Called::by(&text).names.len(), Mentions::MOST);
        assert_eq!(Called::by(&"@a".repeat(30_000)), Called::default());
        assert_eq!(names(&format!("@{}", "a".repeat(33))), [""; 0]);
    }

    proptest! {
        #[test]
        fn any_text_is_looked_through(text in any::<String>()) {
            let called = Called::by(&text);
            prop_assert!(called.names.len() <= Mentions::MOST);
            for name in &called.names {
                prop_assert!(text.contains('@') && !name.as_str().is_empty());
            }
        }
    }
}
