//! A sound that is played to its end.

use std::ops::ControlFlow;
use std::path::Path;

use parlor_domain::MediaKind;

use super::bounds::Bounds;
use super::decoder::{Decoded, Decoder, SoundCodec};
use super::index::{Index, Noted};
use super::waveform::{LONGEST, MOST_BROKEN};
use super::{Sound, read, wav};
use crate::fault::{Fault, broken};
use crate::sniff::Format;
use crate::tape::Tape;
use crate::{Limits, Refusal, Stop};

/// A voice message that was read, and can be decoded as a whole.
pub(crate) struct Audible {
    tape: Tape,
    format: Format,
    sound: Sound,
    /// How long it plays, in microseconds.
    pub(crate) duration: u64,
}

impl Audible {
    /// Reads a file that begins as a `format` of sound, within the limits of voice messages. It is cleaned on the way.
    ///
    /// # Errors
    /// As of an examination, and [`Refusal::Unreadable`] if none of its tracks can be decoded here.
    pub(crate) fn open(file: &Path, format: Format, limits: &Limits, stop: &Stop) -> Result<Self, Refusal> {
        let mut tape = Tape::open(file, stop)?;
        let bounds = Bounds {
            claimed: Some(MediaKind::Voice),
            limits,
            bytes: tape.len(),
            noted: Noted::All,
        };
        let played = read(&mut tape, format, &bounds).map_err(|fault| fault.of(format.name()))?;
        Ok(Self {
            tape,
            format,
            sound: played.sound.ok_or_else(|| mute().of(format.name()))?,
            duration: played.duration,
        })
    }

    /// How much is decoded before that which is to be played, in microseconds.
    pub(crate) const fn skip(&self) -> u64 {
        match self.sound {
            Sound::Packets { skip, .. } => skip,
            Sound::Samples => 0,
        }
    }

    /// Decodes it, and tells of each packet when it begins in microseconds, if that is known, and what it sounds like; until
    /// nobody wants to hear more.
    ///
    /// # Errors
    /// [`Refusal::Unreadable`] if too much of it is broken or its codec is not decoded here; [`Refusal::TimedOut`]
    pub(crate) fn play(
        &mut self,
        mut tell: impl FnMut(Option<u64>, &Decoded<'_>) -> ControlFlow<()>,
    ) -> Result<(), Refusal> {
        let played = match &self.sound {
            Sound::Packets { codec, index, .. } => packets(&mut self.tape, codec, index, tell),
            Sound::Samples => wav::play(&self.tape, |sound| tell(None, sound)),
        };
        played.map_err(|fault| fault.of(self.format.name()))
    }
}

fn packets(
    tape: &mut Tape,
    codec: &SoundCodec,
    index: &Index,
    mut tell: impl FnMut(Option<u64>, &Decoded<'_>) -> ControlFlow<()>,
) -> Result<(), Fault> {
    if !index.is_whole() {
        return Err(broken("its packets are too many, or laced"));
    }
    let mut decoder = Decoder::of(codec).ok_or_else(mute)?;
    // How long a packet of Vorbis plays is not said in it, and so it is a guess when the next one begins.
    let is_timed = !matches!(codec, SoundCodec::Vorbis(_));
    let mut failed = 0;
    for pieces in index.packets().chunk_by(|one, next| one.number == next.number) {
        tape.stop().check()?;
        let mut bytes = Vec::new();
        for piece in pieces {
            if bytes.len() + piece.len as usize > LONGEST as usize {
                return Err(broken("a packet of it is too long"));
            }
            bytes.extend(tape.bytes(piece.at, piece.at + u64::from(piece.len))?);
        }
        // A header alone says that nothing was sent (RFC 6716, section 3.2.1). Of nothing, the decoder makes up for it.
        if matches!(codec, SoundCodec::Opus(_)) && bytes.len() < 2 {
            bytes.clear();
        }
        let sound = decoder
            .decode(&bytes)
            .filter(|sound| sound.rate <= wav::MOST_RATE);
        let Some(sound) = sound else {
            failed += 1;
            if failed > MOST_BROKEN {
                return Err(broken("too many of its packets are broken"));
            }
            continue;
        };
        let start = pieces.first().map(|piece| piece.start).filter(|_| is_timed);
        if tell(start, &sound).is_break() {
            break;
        }
    }
    Ok(())
}

fn mute() -> Fault {
    broken("its codec is not decoded here")
}
