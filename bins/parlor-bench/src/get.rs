//! Downloads that cost the tool as little as possible, from any web server.

use std::cell::{Cell, RefCell};
use std::io::ErrorKind;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::future::try_join_all;
use memchr::memmem;
use parlor_client::ServerUrl;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::socket::Target;

/// Bytes that one read takes at most.
const READ: usize = 256 * 1024;
/// A longer head is none.
const HEAD: usize = 16 * 1024;

thread_local! {
    /// All connections read into the same place, one after the other: nobody looks at a file.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// A file that may be downloaded over and over.
pub(crate) struct Source {
    target: Target,
    /// The request, up to the headers that differ.
    request: String,
    /// How large it is, in bytes.
    pub(crate) bytes: u64,
}

impl Source {
    /// A file by its address, and with the header that opens it. It is downloaded once to see how large it is.
    pub(crate) async fn new(file: &ServerUrl, header: &str) -> Result<Self> {
        let target = Target::new(file, 1).await?;
        let url = file.resource("");
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        let mut source = Self {
            request: format!("GET /{path} HTTP/1.1\r\nHost: {}\r\n{header}", target.host()),
            target,
            bytes: 0,
        };
        let mut stream = source.target.connect(0).await?;
        source.bytes = source.get(&mut stream, "", &Cell::new(0)).await.context(url)?;
        Ok(source)
    }

    /// Downloads on so many connections for so long, whole or so many bytes at a time, and tells how many bytes came.
    pub(crate) async fn load(&self, at_once: usize, time: Duration, range: Option<u64>) -> Result<u64> {
        let (came, turn) = (Cell::new(0), Cell::new(0));
        let one = async |n: usize| -> Result<()> {
            let mut stream = self.target.connect(n).await?;
            loop {
                let header = range.map_or(String::new(), |range| self.range(range, &turn));
                self.get(&mut stream, &header, &came).await?;
            }
        };
        let all = try_join_all((0..at_once).map(one));
        if let Ok(failed) = tokio::time::timeout(time, all).await {
            failed?;
        }
        Ok(came.get())
    }

    /// So many bytes from another place each time.
    fn range(&self, range: u64, turn: &Cell<u64>) -> String {
        let range = range.clamp(1, self.bytes.max(1));
        turn.set(turn.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let first = turn.get() % (self.bytes.saturating_sub(range) + 1);
        format!("Range: bytes={first}-{}\r\n", first + range - 1)
    }

    /// Downloads once, counts what comes, and tells how much it was.
    async fn get(&self, stream: &mut TcpStream, header: &str, came: &Cell<u64>) -> Result<u64> {
        let request = format!("{}{header}\r\n", self.request);
        stream.write_all(request.as_bytes()).await?;
        let mut head = Vec::new();
        let end = loop {
            if let Some(end) = memmem::find(&head, b"\r\n\r\n") {
                break end;
            }
            if head.len() > HEAD + READ {
                bail!("no web server");
            }
            read(stream, |bytes| head.extend_from_slice(bytes)).await?;
        };
        let rest = (head.len() - end - 4) as u64;
        let head = String::from_utf8_lossy(&head[..end]).to_ascii_lowercase();
        if !head.starts_with("http/1.1 20") {
            bail!("refused: {head}");
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: u64 = length.context("a file without a length")?.trim().parse()?;
        came.set(came.get() + rest);
        let mut left = length.checked_sub(rest).context("more than there is")?;
        while left > 0 {
            let count = read(stream, |_| ()).await?;
            came.set(came.get() + count);
            left = left.checked_sub(count).context("more than there is")?;
        }
        Ok(length)
    }
}

/// Reads what has come, and tells how much it was.
async fn read(stream: &TcpStream, mut take: impl FnMut(&[u8])) -> Result<u64> {
    loop {
        stream.readable().await?;
        let count = SCRATCH.with_borrow_mut(|scratch| {
            let count = stream.try_read(scratch)?;
            take(&scratch[..count]);
            Ok::<_, std::io::Error>(count)
        });
        match count {
            Ok(0) => bail!("closed in the middle"),
            Ok(count) => return Ok(count as u64),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
}
