//! What can go wrong.

use std::error::Error;
use std::io;
use std::time::Duration;

use parlor_wire::{ChallengeView, CloseReason, ComeBack, Failure, Problem, Retry};

/// Why a connection was not made, or is over.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The server cannot be reached, or the network broke.
    #[error("the network failed: {0}")]
    Network(#[source] Box<dyn Error + Send + Sync>),
    /// The server answered the handshake with something else than a socket.
    #[error("the server refused the socket with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// How long to wait at least, if the server said so.
        retry_after: Option<Duration>,
    },
    /// The server refused `hello`.
    #[error("the server refused hello: {}", .0.message)]
    Hello(Failure),
    /// The server closed.
    #[error("the server closed the connection ({}): {reason}", .code.map_or("no code".to_owned(), |code| code.to_string()))]
    Closed {
        /// The close code; `None` if there was no close frame.
        code: Option<u16>,
        /// What the server said about it.
        reason: String,
    },
    /// Nothing was heard for too long.
    #[error("the server was silent for too long")]
    Silent,
    /// The server sent something that is not of this protocol.
    #[error("the server does not speak the protocol: {0}")]
    Protocol(&'static str),
}

impl ConnectionError {
    /// Whether and when to connect again.
    pub fn come_back(&self) -> ComeBack {
        match self {
            Self::Closed { code, .. } => ComeBack::after(*code),
            Self::Refused { status: 401, .. } => ComeBack::WithNewToken,
            Self::Hello(failure) => match (failure.code.as_str(), failure.retry) {
                ("invalid_token" | "token_expired", _) => ComeBack::WithNewToken,
                (_, Retry::Never) => ComeBack::Never,
                (_, Retry::Now | Retry::AfterMs(_)) => ComeBack::Later,
            },
            // Too many, or busy: what was asked for is right, the moment is not.
            Self::Refused {
                status: 408 | 429, ..
            } => ComeBack::Later,
            Self::Refused { status, .. } if (400..500).contains(status) => ComeBack::Never,
            Self::Silent => ComeBack::Now,
            Self::Network(_) | Self::Refused { .. } | Self::Protocol(_) => ComeBack::Later,
        }
    }

    /// Whether this client had too many connections, or sent too much.
    pub(crate) fn is_too_many(&self) -> bool {
        matches!(self, Self::Closed { code: Some(code), .. } if CloseReason::of(*code) == Some(CloseReason::TooMany))
    }

    /// How long to wait at least.
    pub fn retry_after(&self) -> Duration {
        match self {
            Self::Refused {
                retry_after: Some(after),
                ..
            } => *after,
            Self::Hello(Failure {
                retry: Retry::AfterMs(wait),
                ..
            }) => Duration::from_millis(*wait),
            _ => Duration::ZERO,
        }
    }
}

/// Why a command was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommandError {
    /// The server refused it; nothing was changed.
    #[error("{}", .0.message)]
    Refused(Failure),
    /// The connection broke, and the command is of the kind that is not worth repeating.
    #[error("the connection broke before the answer")]
    Lost,
    /// The client has ended. Whether the command was done is not known.
    #[error("the client has ended")]
    Ended,
}

/// Why a request over HTTP has no result.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// The server refused it.
    #[error("{} ({}): {}", .0.title, .0.code, .0.detail)]
    Refused(Box<Problem>),
    /// The password is right, and a code is wanted besides: [`Rest::complete`](crate::Rest::complete) goes on.
    #[error("a code is wanted to log in")]
    CodeWanted(Box<ChallengeView>),
    /// The answer is not what was expected.
    #[error("the server answered {status}, which cannot be read: {body}")]
    Unexpected {
        /// The HTTP status.
        status: u16,
        /// The beginning of the body; empty for a success, which may hold a token.
        body: String,
    },
    /// The server cannot be reached, or the network broke.
    #[error("the network failed: {0}")]
    Network(#[source] Box<dyn Error + Send + Sync>),
    /// What is to be uploaded cannot be read, or is shorter than it was said to be.
    #[error("what is to be uploaded cannot be read: {0}")]
    File(#[source] io::Error),
}

impl RestError {
    /// The stable name of the refusal, if it is one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.code),
            _ => None,
        }
    }

    /// Whether the same may work in another moment. Of an upload, also with the bytes that are wanted then.
    pub(crate) fn may_pass(&self) -> bool {
        let status = match self {
            Self::Network(_) => return true,
            Self::Refused(problem) if problem.code == "wrong_offset" => return true,
            Self::Refused(problem) => problem.status,
            Self::Unexpected { status, .. } => *status,
            Self::CodeWanted(_) | Self::File(_) => return false,
        };
        matches!(status, 408 | 429 | 502..=504)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str, retry: Retry) -> ConnectionError {
        ConnectionError::Hello(Failure {
            id: None,
            code: code.to_owned(),
            message: String::new(),
            field: None,
            retry,
        })
    }

    #[test]
    fn who_is_refused_for_now_comes_back_when_the_server_says() {
        let error = refused("host_away", Retry::AfterMs(2000));
        assert_eq!(error.come_back(), ComeBack::Later);
        assert_eq!(error.retry_after(), Duration::from_secs(2));
        assert_eq!(
            refused("account_disabled", Retry::Never).come_back(),
            ComeBack::Never
        );
        let expired = refused("token_expired", Retry::Never);
        assert_eq!(expired.come_back(), ComeBack::WithNewToken);
    }
}
