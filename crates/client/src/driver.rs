//! The task behind a client: connects, comes back, and decides when.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parlor_wire::{ComeBack, Command, EventView, Notice, Welcome};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, sleep_until};

use crate::backoff::Backoff;
use crate::live::{Live, Over};
use crate::memory::Memory;
use crate::outbox::{AnswerTo, Outbox};
use crate::random::chance;
use crate::{ConnectionError, ServerUrl, Settings, Token, TokenError, TokenSource};

/// Something that happened.
#[derive(Debug)]
pub enum Update {
    /// Connected, for the first time or again. Says where one's streams stand and what follows.
    Connected(Box<Welcome>),
    /// An event of a stream, each once and in order.
    Event(Box<EventView>),
    /// Marks, typing, presence, or that a stream must be loaded anew.
    Notice(Box<Notice>),
    /// The connection is lost, or was not made.
    Disconnected {
        /// Why.
        error: ConnectionError,
        /// When the next attempt is made.
        retry_in: Duration,
    },
    /// Nothing follows.
    Ended(Ended),
}

/// Why a client ended.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The program dropped it.
    #[error("the client was dropped")]
    Dropped,
    /// The server does not want it back as it is.
    #[error("{0}")]
    Refused(#[source] ConnectionError),
    /// The session is over: somebody has to log in again.
    #[error("the session is over")]
    SessionOver,
}

/// Requests of the program, as they come.
pub(crate) type Requests = mpsc::UnboundedReceiver<(Command, AnswerTo)>;

/// What outlives each single connection.
pub(crate) struct Driver {
    pub(crate) server: ServerUrl,
    pub(crate) tokens: Arc<dyn TokenSource>,
    pub(crate) connect_timeout: Duration,
    pub(crate) requests: Requests,
    pub(crate) outbox: Outbox,
    pub(crate) memory: Memory,
    pub(crate) tell: mpsc::Sender<Update>,
    /// What the program did not take yet.
    pub(crate) untold: VecDeque<Update>,
    pub(crate) backoff: Backoff,
}

impl Driver {
    pub(crate) fn new(settings: Settings, requests: Requests, tell: mpsc::Sender<Update>) -> Self {
        Self {
            server: settings.server,
            tokens: settings.tokens,
            connect_timeout: settings.connect_timeout,
            requests,
            outbox: Outbox::default(),
            memory: Memory::new(settings.positions),
            tell,
            untold: VecDeque::new(),
            backoff: Backoff::new(settings.backoff_base, settings.backoff_cap, chance),
        }
    }

    pub(crate) async fn run(mut self) {
        let ended = self.keep_connected().await;
        self.untold.push_back(Update::Ended(ended));
        // Dropping the requests and the outbox answers everybody who still waits, so that nobody who awaits an
        // answer keeps the rest from being told.
        let Self { untold, tell, .. } = self;
        for update in untold {
            if tell.send(update).await.is_err() {
                break;
            }
        }
    }

    async fn keep_connected(&mut self) -> Ended {
        let mut needs_new_token = false;
        loop {
            let error = match self.token(needs_new_token).await {
                Err(TokenError::Ended) => return Ended::SessionOver,
                Err(TokenError::Unavailable(error)) => ConnectionError::Network(error),
                Ok(token) => match self.connect_and_stay(&token).await {
                    Over::Dropped => return Ended::Dropped,
                    Over::Moved => {
                        self.outbox.disconnected();
                        continue;
                    }
                    Over::Broken(error) => error,
                },
            };
            self.outbox.disconnected();
            needs_new_token = error.come_back() == ComeBack::WithNewToken;
            let Some(pause) = self.pause_after(&error) else {
                return Ended::Refused(error);
            };
            self.untold.push_back(Update::Disconnected {
                error,
                retry_in: pause,
            });
            if self.wait(pause).await.is_err() {
                return Ended::Dropped;
            }
        }
    }

    async fn token(&self, needs_new: bool) -> Result<Token, TokenError> {
        if needs_new {
            self.tokens.renew().await
        } else {
            self.tokens.current().await
        }
    }

    async fn connect_and_stay(&mut self, token: &Token) -> Over {
        let limit = self.connect_timeout;
        match tokio::time::timeout(limit, Live::open(self, token)).await {
            Ok(Ok(live)) => {
                let over = live.run(self).await;
                // A welcome ends a row of failures, unless the server then had too much of this client.
                if !matches!(&over, Over::Broken(error) if error.is_too_many()) {
                    self.backoff.reset();
                }
                over
            }
            Ok(Err(error)) => Over::Broken(error),
            Err(_) => Over::Broken(ConnectionError::Silent),
        }
    }

    /// How long to wait after this; `None` if there is no coming back.
    fn pause_after(&mut self, error: &ConnectionError) -> Option<Duration> {
        let at_once = match error.come_back() {
            ComeBack::Never => return None,
            ComeBack::Later => false,
            // Without end only to those whose last attempt was a success.
            ComeBack::Now | ComeBack::WithNewToken => self.backoff.is_fresh(),
        };
        if at_once {
            self.backoff.count();
            return Some(Duration::ZERO);
        }
        Some(self.backoff.next().max(error.retry_after()))
    }

    /// Lets time pass, and meanwhile takes requests and tells what is untold. An error if the program dropped the
    /// client.
    async fn wait(&mut self, pause: Duration) -> Result<(), ()> {
        let until = Instant::now() + pause;
        loop {
            tokio::select! {
                () = sleep_until(until) => return Ok(()),
                request = self.requests.recv() => match request {
                    Some((command, answer)) => self.take(command, answer),
                    None => return Err(()),
                },
                can = room(&self.tell), if !self.untold.is_empty() => self.tell_next(can),
            }
        }
    }

    /// Tells what is next, now that there is room for it; or forgets all, since nobody wants it.
    pub(crate) fn tell_next(&mut self, can: bool) {
        if !can {
            self.untold.clear();
        } else if let Some(update) = self.untold.pop_front()
            && let Err(TrySendError::Full(update)) = self.tell.try_send(update)
        {
            self.untold.push_front(update);
        }
    }

    /// Accepts a command of the program.
    pub(crate) fn take(&mut self, command: Command, answer: AnswerTo) {
        self.memory.asked(&command);
        self.outbox.push(command, Some(answer));
    }
}

/// Waits for room for one more update; false if nobody wants any.
pub(crate) async fn room(tell: &mpsc::Sender<Update>) -> bool {
    tell.reserve().await.is_ok()
}
