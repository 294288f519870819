//! Scans by ClamAV's daemon.

mod address;
mod answer;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use parlor_ports::{ScanError, Scanned, Scanner};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

pub use self::address::{AddressError, ClamdAddress};
use self::answer::Answer;

/// How much of a file is sent at once.
const CHUNK: u64 = 128 * 1024;

/// Sends files to clamd with its command INSTREAM (manual page clamd(8)), each over a connection of its own. So clamd needs no
/// right to read them, and may run on another machine; but its protocol encrypts nothing.
///
/// Its `StreamMaxLength` should be at least the largest file that may be uploaded.
#[derive(Debug)]
pub struct Clamd {
    address: ClamdAddress,
    patience: Duration,
}

impl Clamd {
    /// Scans by the clamd at this address, none of which may take longer than `patience`.
    pub fn new(address: ClamdAddress, patience: Duration) -> Self {
        Self { address, patience }
    }

    async fn ask(&self, file: &Path) -> Result<Answer, Fault> {
        let path = file.to_owned();
        let file = waiting(move || File::open(path)).await.map_err(Fault::File)?;
        match &self.address {
            ClamdAddress::Unix(path) => converse(UnixStream::connect(path).await, file).await,
            ClamdAddress::Tcp(address) => converse(TcpStream::connect(address).await, file).await,
        }
    }
}

#[async_trait]
impl Scanner for Clamd {
    async fn scan(&self, file: &Path) -> Result<Scanned, ScanError> {
        let asked = timeout(self.patience, self.ask(file)).await;
        match asked.unwrap_or(Err(Fault::Late)) {
            Ok(Answer::Clean) => Ok(Scanned::Clean),
            Ok(Answer::Found(name)) => Ok(Scanned::found(&name)),
            Ok(Answer::TooLarge) => Err(ScanError::TooLarge),
            Err(fault) => Err(ScanError::Failed(
                format!("clamd at {}: {fault}", self.address).into(),
            )),
        }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the file cannot be read: {0}")]
    File(io::Error),
    #[error("it cannot be reached: {0}")]
    Connect(io::Error),
    #[error("the connection broke: {0}")]
    Line(io::Error),
    #[error("it took too long")]
    Late,
    #[error("it answered before it had the whole file")]
    Early,
    #[error("it answered {0:?}")]
    Unknown(String),
}

async fn converse<S: AsyncRead + AsyncWrite>(connected: io::Result<S>, file: File) -> Result<Answer, Fault> {
    let (input, output) = tokio::io::split(connected.map_err(Fault::Connect)?);
    let answering = answer::read(input);
    tokio::pin!(answering);
    let sent = tokio::select! {
        biased;
        sent = send(output, file) => sent,
        // It does not want the rest, and says why.
        answer = &mut answering => return match answer? {
            Answer::Clean => Err(Fault::Early),
            other => Ok(other),
        },
    };
    match (sent, answering.await) {
        (Ok(()), answer) => answer,
        (Err(fault @ Fault::File(_)), _) => Err(fault),
        (Err(_), Ok(answer @ (Answer::Found(_) | Answer::TooLarge))) => Ok(answer),
        (Err(fault), _) => Err(fault),
    }
}

/// Sends a file in chunks, each after its length, and an empty one at the end.
async fn send(mut output: impl AsyncWrite + Unpin, mut file: File) -> Result<(), Fault> {
    output.write_all(b"zINSTREAM\0").await.map_err(Fault::Line)?;
    loop {
        let (rest, chunk) = waiting(move || read(file)).await.map_err(Fault::File)?;
        file = rest;
        output.write_all(&chunk).await.map_err(Fault::Line)?;
        if chunk == END {
            return output.flush().await.map_err(Fault::Line);
        }
    }
}

/// A chunk of no bytes.
const END: [u8; 4] = [0; 4];

/// The next chunk of a file, after its length.
fn read(file: File) -> io::Result<(File, Vec<u8>)> {
    let mut chunk = END.to_vec();
    let read = (&file).take(CHUNK).read_to_end(&mut chunk)?;
    let length = u32::try_from(read).expect("a chunk is small");
    chunk[..END.len()].copy_from_slice(&length.to_be_bytes());
    Ok((file, chunk))
}

/// Does work on a thread that may wait for the disk.
async fn waiting<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}
