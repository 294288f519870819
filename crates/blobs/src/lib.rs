//! Where Parlor's media lie.
//!
//! [`LocalBlobs`] keeps them in a folder of this machine, [`S3Blobs`] in a bucket of S3 or of what speaks like it. Both lay a
//! blob down under its key as it is, so that one can be copied into the other with any tool.
//!
//! To add one more place: a file here with a type that implements `Blobs`, and its line in the list of
//! `tests/it/conformance.rs`.

mod disk;
mod error;
mod local;
mod s3;

pub use error::OpenError;
pub use local::LocalBlobs;
pub use s3::{Addressing, S3Blobs, S3Settings};
