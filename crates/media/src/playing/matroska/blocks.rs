//! The blocks of a segment, which are packets.

use super::element::number;
use super::strip::blank_in_file;
use super::tracks::Tracks;
use crate::fault::{Fault, broken};
use crate::playing::decoder::SoundCodec;
use crate::playing::index::{Index, Noted};
use crate::playing::packets;
use crate::tape::Tape;

/// How many blocks and other elements may be taken out, and how many packets there may be.
const MOST_BLANK: u64 = 200_000;
const MOST: u64 = 8_000_000;

/// A block in the file.
pub(super) struct Block {
    pub(super) body: u64,
    pub(super) end: u64,
    /// How long it plays, in ticks, if that is said beside it.
    pub(super) duration: Option<u64>,
}

/// Whose block it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A track that is kept.
    Kept,
    /// One whose blocks come with how transparent the picture is.
    KeptWithAlpha,
    /// Any other.
    Other,
}

/// What is known of a track on the way.
struct Progress {
    number: u64,
    owner: Owner,
    is_opus: bool,
    /// Whether its packets are noted.
    is_noted: bool,
    /// How long a frame lasts, in microseconds, if that is said.
    frame: Option<u64>,
    /// When the last packet began, and how long the one before it was, in microseconds.
    last: Option<u64>,
    step: u64,
}

/// Counts what plays how long.
pub(super) struct Blocks {
    tracks: Vec<Progress>,
    /// How many nanoseconds a tick has.
    scale: u64,
    /// When the cluster begins, in ticks.
    cluster: u64,
    index: Index,
    count: u64,
    blank: u64,
    /// From when to when something plays, in microseconds.
    begin: Option<u64>,
    end: u64,
}

impl Blocks {
    pub(super) fn of(tracks: &Tracks, scale: u64, noted: Noted) -> Self {
        let mut is_noted = tracks.picture.is_none();
        let progress = tracks.tracks.iter().map(|track| Progress {
            number: track.number,
            owner: if track.has_alpha {
                Owner::KeptWithAlpha
            } else {
                Owner::Kept
            },
            is_opus: matches!(track.sound, Some(SoundCodec::Opus(_))),
            is_noted: std::mem::take(&mut is_noted),
            frame: track.frame.map(|frame| frame / 1_000),
            last: None,
            step: 0,
        });
        Self {
            tracks: progress.collect(),
            scale,
            cluster: 0,
            index: Index::new(noted),
            count: 0,
            blank: 0,
            begin: None,
            end: 0,
        }
    }

    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    pub(super) const fn begin_cluster(&mut self) {
        self.cluster = 0;
    }

    pub(super) const fn cluster_begins_at(&mut self, ticks: u64) {
        self.cluster = ticks;
    }

    /// Takes the next block.
    pub(super) fn add(&mut self, tape: &mut Tape, block: &Block) -> Result<Owner, Fault> {
        let fault = || broken("a block of it is too short");
        let (head, len) = tape.up_to::<16>(block.body)?;
        let (track, width) = number(&head[..len]).ok_or_else(fault)?;
        let payload = block.body + width as u64 + 3;
        if payload > block.end {
            return Err(fault());
        }
        let Some(track) = self.tracks.iter_mut().find(|progress| progress.number == track) else {
            return Ok(Owner::Other);
        };
        self.count += 1;
        if self.count > MOST {
            return Err(broken("it has too many packets"));
        }
        let offset = i16::from_be_bytes([head[width], head[width + 1]]);
        let ticks = self.cluster.saturating_add_signed(offset.into());
        let start = micros(ticks, self.scale);
        let begin = *self.begin.get_or_insert(start);

        let is_laced = head[width + 2] & 0b110 != 0;
        let beginning = if is_laced { &[][..] } else { &head[width + 3..len] };
        let frames = if is_laced {
            u64::from(head[width + 3]) + 1
        } else {
            1
        };
        let duration = block.duration.map(|ticks| micros(ticks, self.scale));
        let duration = duration
            .or_else(|| packets::opus(beginning).filter(|_| track.is_opus))
            .or_else(|| track.frame.map(|frame| frame.saturating_mul(frames)))
            .unwrap_or(track.last.map_or(track.step, |last| start.saturating_sub(last)));
        track.step = duration;
        track.last = Some(start);
        self.end = self.end.max(start.saturating_add(duration));

        if track.is_noted && is_laced {
            self.index.skip();
        } else if track.is_noted {
            self.index
                .push(payload, block.end - payload, start.saturating_sub(begin));
        }
        Ok(track.owner)
    }

    /// Takes an element out of the file.
    pub(super) fn blank(&mut self, tape: &mut Tape, start: u64, end: u64) -> Result<(), Fault> {
        self.blank += 1;
        if self.blank > MOST_BLANK {
            return Err(broken("it has too many elements that are not known"));
        }
        blank_in_file(tape, start, end)
    }

    /// The packets, and how long they play in microseconds. `None` if there are none.
    pub(super) fn finish(self) -> Option<(Index, u64)> {
        let begin = self.begin?;
        Some((self.index, self.end.saturating_sub(begin)))
    }
}

fn micros(ticks: u64, scale: u64) -> u64 {
    u64::try_from(u128::from(ticks) * u128::from(scale) / 1_000).unwrap_or(u64::MAX)
}
