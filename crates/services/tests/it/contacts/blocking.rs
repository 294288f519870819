//! What a block bars: one table, of which every cell is tried.

mod direct;
mod groups;
mod notices;
mod pair;
mod people;
mod statuses;

use self::direct::Direct;
use self::groups::Groups;
use self::notices::Notices;
use self::pair::{Block, Pair};
use self::people::People;
use self::statuses::Statuses;
use crate::world::World;

/// What one can do that touches somebody else.
#[derive(Debug, Clone, Copy)]
enum Path {
    Direct(Direct),
    Groups(Groups),
    Notices(Notices),
    People(People),
    Statuses(Statuses),
}

/// What becomes of a path if nobody, the other one, the actor or both have blocked. So in the second place it is the one who is
/// blocked who acts, and in the third the one who blocks.
type Outcomes = [&'static str; 4];

const BLOCKS: [Block; 4] = [Block::Nobody, Block::Other, Block::Actor, Block::Both];

/// All is as before.
const FREE: Outcomes = ["ok", "ok", "ok", "ok"];
/// Neither reaches the other. Who is blocked is told what he would be told by somebody whom only contacts reach, and who blocks,
/// that it is his block.
const BARRED: Outcomes = ["ok", "not_a_contact", "blocked", "blocked"];
/// Neither hears of the other.
const UNHEARD: Outcomes = ["heard", "unheard", "unheard", "unheard"];
/// Nobody hears of whom he has blocked; who is blocked himself does not learn it.
const IGNORED: Outcomes = ["heard", "unheard", "heard", "unheard"];
/// Who is blocked does not see what everybody sees; who blocks does.
const HIDDEN: Outcomes = ["seen", "unseen", "seen", "unseen"];
/// Neither sees what the other shows.
const UNSEEN: Outcomes = ["seen", "unseen", "unseen", "unseen"];
/// For both it is as if it had never been.
const GONE: Outcomes = ["ok", "no_such_status", "no_such_status", "no_such_status"];

const TABLE: &[(Path, Outcomes)] = &[
    (Path::Direct(Direct::Open), BARRED),
    (Path::Direct(Direct::Find), FREE),
    (Path::Direct(Direct::Read), FREE),
    (Path::Direct(Direct::Send), BARRED),
    (Path::Direct(Direct::Reply), BARRED),
    (Path::Direct(Direct::ForwardInto), BARRED),
    (Path::Direct(Direct::ForwardFrom), FREE),
    (Path::Direct(Direct::Edit), BARRED),
    (Path::Direct(Direct::DeleteOwn), FREE),
    (Path::Direct(Direct::React), BARRED),
    (Path::Direct(Direct::Pin), BARRED),
    (Path::Direct(Direct::Play), BARRED),
    (Path::Direct(Direct::Type), BARRED),
    (Path::Direct(Direct::TellRead), UNHEARD),
    (Path::Direct(Direct::TellReceipt), UNHEARD),
    (Path::Direct(Direct::SeeReceipts), FREE),
    (Path::Direct(Direct::Broadcast), BARRED),
    (Path::Direct(Direct::BroadcastToStranger), BARRED),
    (Path::Groups(Groups::Send), FREE),
    (Path::Groups(Groups::Add), BARRED),
    (Path::Groups(Groups::Make), BARRED),
    (Path::Notices(Notices::Mention), UNHEARD),
    (Path::Notices(Notices::Direct), UNHEARD),
    // It is one message for all, which does not know who has blocked whom.
    (Path::Notices(Notices::All), IGNORED),
    (Path::Notices(Notices::OfBefore), IGNORED),
    (Path::People(People::Add), ["ok", "ok", "blocked", "blocked"]),
    (
        Path::People(People::Ask),
        ["heard", "unheard", "blocked", "blocked"],
    ),
    (
        Path::People(People::FollowPresence),
        ["ok", "presence_hidden", "presence_hidden", "presence_hidden"],
    ),
    (Path::People(People::SeeEmail), HIDDEN),
    (Path::People(People::SeeLastSeen), HIDDEN),
    (Path::People(People::FindByEmail), HIDDEN),
    (Path::People(People::FindByBeginning), HIDDEN),
    (
        Path::People(People::FindByUsername),
        ["seen", "seen", "seen", "seen"],
    ),
    (Path::Statuses(Statuses::See), GONE),
    (Path::Statuses(Statuses::LookAt), GONE),
    (Path::Statuses(Statuses::Answer), GONE),
    (Path::Statuses(Statuses::HaveLookedAt), UNHEARD),
    (Path::Statuses(Statuses::SeeNew), UNSEEN),
];

impl Path {
    /// What becomes of it once there was a block. A status that was taken from somebody does not come back.
    fn afterwards(self, outcomes: Outcomes) -> &'static str {
        match self {
            Self::Statuses(path) if path.is_of_before() => outcomes[3],
            _ => outcomes[0],
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_bars_what_the_table_says() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    for (row, &(path, outcomes)) in TABLE.iter().enumerate() {
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
async fn after_a_block_all_is_as_before_but_for_statuses_of_before() {
    let world = World::new().await;
    for (number, &(path, outcomes)) in TABLE.iter().enumerate() {
        let pair = Pair::new(&world, number, path).await;
        pair.block(Block::Both).await;
        let contacts = &world.services.contacts;
        for (one, other) in [(&pair.actor, &pair.other), (&pair.other, &pair.actor)] {
            contacts.unblock(one, other.user.id).await.unwrap();
        }
        assert_eq!(pair.walk(path).await, path.afterwards(outcomes), "{path:?}");
    }
}
