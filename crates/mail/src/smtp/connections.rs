//! Connections that wait for the next letter.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::time::timeout;

use super::server::Server;

/// How long a connection waits. Mail servers do not like idle ones, and hang up after some minutes.
const IDLE: Duration = Duration::from_secs(30);
/// Most that wait.
const MOST: usize = 4;
/// How long a waiting one has to prove that it is alive, or to say goodbye.
const PROOF: Duration = Duration::from_secs(5);

/// Connections to one server.
#[derive(Debug)]
pub(super) struct Connections {
    server: Server,
    waiting: Arc<Waiting>,
}

/// The connection that has waited longest stands first.
#[derive(Default)]
struct Waiting(Mutex<Vec<(Instant, AsyncSmtpConnection)>>);

impl Connections {
    pub(super) fn new(server: Server) -> Self {
        Self {
            server,
            waiting: Arc::default(),
        }
    }

    /// One that waits and is alive, or a new one.
    pub(super) async fn take(&self) -> Result<AsyncSmtpConnection, Error> {
        while let Some(mut connection) = self.waiting.take_newest() {
            if timeout(PROOF, connection.test_connected()).await.unwrap_or(false) {
                return Ok(connection);
            }
        }
        self.server.connect().await
    }

    /// Keeps one for the next letter, for a while. It must have nothing left to say.
    pub(super) fn give_back(&self, connection: AsyncSmtpConnection) {
        if !self.waiting.add(connection) {
            return;
        }
        let waiting = Arc::downgrade(&self.waiting);
        tokio::spawn(async move {
            tokio::time::sleep(IDLE).await;
            let Some(waiting) = waiting.upgrade() else { return };
            for mut connection in waiting.take_idle() {
                // Whether it hears the goodbye or not, the connection ends here.
                let _ = timeout(PROOF, connection.quit()).await;
            }
        });
    }
}

impl Waiting {
    /// Whether there was room for it.
    fn add(&self, connection: AsyncSmtpConnection) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = waiting.len() < MOST;
        if room {
            waiting.push((Instant::now(), connection));
        }
        room
    }

    fn take_newest(&self) -> Option<AsyncSmtpConnection> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop().map(|(_, connection)| connection)
    }

    fn take_idle(&self) -> Vec<AsyncSmtpConnection> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = waiting
            .iter()
            .take_while(|(since, _)| since.elapsed() >= IDLE)
            .count();
        waiting.drain(..idle).map(|(_, connection)| connection).collect()
    }
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting(…)")
    }
}
