//! Channels, which do not tell of their readers: what a reader does is told in his own stream.

use parlor_domain::{LeaveReason, Mark, UserRef};
use parlor_ports::COUNT_PATIENCE;

use super::{Life, seq_below, talking};
use crate::conformance::Tested;
use crate::{Fixture, SeededEntropy, message};

impl Life {
    /// Somebody comes into a channel or leaves it, reads on or reacts there, or hears something; or it is counted how many have
    /// reacted.
    pub(super) async fn read_along(&self, f: &Fixture, chance: &SeededEntropy, me: UserRef) -> Tested {
        let channel = self.channels[chance.below(self.channels.len())];
        // Little is said there.
        let seq = seq_below(chance, 8);
        match chance.below(14) {
            0..=2 => {
                f.rooms.join(channel, me, None, f.tick()).await?;
            }
            3 => {
                let why = LeaveReason::Left;
                f.rooms.remove(channel, me, me.id, why, f.tick()).await?;
            }
            4..=6 => {
                // Who has made the first of them writes there as long as he leads it.
                let news = f.draft(channel, self.people[0], message("news"));
                f.log.append(news).await?;
            }
            7..=9 => talking::react(f, chance, (channel, seq), me).await?,
            10 | 11 => f.mark(channel, me, Mark::read(seq)).await?,
            _ => {
                let now = f.clock.advance(COUNT_PATIENCE);
                f.log.count_reactions(now, 3).await?;
            }
        }
        Ok(())
    }
}
