//! Files that nobody has to have.

use std::io::{self, ErrorKind, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll};

use parlor_client::client_id;
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};

/// How often a file repeats itself, in bytes.
const BLOCK: usize = 64 * 1024;

/// A file of no format and of its own content, so that a server which stores the same but once stores it.
#[derive(Debug)]
pub(crate) struct Content {
    block: Vec<u8>,
    at: u64,
    bytes: u64,
}

impl Content {
    pub(crate) fn new(bytes: u64) -> Self {
        Self {
            block: client_id().bytes().cycle().take(BLOCK).collect(),
            at: 0,
            bytes,
        }
    }
}

impl AsyncRead for Content {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = usize::try_from(self.bytes.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let first = (self.at % BLOCK as u64) as usize;
        let count = into.remaining().min(left).min(BLOCK - first);
        into.put_slice(&self.block[first..first + count]);
        self.at += count as u64;
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for Content {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        match position {
            SeekFrom::Start(at) => self.at = at,
            SeekFrom::End(_) | SeekFrom::Current(_) => return Err(ErrorKind::Unsupported.into()),
        }
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.at))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncSeekExt};

    use super::*;

    #[tokio::test]
    async fn a_file_is_the_same_from_any_place() {
        let mut content = Content::new(200_000);
        let mut whole = Vec::new();
        content.read_to_end(&mut whole).await.unwrap();
        assert_eq!(whole.len(), 200_000);
        content.seek(SeekFrom::Start(70_000)).await.unwrap();
        let mut rest = Vec::new();
        content.read_to_end(&mut rest).await.unwrap();
        assert!(rest == whole[70_000..]);
    }
}
