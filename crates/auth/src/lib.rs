//! Passwords, tokens, codes and sealed secrets: pure mechanisms.
//!
//! Nothing here reads a clock, draws a random number or does I/O: the caller gives the time, the salt, the seed. What
//! is secret is held in [`secrecy`] types, so that it is not shown by `Debug` and is wiped when dropped.
//!
//! To add one more mechanism: a file here with a pure type, its error (if anybody branches on it) in [`Error`], and
//! its use in the `services` crate.

mod access;
mod code;
mod dialect;
mod django;
mod error;
mod foreign;
mod jwt;
mod keys;
mod link;
mod mac;
mod media_name;
mod opaque;
mod password;
mod qr;
mod recovery;
mod refresh;
mod register_id;
mod stable_key;
mod totp;
mod vault;

pub use access::{AccessClaims, AccessTokens};
pub use code::{CodeSecret, OneTimeCode};
pub use dialect::{DialectClaims, DialectTokenError, DialectTokens, DialectUser, TokenKind};
pub use error::Error;
pub use foreign::{ClaimNames, ForeignAlgorithm, ForeignClaims, ForeignKeys, ForeignSettings, ForeignTokens};
pub use keys::{KeyRing, SigningKey};
pub use link::{LinkSecret, Signed};
pub use mac::same_digest;
pub use media_name::MediaNames;
pub use opaque::OpaqueToken;
pub use parlor_domain::Dialect;
pub use password::PasswordHasher;
pub use recovery::RecoveryCode;
pub use refresh::{RefreshSecret, RefreshToken};
pub use register_id::{RegisterId, RegisterIdSecret};
pub use stable_key::StableKeys;
pub use totp::{TotpSecret, TotpUri};
pub use vault::{DialectSecrets, Vault};
