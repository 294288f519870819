//! One connection of a client, from its welcome to its end.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use parlor_wire::{
    Authenticate, Command, EventBody, EventView, Failure, Notice, Push, Retry, Success, Welcome,
};
use secrecy::ExposeSecret;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout_at};

use crate::driver::{Driver, Update, room};
use crate::outbox::AnswerTo;
use crate::{Connection, ConnectionError, Incoming, Token, TokenError};

/// So much may be untold before reading pauses.
const MOST_UNTOLD: usize = 1024;

/// Why a connection is over.
pub(crate) enum Over {
    /// The program dropped the client.
    Dropped,
    /// The server asked to come back now.
    Moved,
    /// It broke, or was closed, or was not made.
    Broken(ConnectionError),
}

/// What a connection waited for.
enum Next {
    Incoming(Incoming),
    Flushed(()),
    /// There is room for an update, or (false) nobody wants any.
    CanTell(bool),
    /// Nothing if the program dropped the client.
    Request(Option<(Command, AnswerTo)>),
    RenewalDue,
    Renewed(Result<Token, TokenError>),
    MoveDue,
    PauseOver,
}

type Renewal = Pin<Box<dyn Future<Output = Result<Token, TokenError>> + Send>>;

/// A connection that was welcomed.
pub(crate) struct Live {
    connection: Connection,
    in_flight: usize,
    heartbeat: Duration,
    heard_at: Instant,
    /// Something was fed that the network has not taken.
    unflushed: bool,
    renew_at: Instant,
    renewal: Option<Renewal>,
    move_in: Option<Pin<Box<Sleep>>>,
    /// Nothing is sent before this is over: the server said that it was too much.
    pause: Option<Pin<Box<Sleep>>>,
}

impl Live {
    /// Connects, says hello and waits for the welcome.
    pub(crate) async fn open(driver: &mut Driver, token: &Token) -> Result<Self, ConnectionError> {
        let mut connection = Connection::open(&driver.server, Some(token.access.expose_secret())).await?;
        for hello in driver.memory.hellos() {
            connection.send(&Command::Hello(hello)).await?;
        }
        let welcome = match connection.receive().await? {
            Push::Notice(Notice::Welcome(welcome)) => welcome,
            Push::Notice(Notice::Error(failure)) => return Err(ConnectionError::Hello(failure)),
            _ => return Err(ConnectionError::Protocol("welcome must come first")),
        };
        let live = Self {
            connection,
            in_flight: welcome.limits.commands_in_flight,
            heartbeat: Duration::from_secs(welcome.heartbeat_seconds.into()),
            heard_at: Instant::now(),
            unflushed: false,
            renew_at: renew_at(token),
            renewal: None,
            move_in: None,
            pause: None,
        };
        driver.welcomed(welcome);
        Ok(live)
    }

    /// Stays connected for as long as it goes.
    pub(crate) async fn run(mut self, driver: &mut Driver) -> Over {
        loop {
            match self.turn(driver).await {
                Ok(None) => {}
                Ok(Some(over)) => return over,
                Err(error) => return Over::Broken(error),
            }
        }
    }

    /// Waits for whatever is next and does it.
    async fn turn(&mut self, driver: &mut Driver) -> Result<Option<Over>, ConnectionError> {
        // Nothing is fed while a flush is due, so that a server which does not read is not waited for here.
        if !self.unflushed && self.pause.is_none() {
            while let Some(command) = driver.outbox.next(self.in_flight) {
                self.connection.sender.feed(command).await?;
                self.unflushed = true;
            }
        }
        let may_read = driver.untold.len() < MOST_UNTOLD || driver.outbox.awaits_answers();
        let silent_at = self.heard_at + self.heartbeat;
        let (sender, receiver) = (&mut self.connection.sender, &mut self.connection.receiver);
        let next = tokio::select! {
            incoming = timeout_at(silent_at, receiver.next()), if may_read => {
                Next::Incoming(incoming.map_err(|_| ConnectionError::Silent)??)
            }
            flushed = sender.flush(), if self.unflushed => Next::Flushed(flushed?),
            can = room(&driver.tell), if !driver.untold.is_empty() => Next::CanTell(can),
            request = driver.requests.recv() => Next::Request(request),
            () = sleep_until(self.renew_at), if self.renewal.is_none() => Next::RenewalDue,
            token = maybe(self.renewal.as_mut()) => Next::Renewed(token),
            () = maybe(self.move_in.as_mut()) => Next::MoveDue,
            () = maybe(self.pause.as_mut()) => Next::PauseOver,
        };
        match next {
            Next::Incoming(incoming) => {
                self.heard_at = Instant::now();
                self.incoming(driver, incoming);
            }
            Next::Flushed(()) => self.unflushed = false,
            Next::CanTell(can) => driver.tell_next(can),
            Next::Request(Some((command, answer))) => driver.take(command, answer),
            Next::Request(None) => return Ok(Some(self.goodbye(Over::Dropped).await)),
            Next::RenewalDue => {
                let tokens = driver.tokens.clone();
                self.renewal = Some(Box::pin(async move { tokens.renew().await }));
            }
            Next::Renewed(token) => {
                self.renewal = None;
                self.renewed(driver, token);
            }
            Next::MoveDue => return Ok(Some(self.goodbye(Over::Moved).await)),
            Next::PauseOver => self.pause = None,
        }
        Ok(None)
    }

    /// Closes in good manners, if the server still listens.
    async fn goodbye(&mut self, over: Over) -> Over {
        let closing = self.connection.sender.close();
        let _ = tokio::time::timeout(Duration::from_secs(1), closing).await;
        over
    }

    fn renewed(&mut self, driver: &mut Driver, token: Result<Token, TokenError>) {
        match token {
            Ok(token) => {
                self.renew_at = renew_at(&token);
                let command = Command::Authenticate(Authenticate {
                    id: 0,
                    token: token.access.expose_secret().to_owned(),
                });
                driver.outbox.push(command, None);
            }
            // Perhaps it works in a moment; if not, the server closes when the old token expires, and says so.
            Err(error) => {
                tracing::debug!(%error, "no new token yet");
                self.renew_at = Instant::now() + Duration::from_secs(5);
            }
        }
    }

    fn incoming(&mut self, driver: &mut Driver, incoming: Incoming) {
        match incoming {
            Incoming::Alive => {}
            Incoming::Unknown(at) => {
                driver.memory.positions.pass(at.stream, at.seq, at.tag);
            }
            Incoming::Push(push) => match *push {
                Push::Event(event) => driver.event(event),
                Push::Notice(Notice::Move { after_ms }) => {
                    self.move_in = Some(Box::pin(sleep(Duration::from_millis(after_ms))));
                }
                Push::Notice(notice) => {
                    if let Notice::Error(Failure {
                        retry: Retry::AfterMs(after),
                        ..
                    }) = notice
                    {
                        self.pause = Some(Box::pin(sleep(Duration::from_millis(after))));
                    }
                    driver.notice(notice);
                }
            },
        }
    }
}

/// A while before the token expires, but not all of its life before.
fn renew_at(token: &Token) -> Instant {
    let early = Duration::from_secs(60).min(token.lifetime / 3);
    Instant::now() + token.lifetime.saturating_sub(early)
}

/// Waits for what may not be there; then for ever.
async fn maybe<F: Future + Unpin>(future: Option<F>) -> F::Output {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}

impl Driver {
    fn welcomed(&mut self, welcome: Welcome) {
        self.memory.positions.welcome(&welcome);
        let follows: Vec<Command> = self.memory.follows().collect();
        for follow in follows {
            self.outbox.push(follow, None);
        }
        self.untold.push_back(Update::Connected(Box::new(welcome)));
    }

    fn event(&mut self, event: EventView) {
        if !self.memory.positions.event(&event) {
            return;
        }
        if let EventBody::RoomLeft { room, .. } = event.body {
            self.memory.forget(room);
        }
        self.untold.push_back(Update::Event(Box::new(event)));
    }

    fn notice(&mut self, notice: Notice) {
        match &notice {
            Notice::Ok(success) => return self.succeeded(success.clone()),
            Notice::Error(failure) => {
                if let Some(waiting) = self.outbox.failed(failure) {
                    self.memory.refused(waiting.command());
                    waiting.answer(Err(crate::CommandError::Refused(failure.clone())));
                }
                return;
            }
            Notice::Marks(marks) => self.memory.positions.marks(marks),
            Notice::Reset(head) => self.memory.positions.reset(head),
            Notice::Welcome(_) | Notice::Move { .. } => return,
            Notice::Typing { .. } | Notice::Presence { .. } => {}
        }
        self.untold.push_back(Update::Notice(Box::new(notice)));
    }

    fn succeeded(&mut self, success: Success) {
        let Some(waiting) = self.outbox.succeeded(&success) else {
            return;
        };
        let presence = success.presence;
        // Whoever asked himself has it in his answer; after a reconnect nobody asked, and it is news.
        if !waiting.answer(Ok(success))
            && let Some(presence) = presence
        {
            self.untold.push_back(Update::Notice(Box::new(Notice::Presence {
                users: vec![presence],
            })));
        }
    }
}
