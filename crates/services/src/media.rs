//! Media: how much may be uploaded, and what the services for it share.

mod intake;
mod places;
mod room;
mod spool;

pub use intake::Claims;
pub(crate) use intake::Intake;
pub(crate) use spool::{Arrived, storage};
pub use spool::{Received, Spool};

use std::time::Duration;

use parlor_media::Limits;
use parlor_ports::Quotas;

/// Rules for media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaSettings {
    /// What is kept at most of each kind.
    pub limits: Limits,
    /// How much may be kept in all.
    pub quotas: Quotas,
    /// Files that are examined at the same time, each of which keeps a processor core busy.
    pub concurrent: usize,
    /// Files that may wait to be examined; who comes then is told to come back.
    pub waiting: usize,
    /// Files that may be on their way in at the same time, in one piece or as a part, until they are media. Strangers may send
    /// a quarter as many besides.
    pub receiving: usize,
    /// How many of them may be one person's.
    pub receiving_per_person: usize,
    /// Bytes that are left free on the disk on which files arrive: the database may need them.
    pub free_bytes: u64,
    /// For how long a file may be examined.
    pub examination: Duration,
    /// For how long it may be scanned.
    pub scan: Duration,
    /// For how long media are kept that nothing uses, and uploads that nobody goes on with.
    pub unused: Duration,
    /// Uploads in parts that somebody may have begun at the same time.
    pub uploads: u32,
    /// In how many parts an upload may come.
    pub parts: u32,
    /// Most bytes of a file that comes as text inside JSON.
    pub inline_bytes: usize,
    /// For how long a link is good.
    pub link: Duration,
}

impl Default for MediaSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            quotas: Quotas {
                person: 5 << 30,
                total: 100 << 30,
            },
            concurrent: 1,
            waiting: 64,
            receiving: 256,
            receiving_per_person: 8,
            free_bytes: 512 << 20,
            examination: Duration::from_secs(60),
            scan: Duration::from_secs(60),
            unused: Duration::from_secs(24 * 60 * 60),
            uploads: 10,
            parts: 10_000,
            inline_bytes: 128 * 1024,
            link: Duration::from_secs(10 * 60),
        }
    }
}

impl MediaSettings {
    /// The most bytes that a file of any kind may have.
    pub fn largest(&self) -> u64 {
        let Limits {
            image,
            voice,
            audio,
            video,
            file_bytes,
            kinds: _,
        } = self.limits;
        [image.bytes, voice.bytes, audio.bytes, video.bytes, file_bytes]
            .into_iter()
            .fold(0, u64::max)
    }
}
