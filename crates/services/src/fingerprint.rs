//! Short names for texts that are long, secret, or chosen by strangers.

use sha2::{Digest, Sha256};

/// SHA-256 over the parts, of which none can be taken for a piece of its neighbour.
pub(crate) fn fingerprint(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
