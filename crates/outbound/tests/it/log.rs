//! What an operator reads when keys cannot be had.

use std::io;
use std::sync::{Arc, Mutex};

use parlor_outbound::FLOOR;
use parlor_ports::KeySource;
use parlor_testkit::FixedClock;

use crate::publisher::Publisher;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_stretch_of_failures_is_told_once() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let count = |word: &str| {
        let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        log.matches(word).count()
    };

    let publisher = Publisher::start().await;
    publisher.publish("a");
    let clock = Arc::new(FixedClock::default());
    let source = publisher.source(&clock);
    source.keys(None).await.unwrap();
    // A line of the log that another test met for the first time just as we began to listen is taken for one that nobody
    // wants.
    tracing::callsite::rebuild_interest_cache();
    for stretch in 1..=2 {
        publisher.answer("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
        for _ in 0..3 {
            clock.advance(FLOOR);
            source.keys(Some("b")).await.unwrap();
        }
        assert_eq!(
            (count(" WARN "), count("answered 500")),
            (stretch, stretch * 2 - 1)
        );
        publisher.publish("a");
        clock.advance(FLOOR);
        source.keys(Some("b")).await.unwrap();
        assert_eq!(count("can be had again"), stretch);
    }
}
