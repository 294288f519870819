//! What was said and shown at an older server.

use parlor_domain::{
    ClientId, MediaId, MessageBody, RoomId, StatusAudience, StatusId, TextError, Timestamp, UserId, UserRef,
};
use parlor_ports::{
    MessageBrought, NewStatus, OldMessage, OldMessages, OldModel, StatusBrought, StatusRefusal,
};

use super::{Change, Imports, OldServerId, kept};
use crate::Error;
use crate::statuses::LASTING;

/// A message at an older server.
#[derive(Debug, Clone)]
pub struct OldWords {
    /// Its primary key there.
    pub key: Box<str>,
    /// Its number there.
    pub number: Option<i64>,
    /// In which room.
    pub room: RoomId,
    /// Who said it.
    pub author: UserId,
    /// What its dialect calls it, if that says what the text stands for.
    pub called: Option<ClientId>,
    /// The text, which may be empty, and as long as it likes.
    pub text: String,
    /// What it shows, brought by its author.
    pub media: Vec<MediaId>,
    /// When it was said.
    pub at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// Whether nobody but its author has read it.
    pub unread: bool,
}

/// What became of a message or a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It came before.
    Known,
    /// It stands in its room, or is shown.
    Now(Vec<Change>),
    /// It is nowhere, for this reason.
    Lost(&'static str),
}

/// A status at an older server.
#[derive(Debug, Clone)]
pub struct OldStatus {
    /// Its primary key there.
    pub key: Box<str>,
    /// Who shows it.
    pub author: UserRef,
    /// The text, which may be empty beside media.
    pub text: String,
    /// A picture or video that its author has brought.
    pub media: Option<MediaId>,
    /// Since when.
    pub at: Timestamp,
}

impl Imports {
    /// Adds messages to the ends of their rooms, in this order, all in one step. One that is too long becomes several.
    pub async fn words(&self, from: OldServerId, words: Vec<OldWords>) -> Result<Vec<Said>, Error> {
        let now = self.clock.now();
        let mut counts = Vec::with_capacity(words.len());
        let mut messages = Vec::with_capacity(words.len());
        for word in &words {
            let parts = parts(&word.text, self.max_body);
            counts.push(parts.len());
            messages.extend(
                parts
                    .into_iter()
                    .enumerate()
                    .map(|(n, body)| message(word, n, body, now)),
            );
        }
        let new = OldMessages {
            origin: from.number,
            messages,
            beyond: from.beyond,
            now,
        };
        let mut became = self.store.bring_messages(new).await?.into_iter();
        let said = words.iter().zip(counts).map(|(word, count)| {
            let first = became.next();
            // The parts of a message share its fate.
            became.by_ref().take(count - 1).for_each(drop);
            said(word, first, count)
        });
        Ok(said.collect())
    }

    /// Shows what somebody showed, until he takes it back or shows something else, unless he has done that by then.
    pub async fn status(&self, from: OldServerId, old: &OldStatus) -> Result<Said, Error> {
        let source = from.source(OldModel::Status, &old.key);
        let mut bodies = parts(&old.text, self.max_body);
        let body = bodies.swap_remove(0);
        if body.as_str().is_empty() && old.media.is_none() {
            return Ok(Said::Lost("there is nothing to show"));
        }
        let at = self.past(old.at);
        let new = NewStatus {
            id: StatusId::new(self.draw(at)),
            author: old.author,
            client_id: None,
            body,
            media: old.media,
            audience: StatusAudience::Contacts,
            at,
            expires_at: self.clock.now() + LASTING,
            most: u32::MAX,
            lasting: true,
        };
        Ok(match self.store.bring_status(source, new).await? {
            StatusBrought::Done => Said::Now(Vec::new()),
            StatusBrought::Known => Said::Known,
            StatusBrought::Outdated => Said::Lost("its author shows something else since then"),
            StatusBrought::Refused(StatusRefusal::NoAuthor) => Said::Lost("its author is locked"),
            StatusBrought::Refused(_) => Said::Lost("it cannot be shown"),
        })
    }
}

/// A part of a message. What it shows stands with the first.
fn message(word: &OldWords, n: usize, body: MessageBody, now: Timestamp) -> OldMessage {
    let first = n == 0;
    OldMessage {
        key: if first {
            word.key.clone()
        } else {
            format!("{}/{}", word.key, n + 1).into()
        },
        number: kept(word.number).filter(|_| first),
        room: word.room,
        author: word.author,
        client_id: word.called.clone().filter(|_| first),
        body,
        media: if first { word.media.clone() } else { Vec::new() },
        at: word.at.min(now),
        edited_at: word.edited_at.map(|at| at.min(now)),
        unread: word.unread,
    }
}

/// What became of a message, given what became of its first part.
fn said(word: &OldWords, first: Option<MessageBrought>, parts: usize) -> Said {
    let number = match first {
        Some(MessageBrought::Done(number)) => number,
        Some(MessageBrought::Known) => return Said::Known,
        Some(MessageBrought::NoRoom) => return Said::Lost("its room is not here, or not its author's"),
        Some(MessageBrought::NoAuthor) => return Said::Lost("its author has no account"),
        Some(MessageBrought::NoMedia) | None => return Said::Lost("what it shows could not be kept"),
    };
    let mut changes = Vec::new();
    if word.number.is_some_and(|had| had != number) {
        changes.push(Change::Renumbered(number));
    }
    if parts > 1 {
        let (what, why) = (
            "one message of all of it",
            "it is too long, and has become several",
        );
        changes.push(Change::Lost { what, why });
    }
    Said::Now(changes)
}

/// A text in parts of so many bytes at most, without what no message may have. At least one, which may be empty.
fn parts(text: &str, most: usize) -> Vec<MessageBody> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
        .collect();
    let mut rest = &*plain;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let end = rest.floor_char_boundary(most.max(4));
        let (part, after) = rest.split_at(end);
        rest = after;
        match MessageBody::parse(part, usize::MAX) {
            Ok(body) => parts.push(body),
            // Nothing that could be seen.
            Err(TextError::Empty | TextError::Control | TextError::TooLong { .. }) => {}
        }
    }
    if parts.is_empty() {
        parts.push(MessageBody::none());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, most: usize) -> Vec<String> {
        let parts = parts(text, most);
        parts.iter().map(|part| part.as_str().to_owned()).collect()
    }

    #[test]
    fn a_long_text_is_cut_between_letters_and_nothing_is_lost() {
        assert_eq!(texts("hello", 5), ["hello"]);
        assert_eq!(texts("hello!", 5), ["hello", "!"]);
        let long = "tea \u{1f375} and mi\u{308}lk; ".repeat(100);
        let cut = texts(&long, 33);
        assert!(cut.iter().all(|part| part.len() <= 33));
        assert_eq!(cut.concat(), long);
    }

    #[test]
    fn what_cannot_be_said_is_nothing() {
        assert_eq!(texts("", 10), [""]);
        assert_eq!(texts(" \n ", 10), [""]);
        assert_eq!(texts("a\0b\u{1b}c\nd", 10), ["abc\nd"]);
    }
}
