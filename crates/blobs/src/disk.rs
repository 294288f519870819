//! What the disk needs of us: threads that may wait, and files that nobody else can read.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;

use parlor_ports::BlobError;
use rustix::io::Errno;

/// Does work on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| BlobError::Unavailable(error.into()))?
        .map_err(told)
}

/// For files to be written that only the server's user can read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// What the system's errors mean for a blob.
fn told(error: io::Error) -> BlobError {
    use io::ErrorKind::*;

    match error.kind() {
        StorageFull | QuotaExceeded => BlobError::Full,
        OutOfMemory | ReadOnlyFilesystem | StaleNetworkFileHandle | TimedOut => {
            BlobError::Unavailable(error.into())
        }
        _ if too_many_open(&error) => BlobError::Unavailable(error.into()),
        _ => BlobError::Other(error.into()),
    }
}

fn too_many_open(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_used_quota_are_told_apart_from_the_rest() {
        let told = |errno: Errno| told(io::Error::from(errno));
        assert!(matches!(told(Errno::NOSPC), BlobError::Full));
        assert!(matches!(told(Errno::DQUOT), BlobError::Full));
        assert!(matches!(told(Errno::MFILE), BlobError::Unavailable(_)));
        assert!(matches!(told(Errno::ROFS), BlobError::Unavailable(_)));
        assert!(matches!(told(Errno::IO), BlobError::Other(_)));
        assert!(matches!(told(Errno::ACCESS), BlobError::Other(_)));
    }
}
