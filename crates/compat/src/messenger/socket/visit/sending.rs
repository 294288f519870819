//! What the client of a chat sends.

use bytestring::ByteString;
use parlor_domain::{BroadcastListId, MediaId, Origin, RoomId};
use parlor_http::Dialogue;
use parlor_services::{Error, ErrorKind};
use serde_json::json;

use super::super::super::format::{Said, is_attachment};
use super::super::incoming::{Incoming, Wrong};
use super::super::{FRAME, Place, WRONG_ROOM};
use super::Visit;
use crate::sockets::BUSY;

const NOT_SENT: &str = "This message cannot be sent.";

impl Visit {
    /// Sends what a frame says, when its turn comes.
    pub(super) async fn take(&self, command: u64, frame: ByteString) {
        let turn = self.turn.lock().await;
        if self.is_over() {
            return;
        }
        let Some((text, media)) = self.prepare(frame).await else {
            return;
        };
        if self.is_over() {
            return self.discard(media).await;
        }
        let sent = match self.place {
            Place::List(list) => self.send_to_list(list, text, media).await,
            Place::Room { room, .. } => {
                // The message enters the log with the first step, so before the next one's turn comes.
                drop(turn);
                self.send(command, room, &text, media).await
            }
        };
        if let Err(error) = sent {
            self.tell(&error);
        }
    }

    /// The text of a frame, and its attachment made media of; `None` if nothing is to be sent, as the client is told.
    async fn prepare(&self, frame: ByteString) -> Option<(String, Option<MediaId>)> {
        let Incoming { text, attachment } = match Incoming::read(frame, self.compat.max_body()).await {
            Ok(incoming) => incoming,
            Err(Wrong::Malformed) => {
                self.fail();
                return None;
            }
            Err(Wrong::NotStorable) => {
                self.warn(NOT_SENT);
                return None;
            }
            Err(Wrong::TooLong) => {
                self.warn("Message too long.");
                return None;
            }
        };
        let media = match attachment {
            Some(data) => Some(self.attach(data).await?),
            None => None,
        };
        Some((text, media))
    }

    /// Makes media of a file; `None` if it cannot be attached, as the client is told.
    async fn attach(&self, data: String) -> Option<MediaId> {
        let services = self.compat.services();
        let media = match services.uploads.decode_large(&self.actor, data, FRAME).await {
            Ok(media) => media,
            Err(error) => {
                self.tell_of_file(&error);
                return None;
            }
        };
        if is_attachment(&media) {
            return Some(media.id);
        }
        self.warn("Unsupported file type!");
        self.discard(Some(media.id)).await;
        None
    }

    /// Deletes a file that is not sent.
    async fn discard(&self, media: Option<MediaId>) {
        let Some(media) = media else { return };
        if let Err(error) = self.compat.services().library.delete(&self.actor, media).await {
            tracing::debug!(%error, "a file that nothing uses goes by itself, later");
        }
    }

    async fn send(
        &self,
        command: u64,
        room: RoomId,
        text: &str,
        media: Option<MediaId>,
    ) -> Result<(), Error> {
        let origin = Some(Origin {
            connection: self.line.connection().id(),
            command,
        });
        let messages = &self.compat.services().messages;
        messages
            .send_even_nothing(&self.actor, room, text, media, origin)
            .await?;
        Ok(())
    }

    /// Sends something to all who are in a list, in the background. Here it is told once.
    async fn send_to_list(
        &self,
        list: BroadcastListId,
        text: String,
        media: Option<MediaId>,
    ) -> Result<(), Error> {
        let media = media.into_iter().collect();
        let broadcasts = &self.compat.services().broadcasts;
        let sent = broadcasts.send_once(&self.actor, list, text, media).await?;
        let said = Said::to_list(&sent, self.actor.user.number);
        let message = said.shown(false, &self.media);
        self.line.say(&json!({ "message": message }).to_string());
        Ok(())
    }

    /// Tells why a message was not sent.
    fn tell(&self, error: &Error) {
        match error {
            Error::NoSuchRoom | Error::NoSuchList => self.warn(WRONG_ROOM),
            Error::Blocked(_) | Error::NotAContact(_) => self.warn("You cannot write to this user."),
            Error::Muted | Error::ReadOnly => self.warn("You may not write in this chat room."),
            Error::EmptyList => self.warn("There is nobody in this list."),
            _ => self.tell_otherwise(error, NOT_SENT),
        }
    }

    /// Tells why a file is not taken.
    fn tell_of_file(&self, error: &Error) {
        match (error, error.kind()) {
            // It is no base64.
            (Error::Invalid { .. }, _) => self.fail(),
            (_, ErrorKind::Invalid | ErrorKind::Unsupported) => self.warn("Unsupported file type!"),
            (_, ErrorKind::TooLarge) => self.warn("This file is too large."),
            (_, ErrorKind::Full) => self.warn("There is no room left for files."),
            _ => self.tell_otherwise(error, "This file cannot be sent."),
        }
    }

    fn tell_otherwise(&self, error: &Error, text: &str) {
        match error.kind() {
            ErrorKind::Internal => {
                tracing::error!(error = error as &dyn std::error::Error, "a message was not sent");
                self.fail();
            }
            ErrorKind::Busy | ErrorKind::Unavailable => self.warn(BUSY),
            ErrorKind::Limited => self.hurried(),
            _ => self.warn(text),
        }
    }
}
