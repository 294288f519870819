//! What people say, and what they do with what was said.

use parlor_domain::{Draft, Mark, MemberMark, RoomId, Seq, UserRef};

use super::{Life, any_seq};
use crate::conformance::Tested;
use crate::{Fixture, SeededEntropy, delete, edit, forward, message, reply};

impl Life {
    /// Somebody says something, changes it or takes it back, or repeats what was said elsewhere.
    pub(super) async fn talk(
        &self,
        f: &Fixture,
        chance: &SeededEntropy,
        room: RoomId,
        me: UserRef,
    ) -> Tested {
        let mut body = format!("number {}", chance.below(1000));
        if chance.below(3) == 0 {
            let name = f
                .account(self.people[chance.below(self.people.len())])
                .await?
                .username;
            body += &format!(" @{name}");
        }
        if chance.below(5) == 0 {
            body += " @all";
        }
        let target = any_seq(chance);
        let draft: Draft = match chance.below(8) {
            0 | 1 => edit(target, &body),
            2 => delete(target),
            3 => reply(target, &body),
            4 => forward(self.rooms[chance.below(self.rooms.len())], target),
            _ => message(&body),
        };
        f.log.append(f.draft(room, me, draft)).await?;
        Ok(())
    }

    /// Somebody does with notes to himself what one does with messages.
    pub(super) async fn note_down(&self, f: &Fixture, chance: &SeededEntropy, me: UserRef) -> Tested {
        let notes = f.direct(me, me).await?;
        match chance.below(5) {
            0 => touch(f, chance, notes, me).await,
            1 => read(f, chance, notes, [me, me]).await,
            _ => self.talk(f, chance, notes, me).await,
        }
    }
}

/// Somebody puts an emoji to a message or takes it away, or pins a message or takes it down.
pub(super) async fn touch(f: &Fixture, chance: &SeededEntropy, room: RoomId, me: UserRef) -> Tested {
    let target = any_seq(chance);
    if chance.below(4) > 0 {
        return react(f, chance, (room, target), me).await;
    }
    let on = chance.below(3) > 0;
    f.log.pin(room, target, me, on, f.tick()).await?;
    Ok(())
}

/// Somebody puts an emoji to this message, or takes it away.
pub(super) async fn react(
    f: &Fixture,
    chance: &SeededEntropy,
    (room, target): (RoomId, Seq),
    me: UserRef,
) -> Tested {
    let emoji = ["\u{1f44d}", "\u{2764}", "\u{1f389}"][chance.below(3)];
    let emoji = emoji.parse().expect("an emoji");
    let on = chance.below(3) > 0;
    f.log.react(room, target, me, (emoji, on), f.tick()).await?;
    Ok(())
}

/// Two people have received something, and read something.
pub(super) async fn read(f: &Fixture, chance: &SeededEntropy, room: RoomId, people: [UserRef; 2]) -> Tested {
    let mark = Mark {
        delivered: any_seq(chance),
        read: any_seq(chance),
    };
    let marks = people.map(|user| MemberMark { user: user.id, mark });
    f.rooms.advance_marks(vec![(room, marks.to_vec())]).await
}
