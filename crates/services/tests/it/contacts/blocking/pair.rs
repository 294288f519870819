//! Two people, and the blocks between them.

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::{Audience, ClientId, Event, ProfileChange, RoomId, Seq, StatusId};
use parlor_services::Actor;

use super::Path;
use super::direct::{Direct, speak};
use crate::world::World;

/// Who has blocked whom.
#[derive(Debug, Clone, Copy)]
pub(super) enum Block {
    Nobody,
    /// The other one has blocked the actor.
    Other,
    /// The actor has blocked the other one.
    Actor,
    Both,
}

/// Two people in a group that the actor leads. The other one shows all that he has.
pub(super) struct Pair<'w> {
    pub(super) world: &'w World,
    pub(super) actor: Actor,
    pub(super) other: Actor,
    /// What the other one is called.
    pub(super) name: String,
    pub(super) group: RoomId,
    /// Their direct room; none where it is to be opened.
    pub(super) direct: Option<Talk>,
    /// Something that the actor has said, of which the other one is notified.
    pub(super) said: Option<Arc<Event>>,
    /// Something that the other one shows his contacts, of whom the actor is one.
    pub(super) status: Option<StatusId>,
}

/// A direct room.
#[derive(Debug, Clone, Copy)]
pub(super) struct Talk {
    pub(super) room: RoomId,
    /// Something that the actor has said.
    pub(super) own: Seq,
    /// Something that the other one has said after that, aloud if it is to be played.
    pub(super) others: Seq,
}

impl<'w> Pair<'w> {
    pub(super) async fn new(world: &'w World, number: usize, path: Path) -> Self {
        let name = format!("other{number:04}x");
        let actor = world.person(&format!("actor{number:04}")).await;
        let other = world.person_with_mail(&name).await;
        let shows = ProfileChange {
            show_email: Some(Audience::Everyone),
            show_last_seen: Some(Audience::Everyone),
            ..ProfileChange::default()
        };
        let services = &world.services;
        services.accounts.change_profile(&other, shows).await.unwrap();
        let now = world.clock.advance(Duration::from_secs(1));
        services
            .presence
            .note_seen(vec![(other.user.id, now)])
            .await
            .unwrap();
        let mut pair = Self {
            world,
            actor,
            other,
            name,
            group: world.group(&actor, &[other]).await,
            direct: None,
            said: None,
            status: None,
        };
        match path {
            Path::Direct(Direct::Open | Direct::BroadcastToStranger) => {}
            path => pair.direct = Some(pair.talk(path).await),
        }
        match path {
            Path::Notices(path) => pair.said = pair.say_before(path).await,
            Path::Statuses(path) => pair.status = pair.show_before(path).await,
            _ => {}
        }
        pair
    }

    /// Opens their direct room, in which each says something.
    async fn talk(&self, path: Path) -> Talk {
        let Self {
            world, actor, other, ..
        } = self;
        let opened = world.services.rooms.open_direct(actor, other.user.id).await;
        let room = opened.unwrap().into_inner().room.id;
        Talk {
            room,
            own: world.say(actor, room, "hi").await.seq,
            others: match path {
                Path::Direct(Direct::Play) => speak(world, other, room).await,
                _ => world.say(other, room, "ho").await.seq,
            },
        }
    }

    pub(super) async fn block(&self, block: Block) {
        let contacts = &self.world.services.contacts;
        if let Block::Other | Block::Both = block {
            contacts.block(&self.other, self.actor.user.id).await.unwrap();
        }
        if let Block::Actor | Block::Both = block {
            contacts.block(&self.actor, self.other.user.id).await.unwrap();
        }
    }

    pub(super) async fn walk(&self, path: Path) -> &'static str {
        match path {
            Path::Direct(path) => self.converse(path).await,
            Path::Groups(path) => self.gather(path).await,
            Path::Notices(path) => self.notify(path).await,
            Path::People(path) => self.approach(path).await,
            Path::Statuses(path) => self.look(path).await,
        }
    }

    /// What a client calls something new.
    pub(super) fn client_id(&self) -> ClientId {
        let ports = &self.world.ports;
        ports.entropy.uuid(ports.clock.now()).to_string().parse().unwrap()
    }
}

pub(super) fn seen(is_seen: bool) -> &'static str {
    if is_seen { "seen" } else { "unseen" }
}

pub(super) fn heard(is_heard: bool) -> &'static str {
    if is_heard { "heard" } else { "unheard" }
}
