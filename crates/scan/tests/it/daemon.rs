//! A clamd that knows one virus, or follows a script.

use std::io;
use std::path::Path;

use parlor_scan::ClamdAddress;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};

/// What the daemon does with a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Habit {
    /// Looks for EICAR's test file (<https://www.eicar.org/download-anti-malware-testfile/>), in at most so many bytes.
    Looks { limit: usize },
    /// Says this when it has the whole file, and hangs up.
    Says(&'static [u8]),
    /// Says this when it has the command, and hangs up.
    Interrupts(&'static [u8]),
    /// Takes everything and says nothing.
    Sleeps,
    /// Takes nothing and says nothing.
    Stalls,
}

/// What everybody agreed to find.
pub(crate) const EICAR: &[u8] = br"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

/// Starts one on a port of its own.
pub(crate) async fn tcp(habit: Habit) -> ClamdAddress {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move { serve(stream, habit).await.ok() });
        }
    });
    format!("tcp:{address}").parse().unwrap()
}

/// Starts one on a socket.
pub(crate) async fn unix(socket: &Path, habit: Habit) -> ClamdAddress {
    let listener = UnixListener::bind(socket).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move { serve(stream, habit).await.ok() });
        }
    });
    format!("unix:{}", socket.display()).parse().unwrap()
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, habit: Habit) -> io::Result<()> {
    let mut command = [0; 10];
    stream.read_exact(&mut command).await?;
    assert_eq!(&command, b"zINSTREAM\0");
    let said = match habit {
        Habit::Interrupts(said) => said,
        Habit::Stalls => return std::future::pending().await,
        Habit::Sleeps => {
            file(&mut stream, usize::MAX).await?;
            return std::future::pending().await;
        }
        Habit::Says(said) => {
            file(&mut stream, usize::MAX).await?;
            said
        }
        Habit::Looks { limit } => match file(&mut stream, limit).await? {
            None => &b"INSTREAM size limit exceeded. ERROR\0"[..],
            Some(file) if file.windows(EICAR.len()).any(|part| part == EICAR) => {
                b"stream: Win.Test.EICAR_HDB-1 FOUND\0"
            }
            Some(_) => b"stream: OK\0",
        },
    };
    stream.write_all(said).await
}

/// A file in chunks, unless it is longer than this.
async fn file(stream: &mut (impl AsyncRead + Unpin), limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut file = Vec::new();
    loop {
        let length = usize::try_from(stream.read_u32().await?).unwrap();
        if length == 0 {
            return Ok(Some(file));
        }
        let start = file.len();
        if start + length > limit {
            return Ok(None);
        }
        file.resize(start + length, 0);
        stream.read_exact(&mut file[start..]).await?;
    }
}
