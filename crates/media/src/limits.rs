//! How much of what may be uploaded.

mod kinds;

pub use kinds::Kinds;

/// What is kept at most. A file beyond it is refused, by its header where that tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pictures.
    pub image: ImageLimits,
    /// Voice messages.
    pub voice: SoundLimits,
    /// Other sound.
    pub audio: SoundLimits,
    /// Videos.
    pub video: VideoLimits,
    /// Everything else, in bytes.
    pub file_bytes: u64,
    /// Which kinds are kept at all. Sound that is sent as a voice message is one, and no audio; anything that is sent as a
    /// file is one.
    pub kinds: Kinds,
}

/// Limits of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageLimits {
    /// Size of the file, in bytes.
    pub bytes: u64,
    /// Width, and height, in pixels.
    pub edge: u32,
    /// Width times height. Decoding takes up to eight bytes for each. Pictures that take more may have fewer pixels, so
    /// that they take as much in all: some progressive JPEGs, WebPs that are lossy and transparent, and animations, which
    /// may have half of them.
    pub pixels: u64,
    /// Pictures in an animation.
    pub frames: u32,
    /// Width times height of an animation times its pictures.
    pub animated_pixels: u64,
}

/// Limits of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundLimits {
    /// Size of the file, in bytes.
    pub bytes: u64,
    /// How long it may play, in seconds.
    pub seconds: u64,
}

/// Limits of videos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoLimits {
    /// Size of the file, in bytes.
    pub bytes: u64,
    /// How long it may play, in seconds.
    pub seconds: u64,
    /// Width, and height, in pixels.
    pub edge: u32,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            image: ImageLimits {
                bytes: 20 * MIB,
                edge: 32_767,
                pixels: 52_000_000,
                frames: 1_000,
                animated_pixels: 500_000_000,
            },
            voice: SoundLimits {
                bytes: 20 * MIB,
                seconds: 15 * 60,
            },
            audio: SoundLimits {
                bytes: 100 * MIB,
                seconds: 6 * 3_600,
            },
            video: VideoLimits {
                bytes: 1024 * MIB,
                seconds: 4 * 3_600,
                edge: 8_192,
            },
            file_bytes: 1024 * MIB,
            kinds: Kinds::ALL,
        }
    }
}
