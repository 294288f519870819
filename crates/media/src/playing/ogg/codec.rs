//! The codec of a stream.

use crate::fault::{Fault, broken};
use crate::fields::le_u16_at;
use crate::playing::vorbis;

/// What a stream is, by its first packet.
pub(super) enum Codec {
    Opus { channels: u8, skip: u64 },
    Vorbis { identification: Vec<u8>, rate: u32 },
}

impl Codec {
    /// The codec of a stream that begins with this packet, if it is known.
    pub(super) fn of(packet: &[u8]) -> Result<Option<Self>, Fault> {
        if packet.starts_with(b"OpusHead") {
            // The upper half of the version must not change (RFC 7845, section 5.1).
            let most = 21 + usize::from(*packet.get(9).unwrap_or(&0));
            if !(19..=most).contains(&packet.len()) || packet[8] > 15 || packet[9] == 0 {
                return Err(broken("its header is none of Opus"));
            }
            return Ok(Some(Self::Opus {
                channels: packet[9],
                skip: le_u16_at(packet, 10)?.into(),
            }));
        }
        if packet.starts_with(b"\x01vorbis") {
            let rate = vorbis::Identification::read(packet)?.rate;
            return Ok(Some(Self::Vorbis {
                identification: packet.to_vec(),
                rate,
            }));
        }
        Ok(None)
    }
}
