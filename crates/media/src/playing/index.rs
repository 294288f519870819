//! Where the packets of a sound lie.

/// How many packets side by side are noted together. A decoder needs a few to find its way in.
const RUN: u64 = 8;

/// How many packets are noted at most.
const MOST: usize = 8_192;

/// A packet of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet {
    /// Which one it is, from 0. Neighbours have neighbouring numbers.
    pub(super) number: u64,
    /// Where it begins in the file as it is left.
    pub(super) at: u64,
    /// Its length in bytes.
    pub(super) len: u32,
    /// When it begins to play, in microseconds.
    pub(super) start: u64,
}

/// Some of the packets of a sound, spread evenly over its length: all while they are few, and then runs of them that
/// lie farther and farther apart, so that the memory is bounded however many there are.
#[derive(Debug)]
pub(super) struct Index {
    packets: Vec<Packet>,
    seen: u64,
    /// Of how many runs one is noted.
    every: u64,
}

impl Index {
    pub(super) const fn new() -> Self {
        Self {
            packets: Vec::new(),
            seen: 0,
            every: 1,
        }
    }

    /// Notes the next packet.
    pub(super) fn push(&mut self, at: u64, len: u64, start: u64) {
        let number = self.seen;
        self.seen += 1;
        let Ok(len) = u32::try_from(len) else { return };
        if !self.wants(number) {
            return;
        }
        self.packets.push(Packet {
            number,
            at,
            len,
            start,
        });
        if self.packets.len() == MOST {
            self.every *= 2;
            let every = self.every;
            self.packets
                .retain(|packet| (packet.number / RUN).is_multiple_of(every));
        }
    }

    /// Leaves out the next packet, which does not lie in one piece.
    pub(super) const fn skip(&mut self) {
        self.seen += 1;
    }

    /// The packets noted, in their order.
    pub(super) fn packets(&self) -> &[Packet] {
        &self.packets
    }

    const fn wants(&self, number: u64) -> bool {
        (number / RUN).is_multiple_of(self.every)
    }
}

#[cfg(test)]
mod tests {
    use super::{Index, MOST};

    #[test]
    fn a_long_sound_is_noted_evenly_in_bounded_memory() {
        let mut index = Index::new();
        for number in 0..1_000_000 {
            index.push(number * 100, 100, number * 20_000);
        }
        let packets = index.packets();
        assert!((MOST / 2 - 8..MOST).contains(&packets.len()));
        for bar in 0..64_u64 {
            let inside = |number: u64| number * 64 / 1_000_000 == bar;
            assert!(packets.iter().filter(|packet| inside(packet.number)).count() >= 8);
        }
    }
}
