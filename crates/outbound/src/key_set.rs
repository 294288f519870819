//! What keys look like from outside. Whether they are any good is checked where they are used.

use serde_json::Value;

/// Most bytes that keys may take.
pub(crate) const MAX_BYTES: usize = 256 << 10;

/// Whether this is a JSON document with a list of keys (RFC 7517, section 5).
pub(crate) fn is_key_set(text: &str) -> bool {
    serde_json::from_str(text).is_ok_and(|document: Value| document["keys"].is_array())
}

/// Whether this is in PEM form (RFC 7468).
pub(crate) fn is_pem(text: &str) -> bool {
    text.trim_start().starts_with("-----BEGIN ")
}
