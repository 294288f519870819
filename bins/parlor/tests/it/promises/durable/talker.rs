//! Somebody who talks and listens through everything that happens to the server, and keeps a log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use parlor_client::{Answer, Client, NewMessage, Session, Settings, Update, Updates};
use parlor_wire::{EventView, Notice, Success, Verdict};
use tokio::time::timeout;
use uuid::Uuid;

use crate::promises::database::PATIENCE;
use crate::promises::world::Person;

/// Messages that wait for their answers.
const IN_FLIGHT: usize = 8;

/// Somebody in a room, and his log.
pub(super) struct Talker {
    pub(super) name: String,
    room: Uuid,
    speaks: bool,
    client: Client,
    updates: Updates,
    /// How many messages were sent.
    pub(super) sent: usize,
    /// Which were acknowledged, and how.
    pub(super) acknowledged: Vec<(String, Success)>,
    /// The room's events as they came.
    pub(super) heard: Vec<EventView>,
    /// Where the server said that too much was missed to be replayed.
    pub(super) resets: Vec<u64>,
    /// How often the connection was lost.
    pub(super) lost: usize,
}

impl Talker {
    pub(super) fn start(person: &Person, room: Uuid, speaks: bool) -> Self {
        let session = Session::new(&person.rest, person.tokens.clone());
        let (client, updates) = Client::start(Settings {
            backoff_base: Duration::from_millis(20),
            backoff_cap: Duration::from_millis(100),
            ..Settings::new(person.server.clone(), Arc::new(session))
        });
        Self {
            name: person.name.clone(),
            room,
            speaks,
            client,
            updates,
            sent: 0,
            acknowledged: Vec::new(),
            heard: Vec::new(),
            resets: Vec::new(),
            lost: 0,
        }
    }

    /// What the n-th message is called.
    pub(super) fn client_id(&self, n: usize) -> String {
        format!("{}-{n}", self.name)
    }

    /// Talks and listens until it is enough, and everything sent is answered.
    pub(super) async fn talk(mut self, enough: Arc<AtomicBool>) -> Self {
        let mut waiting = FuturesOrdered::new();
        loop {
            let more = self.speaks && !enough.load(Ordering::Relaxed);
            while more && waiting.len() < IN_FLIGHT {
                waiting.push_back(named(self.client_id(self.sent), self.say()));
            }
            if waiting.is_empty() && enough.load(Ordering::Relaxed) {
                return self;
            }
            tokio::select! {
                update = self.updates.next() => self.take(update.expect("the client goes on")),
                Some((client_id, answer)) = waiting.next() => {
                    self.acknowledged.push((client_id, answer));
                }
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
        }
    }

    fn say(&mut self) -> Answer {
        let client_id = self.client_id(self.sent);
        self.sent += 1;
        self.client.send(NewMessage {
            client_id,
            ..NewMessage::new(self.room, format!("message {} of {}", self.sent, self.name))
        })
    }

    /// Listens until this event has come.
    pub(super) async fn listen_until(&mut self, seq: u64) {
        while self.heard.last().is_none_or(|event| event.seq < seq) {
            let update = timeout(PATIENCE, self.updates.next())
                .await
                .expect("the rest comes");
            self.take(update.expect("the client goes on"));
        }
    }

    fn take(&mut self, update: Update) {
        match update {
            Update::Event(event) if event.stream == self.room => self.heard.push(*event),
            Update::Connected(welcome) => {
                let room = welcome.streams.iter().find(|head| head.stream == self.room);
                let room = room.expect("the room is there after every restart");
                if room.verdict == Verdict::Reset {
                    self.resets.push(room.head.seq);
                }
            }
            Update::Notice(notice) => {
                if let Notice::Reset(head) = *notice
                    && head.stream == self.room
                {
                    self.resets.push(head.head.seq);
                }
            }
            Update::Disconnected { .. } => self.lost += 1,
            Update::Ended(why) => panic!("{why}"),
            Update::Event(_) => {}
        }
    }
}

async fn named(client_id: String, answer: Answer) -> (String, Success) {
    (client_id, answer.await.expect("the message is stored"))
}
