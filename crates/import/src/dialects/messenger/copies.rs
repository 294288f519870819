//! Copies of messages. Each socket that was sent a message stored it once more, under the name of who was sent it.

use std::collections::VecDeque;
use std::time::Duration;

use crate::import::Spoken;

/// Within this time copies are stored.
const WITHIN: Duration = Duration::from_secs(2);
/// So many messages are remembered at most.
const REMEMBERED: usize = 5_000;
/// Most bytes of the text and the path of one that is remembered: the older server took 200 characters of either.
const LONGEST: usize = 2_000;
/// Most copies of one message.
const COPIES: usize = 1_000;

/// The messages of the last moments, which are held back until no copy of them can come.
#[derive(Default)]
pub(super) struct Copies(VecDeque<Said>);

struct Said {
    first: Spoken,
    /// Who stored it besides the first.
    others: Vec<Box<str>>,
}

impl Copies {
    /// Leaves out what is a copy of what came before, and gives what is none by now, in its order. What somebody else was sent is
    /// read.
    pub(super) fn fold(&mut self, spoken: impl Iterator<Item = Spoken>) -> Vec<Spoken> {
        let mut kept = Vec::new();
        for one in spoken {
            if bytes(&one) > LONGEST {
                kept.extend(self.rest());
                kept.push(one);
                continue;
            }
            while self
                .0
                .front()
                .is_some_and(|said| self.0.len() >= REMEMBERED || !said.is_of_the_time_of(&one))
            {
                kept.extend(self.0.pop_front().map(|said| said.first));
            }
            let original = self.0.iter_mut().rev().find(|said| said.has_copy(&one));
            if let Some(original) = original {
                original.first.unread = false;
                original.others.push(one.author);
                continue;
            }
            self.0.push_back(Said {
                first: one,
                others: Vec::new(),
            });
        }
        kept
    }

    /// Those that are still held back, after which nothing comes.
    pub(super) fn rest(&mut self) -> Vec<Spoken> {
        self.0.drain(..).map(|said| said.first).collect()
    }
}

impl Said {
    /// Whether a copy of this one would be as old as that one. The older server's clock may have been set back between them.
    fn is_of_the_time_of(&self, other: &Spoken) -> bool {
        let (at, other) = (self.first.at, other.at);
        at.since(other) <= WITHIN && other.since(at) <= WITHIN
    }

    fn has_copy(&self, other: &Spoken) -> bool {
        self.first.room == other.room
            && self.first.text == other.text
            && path(&self.first) == path(other)
            && self.is_of_the_time_of(other)
            && self.others.len() + 1 < COPIES
            && self.first.author != other.author
            && !self.others.contains(&other.author)
    }
}

fn path(spoken: &Spoken) -> Option<&str> {
    spoken.file.as_ref().map(|file| &*file.path)
}

fn bytes(spoken: &Spoken) -> usize {
    spoken.text.len() + path(spoken).map_or(0, str::len)
}

#[cfg(test)]
mod tests {
    use parlor_domain::Timestamp;

    use super::*;

    fn said(key: u32, author: &str, text: &str, second: i64) -> Spoken {
        Spoken {
            key: key.to_string().into(),
            number: Some(key.into()),
            room: "1".into(),
            author: author.into(),
            text: text.to_owned(),
            file: None,
            at: Timestamp::from_micros(second * 1_000_000),
            edited_at: None,
            unread: true,
        }
    }

    fn kept(spoken: Vec<Spoken>) -> Vec<(Box<str>, bool)> {
        let mut copies = Copies::default();
        let mut kept = copies.fold(spoken.into_iter());
        kept.extend(copies.rest());
        kept.into_iter().map(|said| (said.key, said.unread)).collect()
    }

    #[test]
    fn copies_become_one_message_that_is_read() {
        let talk = vec![
            said(1, "ann", "hello", 0),
            said(2, "ben", "hello", 1),
            said(3, "ann", "anybody?", 2),
        ];
        assert_eq!(kept(talk), [("1".into(), false), ("3".into(), true)]);
    }

    #[test]
    fn who_says_the_same_again_says_it_twice() {
        let again = vec![said(1, "ann", "hello", 0), said(2, "ann", "hello", 1)];
        assert_eq!(kept(again).len(), 2);
        let later = vec![said(1, "ann", "hello", 0), said(2, "ben", "hello", 5)];
        assert_eq!(kept(later).len(), 2);
        let both = vec![
            said(1, "ann", "hi", 0),
            said(2, "ben", "hi", 0),
            said(3, "ben", "hi", 1),
            said(4, "ann", "hi", 1),
        ];
        assert_eq!(kept(both), [("1".into(), false), ("3".into(), false)]);
    }

    #[test]
    fn copies_are_known_across_pages() {
        let mut copies = Copies::default();
        let hello = copies.fold([said(1, "ann", "hello", 0)].into_iter());
        assert!(hello.is_empty(), "a copy may come");
        assert!(copies.fold([said(2, "ben", "hello", 0)].into_iter()).is_empty());
        let hello = copies.fold([said(3, "ben", "tea?", 9)].into_iter());
        let [hello] = &hello[..] else { panic!("{hello:?}") };
        assert_eq!((&*hello.key, hello.unread), ("1", false));
        assert_eq!(&*copies.rest()[0].key, "3");
        assert!(copies.rest().is_empty());
    }

    #[test]
    fn a_copy_is_that_of_its_own_message() {
        let mut third = said(3, "cleo", "yes", 1);
        third.room = "2".into();
        let talk = vec![
            said(1, "ann", "yes", 0),
            said(2, "ann", "yes", 1),
            third,
            said(4, "ben", "yes", 1),
        ];
        assert_eq!(
            kept(talk),
            [("1".into(), true), ("2".into(), false), ("3".into(), true)]
        );
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_copies() {
        let talk = vec![
            said(1, "ann", "early", 3600),
            said(2, "ann", "ok", 0),
            said(3, "ben", "ok", 10),
            said(4, "cleo", "early", 11),
        ];
        let keys: Vec<Box<str>> = kept(talk).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["1".into(), "2".into(), "3".into(), "4".into()]);
    }

    #[test]
    fn nothing_changes_its_place() {
        let long = "tea ".repeat(LONGEST);
        let talk = vec![
            said(1, "ann", "hello", 0),
            said(2, "ben", &long, 0),
            said(3, "ann", "so", 0),
        ];
        let keys: Vec<Box<str>> = kept(talk).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["1".into(), "2".into(), "3".into()]);
    }
}
