//! A file as a stream of pieces.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use parlor_ports::BlobStream;

/// How much of a file that is in memory is given at once. More would gain little speed, and every slow reader would hold it.
const AT_HAND: usize = 64 * 1024;
/// How much is read from the disk at once, which costs a trip to another thread.
const FROM_DISK: usize = 256 * 1024;

/// The bytes of a range, which the file should have.
pub(super) fn of(file: File, range: Range<u64>) -> BlobStream {
    let reading = Reading {
        file: Arc::new(file),
        at: range.start,
        end: range.end,
    };
    Box::pin(stream::try_unfold(reading, |mut reading| async move {
        let piece = reading.next().await?;
        Ok((!piece.is_empty()).then_some((piece, reading)))
    }))
}

struct Reading {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl Reading {
    /// The next piece, empty at the end.
    async fn next(&mut self) -> io::Result<Bytes> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        if left == 0 {
            return Ok(Bytes::new());
        }
        let piece = match self.at_hand(left.min(AT_HAND)) {
            Some(piece) => piece,
            None => self.read_disk(left.min(FROM_DISK)).await?,
        };
        self.at += piece.len() as u64;
        Ok(piece)
    }

    /// What the system has in memory, and can give without waiting for the disk. Nothing does not mean that there is no
    /// more: some systems say so instead of that they would have to wait.
    #[cfg(target_os = "linux")]
    fn at_hand(&self, most: usize) -> Option<Bytes> {
        use rustix::io::{ReadWriteFlags, preadv2};

        let mut piece = vec![0; most];
        let slice = &mut [io::IoSliceMut::new(&mut piece)];
        let read = preadv2(&self.file, slice, self.at, ReadWriteFlags::NOWAIT).ok()?;
        piece.truncate(read);
        (read > 0).then(|| piece.into())
    }

    #[cfg(not(target_os = "linux"))]
    fn at_hand(&self, _: usize) -> Option<Bytes> {
        None
    }

    async fn read_disk(&self, most: usize) -> io::Result<Bytes> {
        let (file, at) = (Arc::clone(&self.file), self.at);
        let reading = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; most];
            let read = file.read_at(&mut piece, at)?;
            piece.truncate(read);
            Ok(piece.into())
        });
        reading.await.map_err(io::Error::other)?
    }
}
