//! Mails to a mail server.

mod connections;
mod fault;
mod server;

use std::time::Duration;

use async_trait::async_trait;
use parlor_domain::Letter;
use parlor_ports::{MailError, Mailer};
use tokio::time::timeout;

use self::connections::Connections;
use self::server::Server;
pub use self::server::{Encryption, Login, SmtpError, SmtpSettings};
use crate::Letterhead;

/// Hands letters to a mail server (RFC 5321, RFC 6409), over connections that stay open for a while.
///
/// Only if the server refuses the letter itself with a 5xx reply is that final. Whatever else fails, the connection, its
/// encryption or the log in, somebody can mend, and the letter is good later.
#[derive(Debug)]
pub struct SmtpMailer {
    connections: Connections,
    letterhead: Letterhead,
    patience: Duration,
}

impl SmtpMailer {
    /// Letters to the server of these settings. Nothing is connected before the first.
    ///
    /// # Errors
    /// [`SmtpError`]
    pub fn new(settings: SmtpSettings, letterhead: Letterhead) -> Result<Self, SmtpError> {
        let patience = settings.timeout;
        let server = Server::new(settings, letterhead.greeting())?;
        Ok(Self {
            connections: Connections::new(server),
            letterhead,
            patience,
        })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, number: i64, letter: &Letter) -> Result<(), MailError> {
        let mail = self.letterhead.write(number, letter)?;
        let mut connection = timeout(self.patience, self.connections.take())
            .await
            .map_err(|_| fault::late("connecting"))?
            .map_err(fault::connecting)?;
        // A connection that is left in the middle of something is dropped with its future, and not used again.
        timeout(self.patience, connection.send(mail.envelope(), &mail.formatted()))
            .await
            .map_err(|_| fault::late("sending"))?
            .map_err(fault::sending)?;
        self.connections.give_back(connection);
        Ok(())
    }
}
