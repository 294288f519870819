//! What looks into Parlor's media for malware, before anybody else may see them.
//!
//! [`Clamd`] hands files to the daemon of ClamAV, or to what speaks its protocol; [`Command`] runs a program on each. Neither
//! believes what a scanner says of its findings: names are cut and tamed before they reach a log.
//!
//! To add one more scanner: a file here with a type that implements `Scanner`. It answers `Clean` only if the scanner said so
//! of the whole file, gives up after a time, and keeps no more of an answer than it needs.

mod clamd;
mod command;

pub use clamd::{AddressError, Clamd, ClamdAddress};
pub use command::Command;
