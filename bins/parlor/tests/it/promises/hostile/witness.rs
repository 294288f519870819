//! Two people who talk while others do what they like.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parlor_client::HistoryRange;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::promises::world::Person;

/// A conversation that goes on.
pub(super) struct Witness {
    person: Person,
    room: Uuid,
    enough: Arc<AtomicBool>,
    talk: JoinHandle<u64>,
}

impl Witness {
    /// One speaks, the other hears each message before the next is said.
    pub(super) async fn start(speaker: &Person, listener: &Person, room: Uuid) -> Self {
        let (mut speaks, mut hears) = (speaker.connect().await, listener.connect().await);
        let enough = Arc::new(AtomicBool::new(false));
        let until = enough.clone();
        let talk = tokio::spawn(async move {
            let mut said = 0;
            while !until.load(Ordering::Relaxed) {
                let seq = speaks.say(room, &format!("message {said}")).await;
                hears.event(room, seq).await;
                hears.heard.clear();
                speaks.heard.clear();
                said += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            said
        });
        Self {
            person: speaker.clone(),
            room,
            enough,
            talk,
        }
    }

    /// Ends the conversation: all was heard, and nothing else was said in the room.
    pub(super) async fn heard_everything(self) {
        self.enough.store(true, Ordering::Relaxed);
        let said = self.talk.await.unwrap();
        assert!(said > 0);
        let newest = self.person.rest.messages(self.room, HistoryRange::Newest);
        let page = newest.await.unwrap();
        let last = serde_json::to_value(page.messages.last()).unwrap();
        assert_eq!(last["body"], format!("message {}", said - 1));
        assert_eq!(last["msg_no"], said);
    }
}
