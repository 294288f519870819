//! What Parlor asks of other servers: the public keys of an application whose users are ours.
//!
//! [`JwksUrl`] fetches them over HTTP, [`KeyFile`] reads them from a file. Both keep what they have until something better
//! comes, and let nobody make them ask again and again.
//!
//! To add one more source of keys: a file here with its `Fetch`, and a type that puts a `Cache` around it. Addresses here
//! are the operator's own words; one that a user could choose must not lead into the operator's network, and needs a
//! guard against that first.

mod cache;
mod error;
mod jwks_url;
mod key_file;
mod key_set;

pub use cache::FLOOR;
pub use error::UrlError;
pub use jwks_url::{JwksSettings, JwksUrl};
pub use key_file::KeyFile;
