//! What happens to every request before and after its handler.

mod cors;
mod harden;
mod limit;
mod observe;

pub(crate) use cors::{cors, with_cookies};
pub(crate) use harden::{complete, harden};
pub(crate) use limit::limit;
pub(crate) use observe::observe;
