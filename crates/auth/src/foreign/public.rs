//! A public key, checked to be one before it is used.

use aws_lc_rs::rsa::PublicEncryptingKey;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
use jsonwebtoken::DecodingKey;

use super::ForeignAlgorithm;

/// Reads a SubjectPublicKeyInfo (RFC 5280, section 4.1) as the one algorithm whose key it is.
pub(super) fn read(der: &[u8]) -> Option<(ForeignAlgorithm, DecodingKey)> {
    ForeignAlgorithm::ALL
        .into_iter()
        .find_map(|algorithm| Some((algorithm, check(algorithm, der)?)))
}

/// The key for one algorithm: a SubjectPublicKeyInfo, or for ES256 the uncompressed point, or for EdDSA the 32 bytes.
/// `None` if it is of another kind, RSA of less than 2048 bits, or no point of the curve.
pub(super) fn check(algorithm: ForeignAlgorithm, key: &[u8]) -> Option<DecodingKey> {
    match algorithm {
        ForeignAlgorithm::Rs256 => {
            PublicEncryptingKey::from_der(key).ok()?;
            Some(DecodingKey::from_rsa_der(key))
        }
        ForeignAlgorithm::Es256 => {
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).ok()?;
            Some(DecodingKey::from_ec_der(key))
        }
        ForeignAlgorithm::EdDsa => {
            ParsedPublicKey::new(&ED25519, key).ok()?;
            Some(DecodingKey::from_ed_der(key))
        }
    }
}
