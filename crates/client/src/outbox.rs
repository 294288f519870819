//! Commands that wait to be sent, or for their answers.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use parlor_wire::{Command, Failure, Success};
use tokio::sync::oneshot;

use crate::CommandError;

/// The answer to a command that was given to a client; comes exactly once, at the latest when the client ends. Dropping
/// it takes nothing back.
#[derive(Debug)]
pub struct Answer(pub(crate) oneshot::Receiver<Result<Success, CommandError>>);

impl Future for Answer {
    type Output = Result<Success, CommandError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(context)
            .map(|answer| answer.unwrap_or(Err(CommandError::Ended)))
    }
}

/// Where an answer goes.
pub(crate) type AnswerTo = oneshot::Sender<Result<Success, CommandError>>;

/// A command, and who waits for its answer; nobody waits for what the client does by itself.
#[derive(Debug)]
pub(crate) struct Waiting {
    command: Command,
    answer: Option<AnswerTo>,
}

impl Waiting {
    /// What was asked for.
    pub(crate) fn command(&self) -> &Command {
        &self.command
    }

    /// Hands over the answer; false if nobody wants it.
    pub(crate) fn answer(self, answer: Result<Success, CommandError>) -> bool {
        self.answer.is_some_and(|to| to.send(answer).is_ok())
    }
}

/// Numbers commands, and keeps each until its answer is there.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    last_id: u64,
    unsent: VecDeque<(u64, Waiting)>,
    /// By id, which is also the order in which they were given.
    sent: BTreeMap<u64, Waiting>,
}

impl Outbox {
    /// Takes a command and gives it its number.
    pub(crate) fn push(&mut self, mut command: Command, answer: Option<AnswerTo>) {
        self.last_id += 1;
        number(&mut command, self.last_id);
        self.unsent.push_back((self.last_id, Waiting { command, answer }));
    }

    /// The next command to be sent, if fewer than `limit` wait for their answers.
    pub(crate) fn next(&mut self, limit: usize) -> Option<&Command> {
        if self.sent.len() >= limit {
            return None;
        }
        let (id, waiting) = self.unsent.pop_front()?;
        Some(&self.sent.entry(id).or_insert(waiting).command)
    }

    /// Whose answer this is.
    pub(crate) fn succeeded(&mut self, success: &Success) -> Option<Waiting> {
        self.sent.remove(&success.id)
    }

    /// Whose refusal this is.
    pub(crate) fn failed(&mut self, failure: &Failure) -> Option<Waiting> {
        self.sent.remove(&failure.id?)
    }

    /// Whether some command waits for its answer.
    pub(crate) fn awaits_answers(&self) -> bool {
        !self.sent.is_empty()
    }

    /// The connection broke: what can be repeated is to be sent again, in the order in which it was given; the rest
    /// is lost.
    pub(crate) fn disconnected(&mut self) {
        let mut all: VecDeque<_> = std::mem::take(&mut self.sent).into_iter().collect();
        all.append(&mut self.unsent);
        for (id, waiting) in all {
            if is_repeatable(&waiting.command) {
                self.unsent.push_back((id, waiting));
            } else {
                waiting.answer(Err(CommandError::Lost));
            }
        }
    }
}

/// Whether a command does the same if it is done twice, and is still worth doing a while later.
fn is_repeatable(command: &Command) -> bool {
    match command {
        Command::Send(_) | Command::Edit(_) | Command::Delete(_) => true,
        Command::Read(_) | Command::Delivered(_) | Command::Played(_) | Command::React(_) => true,
        Command::Follow(_) | Command::Unfollow(_) => true,
        // The next connection says it when it begins.
        Command::Away(_) => false,
        // An upload that is done twice is there twice.
        Command::Upload(_) => false,
        Command::Hello(_) | Command::Typing(_) | Command::Authenticate(_) | Command::Ping(_) => false,
    }
}

fn number(command: &mut Command, id: u64) {
    match command {
        Command::Hello(_) => {}
        Command::Send(command) => command.id = id,
        Command::Upload(command) => command.id = id,
        Command::Edit(command) => command.id = id,
        Command::Delete(command) => command.id = id,
        Command::Read(command) | Command::Delivered(command) => command.id = id,
        Command::Played(command) => command.id = id,
        Command::React(command) => command.id = id,
        Command::Typing(command) => command.id = id,
        Command::Follow(command) | Command::Unfollow(command) => command.id = id,
        Command::Away(command) => command.id = id,
        Command::Authenticate(command) => command.id = id,
        Command::Ping(command) => command.id = id,
    }
}

#[cfg(test)]
mod tests {
    use parlor_wire::{MarkTo, Ping};
    use uuid::Uuid;

    use super::*;

    fn read(seq: u64) -> Command {
        Command::Read(MarkTo {
            id: 0,
            room: Uuid::nil(),
            seq,
        })
    }

    fn ids(outbox: &mut Outbox, limit: usize) -> Vec<u64> {
        std::iter::from_fn(|| outbox.next(limit).and_then(Command::id)).collect()
    }

    #[test]
    fn no_more_than_the_limit_is_in_flight() {
        let mut outbox = Outbox::default();
        (0..3).for_each(|seq| outbox.push(read(seq), None));
        assert_eq!(ids(&mut outbox, 2), [1, 2]);
        let success = Success {
            id: 1,
            ..Success::default()
        };
        assert!(outbox.succeeded(&success).is_some());
        assert!(outbox.succeeded(&success).is_none(), "an answer counts once");
        assert_eq!(ids(&mut outbox, 2), [3]);
    }

    #[test]
    fn what_was_not_answered_is_sent_again_before_what_is_new() {
        let mut outbox = Outbox::default();
        (0..3).for_each(|seq| outbox.push(read(seq), None));
        assert_eq!(ids(&mut outbox, 2), [1, 2]);
        outbox.disconnected();
        outbox.push(read(9), None);
        assert_eq!(ids(&mut outbox, 9), [1, 2, 3, 4]);
    }

    #[test]
    fn what_is_not_worth_repeating_is_lost() {
        let mut outbox = Outbox::default();
        let (to, mut answer) = oneshot::channel();
        outbox.push(Command::Ping(Ping { id: 0 }), Some(to));
        outbox.disconnected();
        assert!(matches!(answer.try_recv(), Ok(Err(CommandError::Lost))));
        assert!(outbox.next(9).is_none());
    }
}
