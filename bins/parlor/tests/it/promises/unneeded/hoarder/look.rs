//! Looking at what must be there.

use futures_util::TryStreamExt;
use hyper::Method;
use parlor_client::{HistoryRange, MediaFile, Rest, RestError};
use parlor_wire::{EventBody, MessageView};
use uuid::Uuid;

use super::{Held, Hoarder};

/// How many messages are looked at after each kill.
const NEWEST: usize = 2;

impl Hoarder {
    /// What was shown last can be had as it was.
    pub(super) async fn newest_are_there(&mut self) {
        let newest = self.shown.iter().rev().take(NEWEST);
        let newest: Vec<Held> = newest.flat_map(|shown| shown.media.clone()).collect();
        for held in newest {
            self.is_there(&held).await;
        }
    }

    /// Every message shows what was acknowledged, and all of that can be had as it was; so can what any other message shows.
    pub(in super::super) async fn all_is_there(&mut self) {
        let messages = self.history().await;
        let find = |wanted| messages.iter().find(|(seq, _)| *seq == wanted);
        for shown in &self.shown {
            let (_, message) = find(shown.seq).expect("what was acknowledged is there");
            let ids = message.media.iter().map(|media| media.id);
            assert!(ids.eq(shown.media.iter().map(|held| held.id)), "{message:?}");
        }
        for seq in &self.deleted {
            assert!(find(*seq).is_none(), "{seq} was deleted");
        }
        let acknowledged = self.shown.iter().flat_map(|shown| shown.media.clone());
        for held in acknowledged.collect::<Vec<_>>() {
            self.is_there(&held).await;
        }
        for media in messages.iter().flat_map(|(_, message)| &message.media) {
            let original = self.has(media.id, MediaFile::Original).await;
            assert_eq!(original.len() as u64, media.bytes);
            if media.picture {
                self.has(media.id, MediaFile::Small).await;
                self.has(media.id, MediaFile::Large).await;
            }
        }
        let account = self.person.ask(Method::GET, "/v1/me", None).await.unwrap();
        if let Some(avatar) = account["avatar"].as_str() {
            self.has(avatar.parse().unwrap(), MediaFile::Small).await;
        }
    }

    async fn is_there(&mut self, held: &Held) {
        let id = held.id;
        let bytes = self
            .insist(|person| async move { download(&person.rest, id, MediaFile::Original).await })
            .await;
        let bytes = bytes.unwrap_or_else(|error| panic!("{id} of {}: {error}", self.person.name));
        assert!(*bytes == *held.content.bytes, "{id}");
        self.deeds.looks += 1;
    }

    async fn has(&self, media: Uuid, file: MediaFile) -> Vec<u8> {
        download(&self.person.rest, media, file).await.unwrap()
    }

    /// All messages that show media.
    pub(super) async fn history(&self) -> Vec<(u64, MessageView)> {
        let (mut messages, mut after) = (Vec::new(), 0);
        loop {
            let range = HistoryRange::After(after);
            let page = self.person.rest.messages(self.room, range).await.unwrap();
            for event in page.messages {
                after = event.seq;
                match event.body {
                    EventBody::Message(message) if !message.media.is_empty() => {
                        messages.push((event.seq, message));
                    }
                    _ => {}
                }
            }
            if !page.more {
                return messages;
            }
        }
    }
}

async fn download(rest: &Rest, media: Uuid, file: MediaFile) -> Result<Vec<u8>, RestError> {
    let pieces: Vec<_> = rest.download(media, file).await?.try_collect().await?;
    Ok(pieces.concat())
}
