//! What holds for every JSON Web Token (RFC 7519), whoever made it.

use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::{Header, decode_header};

/// Chooses the provider of cryptography.
///
/// jsonwebtoken panics at first use if some dependency turns on a second provider and none was chosen.
pub(crate) fn choose_provider() {
    // Whoever comes second in one process finds the choice made.
    let _ = aws_lc::DEFAULT_PROVIDER.install_default();
}

/// What a token says of itself, unverified; `None` if it is longer than `most` bytes, or no signed token, or demands
/// something.
pub(crate) fn header(token: &str, most: usize) -> Option<Header> {
    if token.len() > most || token.bytes().filter(|byte| *byte == b'.').count() != 2 {
        return None;
    }
    let header = decode_header(token).ok()?;
    // Whoever does not know what `crit` demands must refuse (RFC 7515, section 4.1.11); we know nothing of it.
    header.crit.is_none().then_some(header)
}
