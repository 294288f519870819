//! Scans by a program.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use parlor_ports::{ScanError, Scanned, Scanner};
use parlor_scan::Command;
use tempfile::{NamedTempFile, TempDir};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

/// Long enough for every script that ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a script, which finds the file's path in `$1`.
fn script(text: &str, patience: Duration) -> Command {
    let arguments = ["-c", text, "scanner"].map(Into::into).to_vec();
    Command::new("sh".into(), arguments, patience)
}

async fn scan(text: &str) -> Result<Scanned, ScanError> {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "EICAR").unwrap();
    script(text, PATIENCE).scan(file.path()).await
}

fn failure(scanned: Result<Scanned, ScanError>) -> String {
    match scanned {
        Err(ScanError::Failed(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_exit_status_is_the_verdict() {
    assert_eq!(scan("exit 0").await.unwrap(), Scanned::Clean);
    assert_eq!(scan("echo Eicar; exit 0").await.unwrap(), Scanned::Clean);
    assert_eq!(scan("exit 1").await.unwrap(), Scanned::found(b""));
    let first = scan("echo 'Win.Test.EICAR_HDB-1'; echo more; exit 1")
        .await
        .unwrap();
    assert_eq!(first, Scanned::Found("Win.Test.EICAR_HDB-1".to_owned()));
    let hostile = scan(r"printf '\033[2Jroot logged in\nmore'; exit 1")
        .await
        .unwrap();
    assert_eq!(hostile, Scanned::Found("?[2Jroot?logged?in".to_owned()));
}

#[tokio::test]
async fn whatever_else_it_does_is_a_failure() {
    let told = failure(scan("echo 'no database' >&2; exit 2").await);
    assert_eq!(told, "sh: it ended with exit status: 2: \"no database\"");
    assert!(failure(scan("kill -9 $$").await).contains("signal: 9"));
    let missing = Command::new("/missing/scanner".into(), Vec::new(), PATIENCE);
    let told = failure(missing.scan("/etc/hostname".as_ref()).await);
    assert!(told.starts_with("/missing/scanner: it cannot be run: "), "{told}");
}

#[tokio::test]
async fn the_file_is_the_last_argument_and_cannot_be_taken_for_an_option() {
    let looks = r#"grep -q EICAR "$1" && echo found && exit 1; exit 0"#;
    assert_eq!(scan(looks).await.unwrap(), Scanned::found(b"found"));
    let absolute = script(r#"case "$1" in /*) exit 0;; *) exit 2;; esac"#, PATIENCE);
    assert_eq!(absolute.scan("-rf".as_ref()).await.unwrap(), Scanned::Clean);
    assert_eq!(absolute.scan("$(exit 5)".as_ref()).await.unwrap(), Scanned::Clean);
}

#[tokio::test]
async fn it_learns_nothing_from_the_environment() {
    let told = failure(scan("env | sort >&2; exit 2").await);
    assert!(!told.contains("CARGO") && !told.contains("HOME"), "{told}");
    assert!(told.contains("PATH=/usr/local/sbin:/usr/local/bin:"), "{told}");
}

#[tokio::test]
async fn endless_output_is_read_and_forgotten() {
    let chatty = "echo Eicar; head -c 50000000 /dev/zero; head -c 50000000 /dev/zero >&2; exit 1";
    assert_eq!(scan(chatty).await.unwrap(), Scanned::found(b"Eicar"));
}

/// A pipe in a folder.
fn tether() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tether");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    (folder, path)
}

/// Waits until somebody writes to the pipe. It ends when every process that could write to it has.
async fn held(path: PathBuf) -> pipe::Receiver {
    let open = tokio::task::spawn_blocking(|| File::open(path).unwrap());
    pipe::Receiver::from_file(open.await.unwrap()).unwrap()
}

#[tokio::test]
async fn what_takes_too_long_is_killed_with_all_that_it_started() {
    for text in [
        // It waits for what it started, which holds the pipe.
        "sleep 1000 3>\"$0\" & wait",
        // It ends, but what it started still holds its output.
        "sleep 1000 3>\"$0\" & exit 0",
        // It does not want to go.
        "trap '' TERM INT HUP; exec 3>\"$0\"; while :; do sleep 1; done",
    ] {
        let (_folder, path) = tether();
        let arguments = vec!["-c".into(), text.into(), path.clone().into_os_string()];
        let stuck = Command::new("sh".into(), arguments, Duration::from_secs(1));
        let (scanned, mut end) = tokio::join!(stuck.scan("/etc/hostname".as_ref()), held(path));
        let told = failure(scanned);
        assert!(told.ends_with("it took too long, and was killed"), "{told}");
        assert_eq!(end.read(&mut [0]).await.unwrap(), 0, "{text}");
    }
}

#[tokio::test]
async fn it_is_killed_when_nobody_waits_any_more() {
    let (_folder, path) = tether();
    let text = "exec 3>\"$0\"; sleep 1000";
    let arguments = vec!["-c".into(), text.into(), path.clone().into_os_string()];
    let stuck = Command::new("sh".into(), arguments, PATIENCE);
    let mut end = tokio::select! {
        scanned = stuck.scan("/etc/hostname".as_ref()) => panic!("{scanned:?}"),
        end = held(path) => end,
    };
    assert_eq!(end.read(&mut [0]).await.unwrap(), 0);
}
