//! The client that programs use.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;
use parlor_wire::{Away, Command, Delete, Edit, Follow, MarkTo, MessagePlace, Played, Send, Typing};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::driver::{Driver, Update};
use crate::outbox::AnswerTo;
use crate::random::client_id;
use crate::{Answer, Positions, ServerUrl, TokenSource};

/// How a client connects.
pub struct Settings {
    /// Where the server is.
    pub server: ServerUrl,
    /// Where tokens come from.
    pub tokens: Arc<dyn TokenSource>,
    /// What this device has from earlier; none on a new one.
    pub positions: Positions,
    /// Longest pause before the first new attempt; the limit doubles with every failure.
    pub backoff_base: Duration,
    /// Longest pause before any attempt.
    pub backoff_cap: Duration,
    /// How long connecting and being welcomed may take.
    pub connect_timeout: Duration,
}

impl Settings {
    /// A new device, with the pauses that the protocol recommends.
    pub fn new(server: ServerUrl, tokens: Arc<dyn TokenSource>) -> Self {
        Self {
            server,
            tokens,
            positions: Positions::default(),
            backoff_base: Duration::from_millis(500),
            backoff_cap: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(20),
        }
    }
}

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Where.
    pub room: Uuid,
    /// The text, which may be empty beside media.
    pub body: String,
    /// Ids of media that one has uploaded.
    pub media: Vec<Uuid>,
    /// The message that it answers.
    pub reply_to: Option<u64>,
    /// The message that it repeats, in place of all these.
    pub forward: Option<MessagePlace>,
    /// What it is called, so that it is stored once however often it is sent.
    pub client_id: String,
}

impl NewMessage {
    /// A message under a new name, that answers none.
    pub fn new(room: Uuid, body: impl Into<String>) -> Self {
        Self {
            room,
            body: body.into(),
            media: Vec::new(),
            reply_to: None,
            forward: None,
            client_id: client_id(),
        }
    }
}

/// One device's connection to a server, kept up through everything that passes. Clones speak for the same device; when
/// the last one is dropped, the connection is closed.
///
/// Commands go out in the order in which the methods are called, connected or not, and need not be awaited. What was
/// not answered when a connection broke is sent again with the next, under the same name, so it happens once.
#[derive(Debug, Clone)]
pub struct Client {
    requests: mpsc::UnboundedSender<(Command, AnswerTo)>,
}

impl Client {
    /// Starts to connect, on the current tokio runtime, and to tell what happens. Reading pauses while very much is
    /// told that nobody takes, unless an answer is awaited.
    pub fn start(settings: Settings) -> (Self, Updates) {
        let (requests, inbox) = mpsc::unbounded_channel();
        let (tell, updates) = mpsc::channel(64);
        tokio::spawn(Driver::new(settings, inbox, tell).run());
        (Self { requests }, Updates(updates))
    }

    /// Sends a message. Answered once it is on disk.
    pub fn send(&self, message: NewMessage) -> Answer {
        self.request(Command::Send(Send {
            id: 0,
            room: message.room,
            client_id: message.client_id,
            body: message.body,
            media: message.media,
            reply_to: message.reply_to,
            forward: message.forward,
        }))
    }

    /// Edits one's own message.
    pub fn edit(&self, room: Uuid, target: u64, body: impl Into<String>) -> Answer {
        self.request(Command::Edit(Edit {
            id: 0,
            room,
            target,
            body: body.into(),
            client_id: Some(client_id()),
        }))
    }

    /// Deletes a message for everyone.
    pub fn delete(&self, room: Uuid, target: u64) -> Answer {
        self.request(Command::Delete(Delete {
            id: 0,
            room,
            target,
            client_id: Some(client_id()),
        }))
    }

    /// Has read up to `seq`.
    pub fn read(&self, room: Uuid, seq: u64) -> Answer {
        self.request(Command::Read(MarkTo { id: 0, room, seq }))
    }

    /// Has received up to `seq`.
    pub fn delivered(&self, room: Uuid, seq: u64) -> Answer {
        self.request(Command::Delivered(MarkTo { id: 0, room, seq }))
    }

    /// Has played a voice message, of which its sender is told.
    pub fn played(&self, room: Uuid, target: u64) -> Answer {
        self.request(Command::Played(Played { id: 0, room, target }))
    }

    /// Is typing; to be repeated every few seconds while it lasts.
    pub fn typing(&self, room: Uuid) -> Answer {
        self.request(Command::Typing(Typing { id: 0, room }))
    }

    /// Wants to be told of somebody's presence, over all connections to come.
    pub fn follow(&self, user: Uuid) -> Answer {
        self.request(Command::Follow(Follow { id: 0, user }))
    }

    /// Wants it no longer.
    pub fn unfollow(&self, user: Uuid) -> Answer {
        self.request(Command::Unfollow(Follow { id: 0, user }))
    }

    /// Has left this device for a while, or is back, over all connections to come.
    pub fn away(&self, on: bool) -> Answer {
        self.request(Command::Away(Away { id: 0, on }))
    }

    fn request(&self, command: Command) -> Answer {
        let (answer, answered) = oneshot::channel();
        // If the driver has ended, this drops the sender, and the answer says so.
        let _ = self.requests.send((command, answer));
        Answer(answered)
    }
}

/// What happens, in the order in which it happened. Ends after [`Update::Ended`].
#[derive(Debug)]
pub struct Updates(mpsc::Receiver<Update>);

impl Updates {
    /// The next one.
    pub async fn next(&mut self) -> Option<Update> {
        self.0.recv().await
    }
}

impl Stream for Updates {
    type Item = Update;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Update>> {
        self.0.poll_recv(context)
    }
}
