//! Keys in a file.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use parlor_outbound::{FLOOR, KeyFile};
use parlor_ports::KeySource;
use parlor_testkit::FixedClock;

use crate::publisher::keys;

const PEM: &str = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";

#[tokio::test]
async fn a_change_of_the_file_is_seen_when_a_key_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    fs::write(&path, keys("a")).unwrap();
    let clock = Arc::new(FixedClock::default());
    let source = KeyFile::read(path.clone(), clock.clone(), FLOOR).unwrap();

    fs::write(&path, keys("b")).unwrap();
    assert_eq!(
        &*source.keys(Some("b")).await.unwrap(),
        keys("a"),
        "it was read just now"
    );
    clock.advance(FLOOR);
    assert_eq!(&*source.keys(None).await.unwrap(), keys("a"));
    assert_eq!(&*source.keys(Some("b")).await.unwrap(), keys("b"));

    fs::remove_file(&path).unwrap();
    clock.advance(Duration::from_secs(3600));
    assert_eq!(&*source.keys(Some("c")).await.unwrap(), keys("b"));

    fs::write(&path, PEM).unwrap();
    clock.advance(FLOOR);
    assert_eq!(
        &*source.keys(None).await.unwrap(),
        PEM,
        "a key without an id is seen in time as well"
    );
}

#[test]
fn a_file_without_keys_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let refused = || {
        let read = KeyFile::read(path.clone(), Arc::new(FixedClock::default()), FLOOR);
        read.map(|_| ()).unwrap_err().to_string()
    };
    assert!(refused().contains("cannot be read"));
    for (content, why) in [
        (String::new(), "is neither"),
        ("{}".to_owned(), "is neither"),
        (format!("{PEM}{}", " ".repeat(256 << 10)), "has more than"),
    ] {
        fs::write(&path, content).unwrap();
        assert!(refused().contains(why), "{}", refused());
    }
}
