//! A real mail server in this process, with STARTTLS and log in.

use std::fs;
use std::net::{IpAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mailin_embedded::{AuthMechanism, Handler, Response, Server, SslConfig, response};
use parlor_mail::{Encryption, Login, SmtpSettings};

/// What the server heard and took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    connections: usize,
    mails: Vec<Mail>,
}

/// A mail as the server took it.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) content: Vec<u8>,
}

impl Heard {
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.0.lock().unwrap().mails.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.0.lock().unwrap().connections
    }
}

/// A mail server that never stops; its threads end with the tests.
pub(crate) struct MailServer {
    pub(crate) heard: Heard,
    port: u16,
    certificate: String,
}

impl MailServer {
    /// Takes mail for anybody but those who are called as a refusal is: `550@example.org` gets just that.
    pub(crate) fn start() -> Self {
        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: String| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let certificate = key.cert.pem();
        let ssl = SslConfig::SelfSigned {
            cert_path: file("cert.pem", certificate.clone()),
            key_path: file("key.pem", key.signing_key.serialize_pem()),
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Heard::default();
        let mut server = Server::new(Session::new(heard.clone()));
        server
            .with_name("localhost")
            .with_ssl(ssl)
            .unwrap()
            .with_auth(AuthMechanism::Plain)
            .with_tcp_listener(listener);
        std::thread::spawn(move || server.serve().is_ok());
        Self {
            heard,
            port,
            certificate,
        }
    }

    /// How to reach it: with STARTTLS, as a user that it knows.
    pub(crate) fn settings(&self) -> SmtpSettings {
        SmtpSettings {
            host: "localhost".to_owned(),
            port: Some(self.port),
            encryption: Encryption::StartTls,
            login: Some(Login {
                user: "parlor".to_owned(),
                password: "right".into(),
            }),
            timeout: Duration::from_secs(20),
            extra_roots: Some(self.certificate.clone()),
        }
    }
}

#[derive(Debug, Clone)]
struct Session {
    heard: Heard,
    mail: Mail,
}

impl Session {
    fn new(heard: Heard) -> Self {
        let mail = Mail {
            from: String::new(),
            to: Vec::new(),
            content: Vec::new(),
        };
        Self { heard, mail }
    }
}

impl Handler for Session {
    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        self.heard.0.lock().unwrap().connections += 1;
        if (user, password) == ("parlor", "right") {
            response::AUTH_OK
        } else {
            response::INVALID_CREDENTIALS
        }
    }

    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        self.mail.from = from.to_owned();
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        match to.split_once('@').and_then(|(code, _)| code.parse().ok()) {
            Some(code) => Response::custom(code, "as you wish".to_owned()),
            None => response::OK,
        }
    }

    fn data_start(&mut self, _: &str, _: &str, _: bool, to: &[String]) -> Response {
        self.mail.to = to.to_vec();
        self.mail.content.clear();
        response::START_DATA
    }

    fn data(&mut self, line: &[u8]) -> std::io::Result<()> {
        self.mail.content.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.heard.0.lock().unwrap().mails.push(self.mail.clone());
        response::OK
    }
}
