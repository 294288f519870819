//! How long keys are kept, and how often they are fetched.

use std::sync::Arc;
use std::time::Duration;

use parlor_outbound::{FLOOR, JwksUrl};
use parlor_ports::KeySource;
use parlor_testkit::FixedClock;

use crate::publisher::{Publisher, keys, ok};

const MINUTE: Duration = Duration::from_secs(60);

async fn published() -> (Publisher, Arc<FixedClock>, JwksUrl) {
    let publisher = Publisher::start().await;
    publisher.publish("a");
    let clock = Arc::new(FixedClock::default());
    let source = publisher.source(&clock);
    (publisher, clock, source)
}

#[tokio::test]
async fn keys_are_kept_for_an_hour() {
    let (publisher, clock, source) = published().await;
    let first = source.keys(None).await.unwrap();
    assert_eq!(&*first, keys("a"));
    clock.advance(59 * MINUTE);
    source.keys(None).await.unwrap();
    assert_eq!(publisher.count(), 1);
    clock.advance(MINUTE);
    let second = source.keys(None).await.unwrap();
    assert_eq!(publisher.count(), 2);
    assert!(
        Arc::ptr_eq(&first, &second),
        "the same content is the same answer"
    );
}

#[tokio::test]
async fn the_application_says_how_long_keys_are_good() {
    let (publisher, clock, source) = published().await;
    let body = keys("a");
    let length = body.len();
    publisher.answer(format!(
        "HTTP/1.1 200 OK\r\nCache-Control: public, max-age=600\r\nContent-Length: {length}\r\n\r\n{body}"
    ));
    source.keys(None).await.unwrap();
    clock.advance(9 * MINUTE);
    source.keys(None).await.unwrap();
    assert_eq!(publisher.count(), 1);
    clock.advance(MINUTE);
    source.keys(None).await.unwrap();
    assert_eq!(publisher.count(), 2);
}

#[tokio::test]
async fn a_new_key_is_found_and_strangers_do_not_make_us_ask_on() {
    let (publisher, clock, source) = published().await;
    source.keys(None).await.unwrap();
    clock.advance(FLOOR);
    publisher.publish("b");
    assert_eq!(
        &*source.keys(None).await.unwrap(),
        keys("a"),
        "nobody missed it yet"
    );
    assert_eq!(&*source.keys(Some("b")).await.unwrap(), keys("b"));
    for stranger in ["x", "y", "z"] {
        source.keys(Some(stranger)).await.unwrap();
    }
    assert_eq!(publisher.count(), 2);

    publisher.publish("c");
    clock.advance(FLOOR - Duration::from_micros(1));
    assert_eq!(&*source.keys(Some("c")).await.unwrap(), keys("b"));
    clock.advance(Duration::from_micros(1));
    assert_eq!(&*source.keys(Some("c")).await.unwrap(), keys("c"));
    assert_eq!(publisher.count(), 3);
}

#[tokio::test]
async fn a_hundred_who_miss_a_key_make_one_request() {
    let (publisher, clock, source) = published().await;
    let source = Arc::new(source);
    for (round, known) in [(1, "a"), (2, "b")] {
        publisher.publish(known);
        publisher.hold_back();
        let callers: Vec<_> = (0..100)
            .map(|_| {
                let source = Arc::clone(&source);
                tokio::spawn(async move { source.keys(Some("new")).await.unwrap() })
            })
            .collect();
        publisher.heard(round).await;
        publisher.go_on();
        for caller in callers {
            assert_eq!(&*caller.await.unwrap(), keys(known));
        }
        assert_eq!(publisher.count(), round);
        clock.advance(FLOOR);
    }
}

#[tokio::test]
async fn who_has_good_keys_does_not_wait_for_new_ones() {
    let (publisher, clock, source) = published().await;
    let source = Arc::new(source);
    source.keys(None).await.unwrap();
    clock.advance(60 * MINUTE);
    publisher.publish("b");
    publisher.hold_back();
    let renewing = Arc::clone(&source);
    let renewing = tokio::spawn(async move { renewing.keys(None).await.unwrap() });
    publisher.heard(2).await;
    assert_eq!(&*source.keys(None).await.unwrap(), keys("a"));
    publisher.go_on();
    assert_eq!(&*renewing.await.unwrap(), keys("b"));
}

#[tokio::test]
async fn a_caller_who_goes_away_takes_nothing_along() {
    let (publisher, _, source) = published().await;
    let source = Arc::new(source);
    publisher.hold_back();
    let gone = Arc::clone(&source);
    let gone = tokio::spawn(async move { gone.keys(None).await });
    publisher.heard(1).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    publisher.go_on();
    assert_eq!(&*source.keys(None).await.unwrap(), keys("a"));
    assert_eq!(publisher.count(), 1);
}

#[tokio::test]
async fn old_keys_stay_good_while_there_are_no_new_ones() {
    let (publisher, clock, source) = published().await;
    source.keys(None).await.unwrap();
    publisher.answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    clock.advance(600 * MINUTE);
    for _ in 0..3 {
        assert_eq!(&*source.keys(None).await.unwrap(), keys("a"));
        assert_eq!(&*source.keys(Some("b")).await.unwrap(), keys("a"));
    }
    assert_eq!(publisher.count(), 2, "a failure is not tried again at once");
    publisher.answer(ok(&keys("b")));
    clock.advance(FLOOR);
    assert_eq!(&*source.keys(None).await.unwrap(), keys("b"));
}

#[tokio::test]
async fn an_application_that_starts_late_is_found_soon() {
    let (publisher, clock, source) = published().await;
    publisher.answer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    for _ in 0..3 {
        source.keys(None).await.unwrap_err();
    }
    assert_eq!(publisher.count(), 1);
    publisher.publish("a");
    clock.advance(Duration::from_secs(5));
    assert_eq!(&*source.keys(None).await.unwrap(), keys("a"));
}
