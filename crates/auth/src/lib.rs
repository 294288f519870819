//! Passwords and tokens: pure mechanisms.
//!
//! Nothing here reads a clock, draws a random number or does I/O: the caller gives the time, the salt, the seed. What
//! is secret is held in [`secrecy`] types, so that it is not shown by `Debug` and is wiped when dropped.
//!
//! To add one more mechanism: a file here with a pure type, its error (if anybody branches on it) in [`Error`], and
//! its use in the `services` crate.

mod access;
mod error;
mod keys;
mod password;
mod refresh;

pub use access::{AccessClaims, AccessTokens};
pub use error::Error;
pub use keys::{KeyRing, SigningKey};
pub use password::PasswordHasher;
pub use refresh::{RefreshSecret, RefreshToken};
