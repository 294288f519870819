//! Decoders of sound.

use opus_decoder::OpusDecoder;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_FLAC, CODEC_ID_MP3, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

use super::vorbis;

/// The rate at which Opus is decoded.
const OPUS_RATE: u32 = 48_000;

/// A codec of sound, with what its decoder has to know before the first packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SoundCodec {
    /// With so many channels.
    Opus(u8),
    /// With the identification and the setup header, one behind the other.
    Vorbis(Vec<u8>),
    /// With the `AudioSpecificConfig` (ISO/IEC 14496-3, 1.6.2.1).
    Aac(Vec<u8>),
    Mp3,
    /// With the content of `STREAMINFO` (RFC 9639, section 8.2).
    Flac(Vec<u8>),
    /// Something that plays, and is not decoded here.
    Mute,
}

/// What a packet sounds like.
pub(crate) struct Decoded<'a> {
    /// Samples between -1 and 1, those of all channels side by side.
    pub(crate) samples: &'a [f32],
    pub(crate) channels: usize,
    pub(crate) rate: u32,
}

/// A decoder that is fed packet by packet, with gaps.
pub(super) struct Decoder {
    voice: Voice,
    samples: Vec<f32>,
    /// How many packets it takes to find the way in: what they sound like is not right.
    pub(super) settles_in: u32,
    /// How much it may decode for one waveform, in microseconds of sound. Opus is decoded at about five times the speed at
    /// which it plays, the others at hundreds.
    pub(super) patience: u64,
}

enum Voice {
    Opus(Box<OpusDecoder>, usize),
    Other(Box<dyn AudioDecoder>),
}

impl Decoder {
    /// A decoder for this codec; `None` if none can decode it.
    pub(super) fn of(codec: &SoundCodec) -> Option<Self> {
        let (voice, settles_in, patience) = match codec {
            SoundCodec::Opus(channels @ 1..=2) => {
                let channels = usize::from(*channels);
                let opus = OpusDecoder::new(OPUS_RATE, channels).ok()?;
                (Voice::Opus(Box::new(opus), channels), 1, 20_000_000)
            }
            SoundCodec::Opus(_) | SoundCodec::Mute => return None,
            SoundCodec::Vorbis(headers) => {
                // symphonia sets up whatever tables the header asks for.
                vorbis::is_modest(headers).then_some(())?;
                (other(CODEC_ID_VORBIS, Some(headers))?, 1, 200_000_000)
            }
            SoundCodec::Aac(config) => (other(CODEC_ID_AAC, Some(config))?, 1, 200_000_000),
            // A frame may begin in the bytes of frames before it.
            SoundCodec::Mp3 => (other(CODEC_ID_MP3, None)?, 5, 200_000_000),
            SoundCodec::Flac(info) => (other(CODEC_ID_FLAC, Some(info))?, 0, 200_000_000),
        };
        Some(Self {
            voice,
            samples: Vec::new(),
            settles_in,
            patience,
        })
    }

    /// Decodes the next packet; `None` if it is broken.
    pub(super) fn decode(&mut self, packet: &[u8]) -> Option<Decoded<'_>> {
        match &mut self.voice {
            Voice::Opus(opus, channels) => {
                self.samples
                    .resize(OpusDecoder::MAX_FRAME_SIZE_48K * *channels, 0.0);
                let frames = opus.decode_float(packet, &mut self.samples, false).ok()?;
                Some(Decoded {
                    samples: self.samples.get(..frames * *channels)?,
                    channels: *channels,
                    rate: OPUS_RATE,
                })
            }
            Voice::Other(decoder) => {
                let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
                let sound = decoder.decode_ref(&packet).ok()?;
                let (channels, rate) = (sound.num_planes(), sound.spec().rate());
                sound.copy_to_vec_interleaved(&mut self.samples);
                (channels > 0 && rate > 0).then_some(Decoded {
                    samples: &self.samples,
                    channels,
                    rate,
                })
            }
        }
    }

    /// Tells it that the next packet does not follow the last.
    pub(super) fn reset(&mut self) {
        match &mut self.voice {
            Voice::Opus(opus, _) => opus.reset(),
            Voice::Other(decoder) => decoder.reset(),
        }
    }
}

fn other(codec: AudioCodecId, extra: Option<&[u8]>) -> Option<Voice> {
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(codec);
    if let Some(extra) = extra {
        parameters.with_extra_data(extra.into());
    }
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&parameters, &AudioDecoderOptions::default().gapless(false))
        .ok()?;
    Some(Voice::Other(decoder))
}
