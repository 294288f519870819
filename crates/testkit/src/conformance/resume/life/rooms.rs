//! Rooms that are made, entered, led and left, and what they are called, show and allow.

use parlor_domain::{
    Capacity, History, JoinPolicy, LeaveReason, Role, RoomChange, RoomId, RoomKind, RulesChange, SlowMode,
    UserRef, Who,
};
use parlor_ports::{DirectOpened, NewRoom, StoreError};

use super::Life;
use crate::conformance::Tested;
use crate::{Fixture, SeededEntropy};

impl Life {
    /// Somebody comes into a room or goes, brings somebody in or puts him out, leads it or lets others, makes one or ends it.
    pub(super) async fn come_and_go(
        &mut self,
        f: &Fixture,
        chance: &SeededEntropy,
        room: RoomId,
        me: UserRef,
        other: UserRef,
    ) -> Tested {
        let rooms = &f.rooms;
        match chance.below(12) {
            0..=2 => {
                let note = Some("let me in".parse().expect("a note"));
                rooms.join(room, me, note, f.tick()).await?;
            }
            3 => drop(rooms.add(room, me, vec![other.id], f.tick()).await?),
            4 | 5 => drop(rooms.remove(room, me, me.id, LeaveReason::Left, f.tick()).await?),
            6 => {
                let why = LeaveReason::Removed;
                rooms.remove(room, me, other.id, why, f.tick()).await?;
            }
            7 => {
                let role = [Role::Admin, Role::Admin, Role::Member][chance.below(3)];
                rooms.change_role(room, me, other.id, role, f.tick()).await?;
            }
            8 => drop(rooms.hand_over(room, me, other.id, f.tick()).await?),
            9 if chance.below(6) == 0 => drop(rooms.delete(room, me, f.tick()).await?),
            9 | 10 if self.rooms.len() < 9 => self.make(f, chance, me).await?,
            11 if me != other => {
                self.open_direct(f, me, other).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Somebody makes a group or a channel.
    async fn make(&mut self, f: &Fixture, chance: &SeededEntropy, me: UserRef) -> Tested {
        let kind = [RoomKind::Group, RoomKind::Channel][chance.below(2)];
        let new = NewRoom {
            kind,
            ..f.new_room(me)
        };
        let room = f.create(new).await?;
        self.rooms.push(room);
        if kind == RoomKind::Channel {
            self.channels.push(room);
        }
        Ok(())
    }

    /// The direct room of two people, unless it is refused.
    pub(super) async fn open_direct(
        &mut self,
        f: &Fixture,
        me: UserRef,
        other: UserRef,
    ) -> Result<Option<RoomId>, StoreError> {
        let opened = f.rooms.open_direct(me, other.id, f.room_id(), f.tick()).await?;
        let room = match opened {
            DirectOpened::New(view) | DirectOpened::Existing(view) => view.room.id,
            DirectOpened::Refused(_) => return Ok(None),
        };
        if !self.rooms.contains(&room) {
            self.rooms.push(room);
        }
        Ok(Some(room))
    }
}

/// Somebody gives a room another name, topic, size or picture, or other rules.
pub(super) async fn decide(f: &Fixture, chance: &SeededEntropy, room: RoomId, me: UserRef) -> Tested {
    let change = match chance.below(4) {
        0 => {
            let picture = match chance.below(3) {
                0 => None,
                _ => Some(f.picture(me).await?),
            };
            f.rooms.set_avatar(room, me, picture, f.tick()).await?;
            return Ok(());
        }
        1 => {
            let topic = format!("topic {}", chance.below(3));
            RoomChange {
                name: Some(["tea", "coffee"][chance.below(2)].parse().expect("a name")),
                topic: Some(topic.parse().expect("a topic")),
                capacity: Some(Capacity::stored([3, 100][chance.below(2)])),
                ..RoomChange::default()
            }
        }
        _ => RoomChange {
            rules: any_rules(chance),
            ..RoomChange::default()
        },
    };
    f.rooms.update(room, me, change, f.tick()).await?;
    Ok(())
}

fn any_rules(chance: &SeededEntropy) -> RulesChange {
    RulesChange {
        history: Some([History::All, History::FromJoin][chance.below(2)]),
        join: Some([JoinPolicy::Open, JoinPolicy::Approval][chance.below(2)]),
        posting: Some([Who::Everyone, Who::Everyone, Who::Admins][chance.below(3)]),
        adding: Some([Who::Everyone, Who::Admins][chance.below(2)]),
        // Mostly off: where milliseconds pass, whoever is to wait for a second says nothing more.
        slow_mode: Some(SlowMode::stored([0, 0, 0, 1][chance.below(4)])),
        listed: [None, None, Some(false), Some(true)][chance.below(4)],
    }
}
