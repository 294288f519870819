//! What several people do in several rooms, by chance.

mod channels;
mod order;
mod people;
mod rooms;
mod showing;
mod talking;

use parlor_domain::{BroadcastListId, RoomId, Seq, StatusId, UserRef};
use parlor_ports::{ApiKey, StoreError};

use crate::conformance::Tested;
use crate::{Fixture, SeededEntropy};

/// Some people and their rooms.
pub(super) struct Life {
    pub(super) people: Vec<UserRef>,
    rooms: Vec<RoomId>,
    /// Those of the rooms that are channels, but for that of all accounts.
    channels: Vec<RoomId>,
    key: ApiKey,
    /// Speaks to everybody.
    bot: UserRef,
    statuses: Vec<StatusId>,
    lists: Vec<BroadcastListId>,
}

impl Life {
    /// Four people, some of whom know each other, and four rooms: one of them discreet, one direct, one a channel.
    pub(super) async fn begin(f: &Fixture, seed: u64) -> Result<Self, StoreError> {
        let people = f.crowd(&format!("life{seed}-"), 4).await?;
        let channel = f.channel(people[0], &people[1..3]).await?;
        let rooms = vec![
            f.group(people[0], &people[1..3]).await?,
            f.discreet_group(people[1], &[]).await?,
            f.direct(people[0], people[3]).await?,
            channel,
        ];
        for (owner, contact) in [(0, 1), (0, 2), (1, 0), (3, 0)] {
            f.know(people[owner], people[contact]).await?;
        }
        let key = f.api_key(None).await?;
        let bot = f.bot(&format!("bot{seed}")).await?;
        Ok(Self {
            people,
            rooms,
            channels: vec![channel],
            key,
            bot,
            statuses: Vec::new(),
            lists: Vec::new(),
        })
    }

    /// Somebody does something somewhere, or is refused it.
    pub(super) async fn go_on(&mut self, f: &Fixture, chance: &SeededEntropy) -> Tested {
        let room = self.rooms[chance.below(self.rooms.len())];
        let me = self.people[chance.below(self.people.len())];
        let other = self.people[chance.below(self.people.len())];
        match chance.below(130) {
            0..=20 => self.talk(f, chance, room, me).await,
            21..=24 => self.note_down(f, chance, me).await,
            25..=32 => talking::touch(f, chance, room, me).await,
            33..=35 => talking::read(f, chance, room, [me, other]).await,
            36..=48 => self.come_and_go(f, chance, room, me, other).await,
            49..=55 => rooms::decide(f, chance, room, me).await,
            56..=65 => order::keep(f, chance, room, me, other).await,
            66..=81 => self.read_along(f, chance, me).await,
            82..=88 => self.be_notified(f, chance, me).await,
            89..=102 => people::meet(f, chance, me, other).await,
            103..=117 => self.show(f, chance, me, other).await,
            118..=126 => self.spread(f, chance, me, other).await,
            _ => f.be_private(me, chance.below(2) == 0).await,
        }
    }
}

fn any_seq(chance: &SeededEntropy) -> Seq {
    seq_below(chance, 30)
}

fn seq_below(chance: &SeededEntropy, end: usize) -> Seq {
    Seq(u64::try_from(chance.below(end)).expect("a small seq"))
}
