//! People who get to know each other or do not want to, and what they are notified of.

use parlor_domain::{RoomId, UserRef};
use parlor_ports::{Entropy, NewContact, NewRequest};

use super::Life;
use crate::conformance::Tested;
use crate::{Fixture, SeededEntropy};

impl Life {
    /// People are notified of what waits, a backend says something, or somebody has seen it.
    pub(super) async fn be_notified(&mut self, f: &Fixture, chance: &SeededEntropy, me: UserRef) -> Tested {
        match chance.below(6) {
            0 | 1 => f.notify().await?,
            2 => {
                let room = f.announce(self.bot, "news").await?.stream;
                let room = RoomId::new(room.uuid());
                if !self.rooms.contains(&room) {
                    self.rooms.push(room);
                }
            }
            3 => drop(f.announcements.gather(2, f.tick()).await?),
            4 => {
                let name = f.entropy.uuid(f.tick()).to_string();
                let publication = f.new_publication(&self.key, &name, me);
                f.notifications.publish(publication).await?;
            }
            _ => {
                let page = f.notice_page(me, None, false, 3).await?;
                if let Some(seen) = page.notifications.get(chance.below(3)) {
                    f.notifications
                        .read(me, page.as_of.seq, seen.at, f.tick())
                        .await?;
                }
            }
        }
        Ok(())
    }
}

/// Somebody adds, asks, answers or blocks somebody, or does it no more.
pub(super) async fn meet(f: &Fixture, chance: &SeededEntropy, me: UserRef, other: UserRef) -> Tested {
    if me == other {
        return Ok(());
    }
    match chance.below(12) {
        0 | 1 => {
            let name = ["Boss", "Neighbour"][chance.below(2)];
            let name = Some(name.parse().expect("a name")).filter(|_| chance.below(2) == 0);
            let contact = f.new_contact(me, other);
            f.contacts.put(NewContact { name, ..contact }).await?;
        }
        2 => drop(f.contacts.remove(me, other.id, f.tick()).await?),
        3..=5 => {
            let note = format!("number {}", chance.below(1000));
            let request = NewRequest {
                note: Some(note.parse().expect("a note")),
                ..f.new_request(me, other)
            };
            f.contacts.request(request).await?;
        }
        6 => drop(f.contacts.accept(me, other.id, 20, f.tick()).await?),
        7 => drop(f.contacts.decline(me, other.id, f.tick()).await?),
        8 => drop(f.contacts.withdraw(me, other.id, f.tick()).await?),
        9 => drop(f.contacts.block(me, other.id, 20, f.tick()).await?),
        _ => drop(f.contacts.unblock(me, other.id, f.tick()).await?),
    }
    Ok(())
}
