//! The commands of an open session.

use std::rc::Rc;
use std::time::Duration;

use parlor_domain::{ClientId, FileName, Mark, MediaId, Origin, RoomId, Seq, StreamId, UserId};
use parlor_hub::PresenceState;
use parlor_services::{Actor, Claims, Error, ErrorKind, NewMessage};
use parlor_wire::{Command, Failure, MarkTo, MediaView, Notice, Played, React, Retry, Success, Upload};

use super::frame::ok;
use super::session::Session;
use super::talk::spawn;
use super::{format, frame};

/// Takes a command. Whatever becomes of it, it is answered once.
pub(crate) fn take(session: &Rc<Session>, actor: Actor, command: Command) {
    let number = session.connection.command(command.id().unwrap_or_default());
    match command {
        Command::Read(to) => mark(session, &actor, number, to, Mark::read(Seq(to.seq))),
        Command::Delivered(to) => mark(session, &actor, number, to, Mark::delivered(Seq(to.seq))),
        Command::Ping(_) => session.connection.answer(number, ok),
        Command::Typing(typing) => {
            let room = StreamId::new(typing.room);
            if session.connection.follows(room).is_none() {
                return refuse(session, number, &Error::NoSuchRoom);
            }
            if !session.connection.may_type(room) {
                return session.connection.answer_lazily(number, ok);
            }
            let task = session.clone();
            spawn(async move { type_in(&task, &actor, number, room).await });
        }
        Command::Unfollow(follow) => {
            session.connection.unwatch(UserId::new(follow.user));
            session.connection.answer_lazily(number, ok);
        }
        Command::Away(away) => {
            session.connection.set_away(away.on);
            session.connection.answer_lazily(number, ok);
        }
        Command::Authenticate(fresh) => {
            let task = session.clone();
            spawn(async move { authenticate(&task, &actor, number, &fresh.token).await });
        }
        Command::Follow(follow) => {
            let task = session.clone();
            spawn(async move { watch(&task, &actor, number, UserId::new(follow.user)).await });
        }
        Command::Send(_) | Command::Edit(_) | Command::Delete(_) => {
            let task = session.clone();
            spawn(async move { append(&task, &actor, number, command).await });
        }
        Command::Upload(file) => {
            let task = session.clone();
            spawn(async move { upload(&task, &actor, number, file).await });
        }
        Command::Played(played) => {
            let task = session.clone();
            spawn(async move { mark_played(&task, &actor, number, played).await });
        }
        Command::React(reaction) => {
            let task = session.clone();
            spawn(async move { react(&task, &actor, number, reaction).await });
        }
        Command::Hello(_) => {}
    }
}

/// Tells a room that the actor is typing, if he may be heard there.
async fn type_in(session: &Session, actor: &Actor, number: u64, room: StreamId) {
    let contacts = &session.sockets.api.services.contacts;
    match contacts.may_be_heard(actor, RoomId::new(room.uuid())).await {
        Ok(()) => {
            session.connection.typing(room);
            session.connection.answer_lazily(number, ok);
        }
        Err(error) => refuse(session, number, &error),
    }
}

/// Appends what a command wants appended. The hub answers when it sees the event; what was known before, and what was
/// refused, is answered here.
async fn append(session: &Rc<Session>, actor: &Actor, number: u64, command: Command) {
    let origin = Some(Origin {
        connection: session.connection.id(),
        command: number,
    });
    let messages = &session.sockets.api.services.messages;
    let appended = match command {
        Command::Send(send) => match send.client_id.parse() {
            Ok(client_id) => {
                let message = NewMessage {
                    client_id,
                    body: send.body,
                    media: send.media.into_iter().map(MediaId::new).collect(),
                    reply_to: send.reply_to.map(Seq),
                    forward: send.forward.map(Into::into),
                };
                messages
                    .send(actor, RoomId::new(send.room), message, origin)
                    .await
            }
            Err(error) => Err(Error::invalid("client_id", error)),
        },
        Command::Edit(edit) => match client_id(edit.client_id) {
            Ok(client_id) => {
                let (room, target) = (RoomId::new(edit.room), Seq(edit.target));
                messages
                    .edit(actor, room, target, &edit.body, client_id, origin)
                    .await
            }
            Err(error) => Err(error),
        },
        Command::Delete(delete) => match client_id(delete.client_id) {
            Ok(client_id) => {
                let (room, target) = (RoomId::new(delete.room), Seq(delete.target));
                messages.delete(actor, room, target, client_id, origin).await
            }
            Err(error) => Err(error),
        },
        _ => return,
    };
    match appended {
        Ok(made) => {
            let event = made.into_inner();
            session.connection.answer(number, |id| format::done(id, &event));
        }
        Err(error) => refuse(session, number, &error),
    }
}

/// Takes a small file, and says what it is.
async fn upload(session: &Session, actor: &Actor, number: u64, file: Upload) {
    let claims = Claims {
        kind: file.kind.map(Into::into),
        mime: file.mime.map(Into::into),
        name: file.name.as_deref().and_then(FileName::tame),
    };
    let uploads = &session.sockets.api.services.uploads;
    match uploads.decode(actor, &file.data, claims).await {
        Ok(media) => session.connection.answer(number, |id| {
            frame::notice(&Notice::Ok(Success {
                id,
                media: Some(Box::new(MediaView::from(&media))),
                ..Success::default()
            }))
        }),
        Err(error) => refuse(session, number, &error),
    }
}

/// Notes that a voice message was played.
async fn mark_played(session: &Session, actor: &Actor, number: u64, played: Played) {
    let messages = &session.sockets.api.services.messages;
    let (room, target) = (RoomId::new(played.room), Seq(played.target));
    answer(session, number, messages.mark_played(actor, room, target).await);
}

/// Puts an emoji to a message, or takes it away again.
async fn react(session: &Session, actor: &Actor, number: u64, reaction: React) {
    let messages = &session.sockets.api.services.messages;
    let (room, target) = (RoomId::new(reaction.room), Seq(reaction.target));
    let done = match reaction.emoji.parse() {
        Ok(emoji) => messages.react(actor, room, target, emoji, reaction.on).await,
        Err(error) => Err(Error::invalid("emoji", error)),
    };
    answer(session, number, done);
}

/// Says what became of a command about which there is no more to say.
fn answer(session: &Session, number: u64, done: Result<(), Error>) {
    match done {
        Ok(()) => session.connection.answer(number, ok),
        Err(error) => refuse(session, number, &error),
    }
}

fn client_id(given: Option<String>) -> Result<Option<ClientId>, Error> {
    given
        .map(|given| given.parse())
        .transpose()
        .map_err(|error| Error::invalid("client_id", error))
}

/// Takes a mark. The room is followed by this socket, so the user is in it; the store looks again when it writes, and a
/// mark beyond the end of the stream becomes one at its end.
fn mark(session: &Session, actor: &Actor, number: u64, to: MarkTo, mark: Mark) {
    let marks = &session.sockets.api.services.marks;
    let taken = match session.connection.follows(StreamId::new(to.room)) {
        None => Err(Error::NoSuchRoom),
        Some(_) => marks.take(actor.user.id, RoomId::new(to.room), mark),
    };
    match taken {
        Ok(()) => session.connection.answer_lazily(number, ok),
        Err(error) => refuse(session, number, &error),
    }
}

/// Follows somebody's presence, if the actor may know of it.
async fn watch(session: &Rc<Session>, actor: &Actor, number: u64, user: UserId) {
    let last_seen = match session.sockets.api.services.presence.follow(actor, user).await {
        Ok(last_seen) => last_seen,
        Err(error) => return refuse(session, number, &error),
    };
    let Some(state) = session.connection.watch(user) else {
        return refuse(
            session,
            number,
            &Error::invalid("user", "must be one of those followed: too many are"),
        );
    };
    // They may have left their last common room since it was asked, when there was nothing yet to doubt.
    session.review(*actor, vec![user]);
    let last_seen = last_seen.filter(|_| state == PresenceState::Offline);
    let presence = Some(format::presence(user, state, last_seen));
    session.connection.answer(number, |id| {
        frame::notice(&Notice::Ok(Success {
            id,
            presence,
            ..Success::default()
        }))
    });
}

/// Takes a fresh access token of the same session.
async fn authenticate(session: &Session, actor: &Actor, number: u64, token: &str) {
    match session.sockets.api.inspect(token, session.address()).await {
        Ok((fresh, expires_at)) if fresh.session == actor.session => {
            session.connection.expire_at(expires_at);
            session.connection.answer(number, ok);
        }
        Ok(_) => refuse(session, number, &Error::InvalidToken),
        Err(error) => refuse(session, number, &error),
    }
}

fn refuse(session: &Session, number: u64, error: &Error) {
    if error.kind() == ErrorKind::Internal {
        tracing::error!(error = error as &dyn std::error::Error, "a command failed");
    }
    session.connection.answer(number, |id| {
        frame::notice(&Notice::Error(failure(Some(id), error)))
    });
}

/// What a client is told of an error.
pub(crate) fn failure(id: Option<u64>, error: &Error) -> Failure {
    let retry = match error.kind() {
        ErrorKind::Busy => Retry::AfterMs(500),
        ErrorKind::Unavailable | ErrorKind::Internal => Retry::AfterMs(2000),
        ErrorKind::Limited => Retry::AfterMs(millis(error.wait().unwrap_or_default())),
        _ => Retry::Never,
    };
    let (code, message) = (error.code().to_owned(), error.to_string());
    Failure {
        id,
        code,
        message,
        field: error.field().map(str::to_owned),
        retry,
    }
}

fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}
