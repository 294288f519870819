//! What backends of the operator's do with an API key.

use std::sync::Arc;

use parlor_domain::{CalledAll, ClientId, Event, MediaId, Publication, RoomId, Scope, Seq, Title, UserId};
use parlor_ports::{Clock, NewPublication, NotificationStore, PublicationMade};

use crate::messages::content;
use crate::{Announcements, Error, KeyHolder, Made, Messages, NewMessage};

/// What the holder of a key can do.
pub struct Backends {
    pub(crate) notifications: Arc<dyn NotificationStore>,
    pub(crate) announcements: Arc<Announcements>,
    pub(crate) messages: Arc<Messages>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Something that a backend says.
#[derive(Debug, Clone)]
pub struct Saying {
    /// What it calls the request: sent twice, said once.
    pub idempotency_key: ClientId,
    /// The text, which may be empty beside media.
    pub text: String,
    /// What it shows besides, uploaded by the key's bot.
    pub media: Vec<MediaId>,
}

impl Backends {
    /// Notifies a user; gives the event's place in his own stream.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Invalid`] (`text`, `media`), [`Error::NoSuchUser`], [`Error::NoBot`] and
    /// [`Error::NoSuchMedia`] for media that are not the bot's, [`Error::IdempotencyKeyUsed`], [`Error::InvalidApiKey`] if the
    /// key was revoked meanwhile
    pub async fn notify_user(
        &self,
        holder: &KeyHolder,
        to: UserId,
        title: Option<Title>,
        saying: Saying,
    ) -> Result<Made<Seq>, Error> {
        holder.may(Scope::NotifyUser)?;
        let media = saying.media;
        let text = content(&saying.text, &media, Publication::MEDIA, Publication::TEXT).map_err(reworded)?;
        if !media.is_empty() {
            holder.bot()?;
        }
        let new = NewPublication {
            key: holder.key.number,
            idempotency_key: saying.idempotency_key,
            to,
            title,
            text,
            media,
            at: self.clock.now(),
        };
        match self.notifications.publish(new).await? {
            PublicationMade::New(event) => Ok(Made::New(event.seq)),
            PublicationMade::Known(seq) => Ok(Made::Known(seq)),
            PublicationMade::Conflict => Err(Error::IdempotencyKeyUsed),
            PublicationMade::NoKey => Err(Error::InvalidApiKey),
            PublicationMade::NoUser => Err(Error::NoSuchUser(Some(to))),
            PublicationMade::NoMedia => Err(Error::NoSuchMedia),
        }
    }

    /// Notifies all members of a room, by a message of the key's bot that mentions all of them, whatever its role there.
    ///
    /// # Errors
    /// As [`Backends::post`].
    pub async fn notify_room(
        &self,
        holder: &KeyHolder,
        room: RoomId,
        saying: Saying,
    ) -> Result<Made<Arc<Event>>, Error> {
        holder.may(Scope::NotifyRoom)?;
        self.say(holder, room, saying, None, CalledAll::Granted).await
    }

    /// Notifies all accounts, by a message of the key's bot in the room that all of them are in. Who has an account later does not
    /// see it.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NoBot`], [`Error::Invalid`] (`text`, `media`), [`Error::NoSuchMedia`] for media that are
    /// not the bot's, [`Error::IdempotencyKeyUsed`]
    pub async fn notify_everyone(
        &self,
        holder: &KeyHolder,
        saying: Saying,
    ) -> Result<Made<Arc<Event>>, Error> {
        holder.may(Scope::NotifyEveryone)?;
        let room = self.announcements.room(holder.bot()?).await?;
        let said = self.say(holder, room, saying, None, CalledAll::Announced).await?;
        self.announcements.said();
        Ok(said)
    }

    /// Posts in a room as the key's bot, which has the rights there of any member.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NoBot`], [`Error::Invalid`] (`text`, `media`), [`Error::IdempotencyKeyUsed`]; else as
    /// [`Messages::send`]
    pub async fn post(
        &self,
        holder: &KeyHolder,
        room: RoomId,
        saying: Saying,
        reply_to: Option<Seq>,
    ) -> Result<Made<Arc<Event>>, Error> {
        holder.may(Scope::Post)?;
        self.say(holder, room, saying, reply_to, CalledAll::ByRight).await
    }

    async fn say(
        &self,
        holder: &KeyHolder,
        room: RoomId,
        saying: Saying,
        reply_to: Option<Seq>,
        all: CalledAll,
    ) -> Result<Made<Arc<Event>>, Error> {
        let message = NewMessage {
            client_id: saying.idempotency_key,
            body: saying.text,
            media: saying.media,
            reply_to,
            forward: None,
        };
        let said = self.messages.send_as_bot(holder.bot()?, room, message, all).await;
        said.map_err(reworded)
    }
}

/// What is wrong with a message, in the words of requests by backends.
fn reworded(error: Error) -> Error {
    match error {
        Error::IdempotencyConflict => Error::IdempotencyKeyUsed,
        Error::Invalid {
            field: "body",
            message,
        } => Error::Invalid {
            field: "text",
            message,
        },
        error => error,
    }
}
