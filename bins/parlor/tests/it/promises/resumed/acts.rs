//! What people do.

use hyper::Method;
use parlor_client::{HistoryRange, NewMessage, RestError};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Town;

/// How people may be refused who try what comes to their minds.
const EXPECTED: [&str; 9] = [
    "no_such_room",
    "no_such_member",
    "no_such_message",
    "forbidden",
    "direct_room",
    "message_deleted",
    "room_full",
    "invalid",
    "too_many_rooms",
];

impl Town {
    /// Somebody does something.
    pub(super) async fn act(&mut self) {
        let room = match self.rooms.len() {
            0 => Uuid::nil(),
            _ => *self.some(&self.rooms),
        };
        match self.chance.below(36) {
            _ if self.rooms.len() < 2 => self.create().await,
            0..=9 => self.say(room).await,
            10..=13 => self.edit_or_delete().await,
            14 => self.create().await,
            15 => self.open_direct().await,
            16 | 17 => {
                self.try_to(Method::PUT, &format!("/v1/rooms/{room}/members/me"), None)
                    .await
            }
            18 | 19 => {
                self.try_to(Method::DELETE, &format!("/v1/rooms/{room}/members/me"), None)
                    .await
            }
            20 if self.chance.below(4) == 0 => {
                self.try_to(Method::DELETE, &format!("/v1/rooms/{room}"), None)
                    .await;
            }
            20..=22 => {
                let name = format!("Room {}", self.chance.below(1000));
                let history = ["all", "from_join"][self.chance.below(2)];
                let change = json!({"name": name, "history": history});
                self.try_to(Method::PATCH, &format!("/v1/rooms/{room}"), Some(change))
                    .await;
            }
            23..=28 => self.look_after_members(room).await,
            _ => self.mark(room).await,
        }
    }

    async fn create(&mut self) {
        let join = ["open", "closed"][self.chance.below(2)];
        let history = ["all", "from_join"][self.chance.below(2)];
        let member = self.some(&self.people).id;
        let wish = json!({"name": "A room", "join": join, "history": history, "members": [member]});
        let creator = self.some(&self.people);
        let view = creator.ask(Method::POST, "/v1/rooms", Some(wish)).await.unwrap();
        self.rooms.push(view["id"].as_str().unwrap().parse().unwrap());
    }

    async fn open_direct(&mut self) {
        let (one, other) = (self.some(&self.people), self.some(&self.people));
        if one.id != other.id {
            let room = one.rest.open_direct(other.id).await.unwrap().id;
            if !self.rooms.contains(&room) {
                self.rooms.push(room);
            }
        }
    }

    /// Says something, over the socket if the device has one.
    async fn say(&mut self, room: Uuid) {
        let traveller = self.some(&self.travellers);
        let text = format!("{} times", self.chance.below(1000));
        let said = match traveller.socket() {
            Some(socket) if self.chance.below(2) == 0 => socket
                .send(NewMessage::new(room, text))
                .await
                .ok()
                .and_then(|answer| answer.seq),
            _ => {
                let client_id = parlor_client::client_id();
                let said = traveller.person.rest.send(room, &text, &client_id).await;
                expected(said).map(|event| event.seq)
            }
        };
        self.said.extend(said.map(|seq| (room, seq)));
    }

    async fn edit_or_delete(&mut self) {
        if self.said.is_empty() {
            return;
        }
        let (room, seq) = *self.some(&self.said);
        let path = format!("/v1/rooms/{room}/messages/{seq}");
        if self.chance.below(3) == 0 {
            self.try_to(Method::DELETE, &path, None).await;
        } else {
            let text = format!("rather {}", self.chance.below(1000));
            self.try_to(Method::PATCH, &path, Some(json!({"body": text})))
                .await;
        }
    }

    async fn look_after_members(&mut self, room: Uuid) {
        let who = self.some(&self.people).id;
        let members = format!("/v1/rooms/{room}/members");
        match self.chance.below(5) {
            0 | 1 => {
                self.try_to(Method::POST, &members, Some(json!({"users": [who]})))
                    .await
            }
            2 => {
                self.try_to(Method::DELETE, &format!("{members}/{who}"), None)
                    .await
            }
            3 => {
                let role = ["member", "admin"][self.chance.below(2)];
                let path = format!("{members}/{who}/role");
                self.try_to(Method::PUT, &path, Some(json!({"role": role}))).await;
            }
            _ => {
                let path = format!("/v1/rooms/{room}/owner");
                self.try_to(Method::PUT, &path, Some(json!({"owner": who}))).await;
            }
        }
    }

    /// Reads some of a room, over the socket if the device has one.
    async fn mark(&mut self, room: Uuid) {
        let traveller = self.some(&self.travellers);
        let page = traveller.person.rest.messages(room, HistoryRange::Newest).await;
        let Some(page) = expected(page) else { return };
        let seq = page.as_of.seq.saturating_sub(self.chance.below(4) as u64);
        match (traveller.socket(), self.chance.below(4)) {
            // The answer is not awaited: it says no more than that the mark was taken.
            (Some(socket), 0) => drop(socket.delivered(room, seq)),
            (Some(socket), 1 | 2) => drop(socket.read(room, seq)),
            _ => {
                let path = format!("/v1/rooms/{room}/marks");
                let marks = json!({"read": seq});
                expected(traveller.person.ask(Method::PUT, &path, Some(marks)).await);
            }
        }
    }

    /// Somebody asks for something, which may not be his to ask.
    async fn try_to(&self, method: Method, path: &str, body: Option<Value>) {
        let person = self.some(&self.people);
        expected(person.ask(method, path, body).await);
    }
}

/// What was done; nothing if it was refused as it should be.
fn expected<T>(result: Result<T, RestError>) -> Option<T> {
    match result {
        Ok(done) => Some(done),
        Err(error) => {
            let known = error.code().is_some_and(|code| EXPECTED.contains(&code));
            assert!(known, "{error}");
            None
        }
    }
}
