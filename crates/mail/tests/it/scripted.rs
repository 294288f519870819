//! A mail server that follows a script, for what a real one does not do.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What the server does when a line's first word is this: it answers, or hangs up.
pub(crate) type Script = &'static [(&'static str, Option<&'static str>)];

/// All lines that it was sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Starts one on a port of its own. Lines that the script does not know are not answered.
pub(crate) async fn start(greeting: &'static str, script: Script) -> (u16, Lines) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let lines = Lines::default();
    let heard = lines.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            follow(stream, greeting, script, &heard).await;
        }
    });
    (port, lines)
}

/// Starts one that encrypts from the first byte; also gives the certificate to be trusted.
pub(crate) async fn start_encrypted(greeting: &'static str, script: Script) -> (u16, Lines, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let lines = Lines::default();
    let heard = lines.clone();
    let key = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let private = PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                follow(stream, greeting, script, &heard).await;
            }
        }
    });
    (port, lines, key.cert.pem())
}

async fn follow(stream: impl AsyncRead + AsyncWrite, greeting: &str, script: Script, heard: &Lines) {
    let (read, mut write) = tokio::io::split(stream);
    // A client that hung up does not hear what it is told.
    let _ = write.write_all(greeting.as_bytes()).await;
    let mut input = BufReader::new(read).lines();
    while let Ok(Some(line)) = input.next_line().await {
        let first = line.split([' ', ':']).next();
        let told = script.iter().find(|(word, _)| first == Some(word));
        heard.0.lock().unwrap().push(line);
        match told {
            Some((_, Some(answer))) => {
                let _ = write.write_all(answer.as_bytes()).await;
            }
            Some((_, None)) => break,
            None => {}
        }
    }
}
