//! Why media cannot be kept where the settings say, in sentences that say what to do.

use std::io;
use std::path::PathBuf;

use url::Url;

/// The place for media cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Something else is there.
    #[error("{0} is not a folder: move it away, or keep media elsewhere")]
    NoFolder(PathBuf),
    /// The system refuses it.
    #[error(
        "the folder {folder} cannot be used for media: {error}. The server's user must be able to write to it"
    )]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The address names no bucket.
    #[error("{0:?} is not the address of a bucket: one looks like s3://bucket or s3://bucket/folder")]
    Address(String),
    /// Everybody on the way could read media.
    #[error(
        "{0} must begin with https:// (http:// is for this machine only: localhost, 127.0.0.1, ::1), and have no path"
    )]
    Endpoint(Url),
    /// No request can be made with these settings.
    #[error("the bucket {bucket} cannot be asked: {why}")]
    Client {
        /// Which bucket.
        bucket: String,
        /// What is wrong with them.
        why: String,
    },
    /// The bucket was asked, and cannot be used.
    #[error("the bucket {bucket} cannot be used: {why}")]
    Bucket {
        /// Which bucket.
        bucket: String,
        /// What happened, and what to do.
        why: String,
    },
}
