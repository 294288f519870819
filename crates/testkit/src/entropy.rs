//! Chance that repeats itself.

use std::sync::{Mutex, PoisonError};

use parlor_ports::Entropy;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Randomness from a seed: the same seed gives the same bytes, in the order in which they are drawn.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// Begins the sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// A number from 0 to `end` − 1.
    pub fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        let end = u64::try_from(end).expect("usize fits into u64");
        usize::try_from(u64::from_le_bytes(bytes) % end).expect("less than a usize")
    }
}

impl Default for SeededEntropy {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_bytes() {
        let draw = |seed| {
            let mut bytes = [0; 16];
            SeededEntropy::new(seed).fill(&mut bytes);
            bytes
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
