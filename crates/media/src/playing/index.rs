//! Where the packets of a sound lie.

/// How many packets side by side are noted together. A decoder needs a few to find its way in.
const RUN: u64 = 8;

/// How many packets are noted at most where they are thinned out.
const MOST: usize = 8_192;

/// And where they are not: three quarters of an hour of the shortest ones of Opus.
const MOST_OF_ALL: usize = 1024 * 1024;

/// How much of a sound is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    /// Enough for a waveform: packets that lie in one piece, spread evenly over its length.
    Enough,
    /// All of its packets, piece by piece.
    All,
}

/// A packet of sound, or a piece of one: those of the same packet have its number.
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

/// The packets of a sound. To have enough of them, all are noted while they are few, and then runs that lie farther and
/// farther apart, so that the memory is bounded however many there are.
#[derive(Debug)]
pub(super) struct Index {
    noted: Noted,
    packets: Vec<Packet>,
    seen: u64,
    /// Of how many runs one is noted.
    every: u64,
    /// Whether the last packet goes on.
    is_open: bool,
    /// Whether packets were left out.
    has_holes: bool,
}

impl Index {
    pub(super) const fn new(noted: Noted) -> Self {
        Self {
            noted,
            packets: Vec::new(),
            seen: 0,
            every: 1,
            is_open: false,
            has_holes: false,
        }
    }

    /// Notes the next packet.
    pub(super) fn push(&mut self, at: u64, len: u64, start: u64) {
        let number = self.seen;
        self.seen += 1;
        self.is_open = false;
        let Ok(len) = u32::try_from(len) else {
            self.has_holes = true;
            return;
        };
        self.note(Packet {
            number,
            at,
            len,
            start,
        });
    }

    /// Notes the first piece of the next packet.
    pub(super) fn begin(&mut self, at: u64, len: u64, start: u64) {
        match self.noted {
            Noted::Enough => self.skip(),
            Noted::All => {
                self.push(at, len, start);
                self.is_open = true;
            }
        }
    }

    /// Notes another piece of the packet that was begun last.
    pub(super) fn go_on(&mut self, at: u64, len: u64) {
        let last = self.packets.last().filter(|_| self.is_open).copied();
        if let (Some(last), Ok(len)) = (last, u32::try_from(len)) {
            self.note(Packet { at, len, ..last });
        }
    }

    /// Leaves out the next packet, which cannot be told from others in its piece.
    pub(super) const fn skip(&mut self) {
        self.seen += 1;
        self.is_open = false;
        self.has_holes = true;
    }

    /// The packets noted, in their order.
    pub(super) fn packets(&self) -> &[Packet] {
        &self.packets
    }

    /// Whether all packets are noted that were to be.
    pub(super) const fn is_whole(&self) -> bool {
        !self.has_holes
    }

    fn note(&mut self, packet: Packet) {
        match self.noted {
            Noted::All if self.packets.len() < MOST_OF_ALL => self.packets.push(packet),
            Noted::All => self.has_holes = true,
            Noted::Enough if self.wants(packet.number) => {
                self.packets.push(packet);
                self.thin_out();
            }
            Noted::Enough => {}
        }
    }

    fn thin_out(&mut self) {
        if self.packets.len() == MOST {
            self.every *= 2;
            let every = self.every;
            self.packets
                .retain(|packet| (packet.number / RUN).is_multiple_of(every));
        }
    }

    const fn wants(&self, number: u64) -> bool {
        (number / RUN).is_multiple_of(self.every)
    }
}

#[cfg(test)]
mod tests {
    use super::{Index, MOST, MOST_OF_ALL, Noted};

    #[test]
    fn a_long_sound_is_noted_evenly_in_bounded_memory() {
        let mut index = Index::new(Noted::Enough);
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

    #[test]
    fn all_packets_are_noted_piece_by_piece() {
        let mut index = Index::new(Noted::All);
        index.go_on(0, 1);
        index.push(10, 5, 0);
        index.go_on(15, 5);
        index.begin(20, 5, 20);
        index.go_on(40, 5);
        index.push(50, 5, 40);
        let places = |packet: &super::Packet| (packet.number, packet.at, packet.start);
        let noted: Vec<_> = index.packets().iter().map(places).collect();
        assert_eq!(noted, [(0, 10, 0), (1, 20, 20), (1, 40, 20), (2, 50, 40)]);
        assert!(index.is_whole());
        index.skip();
        assert!(!index.is_whole());
    }

    #[test]
    fn too_many_packets_are_not_noted_and_that_is_told() {
        let mut index = Index::new(Noted::All);
        for number in 0..=MOST_OF_ALL as u64 {
            assert!(index.is_whole());
            index.push(number, 1, number);
        }
        assert!(!index.is_whole());
        assert_eq!(index.packets().len(), MOST_OF_ALL);
    }
}
