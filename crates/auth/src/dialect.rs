//! The tokens of those dialects that use JWTs.

mod audience;
mod claims;
mod tokens;

pub use claims::{DialectClaims, DialectUser, TokenKind};
pub use tokens::{DialectTokenError, DialectTokens};
