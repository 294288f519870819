//! What a failure means for the letter.

use lettre::transport::smtp::Error;
use parlor_ports::MailError;

/// Replies that refuse not the letter but us, for want of a log in or of encryption (RFC 4954, RFC 3207), or the order of
/// our commands, as some servers say the same.
const REFUSES_US: [u16; 5] = [503, 530, 534, 535, 538];

/// The server did not answer in time.
#[derive(Debug, thiserror::Error)]
#[error("{0} took longer than the configured time")]
struct Late(&'static str);

/// Something took too long.
pub(super) fn late(what: &'static str) -> MailError {
    MailError::Temporary(Late(what).into())
}

/// Failed before the letter was shown: it is not the letter's fault, whatever the reply.
pub(super) fn connecting(error: Error) -> MailError {
    MailError::Temporary(error.into())
}

/// Failed with the letter.
pub(super) fn sending(error: Error) -> MailError {
    let refuses_us = error
        .status()
        .is_some_and(|code| REFUSES_US.contains(&u16::from(code)));
    if error.is_permanent() && !refuses_us {
        MailError::Permanent(error.into())
    } else {
        MailError::Temporary(error.into())
    }
}
