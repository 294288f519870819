//! Copies of messages. Each socket that was sent a message stored it once more, under the name of who was sent it.

use std::collections::VecDeque;
use std::time::Duration;

use parlor_domain::Timestamp;

use crate::import::Spoken;

/// Within this time copies are stored.
const WITHIN: Duration = Duration::from_secs(2);
/// So many messages are remembered at most.
const REMEMBERED: usize = 5_000;
/// Most bytes of the text and the path of one that is remembered: the older server took 200 characters of either.
const LONGEST: usize = 2_000;
/// Most copies of one message.
const COPIES: usize = 1_000;

/// The messages of the last moments.
#[derive(Default)]
pub(super) struct Copies(VecDeque<Said>);

struct Said {
    room: Box<str>,
    authors: Vec<Box<str>>,
    text: String,
    file: Option<String>,
    at: Timestamp,
}

impl Copies {
    /// Leaves out what is a copy of what came before. What somebody else was sent is read.
    pub(super) fn fold(&mut self, spoken: impl Iterator<Item = Spoken>) -> Vec<Spoken> {
        let mut kept: Vec<Spoken> = Vec::new();
        for one in spoken {
            while self
                .0
                .front()
                .is_some_and(|said| one.at.since(said.at) > WITHIN || self.0.len() > REMEMBERED)
            {
                self.0.pop_front();
            }
            let path = one.file.as_ref().map(|file| file.path.clone());
            let original = self.0.iter_mut().rev().find(|said| {
                said.room == one.room
                    && said.text == one.text
                    && said.file == path
                    && said.authors.len() < COPIES
                    && !said.authors.contains(&one.author)
            });
            if let Some(original) = original {
                let (room, first) = (original.room.clone(), original.authors[0].clone());
                original.authors.push(one.author);
                let read = kept
                    .iter_mut()
                    .rev()
                    .find(|said| said.room == room && said.author == first && said.text == one.text);
                if let Some(read) = read {
                    read.unread = false;
                }
                continue;
            }
            if one.text.len() + path.as_ref().map_or(0, String::len) > LONGEST {
                kept.push(one);
                continue;
            }
            self.0.push_back(Said {
                room: one.room.clone(),
                authors: vec![one.author.clone()],
                text: one.text.clone(),
                file: path,
                at: one.at,
            });
            kept.push(one);
        }
        kept
    }
}

#[cfg(test)]
mod tests {
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
        let kept = Copies::default().fold(spoken.into_iter());
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
        assert_eq!(copies.fold([said(1, "ann", "hello", 0)].into_iter()).len(), 1);
        assert!(copies.fold([said(2, "ben", "hello", 0)].into_iter()).is_empty());
    }
}
