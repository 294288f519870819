//! What the user of a chat has read, and whether others are there.

use std::rc::Rc;
use std::time::Duration;

use parlor_domain::{Mark, PageSize, RoomId, RoomKind, UserId};
use parlor_services::Error;
use tokio::task::spawn_local;
use tokio::time::sleep;

use super::super::{Place, Turnouts, company};
use super::Visit;

/// How long it is waited before others are asked for again.
const PAUSE: Duration = Duration::from_secs(1);

impl Visit {
    /// Notes how far the user has read the room: all that was sent to him here. False if he is not in it any more.
    pub(super) fn note_read(&self, room: RoomId) -> bool {
        let Some(reached) = self.line.connection().reached(room.into()) else {
            return false;
        };
        // Marks are gathered, and written once for many. If too many wait, this one comes with the next message.
        if reached > self.read.get()
            && self
                .compat
                .services()
                .marks
                .take(self.actor.user.id, room, Mark::read(reached))
                .is_ok()
        {
            self.read.set(reached);
        }
        true
    }

    /// Whether it is to be asked again who may be followed: somebody has come into the room, left it, or does not show any more whether
    /// he is there.
    pub(super) fn is_in_doubt(&self) -> bool {
        let has_doubted = !self.line.connection().doubted().is_empty();
        let turnouts = self.turnouts.as_ref().map(Turnouts::count);
        let has_come = turnouts.is_some_and(|count| count != self.seen.get());
        has_doubted || has_come && self.company.has_place()
    }

    /// Asks who of the others may be followed, and tells whether anybody is there. If that cannot be found out, nobody is, and it is asked
    /// again.
    pub(super) fn ask(self: Rc<Self>) {
        self.is_asking.set(true);
        let line = self.line.clone();
        line.run(async move |_| {
            let has_followed = self.has_followed().await;
            self.tell_status();
            if !has_followed {
                return self.ask_later();
            }
            self.is_asking.set(false);
            // Something may have changed meanwhile.
            self.line.connection().attend();
        });
    }

    /// Asks so in a while, with all that comes until then, unless the socket ends before.
    pub(super) fn ask_later(self: Rc<Self>) {
        self.is_asking.set(true);
        let visit = Rc::downgrade(&self);
        spawn_local(async move {
            sleep(PAUSE).await;
            let visit = visit.upgrade().filter(|visit| !visit.line.is_closing());
            if let Some(visit) = visit {
                visit.ask();
            }
        });
    }

    /// Follows the others, and says whether it need not be asked again.
    async fn has_followed(&self) -> bool {
        if let Some(turnouts) = &self.turnouts {
            self.seen.set(turnouts.count());
        }
        match self.follow_others().await {
            // If he has just left, his socket ends.
            Ok(()) | Err(Error::NoSuchRoom | Error::NoSuchList) => true,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "it is not known who is in a chat"
                );
                self.company.follow_nobody(self.line.connection());
                false
            }
        }
    }

    async fn follow_others(&self) -> Result<(), Error> {
        let others = self.people().await?;
        let presence = &self.compat.services().presence;
        let connection = self.line.connection();
        self.company
            .follow(connection, presence, &self.actor, others)
            .await
    }

    /// The others of the chat, or some of them.
    async fn people(&self) -> Result<Vec<UserId>, Error> {
        let services = self.compat.services();
        let size = PageSize::clamped(company::MOST as u64 + 1);
        let mut people: Vec<UserId> = match self.place {
            Place::Room {
                kind: RoomKind::Direct,
                peer,
                ..
            } => peer.into_iter().collect(),
            Place::Room {
                kind: RoomKind::Group,
                room,
                ..
            } => {
                let page = services.rooms.members(&self.actor, room, None, size).await?;
                page.members.iter().map(|member| member.user.id).collect()
            }
            // Who reads a channel nobody learns.
            Place::Room {
                kind: RoomKind::Channel,
                ..
            } => Vec::new(),
            Place::List(list) => {
                let page = services
                    .broadcasts
                    .recipients(&self.actor, list, None, size)
                    .await?;
                page.recipients.iter().map(|user| user.id).collect()
            }
        };
        people.retain(|user| *user != self.actor.user.id);
        people.truncate(company::MOST);
        Ok(people)
    }

    /// Tells whether anybody else is there, if that is to be said and the client takes it.
    pub(super) fn tell_status(&self) {
        if self.line.is_closing() || !self.line.connection().may_read() {
            return;
        }
        if let Some(status) = self.company.status() {
            self.line.say(status);
        }
    }
}
