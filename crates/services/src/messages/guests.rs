//! What people say in dialects, and what the sockets of dialects read.

use std::sync::Arc;

use parlor_domain::{Called, ClientId, Draft, Event, MediaId, MessageBody, Origin, RoomId, Seq, TextError};
use parlor_ports::{Append, Priority};

use super::{Messages, done};
use crate::{Actor, Error};

impl Messages {
    /// Most bytes of a text.
    pub fn max_body(&self) -> usize {
        self.settings.max_body
    }

    /// Says something as [`Messages::send_once`] does, with one piece of media at most, and perhaps nothing at all: there are dialects
    /// in which a message need not have a text.
    ///
    /// # Errors
    /// As [`Messages::send`].
    pub async fn send_even_nothing(
        &self,
        actor: &Actor,
        room: RoomId,
        text: &str,
        media: Option<MediaId>,
        origin: Option<Origin>,
    ) -> Result<Arc<Event>, Error> {
        let draft = self.said_in_dialect(text, media)?;
        let append = self.of(actor, room, None, draft, Priority::Person);
        Ok(self.say(Append { origin, ..append }).await?.into_inner())
    }

    /// Says something as [`Messages::send_even_nothing`] does, without media, for a dialect that calls the message so: by that it knows
    /// it again.
    ///
    /// # Errors
    /// As [`Messages::send`].
    pub async fn send_called(
        &self,
        actor: &Actor,
        room: RoomId,
        client_id: ClientId,
        text: &str,
        origin: Option<Origin>,
    ) -> Result<Arc<Event>, Error> {
        let draft = self.said_in_dialect(text, None)?;
        let append = self.of(actor, room, Some(client_id), draft, Priority::Person);
        Ok(self.say(Append { origin, ..append }).await?.into_inner())
    }

    /// Gives one's own message another text, which may be none.
    ///
    /// # Errors
    /// As [`Messages::edit`].
    pub async fn edit_even_to_nothing(
        &self,
        actor: &Actor,
        room: RoomId,
        target: Seq,
        text: &str,
    ) -> Result<Arc<Event>, Error> {
        let body = self.even_nothing(text)?;
        let called = Called::by(body.as_str());
        let draft = Draft::Edit { target, body, called };
        let append = self.of(actor, room, None, draft, Priority::Person);
        Ok(self.say(append).await?.into_inner())
    }

    /// The message with this number, whoever asks: whether he may see it is for the caller to check.
    ///
    /// # Errors
    /// [`Error::NoSuchMessage`], also if it was deleted
    pub async fn numbered(&self, number: i64) -> Result<Arc<Event>, Error> {
        self.log.numbered(number).await?.ok_or(Error::NoSuchMessage)
    }

    /// Deletes one's own message with this number for everyone, even in a room in which one is not any more.
    ///
    /// # Errors
    /// [`Error::NoSuchMessage`]
    pub async fn take_back(&self, actor: &Actor, number: i64) -> Result<(), Error> {
        let now = self.clock.now();
        done(self.log.take_back(number, actor.user, now).await?, now)
    }

    /// What comes next in the actor's own stream, after this event: not all at once, but at least one event if there is one.
    pub async fn own_events_after(&self, actor: &Actor, after: Seq) -> Result<Vec<Arc<Event>>, Error> {
        Ok(self.log.events_after(actor.user.id.into(), after).await?)
    }

    /// A message with one piece of media at most, and perhaps without a text.
    fn said_in_dialect(&self, text: &str, media: Option<MediaId>) -> Result<Draft, Error> {
        let body = self.even_nothing(text)?;
        Ok(Draft::Message {
            called: Called::by(body.as_str()),
            body,
            media: media.into_iter().collect(),
            reply_to: None,
            status: None,
        })
    }

    /// A text that may be empty.
    fn even_nothing(&self, text: &str) -> Result<MessageBody, Error> {
        match MessageBody::parse(text, self.settings.max_body) {
            Err(TextError::Empty) => Ok(MessageBody::none()),
            parsed => parsed.map_err(|why| Error::invalid("body", why)),
        }
    }
}
