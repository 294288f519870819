//! Beginning and ending to follow streams.

use parlor_domain::{Position, Seq, SessionId, StreamId, UserRef};

use crate::connection::CloseReason;
use crate::cursor::{Cursor, NONE};
use crate::stream::{Listener, Stream};
use crate::worker::State;

/// Whom a connection belongs to, and what it follows from the start.
#[derive(Debug, Clone)]
pub struct Start {
    /// The user.
    pub user: UserRef,
    /// The session, with whose end the connection ends.
    pub session: SessionId,
    /// Whether the user has left the device for a while.
    pub away: bool,
    /// Whether the user learns nothing of what others have read.
    pub private: bool,
    /// The user's own stream first, then the rooms.
    pub streams: Vec<Follow>,
    /// Who decides which rooms it follows from then on.
    pub lead: Lead,
}

/// Who decides which rooms a connection follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// The hub: all that the user comes into.
    Hub,
    /// The connection's owner, by [`follow`](crate::Connection::follow), who is told to look when something of the user's own stream
    /// was read, and when somebody came or went whose presence is followed.
    Owner,
    /// Likewise, and he is told of all streams, and how many messages [were said](crate::Connection::said) there.
    OwnerOfAll,
}

/// A stream to be followed.
#[derive(Debug, Clone, Copy)]
pub struct Follow {
    /// The stream.
    pub stream: StreamId,
    /// Where it stood when that was read from the database.
    pub head: Position,
    /// What the reader has; what lies behind it follows.
    pub cursor: Position,
    /// The first event that the user may see.
    pub visible_from: Seq,
}

impl State {
    /// Makes a connection follow the streams that it begins with.
    pub(crate) fn start(&mut self, key: u32, start: &Start) {
        let peer = &mut self.peers[key as usize];
        peer.user = Some(start.user);
        peer.session = Some(start.session);
        (peer.away, peer.private, peer.lead) = (start.away, start.private, start.lead);
        peer.settled = start.streams.first().map_or(Seq::ZERO, |own| own.head.seq);
        peer.cursors.reserve_exact(start.streams.len());
        for (number, follow) in start.streams.iter().enumerate() {
            let stream = self.follow(key, *follow);
            if number == 0 {
                self.peers[key as usize].own = stream;
            }
        }
        self.enqueue(key);
    }

    /// Makes a connection follow a stream, and gives the stream's key.
    fn follow(&mut self, key: u32, follow: Follow) -> u32 {
        let (stream, _) = self.stream(follow.stream, follow.head);
        self.listen(key, stream, follow);
        stream
    }

    /// Makes a connection follow a room that its user is in from now on.
    pub(crate) fn follow_joined(&mut self, key: u32, room: StreamId, joined: Seq, visible_from: Seq) {
        if self.listener(key, room).is_some() {
            // He was in the room before, and the end of that is still to be read.
            self.peers[key as usize]
                .rare()
                .rejoined
                .push((room, joined, visible_from));
            return;
        }
        let before = Position {
            seq: Seq(joined.0.saturating_sub(1)),
            ..Position::default()
        };
        let (stream, known) = self.stream(room, before);
        let head = self.streams[stream].head;
        let mut cursor = Position {
            rev: head.rev,
            ..before
        };
        if head.seq.0.saturating_sub(before.seq.0) > self.hub.settings.replay {
            cursor = head;
            let peer = &mut self.peers[key as usize];
            if let Some(frame) = self.hub.formats[peer.format.index()].reset(room, head) {
                peer.control(&frame);
            }
        }
        self.listen(
            key,
            stream,
            Follow {
                stream: room,
                head,
                cursor,
                visible_from,
            },
        );
        if !known {
            self.probe(stream);
        }
    }

    /// The key of a stream that somebody is about to follow, and whether its head is known to be right: it is if
    /// the stream was followed already or something was published of it lately, or if the given head is fresh.
    fn stream(&mut self, id: StreamId, head: Position) -> (u32, bool) {
        if let Some(stream) = self.streams.key(id) {
            // What the given head has more is on its way here.
            return (stream, true);
        }
        let recent = self.hub.registry.register(id, self.number);
        let mut stream = Stream::new(id, head);
        if let Some(recent) = recent {
            stream.grow(recent);
        }
        (self.streams.insert(stream), recent.is_some())
    }

    fn listen(&mut self, key: u32, stream: u32, follow: Follow) {
        let peer = &mut self.peers[key as usize];
        let listeners = &mut self.streams[stream].listeners;
        let at = peer.free_cursor().unwrap_or(peer.cursors.len());
        let position = follow.cursor;
        let cursor = Cursor::new(
            stream,
            listeners.len() as u32,
            position.seq,
            position.rev,
            follow.visible_from,
        );
        match peer.cursors.get_mut(at) {
            Some(free) => *free = cursor,
            None => peer.cursors.push(cursor),
        }
        if listeners.len() == listeners.capacity() {
            // Most rooms are small, and there are many.
            listeners.reserve_exact(listeners.len() / 8 + 1);
        }
        listeners.push(Listener {
            connection: key,
            cursor: at as u32,
        });
        let head = self.streams[stream].head;
        if head.seq > position.seq || head.rev > position.rev {
            peer.pend(at as u32);
        }
    }

    /// Which cursor of a connection follows a stream.
    pub(crate) fn listener(&self, key: u32, stream: StreamId) -> Option<u32> {
        let stream = self.streams.key(stream)?;
        let (cursors, listeners) = (&self.peers[key as usize].cursors, &self.streams[stream].listeners);
        // Somebody in a thousand rooms is seldom in a room of thousands.
        if cursors.len() <= listeners.len() {
            let at = cursors.iter().position(|cursor| cursor.stream == stream);
            return at.map(|at| at as u32);
        }
        let own = listeners.iter().find(|listener| listener.connection == key);
        own.map(|listener| listener.cursor)
    }

    /// Ends the cursor of a connection in a stream, if it follows that.
    pub(crate) fn unfollow_stream(&mut self, key: u32, stream: StreamId) {
        if let Some(cursor) = self.listener(key, stream) {
            self.peers[key as usize].forget_plans(stream);
            self.unfollow(key, cursor);
        }
    }

    /// Ends the cursor of a connection in a stream, if it follows that, as soon as it has read this event.
    pub(crate) fn unfollow_after(&mut self, key: u32, stream: StreamId, last: Seq) {
        if let Some(cursor) = self.listener(key, stream) {
            self.peers[key as usize].rare().ending.push((stream, last));
            self.end_if_read(key, cursor);
        }
    }

    /// Ends a cursor that has read all that it is to read, and goes on where its owner wants to hear the stream again.
    pub(crate) fn end_if_read(&mut self, key: u32, cursor: u32) {
        let peer = &mut self.peers[key as usize];
        if !peer.is_ending() {
            return;
        }
        let Cursor { stream, seq, .. } = peer.cursors[cursor as usize];
        let Some(stream) = self.streams.get(stream).map(|stream| stream.id) else {
            return;
        };
        if !peer.take_ended(stream, seq) {
            return;
        }
        let again = peer.take_rejoined(stream);
        self.unfollow(key, cursor);
        if let Some((joined, visible_from)) = again {
            self.follow_joined(key, stream, joined, visible_from);
            // Where too much was missed it stands behind the next end already.
            if let Some(cursor) = self.listener(key, stream) {
                self.end_if_read(key, cursor);
            }
        }
    }

    /// Ends a cursor.
    pub(crate) fn unfollow(&mut self, key: u32, cursor: u32) {
        let peer = &mut self.peers[key as usize];
        peer.unused += 1;
        let cursor = &mut peer.cursors[cursor as usize];
        let (stream, listener) = (cursor.stream, cursor.listener);
        cursor.stream = NONE;
        self.unlisten(stream, listener);
    }

    /// Takes a listener off a stream, and forgets the stream with its last.
    pub(crate) fn unlisten(&mut self, stream: u32, listener: u32) {
        let listeners = &mut self.streams[stream].listeners;
        listeners.swap_remove(listener as usize);
        if let Some(moved) = listeners.get(listener as usize) {
            self.peers[moved.connection as usize].cursors[moved.cursor as usize].listener = listener;
        } else if listeners.is_empty() {
            let id = self.streams.remove(stream).id;
            self.pages.forget(stream);
            self.making.forget(id);
            self.hub.registry.unregister(id, self.number);
        }
    }

    /// What reading an event changes for the connection that read it.
    pub(crate) fn turn_with(&mut self, key: u32, cursor: u32, event: &parlor_domain::Event) {
        use parlor_domain::What;
        let peer = &mut self.peers[key as usize];
        let Some(user) = peer.user else { return };
        if event.is_last_for(user.id) {
            peer.doubt(None);
            let rejoined = peer.take_rejoined(event.stream);
            self.unfollow(key, cursor);
            if let Some((joined, visible_from)) = rejoined {
                self.follow_joined(key, event.stream, joined, visible_from);
            }
            return;
        }
        if let What::MemberLeft { user, .. } = &event.what {
            peer.doubt(Some(user.id));
        }
        if peer.cursors[cursor as usize].stream != peer.own {
            return;
        }
        match &event.what {
            What::RoomJoined {
                room,
                joined,
                visible_from,
            } if event.seq > peer.settled && peer.lead == Lead::Hub => {
                self.follow_joined(key, (*room).into(), *joined, *visible_from);
            }
            What::RoomLeft { room, left: None, .. } if event.seq > peer.settled => {
                self.unfollow_stream(key, (*room).into());
            }
            What::PrivacyChanged { private, .. } if event.seq > peer.settled => peer.private = *private,
            What::SessionsRevoked { sessions }
                if peer.session.is_some_and(|mine| sessions.contains(&mine)) =>
            {
                peer.close(CloseReason::SessionRevoked);
            }
            _ => {}
        }
    }
}
