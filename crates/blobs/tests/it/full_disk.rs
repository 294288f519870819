//! A disk that is really full: a small file system in memory, which this test binary is started on once more.

use std::fs;
use std::io::Write;
use std::process::Command;
use std::sync::Arc;

use parlor_blobs::LocalBlobs;
use parlor_ports::BlobError;

use crate::place::{Place, content, noise};

/// Makes a small file system that nobody else sees, and runs a command on it.
const ON_A_SMALL_DISK: &str = r#"mount -t tmpfs -o size=1m none "$1" && cd "$1" && shift && exec "$@""#;

#[test]
fn a_full_disk_refuses_one_file_and_harms_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", ON_A_SMALL_DISK, "sh"]);
        command.arg(folder.path());
        command
    };
    if !unshare()
        .arg("true")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        let notice = "\n*** no file system can be mounted here: the test of a full disk is SKIPPED ***\n";
        let _ = std::io::stderr().write_all(notice.as_bytes());
        return;
    }
    let mut again = unshare();
    again.arg(std::env::current_exe().unwrap());
    again.args([
        "--exact",
        "full_disk::on_a_small_disk",
        "--ignored",
        "--nocapture",
    ]);
    let output = again.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{output:?}");
}

#[tokio::test]
#[ignore = "runs on a small disk, which the test above makes"]
async fn on_a_small_disk() {
    let root = std::env::current_dir().unwrap();
    assert!(!root.join("Cargo.toml").exists(), "this is no small disk");
    let place = Place {
        blobs: Arc::new(LocalBlobs::open(root.join("media")).unwrap()),
        folder: tempfile::tempdir_in("/dev/shm").unwrap(),
    };
    place.put(&content(1), &noise(400_000)).await.unwrap();

    let source = place.file(&noise(900_000));
    let refused = place.blobs.put(&content(2), &source).await;
    assert!(matches!(refused, Err(BlobError::Full)), "{refused:?}");
    assert!(source.exists());
    assert_eq!(place.read_all(&content(2)).await, None);
    assert_eq!(fs::read_dir(root.join("media/incoming")).unwrap().count(), 0);

    assert!(place.read_all(&content(1)).await.unwrap() == noise(400_000));
    place.blobs.delete(&content(1)).await.unwrap();
    place.blobs.put(&content(2), &source).await.unwrap();
    assert!(place.read_all(&content(2)).await.unwrap() == noise(900_000));
}
