//! A device that is now connected and now not, and reads pages whenever it likes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use parlor_client::{Client, HistoryRange, RestError, Session, Settings, State, Update, Updates};
use parlor_testkit::SeededEntropy;
use parlor_wire::{EventBody, MembersPage, MessagesPage, Notice, RoomView, StreamKind, Verdict};
use tokio::time::timeout;
use uuid::Uuid;

use crate::promises::database::PATIENCE;
use crate::promises::world::Person;

/// A device of a person, and what it knows.
pub(super) struct Traveller {
    pub(super) person: Person,
    state: State,
    online: Option<(Client, Updates)>,
    /// Pages that were asked for and have not arrived yet.
    underway: Vec<(Uuid, Page)>,
    /// Everything that it took, for finding out what went wrong.
    diary: Vec<String>,
}

#[derive(Debug)]
enum Page {
    Room(Box<RoomView>),
    Members(MembersPage),
    Messages(MessagesPage),
}

impl Traveller {
    pub(super) fn new(person: &Person) -> Self {
        Self {
            person: person.clone(),
            state: State::default(),
            online: None,
            underway: Vec::new(),
            diary: Vec::new(),
        }
    }

    /// The socket, if there is one now.
    pub(super) fn socket(&self) -> Option<&Client> {
        self.online.as_ref().map(|(client, _)| client)
    }

    /// Does one of the things that a device does.
    pub(super) async fn go_on(&mut self, chance: &SeededEntropy) {
        match chance.below(12) {
            0 | 1 if self.online.is_some() => self.online = None,
            0..=3 => self.connect(),
            4..=6 => self.hear(1 + chance.below(5)),
            7 => self.hear(usize::MAX),
            8 | 9 => self.ask(chance).await,
            _ => self.arrive(chance.below(self.underway.len().max(1))),
        }
    }

    fn connect(&mut self) {
        if self.online.is_none() {
            let session = Session::new(&self.person.rest, self.person.tokens.clone());
            let settings = Settings {
                positions: self.state.positions().clone(),
                ..Settings::new(self.person.server.clone(), Arc::new(session))
            };
            self.online = Some(Client::start(settings));
        }
    }

    /// Takes so many updates, if there are so many.
    fn hear(&mut self, most: usize) {
        for _ in 0..most {
            let Some((_, updates)) = &mut self.online else {
                return;
            };
            let Some(update) = updates.next().now_or_never() else {
                return;
            };
            self.take(&update.expect("the client goes on"));
        }
    }

    fn take(&mut self, update: &Update) {
        self.diary.push(format!("{update:?}"));
        self.state.apply(update);
        // Pages of what was forgotten are of no more use: what they say is of an earlier life of the room.
        match update {
            Update::Connected(welcome) => {
                let kept = |room: &Uuid| {
                    let mut streams = welcome.streams.iter();
                    streams.any(|head| head.stream == *room && head.verdict != Verdict::Reset)
                };
                let own = welcome.streams.iter().find(|head| head.kind == StreamKind::User);
                let anew = own.is_some_and(|own| own.verdict == Verdict::Reset);
                let gone = |room: &Uuid| anew && !kept(room) || welcome.gone.contains(room);
                let reset = |room: &Uuid| {
                    let mut streams = welcome.streams.iter();
                    streams.any(|head| head.stream == *room && head.verdict == Verdict::Reset)
                };
                self.underway.retain(|(room, _)| !gone(room) && !reset(room));
            }
            Update::Event(event) => match event.body {
                EventBody::RoomJoined { room, .. } | EventBody::RoomLeft { room, .. } => self.forget(room),
                EventBody::RoomDeleted { .. } => self.forget(event.stream),
                _ => {}
            },
            Update::Notice(notice) => {
                if let Notice::Reset(head) = &**notice {
                    self.forget(head.stream);
                }
            }
            Update::Disconnected { error, .. } => panic!("{error}"),
            Update::Ended(why) => panic!("{why}"),
        }
    }

    fn forget(&mut self, room: Uuid) {
        self.underway.retain(|(of, _)| *of != room);
    }

    /// Asks for a page of a room that is known.
    async fn ask(&mut self, chance: &SeededEntropy) {
        let rooms: Vec<Uuid> = self.state.rooms().keys().copied().collect();
        if rooms.is_empty() {
            return;
        }
        let room = rooms[chance.below(rooms.len())];
        let rest = &self.person.rest;
        let page = match chance.below(3) {
            0 => rest.room(room).await.map(|view| Page::Room(Box::new(view))),
            1 => rest.members(room, None).await.map(Page::Members),
            _ => rest
                .messages(room, HistoryRange::Newest)
                .await
                .map(Page::Messages),
        };
        match page {
            Ok(page) => self.underway.push((room, page)),
            // He was put out, and has not heard of it.
            Err(error) => assert_eq!(error.code(), Some("no_such_room"), "{error}"),
        }
    }

    /// A page arrives, not always the one that was asked for first.
    fn arrive(&mut self, which: usize) {
        if which >= self.underway.len() {
            return;
        }
        let page = self.underway.remove(which);
        self.diary.push(format!("{page:?}"));
        match page {
            (_, Page::Room(view)) => self.state.room(&view),
            (room, Page::Members(page)) => self.state.members(room, &page),
            (room, Page::Messages(page)) => self.state.messages(room, &page),
        }
    }

    /// Comes home, hears everything, and compares.
    pub(super) async fn knows_what_a_fresh_device_knows(mut self, seed: u64) {
        self.connect();
        let begun = Instant::now();
        loop {
            self.hear(usize::MAX);
            while !self.underway.is_empty() {
                self.arrive(0);
            }
            self.state.load(&self.person.rest).await.unwrap();
            let fresh = self.fresh().await.unwrap();
            let differences = self.differences(&fresh).await;
            if differences.is_empty() {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE / 2,
                "seed {seed}, {}: {differences:#?}\n{:#?}",
                self.person.name,
                self.diary
            );
            // Marks that are on their way need a moment.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// What a device knows that connects now and loads everything.
    async fn fresh(&self) -> Result<State, RestError> {
        let mut fresh = Self::new(&self.person);
        fresh.connect();
        let (_client, mut updates) = fresh.online.take().expect("it is connected");
        let update = timeout(PATIENCE, updates.next()).await.expect("a welcome");
        fresh.take(&update.expect("the client goes on"));
        fresh.state.load(&self.person.rest).await?;
        Ok(fresh.state)
    }

    /// In what the two differ, and in what the server counts otherwise.
    async fn differences(&self, fresh: &State) -> Vec<String> {
        let mut differences = Vec::new();
        let (mine, theirs) = (self.state.rooms(), fresh.rooms());
        if !mine.keys().eq(theirs.keys()) {
            differences.push(format!("rooms: {:?} {:?}", mine.keys(), theirs.keys()));
        }
        let me = self.person.id;
        for (id, room) in theirs {
            let Some(known) = mine.get(id) else { continue };
            if known != room {
                differences.push(format!("resumed: {known:#?}\nfresh: {room:#?}"));
            }
            if !self.state.is_whole(*id) {
                differences.push(format!("{id} is not whole"));
            }
            let counted = self.person.rest.room(*id).await.unwrap().unread;
            let counts = [counted, room.unread(me), known.unread(me)];
            if counts != [counted; 3] {
                differences.push(format!("unread (server, fresh, resumed) in {id}: {counts:?}"));
            }
        }
        for head in fresh.positions().iter() {
            let at = self.state.positions().of(head.stream);
            // Without a position it would load the room once more.
            if at.is_some_and(|at| (at.seq, at.tag) != (head.seq, head.tag)) {
                differences.push(format!("position {at:?}, head {head:?}"));
            }
        }
        differences
    }
}
