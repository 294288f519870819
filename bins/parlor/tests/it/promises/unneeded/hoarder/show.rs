//! What uses media, and what ends their use.

use hyper::Method;
use parlor_client::NewMessage;
use serde_json::{Value, json};

use super::{Held, Hoarder, Shown, expected};
use crate::promises::world::PASSWORD;

impl Hoarder {
    /// Sends a message with up to three pieces of media, until it is known whether it is stored.
    pub(super) async fn show(&mut self) {
        let mut media: Vec<Held> = Vec::new();
        for _ in 0..=self.chance.below(3) {
            let held = self.some(&self.held);
            media.extend(held.filter(|held| !holds(&media, held)).cloned());
        }
        if media.is_empty() {
            return;
        }
        let message = &NewMessage {
            media: media.iter().map(|held| held.id).collect(),
            ..NewMessage::new(self.room, "")
        };
        let sent = self.insist(|person| async move { person.rest.send_message(message).await });
        if let Some(event) = expected(sent.await) {
            self.deeds.messages += 1;
            let seq = event.seq;
            self.shown.push(Shown { seq, media });
        } else {
            self.held.retain(|held| !holds(&media, held));
        }
    }

    pub(super) async fn delete_message(&mut self) {
        if self.shown.is_empty() {
            return;
        }
        let Shown { seq, .. } = self.shown.remove(self.chance.below(self.shown.len()));
        let path = format!("/v1/rooms/{}/messages/{seq}", self.room);
        if self.try_to(Method::DELETE, &path, None).await {
            self.deleted.push(seq);
            self.deeds.deleted_messages += 1;
        }
    }

    pub(super) async fn delete_media(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let held = self.held.swap_remove(self.chance.below(self.held.len()));
        let deleted = self.person.rest.delete_media(held.id).await;
        if self.done(deleted).await.is_some() {
            self.deeds.deleted_media += 1;
        }
    }

    pub(super) async fn set_avatar(&mut self) {
        let held = self.held.iter();
        let pictures: Vec<&Held> = held.filter(|held| held.content.is_picture).collect();
        let Some(picture) = self.some(&pictures) else {
            return;
        };
        let wish = json!({"media": picture.id});
        if self.try_to(Method::PUT, "/v1/me/avatar", Some(wish)).await {
            self.deeds.avatars += 1;
        }
    }

    pub(super) async fn remove_avatar(&mut self) {
        self.try_to(Method::DELETE, "/v1/me/avatar", None).await;
    }

    /// Deletes the room, until it is known to be gone, and makes another.
    pub(super) async fn replace_room(&mut self) {
        self.shown.clear();
        self.deleted.clear();
        let path = &format!("/v1/rooms/{}", self.room);
        let deleted: Result<Value, _> = self
            .insist(|person| async move { person.ask(Method::DELETE, path, None).await })
            .await;
        expected(deleted);
        let made = self.insist(|person| async move {
            let wish = json!({"name": "Tea", "history": "all", "join": "closed", "members": []});
            person.ask(Method::POST, "/v1/rooms", Some(wish)).await
        });
        let made = made.await.unwrap();
        self.room = made["id"].as_str().unwrap().parse().unwrap();
        self.deeds.rooms += 1;
    }

    /// Deletes everything piece by piece.
    pub(in super::super) async fn delete_messages(&self) {
        for (seq, _) in self.history().await {
            self.person.delete(self.room, seq).await;
        }
        self.ask(Method::DELETE, "/v1/me/avatar", None).await;
    }

    /// Deletes everything with the room.
    pub(in super::super) async fn delete_room(&self) {
        let path = format!("/v1/rooms/{}", self.room);
        self.ask(Method::DELETE, &path, None).await;
        self.ask(Method::DELETE, "/v1/me/avatar", None).await;
    }

    /// Deletes everything with the account.
    pub(in super::super) async fn delete_account(&self) {
        let wish = json!({"password": PASSWORD, "messages": "delete"});
        self.ask(Method::POST, "/v1/me/deletion", Some(wish)).await;
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) {
        self.person.ask(method, path, body).await.unwrap();
    }
}

fn holds(media: &[Held], wanted: &Held) -> bool {
    media.iter().any(|held| held.id == wanted.id)
}
