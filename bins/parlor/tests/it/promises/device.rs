//! One socket, frame by frame.

use std::collections::HashMap;

use parlor_client::{Connection, ConnectionError, Positions, ServerUrl};
use parlor_wire::{
    Command, EventBody, EventView, Failure, Hello, Notice, Push, StreamHead, StreamPosition, Success, Welcome,
};
use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use super::database::PATIENCE;

/// A socket that was welcomed, and everything that it has heard.
pub(crate) struct Device {
    connection: Connection,
    pub(crate) welcome: Welcome,
    /// Everything but answers, in the order in which it came.
    pub(crate) heard: Vec<Push>,
    pub(crate) positions: Positions,
    last_id: u64,
    /// Answers for which nobody has waited yet.
    early: HashMap<u64, Result<Success, Failure>>,
}

impl Device {
    /// Connects and says hello.
    ///
    /// # Errors
    /// How the server refused it.
    pub(crate) async fn open(
        server: &ServerUrl,
        token: &str,
        positions: Vec<StreamPosition>,
    ) -> Result<Self, ConnectionError> {
        let mut connection = Connection::open(server, Some(token)).await?;
        let hello = Hello {
            positions: positions.clone(),
            ..Hello::default()
        };
        connection.send(&Command::Hello(hello)).await?;
        let welcome = match timeout(PATIENCE, connection.receive())
            .await
            .expect("an answer to hello")?
        {
            Push::Notice(Notice::Welcome(welcome)) => welcome,
            Push::Notice(Notice::Error(failure)) => return Err(ConnectionError::Hello(failure)),
            other => panic!("before the welcome came {other:?}"),
        };
        let mut positions: Positions = positions.into_iter().collect();
        positions.welcome(&welcome);
        Ok(Self {
            connection,
            welcome,
            heard: Vec::new(),
            positions,
            last_id: 0,
            early: HashMap::new(),
        })
    }

    /// What the welcome said of a stream.
    pub(crate) fn start_of(&self, stream: Uuid) -> StreamHead {
        let found = self.welcome.streams.iter().find(|head| head.stream == stream);
        *found.expect("it is one of the user's streams")
    }

    /// What this device has, for a later [`Person::resume`](super::world::Person::resume).
    pub(crate) fn has(&self) -> Vec<StreamPosition> {
        self.positions.iter().collect()
    }

    /// Sends a command and waits for its answer. An `id` is added.
    pub(crate) async fn ask(&mut self, command: Value) -> Result<Success, Failure> {
        let id = self.tell(command).await;
        self.answer(id).await
    }

    /// Sends a command and does not wait; gives its id.
    pub(crate) async fn tell(&mut self, mut command: Value) -> u64 {
        self.last_id += 1;
        command["id"] = self.last_id.into();
        let sent = self.connection.sender.send_text(&command.to_string()).await;
        sent.expect("the socket is open");
        self.last_id
    }

    /// The answer to a command. Those to others that come before are kept for who waits for them.
    pub(crate) async fn answer(&mut self, id: u64) -> Result<Success, Failure> {
        loop {
            if let Some(answer) = self.early.remove(&id) {
                return answer;
            }
            let (id, answer) = match self.next().await.expect("the socket stays open") {
                Push::Notice(Notice::Ok(success)) => (Some(success.id), Ok(success)),
                Push::Notice(Notice::Error(failure)) => (failure.id, Err(failure)),
                _ => continue,
            };
            if let Some(id) = id {
                self.early.insert(id, answer);
            }
        }
    }

    /// Sends any text, and tells how it was refused.
    pub(crate) async fn refusal(&mut self, text: &str) -> Failure {
        let sent = self.connection.sender.send_text(text).await;
        sent.expect("the socket is open");
        loop {
            match self.next().await.expect("the socket stays open") {
                Push::Notice(Notice::Error(failure)) => return failure,
                Push::Notice(Notice::Ok(_)) => panic!("it was not refused: {text}"),
                _ => {}
            }
        }
    }

    /// Says something, and tells its seq.
    pub(crate) async fn say(&mut self, room: Uuid, text: &str) -> u64 {
        let client_id = parlor_client::client_id();
        let command = json!({"type": "send", "room": room, "client_id": client_id, "body": text});
        self.ask(command).await.expect("it is stored").seq.expect("a seq")
    }

    /// The next frame; it is kept, and moves the positions.
    pub(crate) async fn next(&mut self) -> Result<Push, ConnectionError> {
        let push = timeout(PATIENCE, self.connection.receive())
            .await
            .unwrap_or_else(|_| panic!("nothing more came after {:#?}", self.heard.last()))?;
        match &push {
            Push::Event(event) => {
                self.expect_order(event);
                self.positions.event(event);
                if let EventBody::RoomJoined { room, .. } = event.body {
                    // A new membership begins where it begins.
                    self.positions = self.positions.iter().filter(|at| at.stream != room).collect();
                }
            }
            Push::Notice(Notice::Marks(marks)) => self.positions.marks(marks),
            Push::Notice(Notice::Reset(head)) => self.positions.reset(head),
            Push::Notice(Notice::Ok(_) | Notice::Error(_)) => return Ok(push),
            Push::Notice(_) => {}
        }
        self.heard.push(push.clone());
        Ok(push)
    }

    /// Each event of a stream follows the one before: none twice, none missing.
    fn expect_order(&self, event: &EventView) {
        if let Some(at) = self.positions.of(event.stream) {
            assert_eq!(event.seq, at.seq + 1, "the next event of {}", event.stream);
        }
    }

    /// Waits for a frame, unless it has come already.
    pub(crate) async fn wait_for<T>(&mut self, look: impl Fn(&Push) -> Option<T>) -> T {
        if let Some(found) = self.heard.iter().find_map(&look) {
            return found;
        }
        loop {
            let push = self.next().await.expect("the socket stays open");
            if let Some(found) = look(&push) {
                return found;
            }
        }
    }

    /// Waits for an event, unless it has come already.
    pub(crate) async fn event(&mut self, stream: Uuid, seq: u64) -> EventView {
        self.wait_for(|push| match push {
            Push::Event(event) if event.stream == stream && event.seq == seq => Some(event.clone()),
            _ => None,
        })
        .await
    }

    /// Waits for an event of the user's own stream that says that he is in a room.
    pub(crate) async fn joined(&mut self, room: Uuid) {
        let is_it =
            |body: &EventBody| matches!(body, EventBody::RoomJoined { room: joined, .. } if *joined == room);
        self.wait_for(|push| matches!(push, Push::Event(event) if is_it(&event.body)).then_some(()))
            .await;
    }

    /// Waits until everything is written that the server had for this socket: the answer to a command overtakes
    /// events, but not those of the turn before.
    pub(crate) async fn settle(&mut self) {
        for _ in 0..3 {
            self.ask(json!({"type": "ping"}))
                .await
                .expect("a ping is answered");
        }
    }

    /// The events of a stream that have come.
    pub(crate) fn events(&self, stream: Uuid) -> Vec<&EventView> {
        let heard = self.heard.iter();
        heard
            .filter_map(|push| match push {
                Push::Event(event) if event.stream == stream => Some(event),
                _ => None,
            })
            .collect()
    }

    /// Whether any frame so far has this in it, from the `since`-th on.
    pub(crate) fn mentions(&self, text: &str, since: usize) -> bool {
        let frames = self.heard[since..].iter();
        frames
            .map(|push| serde_json::to_string(push).unwrap())
            .any(|frame| frame.contains(text))
    }

    /// Reads until the server closes, and tells its close code.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            match self.next().await {
                Ok(_) => {}
                Err(ConnectionError::Closed { code, .. }) => return code,
                Err(other) => panic!("{other}"),
            }
        }
    }
}
