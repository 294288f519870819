//! Scans by clamd.

use std::io::Write;
use std::time::Duration;

use parlor_ports::{ScanError, Scanned, Scanner};
use parlor_scan::{Clamd, ClamdAddress};
use tempfile::NamedTempFile;

use crate::daemon::{self, EICAR, Habit};

/// Long enough for every answer that comes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Enough for every file here.
const LOOKS: Habit = Habit::Looks { limit: 100 << 20 };

fn file(content: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    file
}

async fn scan(address: ClamdAddress, content: &[u8]) -> Result<Scanned, ScanError> {
    Clamd::new(address, PATIENCE).scan(file(content).path()).await
}

/// What is wrong, which must not be the size.
fn failure(scanned: Result<Scanned, ScanError>) -> String {
    match scanned {
        Err(ScanError::Failed(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_virus_is_found_wherever_it_sits() {
    let address = daemon::tcp(LOOKS).await;
    let found = Scanned::Found("Win.Test.EICAR_HDB-1".to_owned());
    assert_eq!(scan(address.clone(), EICAR).await.unwrap(), found);
    for before in [1, 131_000, 131_072, 5_000_000] {
        let mut content = vec![b' '; before];
        content.extend_from_slice(EICAR);
        assert_eq!(
            scan(address.clone(), &content).await.unwrap(),
            found,
            "after {before}"
        );
    }
}

#[tokio::test]
async fn what_is_clean_is_called_clean() {
    let folder = tempfile::tempdir().unwrap();
    let address = daemon::unix(&folder.path().join("clamd.sock"), LOOKS).await;
    for length in [0, 1, 131_072, 131_073, 3_000_000] {
        let scanned = scan(address.clone(), &vec![b'x'; length]).await;
        assert_eq!(scanned.unwrap(), Scanned::Clean, "{length}");
    }
    assert_eq!(
        scan(address, EICAR).await.unwrap(),
        Scanned::found(b"Win.Test.EICAR_HDB-1")
    );
}

#[tokio::test]
async fn a_file_over_the_limit_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let habit = Habit::Looks { limit: 300_000 };
    let socket = daemon::unix(&folder.path().join("clamd.sock"), habit).await;
    for address in [daemon::tcp(habit).await, socket] {
        let scanned = scan(address.clone(), &vec![b'x'; 20_000_000]).await;
        assert!(matches!(scanned, Err(ScanError::TooLarge)), "{scanned:?}");
        assert_eq!(scan(address, b"small").await.unwrap(), Scanned::Clean);
    }
}

#[tokio::test]
async fn garbage_is_not_clean() {
    for (said, expected) in [
        (&b""[..], "it answered \"\""),
        (b"\0", "it answered \"\\0\""),
        (b"stream: OK", "it answered \"stream: OK\""),
        (
            b"HTTP/1.1 400 Bad Request\r\n",
            "it answered \"HTTP/1.1 400 Bad Request\\r\\n\"",
        ),
        (
            b"stream: Can't allocate memory ERROR\0",
            "it answered \"stream: Can't allocate memory ERROR\\0\"",
        ),
    ] {
        let address = daemon::tcp(Habit::Says(said)).await;
        let told = failure(scan(address.clone(), b"something").await);
        assert_eq!(told, format!("clamd at {address}: {expected}"));
    }
    let endless: &[u8] = Box::leak(vec![b'x'; 10_000_000].into());
    let told = failure(scan(daemon::tcp(Habit::Says(endless)).await, b"something").await);
    assert!(told.len() < 300, "{told}");
}

#[tokio::test]
async fn a_verdict_on_half_a_file_is_none() {
    let content = vec![b'x'; 20_000_000];
    let hasty = daemon::tcp(Habit::Interrupts(b"stream: OK\0")).await;
    failure(scan(hasty, &content).await);
    let gone = daemon::tcp(Habit::Interrupts(b"")).await;
    failure(scan(gone, &content).await);
}

#[tokio::test]
async fn hostile_names_are_tamed() {
    let address = daemon::tcp(Habit::Says(b"stream: \x1b[2J\nroot logged in FOUND\0")).await;
    let scanned = scan(address, b"something").await.unwrap();
    assert_eq!(scanned, Scanned::Found("?[2J?root?logged?in".to_owned()));
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    for habit in [Habit::Sleeps, Habit::Stalls] {
        let address = daemon::tcp(habit).await;
        let clamd = Clamd::new(address, Duration::from_millis(200));
        let told = failure(clamd.scan(file(&vec![b'x'; 20_000_000]).path()).await);
        assert!(told.ends_with("it took too long"), "{told}");
    }
}

#[tokio::test]
async fn a_daemon_or_a_file_that_is_not_there_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let nobody: ClamdAddress = format!("unix:{}", missing.display()).parse().unwrap();
    let told = failure(scan(nobody, b"something").await);
    assert!(told.contains("it cannot be reached: "), "{told}");
    let clamd = Clamd::new(daemon::tcp(LOOKS).await, PATIENCE);
    let told = failure(clamd.scan(&missing).await);
    assert!(told.contains("the file cannot be read: "), "{told}");
}
