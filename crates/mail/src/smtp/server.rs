//! The mail server, and how it is spoken to.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};

/// Which mail server takes the letters, and how.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Its name or address; with encryption, what its certificate must be for.
    pub host: String,
    /// Its port, if it is not the usual one of the encryption.
    pub port: Option<u16>,
    /// How the connection is kept secret.
    pub encryption: Encryption,
    /// Who we are to it, if it wants to know.
    pub login: Option<Login>,
    /// How long connecting may take, and how long sending a letter.
    pub timeout: Duration,
    /// Certificates (PEM) that are trusted beside the system's, for a server with one of an authority of one's own.
    pub extra_roots: Option<String>,
}

/// How a connection to a mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Begins in clear, and goes no further unless the server encrypts (RFC 3207); port 587.
    StartTls,
    /// Encrypted from the first byte (RFC 8314); port 465.
    Tls,
    /// None, to a server on this machine; port 25. For any other this is refused.
    PlainToLoopback,
    /// None, wherever the server is; port 25. Whoever sees the traffic can use the codes and links in it.
    PlainToAnyone,
}

/// Who we are to a mail server.
#[derive(Debug, Clone)]
pub struct Login {
    /// The name of the account.
    pub user: String,
    /// Its password.
    pub password: SecretString,
}

/// Why a mail server cannot be used as the settings say.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// Codes and links would go over the network for all to read.
    #[error(
        "mail to {0} must be encrypted: only a server on this machine (localhost, 127.0.0.1, ::1) gets it plain"
    )]
    Plain(String),
    /// What is trusted beside the system's certificates is none.
    #[error("the extra certificates cannot be read")]
    ExtraRoots(#[source] Error),
    /// There can be no TLS to this host.
    #[error("TLS to the mail server cannot be set up")]
    Tls(#[source] Error),
}

/// A mail server.
pub(super) struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    greeting: ClientId,
    timeout: Duration,
}

impl Server {
    pub(super) fn new(settings: SmtpSettings, greeting: ClientId) -> Result<Self, SmtpError> {
        let (port, tls) = match settings.encryption {
            Encryption::PlainToLoopback if !is_loopback(&settings.host) => {
                return Err(SmtpError::Plain(settings.host));
            }
            Encryption::PlainToLoopback | Encryption::PlainToAnyone => (25, None),
            Encryption::StartTls => (587, Some(tls(&settings)?)),
            Encryption::Tls => (465, Some(tls(&settings)?)),
        };
        let credentials =
            |login: Login| Credentials::new(login.user, login.password.expose_secret().to_owned());
        Ok(Self {
            port: settings.port.unwrap_or(port),
            host: settings.host,
            encryption: settings.encryption,
            tls,
            credentials: settings.login.map(credentials),
            greeting,
            timeout: settings.timeout,
        })
    }

    /// A connection that is ready for a letter: encrypted and logged in, as far as the settings want it.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let at_once = self.tls.clone().filter(|_| self.encryption == Encryption::Tls);
        let host = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(host, Some(self.timeout), &self.greeting, at_once, None)
                .await?;
        if let Some(tls) = self
            .tls
            .clone()
            .filter(|_| self.encryption == Encryption::StartTls)
        {
            connection.starttls(tls, &self.greeting).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({}:{}, {:?})", self.host, self.port, self.encryption)
    }
}

fn tls(settings: &SmtpSettings) -> Result<TlsParameters, SmtpError> {
    let mut tls = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.extra_roots {
        tls = tls.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(SmtpError::ExtraRoots)?);
    }
    tls.build_rustls().map_err(SmtpError::Tls)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
