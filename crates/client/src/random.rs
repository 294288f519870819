//! What a client draws by chance.
//!
//! A client lives in other people's programs, far from the server's clock and entropy, so it has its own.

use uuid::Uuid;

/// A new name for a message or another act: a UUIDv7, so that names made one after another stand together in the
/// server's index.
#[expect(
    clippy::disallowed_methods,
    reason = "a client has no Clock and no Entropy of the server"
)]
pub fn client_id() -> String {
    Uuid::now_v7().to_string()
}

/// A number from 0 to 1.
#[expect(clippy::disallowed_methods, reason = "a client has no Entropy of the server")]
pub(crate) fn chance() -> f64 {
    rand::random()
}
