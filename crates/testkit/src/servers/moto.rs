//! A server of this test process's own that speaks S3.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::OnceCell;

use super::guarded::{Guarded, Owner, free_port, on_path, skip};

/// How often another port is tried, should somebody take one between its choice and its use.
const ATTEMPTS: u32 = 5;

/// A moto server (<https://docs.getmoto.org>), which keeps buckets in memory and believes every access key. There is one in
/// each test process that asks for it; it is gone when the process is.
#[derive(Debug)]
pub struct Moto {
    port: u16,
    buckets: AtomicU32,
    _server: Guarded,
}

impl Moto {
    /// The process's server, started when it is first wanted; `None` if `moto_server` is not on the path, of which a notice
    /// tells: the test is to be skipped then.
    ///
    /// # Panics
    /// If the server does not start, or is not installed on a continuous integration server (`CI=true`).
    pub async fn start() -> Option<&'static Self> {
        static SERVER: OnceCell<Option<Moto>> = OnceCell::const_new();
        let started = SERVER.get_or_init(|| async {
            let Some(program) = on_path("moto_server") else {
                skip("moto_server", "tests on S3");
                return None;
            };
            Some(Self::launch(program.into()).await.expect("moto starts"))
        });
        started.await.as_ref()
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The name of a new, empty bucket.
    ///
    /// # Panics
    /// If the server fails.
    pub fn bucket(&self) -> String {
        let name = format!("test-{}", self.buckets.fetch_add(1, Ordering::Relaxed) + 1);
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("moto is there");
        write!(
            connection,
            "PUT /{name} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .expect("moto listens");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("moto answers");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        name
    }

    async fn launch(program: OsString) -> Result<Self, String> {
        let mut attempt = 1;
        loop {
            match Self::on_some_port(&program).await {
                Ok(started) => return Ok(started),
                Err(why) if attempt == ATTEMPTS => return Err(why),
                Err(_) => attempt += 1,
            }
        }
    }

    async fn on_some_port(program: &OsString) -> Result<Self, String> {
        let port = free_port().map_err(|e| e.to_string())?;
        let mut server = Guarded::start("parlor-moto", &Owner::Ourselves, |_| {
            let arguments = ["-H", "127.0.0.1", "-p", &port.to_string()].map(OsString::from);
            [program.clone()].into_iter().chain(arguments).collect()
        })
        .map_err(|e| e.to_string())?;
        server
            .ready(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
            .await?;
        Ok(Self {
            port,
            buckets: AtomicU32::new(0),
            _server: server,
        })
    }
}
