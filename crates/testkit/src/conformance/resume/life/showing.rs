//! What people show for a day, and what they send to lists.

use std::time::Duration;

use parlor_domain::{StatusAudience, StatusId, UserRef};
use parlor_ports::{Clock, NewStatus, StatusSide, StatusView};

use super::Life;
use crate::conformance::Tested;
use crate::{Fixture, SeededEntropy, answer};

impl Life {
    /// Somebody shows something, looks at something, answers it or takes it back, or time goes on for what was shown.
    pub(super) async fn show(
        &mut self,
        f: &Fixture,
        chance: &SeededEntropy,
        me: UserRef,
        other: UserRef,
    ) -> Tested {
        let any = chance.below(self.statuses.len().max(1));
        let any = self.statuses.get(any).copied();
        match (chance.below(14), any) {
            (0..=3, _) | (_, None) => {
                let new = f.new_status(me, "tea");
                let audience = match chance.below(3) {
                    0 => StatusAudience::Contacts,
                    1 => StatusAudience::Except(vec![other.id]),
                    _ => StatusAudience::Only(vec![other.id]),
                };
                let lives = [Duration::from_hours(24), Duration::from_millis(40)][chance.below(2)];
                self.statuses.push(new.id);
                let expires_at = new.at + lives;
                let new = NewStatus {
                    audience,
                    expires_at,
                    ..new
                };
                f.statuses.post(new).await?;
            }
            (4, Some(status)) => drop(f.statuses.remove(status, me, f.tick()).await?),
            (5..=7, Some(status)) => drop(f.statuses.mark_viewed(status, me, f.tick()).await?),
            (8 | 9, Some(status)) => self.answer(f, me, status).await?,
            (10, _) => drop(f.statuses.erase(f.tick()).await?),
            _ => drop(f.statuses.tell(f.tick()).await?),
        }
        Ok(())
    }

    /// Somebody answers a status, if he sees it and it is somebody else's.
    async fn answer(&mut self, f: &Fixture, me: UserRef, status: StatusId) -> Tested {
        let found = f.statuses.find(status, me.id, f.clock.now()).await?;
        let Some(StatusView {
            status,
            side: StatusSide::Others { .. },
        }) = found
        else {
            return Ok(());
        };
        if let Some(room) = self.open_direct(f, me, status.author).await? {
            f.log
                .append(f.draft(room, me, answer(status.id, "enjoy")))
                .await?;
        }
        Ok(())
    }

    /// Somebody keeps a list, sends to one, or what was sent to lists goes on.
    pub(super) async fn spread(
        &mut self,
        f: &Fixture,
        chance: &SeededEntropy,
        me: UserRef,
        other: UserRef,
    ) -> Tested {
        let any = chance.below(self.lists.len().max(1));
        let any = self.lists.get(any).copied();
        match (chance.below(12), any) {
            (0 | 1, _) | (_, None) => {
                let new = f.new_list(me, "some");
                self.lists.push(new.id);
                f.broadcasts.create(new).await?;
            }
            (2, Some(list)) => drop(f.broadcasts.remove(list, me, vec![other.id], f.tick()).await?),
            (3..=5, Some(list)) => {
                let users = vec![other.id];
                f.broadcasts.add(list, me, users, 3, f.tick()).await?;
            }
            (6, Some(list)) if chance.below(3) == 0 => {
                f.broadcasts.delete(list, me, f.tick()).await?;
            }
            (6..=8, Some(list)) => {
                let new = f.new_broadcast(list, me, "sale");
                f.broadcasts.send(new).await?;
            }
            (9, _) => drop(f.erase_lists().await?),
            _ => drop(f.send_batch().await?),
        }
        Ok(())
    }
}
