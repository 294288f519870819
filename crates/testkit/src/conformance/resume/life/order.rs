//! Who is let into rooms and who is kept out, who may write there, and how much one wants to hear of it.

use std::time::Duration;

use parlor_domain::{Notify, NotifyLevel, RoomId, UserRef};

use crate::conformance::Tested;
use crate::{Fixture, SeededEntropy};

/// Somebody lets in, turns away, mutes or bans somebody, makes a link, or wants to hear less of a room.
pub(super) async fn keep(
    f: &Fixture,
    chance: &SeededEntropy,
    room: RoomId,
    me: UserRef,
    other: UserRef,
) -> Tested {
    match chance.below(10) {
        0..=2 => drop(f.admission.admit(room, me, other.id, f.tick()).await?),
        3 => drop(f.admission.turn_away(room, me, other.id, f.tick()).await?),
        4 => {
            let until = Some(f.tick() + Duration::from_secs(1)).filter(|_| chance.below(3) > 0);
            f.moderation.mute(room, me, other.id, until, f.tick()).await?;
        }
        5 => drop(f.moderation.ban(room, me, other.id, f.tick()).await?),
        6 | 7 => drop(f.moderation.lift_ban(room, me, other.id, f.tick()).await?),
        8 => {
            let link = f.new_link(room, me);
            let code = link.code.clone();
            if f.admission.add_link(link).await?.is_ok() {
                drop(f.admission.join_by_link(code, other, None, f.tick()).await?);
            }
        }
        _ => {
            let levels = [NotifyLevel::All, NotifyLevel::Mentions, NotifyLevel::Nothing];
            let until = Some(f.tick() + Duration::from_secs(1)).filter(|_| chance.below(2) == 0);
            let notify = Notify {
                level: levels[chance.below(3)],
                muted_until: until,
            };
            f.rooms.set_notify(room, me, notify, f.tick()).await?;
        }
    }
    Ok(())
}
