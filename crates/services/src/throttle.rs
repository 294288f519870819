//! How often one may try: counted per account, on all machines together.

use std::sync::Arc;
use std::time::Duration;

use parlor_domain::network;
use parlor_ports::{Clock, CounterName, CounterStore};

use crate::Error;
use crate::fingerprint::fingerprint;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// What is counted, and for whom. Names are those that were typed, whether or not anybody has them, so that the count
/// tells nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tried<'a> {
    /// A password for this name, from this address.
    Password { name: &'a str, address: &'a str },
    /// A password for this name, from addresses at which its owner was never seen.
    PasswordFromAfar { name: &'a str },
    /// The password again, by somebody who is logged in.
    OwnPassword { session: &'a str },
    /// Another password, by somebody who is logged in.
    NewPassword { user: &'a str },
    /// A code of an authenticator app, or a recovery code.
    Code { user: &'a str },
    /// A mail with a code, by somebody who knows the password.
    MailedCode { user: &'a str },
    /// A mail with a code for this name, from this address.
    MailedLogIn { name: &'a str, address: &'a str },
    /// A mail with a code for this name, from anywhere.
    MailedLogInFromAfar { name: &'a str },
    /// A mail by which another password can be set, for this name.
    Reset { name: &'a str },
    /// A mail with another register id, for this address.
    RegisterId { email: &'a str },
    /// A mail by which somebody new proves this address.
    Registration { email: &'a str },
    /// A mail by which an address is proved.
    Proof { user: &'a str },
    /// A contact request.
    ContactRequest { user: &'a str },
    /// A wish to come into a room.
    Entering { user: &'a str },
    /// Anything by an API key.
    ApiKey { number: &'a str },
    /// A mobile number, by somebody who says that it is his, or asks whose it is.
    Number { user: &'a str },
    /// A status, of which many may have to be told.
    Status { user: &'a str },
    /// Something that is sent to a list of recipients.
    Broadcast { user: &'a str },
}

impl Tried<'_> {
    /// How often that may be, and within which time.
    fn limit(self) -> (u32, Duration) {
        match self {
            Self::Password { .. } | Self::OwnPassword { .. } => (10, 15 * MINUTE),
            Self::PasswordFromAfar { .. } => (100, HOUR),
            // Thirty years of them find a code as likely as not.
            Self::Code { .. } => (20, 24 * HOUR),
            Self::MailedCode { .. } | Self::NewPassword { .. } => (10, HOUR),
            Self::MailedLogIn { .. }
            | Self::Reset { .. }
            | Self::RegisterId { .. }
            | Self::Registration { .. }
            | Self::Proof { .. } => (5, HOUR),
            Self::MailedLogInFromAfar { .. } => (20, HOUR),
            Self::ContactRequest { .. } | Self::Number { .. } | Self::Status { .. } => (100, HOUR),
            Self::Broadcast { .. } => (20, HOUR),
            Self::Entering { .. } => (600, HOUR),
            Self::ApiKey { .. } => (600, MINUTE),
        }
    }

    fn name(self) -> CounterName {
        let (what, who, whence) = match self {
            Self::Password { name, address } => ("password", name, network(address)),
            Self::PasswordFromAfar { name } => ("password from afar", name, "".into()),
            Self::OwnPassword { session } => ("own password", session, "".into()),
            Self::Code { user } => ("code", user, "".into()),
            Self::NewPassword { user } => ("new password", user, "".into()),
            Self::MailedCode { user } => ("mailed code", user, "".into()),
            Self::MailedLogIn { name, address } => ("mailed log in", name, network(address)),
            Self::MailedLogInFromAfar { name } => ("mailed log in from afar", name, "".into()),
            Self::Reset { name } => ("reset", name, "".into()),
            Self::RegisterId { email } => ("register id", email, "".into()),
            Self::Registration { email } => ("registration", email, "".into()),
            Self::Proof { user } => ("proof", user, "".into()),
            Self::ContactRequest { user } => ("contact request", user, "".into()),
            Self::Entering { user } => ("entering", user, "".into()),
            Self::ApiKey { number } => ("api key", number, "".into()),
            Self::Number { user } => ("number", user, "".into()),
            Self::Status { user } => ("status", user, "".into()),
            Self::Broadcast { user } => ("broadcast", user, "".into()),
        };
        CounterName(fingerprint(&[what, who, &whence]))
    }
}

/// Counts tries, if the operator wants that.
pub(crate) struct Throttle {
    counters: Arc<dyn CounterStore>,
    clock: Arc<dyn Clock>,
    enabled: bool,
}

impl Throttle {
    pub(crate) fn new(counters: Arc<dyn CounterStore>, clock: Arc<dyn Clock>, enabled: bool) -> Self {
        Self {
            counters,
            clock,
            enabled,
        }
    }

    /// Counts one more try.
    ///
    /// # Errors
    /// [`Error::TooManyTries`]
    pub(crate) async fn count(&self, tried: Tried<'_>) -> Result<(), Error> {
        if !self.enabled {
            return Ok(());
        }
        let (most, window) = tried.limit();
        let now = self.clock.now();
        let counted = self.counters.count(tried.name(), most, window, now).await?;
        counted.map_err(Error::TooManyTries)
    }

    /// Begins anew, because somebody has proved to be who he says.
    pub(crate) async fn forget(&self, tried: Tried<'_>) -> Result<(), Error> {
        if self.enabled {
            self.counters.forget(tried.name()).await?;
        }
        Ok(())
    }

    /// Writes something for a name that nobody has, which takes as long as what is written for others.
    pub(crate) async fn pretend(&self, name: &str) -> Result<(), Error> {
        let decoy = CounterName(fingerprint(&["decoy", name]));
        let _counted = self
            .counters
            .count(decoy, u32::MAX, HOUR, self.clock.now())
            .await?;
        Ok(())
    }

    /// Forgets some of the counts that are over; says whether there may be more.
    pub(crate) async fn sweep(&self) -> Result<bool, Error> {
        Ok(self.counters.sweep(self.clock.now()).await?)
    }
}
