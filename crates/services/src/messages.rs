//! Messages: saying, changing and reading.

mod content;
mod guests;

use std::sync::Arc;

use parlor_domain::{
    Action, Called, CalledAll, ClientId, Draft, Emoji, Event, MediaId, Message, MessageBody, Origin,
    PageSize, RoomId, RoomKind, Seq, StatusId, Timestamp, UserId, allows,
};
use parlor_ports::{
    Append, AppendRefusal, Appended, Clock, Entropy, EventLog, HistoryPage, HistoryRange, MessageAct,
    PinsPage, PlaysPage, Priority, ReactionsPage, ReceiptRange, ReceiptsPage, RevisionsPage, RoomStore,
    SaidPage, StoreError,
};

use self::content::body;
pub(crate) use self::content::content;
use crate::{Actor, Error, Made, Notifications, Tally};

/// Limits of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagesSettings {
    /// Most bytes of a text.
    pub max_body: usize,
}

impl Default for MessagesSettings {
    fn default() -> Self {
        Self { max_body: 65_536 }
    }
}

/// What somebody wants to say.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// What the sender's client calls it: sent twice, stored once.
    pub client_id: ClientId,
    /// The text, which may be empty beside media.
    pub body: String,
    /// What it shows besides.
    pub media: Vec<MediaId>,
    /// The message that it answers.
    pub reply_to: Option<Seq>,
    /// Room and seq of the message that it repeats, in place of all else.
    pub forward: Option<(RoomId, Seq)>,
}

/// Appends messages and what changes them, and reads them.
///
/// The futures of [`send`](Self::send), [`edit`](Self::edit) and [`delete`](Self::delete) enter the log's queue when
/// they are first polled, so that a socket's commands stand in the log in the order of its frames.
pub struct Messages {
    log: Arc<dyn EventLog>,
    rooms: Arc<dyn RoomStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    notifications: Arc<Notifications>,
    tally: Arc<Tally>,
    settings: MessagesSettings,
}

impl Messages {
    /// Messages in this log, within these limits.
    pub(crate) fn new(
        log: Arc<dyn EventLog>,
        rooms: Arc<dyn RoomStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        notifications: Arc<Notifications>,
        tally: Arc<Tally>,
        settings: MessagesSettings,
    ) -> Self {
        Self {
            log,
            rooms,
            clock,
            entropy,
            notifications,
            tally,
            settings,
        }
    }

    /// Says something in a room. The answer is given when it is on disk.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`body`, `media`, `forward`), [`Error::NoSuchRoom`], [`Error::Blocked`] or [`Error::NotAContact`] in
    /// a direct room across which there is a block, [`Error::Muted`], [`Error::ReadOnly`], [`Error::TooSoon`],
    /// [`Error::NoSuchMedia`] if it is not the actor's, [`Error::NoSuchMessage`] if what it answers or repeats is not to be
    /// seen, [`Error::IdempotencyConflict`], [`Error::Busy`]
    pub async fn send(
        &self,
        actor: &Actor,
        room: RoomId,
        message: NewMessage,
        origin: Option<Origin>,
    ) -> Result<Made<Arc<Event>>, Error> {
        let (client_id, draft) = self.draft(message, CalledAll::ByRight)?;
        let append = self.of(actor, room, Some(client_id), draft, Priority::Person);
        self.say(Append { origin, ..append }).await
    }

    /// Says something for whom no client calls messages anything, so that what is sent twice is said twice.
    ///
    /// # Errors
    /// As [`Messages::send`].
    pub async fn send_once(
        &self,
        actor: &Actor,
        room: RoomId,
        body: String,
        media: Vec<MediaId>,
        origin: Option<Origin>,
    ) -> Result<Arc<Event>, Error> {
        let id = self.entropy.uuid(self.clock.now()).to_string();
        let message = NewMessage {
            client_id: id.parse().expect("a UUID can name a message"),
            body,
            media,
            reply_to: None,
            forward: None,
        };
        Ok(self.send(actor, room, message, origin).await?.into_inner())
    }

    /// Says something as a bot, whose right to mention all may be granted by the server. It waits behind what people say.
    pub(crate) async fn send_as_bot(
        &self,
        bot: &Actor,
        room: RoomId,
        message: NewMessage,
        all: CalledAll,
    ) -> Result<Made<Arc<Event>>, Error> {
        let (client_id, draft) = self.draft(message, all)?;
        let append = self.of(bot, room, Some(client_id), draft, Priority::Bulk);
        self.say(append).await
    }

    /// Deletes a message as a bot that may delete any in the room, unless somebody else did. It waits behind what people say.
    pub(crate) async fn delete_as_bot(&self, bot: &Actor, room: RoomId, target: Seq) -> Result<(), Error> {
        let draft = Draft::Delete { target };
        let append = self.of(bot, room, None, draft, Priority::Bulk);
        match self.say(append).await {
            Ok(_) | Err(Error::MessageDeleted) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What a message is that answers a status, of which it says nothing but which one it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`body`)
    pub(crate) fn answer(&self, status: StatusId, text: &str) -> Result<Draft, Error> {
        let body = self.body(text)?;
        Ok(Draft::Message {
            called: Called::by(body.as_str()),
            body,
            media: Vec::new(),
            reply_to: None,
            status: Some(status),
        })
    }

    /// Says in a room what was drafted.
    ///
    /// # Errors
    /// As [`Messages::send`].
    pub(crate) async fn send_draft(
        &self,
        actor: &Actor,
        room: RoomId,
        client_id: ClientId,
        draft: Draft,
    ) -> Result<Made<Arc<Event>>, Error> {
        let append = self.of(actor, room, Some(client_id), draft, Priority::Person);
        self.say(append).await
    }

    /// What becomes of a message that somebody wants to send. If the right to mention all is granted, all are mentioned.
    fn draft(&self, message: NewMessage, all: CalledAll) -> Result<(ClientId, Draft), Error> {
        let NewMessage {
            client_id,
            body,
            media,
            reply_to,
            forward,
        } = message;
        if let Some((room, seq)) = forward {
            if !body.is_empty() || !media.is_empty() || reply_to.is_some() {
                return Err(Error::invalid("forward", "stands alone"));
            }
            return Ok((client_id, Draft::Forward { room, seq }));
        }
        let body = self.content(&body, &media)?;
        let mut called = Called::by(body.as_str());
        if let CalledAll::Granted | CalledAll::Announced = all {
            called.all = all;
        }
        let draft = Draft::Message {
            body,
            media,
            reply_to,
            called,
            status: None,
        };
        Ok((client_id, draft))
    }

    /// Gives one's own message, unless it is forwarded, another text. Without a client id a repeated request is one more edit.
    ///
    /// # Errors
    /// As [`Messages::send`], and [`Error::Forbidden`], [`Error::MessageDeleted`], [`Error::TooManyEdits`].
    pub async fn edit(
        &self,
        actor: &Actor,
        room: RoomId,
        target: Seq,
        body: &str,
        client_id: Option<ClientId>,
        origin: Option<Origin>,
    ) -> Result<Made<Arc<Event>>, Error> {
        let body = self.body(body)?;
        let called = Called::by(body.as_str());
        let draft = Draft::Edit { target, body, called };
        let append = self.of(actor, room, client_id, draft, Priority::Person);
        self.say(Append { origin, ..append }).await
    }

    /// Deletes a message for everyone: one's own, or as an admin any.
    ///
    /// # Errors
    /// As [`Messages::edit`].
    pub async fn delete(
        &self,
        actor: &Actor,
        room: RoomId,
        target: Seq,
        client_id: Option<ClientId>,
        origin: Option<Origin>,
    ) -> Result<Made<Arc<Event>>, Error> {
        let draft = Draft::Delete { target };
        let append = self.of(actor, room, client_id, draft, Priority::Person);
        self.say(Append { origin, ..append }).await
    }

    /// Messages of a room, ascending, as of one moment.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`]
    pub async fn history(
        &self,
        actor: &Actor,
        room: RoomId,
        range: HistoryRange,
        size: PageSize,
    ) -> Result<HistoryPage, Error> {
        let page = self.log.history(room, actor.user.id, range, size).await?;
        page.ok_or(Error::NoSuchRoom)
    }

    /// The messages, without deleted ones, of the rooms of [`Rooms::attended`], or of this one of them, the newest first: after so
    /// many, so many at most.
    ///
    /// [`Rooms::attended`]: crate::Rooms::attended
    pub async fn said(
        &self,
        actor: &Actor,
        room: Option<RoomId>,
        skip: u64,
        most: usize,
    ) -> Result<SaidPage, Error> {
        Ok(self.log.said(actor.user.id, room, skip, most).await?)
    }

    /// The newest messages of a room, without deleted ones, the newest first; none if the actor is not in it. After so many, so many at
    /// most.
    ///
    /// # Errors
    /// [`Error::Busy`]
    pub async fn newest_said(
        &self,
        actor: &Actor,
        room: RoomId,
        skip: u64,
        most: usize,
    ) -> Result<Vec<Arc<Event>>, Error> {
        let viewer = actor.user.id;
        Ok(self.log.newest_said(room, viewer, skip, most).await?)
    }

    /// One message.
    ///
    /// # Errors
    /// [`Error::NoSuchMessage`]
    pub async fn message(&self, actor: &Actor, room: RoomId, seq: Seq) -> Result<Arc<Event>, Error> {
        let message = self.log.message(room, actor.user.id, seq).await?;
        message.ok_or(Error::NoSuchMessage)
    }

    /// Notes that the actor has played a voice message, and tells its sender.
    ///
    /// # Errors
    /// [`Error::NoSuchMessage`], [`Error::NoVoiceMessage`]; [`Error::Blocked`], [`Error::NotAContact`] across a block
    pub async fn mark_played(&self, actor: &Actor, room: RoomId, seq: Seq) -> Result<(), Error> {
        let now = self.clock.now();
        done(self.log.mark_played(room, seq, actor.user, now).await?, now)
    }

    /// Puts an emoji to a message, or takes it away again.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::NoSuchMessage`], [`Error::TooManyReactions`]; in a direct room with a block
    /// [`Error::Blocked`], [`Error::NotAContact`]; [`Error::Muted`]
    pub async fn react(
        &self,
        actor: &Actor,
        room: RoomId,
        seq: Seq,
        emoji: Emoji,
        on: bool,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let act = self.log.react(room, seq, actor.user, (emoji, on), now).await?;
        if act == MessageAct::Done(None) {
            // If it is a channel, that is told later.
            self.tally.reacted();
        }
        done(act, now)
    }

    /// Who has put this emoji to a message, in the order of their ids; of a channel's readers for its admins.
    ///
    /// # Errors
    /// [`Error::NoSuchMessage`], [`Error::Forbidden`]
    pub async fn reactions(
        &self,
        actor: &Actor,
        room: RoomId,
        seq: Seq,
        emoji: Emoji,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<ReactionsPage, Error> {
        self.message(actor, room, seq).await?;
        let view = self.rooms.find(room, actor.user.id).await?;
        let view = view.ok_or(Error::NoSuchMessage)?;
        if view.room.kind == RoomKind::Channel && !allows(view.role, Action::Admit) {
            return Err(Error::Forbidden);
        }
        Ok(self.log.reactions(room, seq, emoji, after, size).await?)
    }

    /// Pins a message, or takes it down again: in a direct room either of the two, in others an admin.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::NoSuchMessage`], [`Error::Forbidden`], [`Error::TooManyPins`];
    /// [`Error::Blocked`], [`Error::NotAContact`] across a block
    pub async fn pin(&self, actor: &Actor, room: RoomId, seq: Seq, on: bool) -> Result<(), Error> {
        let now = self.clock.now();
        done(self.log.pin(room, seq, actor.user, on, now).await?, now)
    }

    /// The pinned messages of a room, the one that was pinned last first.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`]
    pub async fn pins(&self, actor: &Actor, room: RoomId) -> Result<PinsPage, Error> {
        let page = self.log.pins(room, actor.user.id).await?;
        page.ok_or(Error::NoSuchRoom)
    }

    /// Who has played a voice message of the actor's, in the order of their ids.
    ///
    /// # Errors
    /// [`Error::NoSuchMessage`]; [`Error::Forbidden`] if somebody else has sent it
    pub async fn plays(
        &self,
        actor: &Actor,
        room: RoomId,
        seq: Seq,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<PlaysPage, Error> {
        let message = self.message(actor, room, seq).await?;
        if message.actor.is_none_or(|sender| sender.id != actor.user.id) {
            return Err(Error::Forbidden);
        }
        Ok(self.log.plays(room, actor.user.id, seq, after, size).await?)
    }

    /// Whom a message has reached, and who has read it, without its sender and those who joined later.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::NoSuchMessage`]; [`Error::Forbidden`] in a channel, whose readers are seen by nobody
    pub async fn receipts(
        &self,
        actor: &Actor,
        room: RoomId,
        seq: Seq,
        range: ReceiptRange,
        size: PageSize,
    ) -> Result<ReceiptsPage, Error> {
        let view = self.rooms.find(room, actor.user.id).await?;
        if view.ok_or(Error::NoSuchRoom)?.room.kind == RoomKind::Channel {
            return Err(Error::Forbidden);
        }
        let page = self.log.receipts(room, actor.user.id, seq, range, size);
        page.await?.ok_or(Error::NoSuchMessage)
    }

    /// What edits of a message replaced, oldest first, after the revision of this number (0 for all). For admins of the
    /// room.
    ///
    /// # Errors
    /// [`Error::NoSuchRoom`], [`Error::Forbidden`], [`Error::NoSuchMessage`]
    pub async fn revisions(
        &self,
        actor: &Actor,
        room: RoomId,
        seq: Seq,
        after: u64,
        size: PageSize,
    ) -> Result<RevisionsPage, Error> {
        let view = self.rooms.find(room, actor.user.id).await?;
        let role = view.ok_or(Error::NoSuchRoom)?.role;
        if !allows(role, Action::ReadRevisions) {
            return Err(Error::Forbidden);
        }
        let page = self.log.revisions(room, actor.user.id, seq, after, size);
        page.await?.ok_or(Error::NoSuchMessage)
    }

    /// Appends, and has those notified whom it concerns: nothing is appended past this.
    pub(crate) async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        // Nothing may be awaited before this, here and by callers: see the type's description.
        let appended = self.log.append(append).await?;
        if let Appended::New(_) = appended {
            self.notifications.said();
        }
        Ok(appended)
    }

    async fn say(&self, append: Append) -> Result<Made<Arc<Event>>, Error> {
        let at = append.at;
        match self.append(append).await? {
            Appended::New(event) => Ok(Made::New(event)),
            Appended::Known(event) => Ok(Made::Known(event)),
            Appended::Refused(refusal) => Err(refused(refusal, at)),
        }
    }

    /// What a message says, which may be nothing beside media.
    ///
    /// # Errors
    /// [`Error::Invalid`] (`body`, `media`)
    pub(crate) fn content(&self, text: &str, media: &[MediaId]) -> Result<MessageBody, Error> {
        content(text, media, Message::MEDIA, self.settings.max_body)
    }

    fn body(&self, text: &str) -> Result<MessageBody, Error> {
        body(text, self.settings.max_body)
    }

    fn of(
        &self,
        actor: &Actor,
        room: RoomId,
        client_id: Option<ClientId>,
        draft: Draft,
        priority: Priority,
    ) -> Append {
        Append {
            room,
            sender: actor.user,
            client_id: client_id.unwrap_or_else(|| self.draw_client_id()),
            draft,
            at: self.clock.now(),
            origin: None,
            priority,
        }
    }

    fn draw_client_id(&self) -> ClientId {
        let id = self.entropy.uuid(self.clock.now());
        id.to_string().parse().expect("a UUID is a client id")
    }
}

fn done(act: MessageAct, now: Timestamp) -> Result<(), Error> {
    match act {
        MessageAct::Done(_) => Ok(()),
        MessageAct::Refused(refusal) => Err(refused(refusal, now)),
    }
}

/// What somebody is told whose append was refused.
fn refused(refusal: AppendRefusal, now: Timestamp) -> Error {
    match refusal {
        AppendRefusal::NoRoom => Error::NoSuchRoom,
        AppendRefusal::Barring => Error::Blocked(None),
        AppendRefusal::Barred => Error::NotAContact(None),
        AppendRefusal::Muted(_) => Error::Muted,
        AppendRefusal::ReadOnly => Error::ReadOnly,
        AppendRefusal::TooSoon(again) => Error::TooSoon(again.since(now)),
        AppendRefusal::NoTarget => Error::NoSuchMessage,
        AppendRefusal::Forbidden => Error::Forbidden,
        AppendRefusal::Deleted => Error::MessageDeleted,
        AppendRefusal::TooManyEdits => Error::TooManyEdits,
        AppendRefusal::NoMedia => Error::NoSuchMedia,
        AppendRefusal::TooManyReactions => Error::TooManyReactions,
        AppendRefusal::TooManyPins => Error::TooManyPins,
        AppendRefusal::NoVoice => Error::NoVoiceMessage,
        AppendRefusal::Conflict => Error::IdempotencyConflict,
    }
}
