//! Somebody who uploads, shows and deletes, and knows what must be there.

mod deeds;
mod look;
mod show;
mod upload;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::Method;
use parlor_client::RestError;
use parlor_testkit::SeededEntropy;
use serde_json::Value;
use uuid::Uuid;

pub(super) use self::deeds::Deeds;
use super::contents::{Content, Contents};
use crate::promises::world::Person;

/// How somebody may be refused who does not know what has expired, and what became of a request without an answer.
const EXPECTED: [&str; 7] = [
    "busy",
    "media_in_use",
    "no_such_media",
    "no_such_room",
    "no_such_upload",
    "too_many_uploads",
    "wrong_offset",
];

/// Media that were there when the server last spoke of them.
#[derive(Debug, Clone)]
struct Held {
    id: Uuid,
    content: Content,
}

/// A message that was acknowledged.
#[derive(Debug)]
struct Shown {
    seq: u64,
    media: Vec<Held>,
}

/// Somebody with a room of his own.
pub(super) struct Hoarder {
    person: Person,
    room: Uuid,
    contents: Arc<Contents>,
    chance: SeededEntropy,
    /// What was uploaded and may still be there.
    held: Vec<Held>,
    /// Messages that must be there.
    shown: Vec<Shown>,
    /// Messages that must not be there.
    deleted: Vec<u64>,
    /// Whether an answer was lost since it was last looked at what must be there.
    is_lost: bool,
    pub(super) deeds: Deeds,
}

impl Hoarder {
    pub(super) async fn new(person: Person, contents: Arc<Contents>, chance: SeededEntropy) -> Self {
        Self {
            room: person.group(&[]).await,
            person,
            contents,
            chance,
            held: Vec::new(),
            shown: Vec::new(),
            deleted: Vec::new(),
            is_lost: false,
            deeds: Deeds::default(),
        }
    }

    /// Does one thing after the other until it is enough.
    pub(super) async fn live(mut self, enough: Arc<AtomicBool>) -> Self {
        while !enough.load(Ordering::Relaxed) {
            if std::mem::take(&mut self.is_lost) {
                self.deeds.losses += 1;
                self.newest_are_there().await;
            }
            self.act().await;
        }
        self
    }

    async fn act(&mut self) {
        match self.chance.below(40) {
            0..=7 => self.upload_at_once().await,
            8..=15 => self.upload_in_parts().await,
            16..=25 => self.show().await,
            26..=31 => self.delete_message().await,
            32..=34 => self.delete_media().await,
            35 | 36 => self.set_avatar().await,
            37 => self.remove_avatar().await,
            38 if self.chance.below(4) == 0 => self.replace_room().await,
            _ => self.newest_are_there().await,
        }
    }

    fn some<'a, T>(&self, things: &'a [T]) -> Option<&'a T> {
        (!things.is_empty()).then(|| &things[self.chance.below(things.len())])
    }

    /// Asks for something once; whether it was done.
    async fn try_to(&mut self, method: Method, path: &str, body: Option<Value>) -> bool {
        let asked = self.person.ask(method, path, body).await;
        self.done(asked).await.is_some()
    }

    /// What was done; nothing if it was refused as it should be, or nobody knows.
    async fn done<T>(&mut self, result: Result<T, RestError>) -> Option<T> {
        if let Err(RestError::Network(_)) = result {
            self.lose().await;
            return None;
        }
        expected(result)
    }

    /// Asks again and again until there is an answer.
    async fn insist<T, F>(&mut self, ask: impl Fn(Person) -> F) -> Result<T, RestError>
    where
        F: Future<Output = Result<T, RestError>>,
    {
        loop {
            match ask(self.person.clone()).await {
                Err(RestError::Network(_)) => self.lose().await,
                answer => return answer,
            }
        }
    }

    async fn lose(&mut self) {
        self.is_lost = true;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What was done; nothing if it was refused as it should be.
fn expected<T>(answer: Result<T, RestError>) -> Option<T> {
    match answer {
        Ok(done) => Some(done),
        Err(error) => {
            let known = error.code().is_some_and(|code| EXPECTED.contains(&code));
            assert!(known, "{error}");
            None
        }
    }
}
