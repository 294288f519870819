//! Messages.

use parlor_domain::{Timestamp, UserId};
use parlor_ports::OldModel;
use parlor_services::{OldWords, Said};
use uuid::Uuid;

use super::{Import, OldFile};
use crate::Error;
use crate::report::Thing;

/// A message as an older server's table has it.
#[derive(Debug)]
pub(crate) struct Spoken {
    pub(crate) key: Box<str>,
    pub(crate) number: Option<i64>,
    /// The primary key of its room.
    pub(crate) room: Box<str>,
    /// That of its author; empty if the account is gone.
    pub(crate) author: Box<str>,
    pub(crate) text: String,
    pub(crate) file: Option<OldFile>,
    pub(crate) at: Timestamp,
    pub(crate) edited_at: Option<Timestamp>,
    /// Whether nobody but its author has read it.
    pub(crate) unread: bool,
}

impl Import<'_, '_> {
    /// Brings messages with their files, in this order.
    pub(crate) async fn spoken(&mut self, spoken: Vec<Spoken>) -> Result<(), Error> {
        let kind = (Thing::Message, OldModel::Message);
        let new = self.unknown(kind, spoken, |spoken| &spoken.key).await?;
        let rooms = self.rooms(new.iter().map(|spoken| spoken.room.clone())).await?;
        let authors = self
            .accounts(new.iter().map(|spoken| spoken.author.clone()))
            .await?;
        let orphaned = new
            .iter()
            .any(|spoken| spoken.author.is_empty() && rooms.contains_key(&spoken.room));
        let keeper = if orphaned {
            Some(self.keeper().await?)
        } else {
            None
        };
        let mut words = Vec::with_capacity(new.len());
        for spoken in new {
            let author = if spoken.author.is_empty() {
                keeper
            } else {
                authors.get(&spoken.author).copied()
            };
            let (Some(&room), Some(author)) = (rooms.get(&spoken.room), author) else {
                let why = "its room or its author was not";
                self.report.lost(Thing::Message, &spoken.key, why)?;
                continue;
            };
            if spoken.author.is_empty() {
                let what = "is a bot's now: the account of its author is gone";
                self.report.note(Thing::Message, &spoken.key, what)?;
            }
            let media = match &spoken.file {
                Some(file) => self.file((Thing::Message, &spoken.key), author, file).await?,
                None => None,
            };
            words.push(OldWords {
                key: spoken.key,
                number: spoken.number,
                room,
                author,
                called: None,
                text: spoken.text,
                media: media.into_iter().collect(),
                at: spoken.at,
                edited_at: spoken.edited_at,
                unread: spoken.unread,
            });
        }
        self.words(words).await
    }

    /// Who says what was said by people whose accounts are gone.
    async fn keeper(&self) -> Result<UserId, Error> {
        match self.from() {
            Some(from) => Ok(self.imports().keeper(from).await?.id),
            None => Ok(UserId::new(Uuid::nil())),
        }
    }

    /// Adds messages to their rooms, all in one step.
    pub(crate) async fn words(&mut self, words: Vec<OldWords>) -> Result<(), Error> {
        let Some(from) = self.from() else {
            for _ in &words {
                self.report.came(Thing::Message)?;
            }
            return Ok(());
        };
        if words.is_empty() {
            return Ok(());
        }
        let keys: Vec<Box<str>> = words.iter().map(|words| words.key.clone()).collect();
        let said = self.imports().words(from, words).await?;
        for (key, said) in keys.iter().zip(said) {
            match said {
                Said::Known => self.report.knew(Thing::Message)?,
                Said::Now(changes) => {
                    self.report.came(Thing::Message)?;
                    self.tell(Thing::Message, key, &changes)?;
                }
                Said::Lost(why) => self.report.lost(Thing::Message, key, why)?,
            }
        }
        Ok(())
    }
}
