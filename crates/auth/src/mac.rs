//! HMAC-SHA-256 (RFC 2104), and how its results are compared.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Whether two digests are the same. Takes as long for those that differ in the first byte as for those that differ in
/// the last.
pub fn same_digest(one: &[u8; 32], other: &[u8; 32]) -> bool {
    verify_slices_are_equal(one, other).is_ok()
}

/// The HMAC of the parts as one message. Where a part goes over into the next must follow from the parts before it.
pub(crate) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        hmac.update(part);
    }
    hmac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_the_same_only_if_every_bit_is() {
        assert!(same_digest(&[7; 32], &[7; 32]));
        for bit in 0..256 {
            let mut other = [7; 32];
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!same_digest(&[7; 32], &other), "bit {bit}");
        }
    }
}
