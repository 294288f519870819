//! What a block bars: one table, of which every cell is tried.

use parlor_domain::{Audience, Mark, PageSize, ProfileChange, RoomId, Seq};
use parlor_ports::UserSearch;
use parlor_services::{Actor, Direction, NewGroup};

use crate::world::{World, code, group, message};

/// What one can do that touches somebody else.
#[derive(Debug, Clone, Copy)]
enum Path {
    OpenDirect,
    FindDirect,
    Send,
    Reply,
    Edit,
    DeleteOwn,
    React,
    Type,
    SendInGroup,
    AddToGroup,
    MakeGroup,
    AddContact,
    AskContact,
    FollowPresence,
    SeeEmail,
    SeeLastSeen,
    FindByEmail,
    FindByBeginning,
    FindByUsername,
    TellRead,
}

/// Who has blocked whom.
#[derive(Debug, Clone, Copy)]
enum Block {
    Nobody,
    /// The other one has blocked the actor.
    Other,
    /// The actor has blocked the other one.
    Actor,
    Both,
}

const BLOCKS: [Block; 4] = [Block::Nobody, Block::Other, Block::Actor, Block::Both];

/// What becomes of each path, if nobody, the other one, the actor or both have blocked.
const TABLE: [(Path, [&str; 4]); 20] = [
    (Path::OpenDirect, ["ok", "not_a_contact", "blocked", "blocked"]),
    (Path::FindDirect, ["ok", "ok", "ok", "ok"]),
    (Path::Send, ["ok", "not_a_contact", "blocked", "blocked"]),
    (Path::Reply, ["ok", "not_a_contact", "blocked", "blocked"]),
    (Path::Edit, ["ok", "not_a_contact", "blocked", "blocked"]),
    (Path::DeleteOwn, ["ok", "ok", "ok", "ok"]),
    (Path::React, ["ok", "not_a_contact", "blocked", "blocked"]),
    (Path::Type, ["ok", "not_a_contact", "blocked", "blocked"]),
    (Path::SendInGroup, ["ok", "ok", "ok", "ok"]),
    (Path::AddToGroup, ["ok", "not_a_contact", "blocked", "blocked"]),
    (Path::MakeGroup, ["ok", "not_a_contact", "blocked", "blocked"]),
    (Path::AddContact, ["ok", "ok", "blocked", "blocked"]),
    (Path::AskContact, ["heard", "unheard", "blocked", "blocked"]),
    (
        Path::FollowPresence,
        ["ok", "presence_hidden", "presence_hidden", "presence_hidden"],
    ),
    (Path::SeeEmail, ["seen", "unseen", "seen", "unseen"]),
    (Path::SeeLastSeen, ["seen", "unseen", "seen", "unseen"]),
    (Path::FindByEmail, ["seen", "unseen", "seen", "unseen"]),
    (Path::FindByBeginning, ["seen", "unseen", "seen", "unseen"]),
    (Path::FindByUsername, ["seen", "seen", "seen", "seen"]),
    (Path::TellRead, ["heard", "unheard", "unheard", "unheard"]),
];

/// Two people who share a group, of whom the other one shows all that he has.
struct Pair<'w> {
    world: &'w World,
    actor: Actor,
    other: Actor,
    name: String,
    group: RoomId,
    /// Their direct room, with something that the actor has said and something that the other one has; none where it is to be
    /// opened.
    direct: Option<(RoomId, Seq, Seq)>,
}

impl<'w> Pair<'w> {
    async fn new(world: &'w World, number: usize, path: Path) -> Self {
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
        let now = world.clock.advance(std::time::Duration::from_secs(1));
        services
            .presence
            .note_seen(vec![(other.user.id, now)])
            .await
            .unwrap();
        let group = world.group(&actor, &[other]).await;
        let direct = match path {
            Path::OpenDirect => None,
            _ => {
                let opened = services.rooms.open_direct(&actor, other.user.id).await.unwrap();
                let room = opened.into_inner().room.id;
                let own = world.say(&actor, room, "hi").await.seq;
                let others = world.say(&other, room, "ho").await.seq;
                Some((room, own, others))
            }
        };
        Self {
            world,
            actor,
            other,
            name,
            group,
            direct,
        }
    }

    async fn block(&self, block: Block) {
        let contacts = &self.world.services.contacts;
        if let Block::Other | Block::Both = block {
            contacts.block(&self.other, self.actor.user.id).await.unwrap();
        }
        if let Block::Actor | Block::Both = block {
            contacts.block(&self.actor, self.other.user.id).await.unwrap();
        }
    }

    async fn walk(&self, path: Path) -> &'static str {
        let (services, actor, other) = (&self.world.services, &self.actor, self.other.user.id);
        let (rooms, messages) = (&services.rooms, &services.messages);
        let (room, own, others) = self.direct.unwrap_or((self.group, Seq::ZERO, Seq::ZERO));
        let id = format!("{}{path:?}", self.name);
        match path {
            Path::OpenDirect | Path::FindDirect => code(rooms.open_direct(actor, other).await),
            Path::Send => code(messages.send(actor, room, message(&id, "hi"), None).await),
            Path::Reply => {
                let mut reply = message(&id, "hi");
                reply.reply_to = Some(others);
                code(messages.send(actor, room, reply, None).await)
            }
            Path::Edit => code(messages.edit(actor, room, own, "hey", None, None).await),
            Path::DeleteOwn => code(messages.delete(actor, room, own, None, None).await),
            Path::React => code(
                messages
                    .react(actor, room, others, "\u{1f44d}".parse().unwrap(), true)
                    .await,
            ),
            Path::Type => code(services.contacts.may_be_heard(actor, room).await),
            Path::SendInGroup => code(messages.send(actor, self.group, message(&id, "hi"), None).await),
            Path::AddToGroup => {
                let group = self.world.group(actor, &[]).await;
                code(rooms.add(actor, group, vec![other]).await)
            }
            Path::MakeGroup => {
                let members = vec![other];
                code(
                    rooms
                        .create(
                            actor,
                            NewGroup {
                                members,
                                ..group("tea")
                            },
                        )
                        .await,
                )
            }
            Path::AddContact => code(services.contacts.put(actor, other, None).await),
            Path::AskContact => self.ask().await,
            Path::FollowPresence => code(services.presence.follow(actor, other).await),
            Path::SeeEmail | Path::SeeLastSeen => {
                let account = services.accounts.find(other).await.unwrap();
                let shown = services
                    .accounts
                    .shown(actor, &[account])
                    .await
                    .unwrap()
                    .remove(0);
                seen(match path {
                    Path::SeeEmail => shown.email.is_some(),
                    _ => shown.last_seen.is_some(),
                })
            }
            Path::FindByEmail => {
                let email = format!("{}@example.org", self.name).parse().unwrap();
                self.finds(UserSearch::Email(email)).await
            }
            Path::FindByBeginning => {
                let beginning = &self.name[..self.name.len() - 1];
                self.finds(UserSearch::Beginning(beginning.into())).await
            }
            Path::FindByUsername => self.finds(UserSearch::Beginning(self.name.as_str().into())).await,
            Path::TellRead => {
                let mark = Mark::read(others);
                services.marks.mark_now(actor, room, mark).await.unwrap();
                let view = rooms.find(&self.other, room).await.unwrap();
                heard(view.peer.unwrap().mark.read == others)
            }
        }
    }

    async fn ask(&self) -> &'static str {
        let contacts = &self.world.services.contacts;
        match contacts.request(&self.actor, self.other.user.id, None).await {
            Ok(_) => {
                let page = contacts.requests(&self.other, Direction::Incoming, None, PageSize::MAX);
                heard(!page.await.unwrap().requests.is_empty())
            }
            refused => code(refused),
        }
    }

    async fn finds(&self, wanted: UserSearch) -> &'static str {
        let found = self.world.services.accounts.search(&self.actor, wanted).await;
        let is_other = |account: &parlor_domain::Account| account.user == self.other.user;
        seen(found.unwrap().iter().any(is_other))
    }
}

fn seen(is_seen: bool) -> &'static str {
    if is_seen { "seen" } else { "unseen" }
}

fn heard(is_heard: bool) -> &'static str {
    if is_heard { "heard" } else { "unheard" }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_bars_what_the_table_says() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    for (row, (path, outcomes)) in TABLE.into_iter().enumerate() {
        for (column, (block, outcome)) in BLOCKS.into_iter().zip(outcomes).enumerate() {
            let pair = Pair::new(&world, row * BLOCKS.len() + column, path).await;
            pair.block(block).await;
            let found = pair.walk(path).await;
            if found != outcome {
                wrong.push(format!("{path:?}, blocked by {block:?}: {found}, not {outcome}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_block_all_is_as_before() {
    let world = World::new().await;
    let first = TABLE.len() * BLOCKS.len();
    for (row, (path, outcomes)) in TABLE.into_iter().enumerate() {
        let pair = Pair::new(&world, first + row, path).await;
        pair.block(Block::Both).await;
        let contacts = &world.services.contacts;
        for (one, other) in [(&pair.actor, &pair.other), (&pair.other, &pair.actor)] {
            contacts.unblock(one, other.user.id).await.unwrap();
        }
        assert_eq!(pair.walk(path).await, outcomes[0], "{path:?}");
    }
}
