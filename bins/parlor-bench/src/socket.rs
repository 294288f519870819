//! A connection that costs the tool as little as possible, so that the server is what is measured.

use std::cell::{Cell, RefCell};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;

use anyhow::{Context, Result, bail};
use memchr::memmem;
use parlor_client::ServerUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::sync::Notify;

use crate::frame::{self, Kind};

/// Bytes that one read takes at most.
const READ: usize = 256 * 1024;

thread_local! {
    /// All connections read into the same place, one after the other.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
    static MASK: Cell<u32> = const { Cell::new(0x9e37_79b9) };
}

/// The next masking key. It only has to differ: nobody here is protected by it (xorshift, Marsaglia 2003).
fn key() -> [u8; 4] {
    MASK.with(|mask| {
        let mut x = mask.get();
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        mask.set(x);
        x.to_ne_bytes()
    })
}

/// Where connections lead, and whence.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    address: SocketAddr,
    host: String,
    path: String,
    /// Connections come from 127.0.0.1 to 127.0.0.N in turn, where the server is on loopback.
    addresses: u8,
}

impl Target {
    pub(crate) async fn new(server: &ServerUrl, addresses: u8) -> Result<Self> {
        let (host, port) = server.host_and_port();
        let mut found = lookup_host((host, port)).await?;
        let address = found.next().with_context(|| format!("{host} has no address"))?;
        let url = server.socket();
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        let (host, path) = (format!("{host}:{port}"), format!("/{path}"));
        Ok(Self {
            address,
            host,
            path,
            addresses,
        })
    }

    /// Host and port, as a request names them.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Connects as the `n`-th.
    pub(crate) async fn connect(&self, n: usize) -> Result<TcpStream> {
        let socket = match self.address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        if self.addresses > 1 && self.address.is_ipv4() && self.address.ip().is_loopback() {
            let last = 1 + u8::try_from(n % usize::from(self.addresses)).unwrap_or(0);
            socket.bind((IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)), 0).into())?;
        }
        let stream = socket.connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// One connection.
pub(crate) struct Socket {
    stream: TcpStream,
    /// What the network did not take yet.
    unsent: RefCell<Vec<u8>>,
    wake: Notify,
    /// What was read and is not a whole frame.
    rest: RefCell<Vec<u8>>,
}

impl Socket {
    /// Connects as the `n`-th, says hello, and gives what the server answers.
    pub(crate) async fn open(
        target: &Target,
        n: usize,
        token: &str,
        hello: &str,
    ) -> Result<(Rc<Self>, String)> {
        let mut stream = target.connect(n).await.context("connecting")?;
        let Target { path, host, .. } = target;
        let mut out = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: cGFybG9yLWJlbmNoLWtleQ==\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        .into_bytes();
        // Both in one packet: the server must take what comes behind the handshake.
        frame::encode(Kind::Text, hello.as_bytes(), key(), &mut out);
        stream.write_all(&out).await?;
        let mut buffer = Vec::with_capacity(2048);
        let head = loop {
            if let Some(end) = memmem::find(&buffer, b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                bail!("closed during the handshake");
            }
        };
        if !buffer.starts_with(b"HTTP/1.1 101") {
            bail!("refused: {}", String::from_utf8_lossy(&buffer));
        }
        buffer.drain(..head);
        let welcome = loop {
            match frame::parse(&buffer).map_err(|_| anyhow::anyhow!("not a WebSocket of Parlor"))? {
                Some(frame) => {
                    let rest = buffer.split_off(frame.end);
                    let text = String::from_utf8_lossy(&buffer[frame.start..]).into_owned();
                    buffer = rest;
                    match frame.kind {
                        Kind::Text => break text,
                        Kind::Close => bail!("closed instead of a welcome"),
                        Kind::Ping | Kind::Pong => {}
                    }
                }
                None if stream.read_buf(&mut buffer).await? == 0 => bail!("closed before the welcome"),
                None => {}
            }
        };
        if !welcome.starts_with("{\"type\":\"welcome\"") {
            bail!("no welcome: {welcome}");
        }
        buffer.shrink_to_fit();
        let (unsent, wake, rest) = (RefCell::default(), Notify::new(), RefCell::new(buffer));
        Ok((
            Rc::new(Self {
                stream,
                unsent,
                wake,
                rest,
            }),
            welcome,
        ))
    }

    /// Sends a text: at once, or behind what waits already.
    pub(crate) fn send(&self, text: &str) {
        self.put(Kind::Text, text.as_bytes());
    }

    fn put(&self, kind: Kind, payload: &[u8]) {
        let mut unsent = self.unsent.borrow_mut();
        let idle = unsent.is_empty();
        frame::encode(kind, payload, key(), &mut unsent);
        if idle {
            Self::flush(&self.stream, &mut unsent);
            if !unsent.is_empty() {
                self.wake.notify_one();
            }
        }
    }

    fn flush(stream: &TcpStream, unsent: &mut Vec<u8>) {
        // An error shows itself to the reader, too.
        if let Ok(written) = stream.try_write(unsent) {
            unsent.drain(..written);
        }
    }

    /// Reads until the connection ends, and gives each text to `sink`. Pings are answered.
    pub(crate) async fn run(&self, sink: impl Fn(&[u8])) -> Result<()> {
        self.feed(&[], &sink)?;
        loop {
            let interest = if self.unsent.borrow().is_empty() {
                Interest::READABLE
            } else {
                Interest::READABLE | Interest::WRITABLE
            };
            let ready = tokio::select! {
                biased;
                ready = self.stream.ready(interest) => ready?,
                () = self.wake.notified() => continue,
            };
            if ready.is_writable() {
                Self::flush(&self.stream, &mut self.unsent.borrow_mut());
            }
            if ready.is_readable() {
                self.read(&sink)?;
            }
        }
    }

    fn read(&self, sink: &impl Fn(&[u8])) -> Result<()> {
        SCRATCH.with_borrow_mut(|scratch| match self.stream.try_read(scratch) {
            Ok(0) => bail!("closed by the server without a word"),
            Ok(length) => self.feed(&scratch[..length], sink),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error.into()),
        })
    }

    /// Takes what was read: whole frames in place, the rest is kept.
    fn feed(&self, read: &[u8], sink: &impl Fn(&[u8])) -> Result<()> {
        let mut held = self.rest.take();
        let all = if held.is_empty() {
            read
        } else {
            held.extend_from_slice(read);
            &held
        };
        let mut at = 0;
        while let Some(frame) =
            frame::parse(&all[at..]).map_err(|_| anyhow::anyhow!("not a WebSocket of Parlor"))?
        {
            let payload = &all[at + frame.start..at + frame.end];
            at += frame.end;
            match frame.kind {
                Kind::Text => sink(payload),
                Kind::Ping => self.put(Kind::Pong, payload),
                Kind::Pong => {}
                Kind::Close => bail!("closed by the server: {}", close(payload)),
            }
        }
        *self.rest.borrow_mut() = all[at..].to_vec();
        Ok(())
    }

    /// Says goodbye (code 1000); what ends the connection is dropping it.
    pub(crate) fn close(&self) {
        self.put(Kind::Close, &1000_u16.to_be_bytes());
    }
}

/// Code and reason of a close frame.
fn close(payload: &[u8]) -> String {
    match payload {
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            format!("{code} {}", String::from_utf8_lossy(reason))
        }
        _ => "no code".to_owned(),
    }
}
