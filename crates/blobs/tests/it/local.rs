//! What holds for a folder alone.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::TryStreamExt;
use parlor_blobs::{LocalBlobs, OpenError};
use parlor_ports::BlobError;

use crate::place::{Place, content, noise, part};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn files_are_for_the_servers_user_alone_and_known_by_their_path() {
    let place = Place::local();
    let root = place.folder.path().join("media");
    assert_eq!(mode(&root), 0o700);
    for key in [content(1), part(1)] {
        let source = place.file(b"secret");
        fs::set_permissions(&source, fs::Permissions::from_mode(0o644)).unwrap();
        place.blobs.put(&key, &source).await.unwrap();
        let path = root.join(place.blobs.local(&key).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"secret");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }
    let fetched = place.folder.path().join("fetched");
    assert!(place.blobs.fetch(&part(1), &fetched).await.unwrap());
    assert_eq!(mode(&fetched), 0o600);
}

#[tokio::test]
async fn what_lies_there_is_found_again() {
    let place = Place::local();
    place.put(&content(1), b"kept").await.unwrap();
    let again = LocalBlobs::open(place.folder.path().join("media")).unwrap();
    let again = Place {
        blobs: Arc::new(again),
        folder: place.folder,
    };
    assert_eq!(again.read_all(&content(1)).await.unwrap(), b"kept");
}

#[tokio::test]
async fn no_folders_pile_up() {
    let place = Place::local();
    let root = place.folder.path().join("media");
    for key in [content(1), part(1), part(2)] {
        place.put(&key, b"something").await.unwrap();
    }
    for key in [content(1), part(1), part(2)] {
        place.blobs.delete(&key).await.unwrap();
    }
    for folder in ["content", "parts", "incoming"] {
        assert_eq!(fs::read_dir(root.join(folder)).unwrap().count(), 0, "{folder}");
    }
}

#[tokio::test]
async fn a_reader_reads_on_after_the_deletion() {
    let place = Place::local();
    let whole = noise(1 << 20);
    place.put(&content(1), &whole).await.unwrap();
    let pieces = place.blobs.read(&content(1), 0..u64::MAX).await.unwrap().unwrap();
    place.blobs.delete(&content(1)).await.unwrap();
    let read: Vec<_> = pieces.try_collect().await.unwrap();
    assert!(read.concat() == whole);
}

#[test]
fn copies_that_were_left_behind_go_when_nobody_else_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("media");
    let copy = root.join("incoming/0");
    let first = LocalBlobs::open(root.clone()).unwrap();
    fs::write(&copy, "half of").unwrap();
    let second = LocalBlobs::open(root.clone()).unwrap();
    assert!(copy.exists());
    drop((first, second));
    LocalBlobs::open(root).unwrap();
    assert!(!copy.exists());
}

#[tokio::test]
async fn a_file_of_another_file_system_is_copied() {
    let place = Place::local();
    let Some(elsewhere) = elsewhere(place.folder.path()) else {
        return;
    };
    let root = place.folder.path().join("media");
    // Another process that shares the folder copies as well.
    fs::write(root.join("incoming/0"), "half of").unwrap();
    let whole = noise(3 << 20);
    for no in 0..3 {
        let source = elsewhere.path().join("source");
        fs::write(&source, &whole).unwrap();
        place.blobs.put(&part(no), &source).await.unwrap();
        assert!(!source.exists());
        assert!(place.read_all(&part(no)).await.unwrap() == whole);
        assert_eq!(mode(&root.join(part(no).as_str())), 0o600);
    }
    assert_eq!(fs::read_dir(root.join("incoming")).unwrap().count(), 1);
}

/// A folder on another file system than this one.
fn elsewhere(folder: &Path) -> Option<tempfile::TempDir> {
    let device = |path: &Path| Some(fs::metadata(path).ok()?.dev());
    let other = [PathBuf::from("/dev/shm"), "/var/tmp".into(), "/tmp".into()]
        .into_iter()
        .find(|other| device(other).is_some_and(|other| Some(other) != device(folder)));
    other.and_then(|other| tempfile::tempdir_in(other).ok())
}

#[tokio::test]
async fn a_disk_that_is_full_is_told_apart() {
    let place = Place::local();
    place.put(&content(1), &noise(100_000)).await.unwrap();
    let full = place.blobs.fetch(&content(1), Path::new("/dev/full")).await;
    assert!(matches!(full, Err(BlobError::Full)), "{full:?}");
}

#[test]
fn a_root_that_cannot_be_used_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("media");
    fs::write(&file, "in the way").unwrap();
    let refused = LocalBlobs::open(file.clone()).unwrap_err();
    assert!(matches!(refused, OpenError::NoFolder(_)));
    let expected = format!(
        "{} is not a folder: move it away, or keep media elsewhere",
        file.display()
    );
    assert_eq!(refused.to_string(), expected);

    let below = LocalBlobs::open(file.join("below")).unwrap_err();
    assert!(matches!(below, OpenError::Folder { .. }), "{below}");
    assert!(
        below
            .to_string()
            .contains("media/below cannot be used for media: "),
        "{below}"
    );
}
