//! An application that publishes keys, over HTTP on a port of its own.

use std::sync::{Arc, Mutex};

use parlor_outbound::{JwksSettings, JwksUrl};
use parlor_testkit::FixedClock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// What it answers, to whom and how often.
#[derive(Clone)]
pub(crate) struct Publisher {
    said: Arc<Mutex<Said>>,
    /// Answers wait for one of these, if it is held back.
    leave: Arc<Semaphore>,
    port: u16,
}

struct Said {
    answer: Vec<u8>,
    requests: Vec<String>,
}

impl Publisher {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let publisher = Self {
            said: Arc::new(Mutex::new(Said {
                answer: Vec::new(),
                requests: Vec::new(),
            })),
            leave: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            port: listener.local_addr().unwrap().port(),
        };
        let serving = publisher.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        if stream.read(&mut byte).await.unwrap_or(0) == 0 {
                            return;
                        }
                        request.push(byte[0]);
                    }
                    let answer = serving.hear(String::from_utf8(request).unwrap());
                    let Ok(leave) = serving.leave.acquire().await else {
                        return;
                    };
                    leave.forget();
                    // Who went away does not hear the answer; who has heard enough hangs up.
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.read(&mut [0]).await;
                });
            }
        });
        publisher
    }

    fn hear(&self, request: String) -> Vec<u8> {
        let mut said = self.said.lock().unwrap();
        said.requests.push(request);
        said.answer.clone()
    }

    /// Says this from now on, word for word.
    pub(crate) fn answer(&self, answer: impl Into<Vec<u8>>) {
        self.said.lock().unwrap().answer = answer.into();
    }

    /// Publishes a key of this id from now on.
    pub(crate) fn publish(&self, id: &str) {
        self.answer(ok(&keys(id)));
    }

    /// Answers nobody before it is told to go on.
    pub(crate) fn hold_back(&self) {
        self.leave.forget_permits(Semaphore::MAX_PERMITS);
    }

    pub(crate) fn go_on(&self) {
        self.leave.add_permits(1000);
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.said.lock().unwrap().requests.clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.requests().len()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn heard(&self, count: usize) {
        while self.count() < count {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn settings(&self) -> JwksSettings {
        let url = format!("http://127.0.0.1:{}/keys", self.port);
        JwksSettings::new(url.parse().unwrap())
    }

    pub(crate) fn source(&self, clock: &Arc<FixedClock>) -> JwksUrl {
        JwksUrl::new(self.settings(), clock.clone()).unwrap()
    }
}

/// A JWK Set with one key of this id.
pub(crate) fn keys(id: &str) -> String {
    format!(r#"{{"keys":[{{"kid":"{id}"}}]}}"#)
}

/// An answer with this body.
pub(crate) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
