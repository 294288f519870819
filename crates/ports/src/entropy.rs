//! Randomness.

use parlor_domain::{Tag, Timestamp};
use uuid::Uuid;

/// Draws random bytes fit for secrets. Tests have one that repeats itself.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);

    /// A new UUIDv7 (RFC 9562) for something made at this time.
    fn uuid(&self, at: Timestamp) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(at.micros() / 1000).unwrap_or(0), &random)
            .into_uuid()
    }

    /// A new tag for an event.
    fn tag(&self) -> Tag {
        let mut random = [0; 4];
        self.fill(&mut random);
        Tag(u32::from_ne_bytes(random))
    }
}

/// The machine's own source of randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine for randomness"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        rand::Rng::fill_bytes(&mut rand::rng(), buffer);
    }
}
