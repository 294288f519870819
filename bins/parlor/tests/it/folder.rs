//! The data folder and the keys in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use parlor::data::DataFolder;
use parlor::keys::Keys;
use parlor_ports::SystemEntropy;
use tempfile::TempDir;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

fn keys(folder: &Path) -> anyhow::Result<Keys> {
    Keys::open(folder, &SystemEntropy)
}

#[test]
fn what_is_made_at_first_start_only_its_owner_can_read() {
    let home = TempDir::new().unwrap();
    let data = DataFolder::open(&home.path().join("some/data")).unwrap();
    keys(&data.keys()).unwrap();
    let _lock = data.lock().unwrap();
    assert_eq!(mode(data.path()), 0o700);
    assert_eq!(mode(&data.keys()), 0o700);
    for file in ["keys/signing-0001.pem", "keys/refresh.secret", "parlor.lock"] {
        assert_eq!(mode(&data.path().join(file)), 0o600, "{file}");
    }
    assert!(!data.is_open_to_others().unwrap());
}

#[test]
fn a_folder_that_others_can_read_is_noticed() {
    let home = TempDir::new().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(
        DataFolder::open(home.path())
            .unwrap()
            .is_open_to_others()
            .unwrap()
    );
}

#[test]
fn keys_stay_the_same_from_start_to_start() {
    let home = TempDir::new().unwrap();
    let first = keys(home.path()).unwrap().ring.jwks();
    assert_eq!(keys(home.path()).unwrap().ring.jwks(), first);
}

#[test]
fn servers_that_start_together_have_the_same_keys() {
    let home = TempDir::new().unwrap();
    let start = || keys(home.path()).unwrap().ring.jwks();
    let found = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert!(found.iter().all(|keys| *keys == start()), "{found:?}");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 3);
}

#[test]
fn reading_keys_makes_none() {
    let home = TempDir::new().unwrap();
    Keys::read(home.path()).unwrap_err();
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    let made = keys(home.path()).unwrap().ring.jwks();
    assert_eq!(Keys::read(home.path()).unwrap().ring.jwks(), made);
}

#[test]
fn an_added_key_signs_and_the_ones_before_it_still_verify() {
    let home = TempDir::new().unwrap();
    let other = TempDir::new().unwrap();
    let old = keys(home.path()).unwrap().ring.jwks();
    keys(other.path()).unwrap();
    fs::copy(
        other.path().join("signing-0001.pem"),
        home.path().join("signing-0002.pem"),
    )
    .unwrap();

    let ring: serde_json::Value = serde_json::from_str(&keys(home.path()).unwrap().ring.jwks()).unwrap();
    let old: serde_json::Value = serde_json::from_str(&old).unwrap();
    // The key that signs stands first.
    assert_eq!(ring["keys"].as_array().unwrap().len(), 2);
    assert_eq!(ring["keys"][1], old["keys"][0]);
}

#[test]
fn a_file_that_is_no_key_is_named() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("broken.pem"), "not a key").unwrap();
    let error = format!("{:#}", keys(home.path()).unwrap_err());
    assert!(
        error.contains("broken.pem cannot be used; make one with: openssl genpkey"),
        "{error}"
    );

    let home = TempDir::new().unwrap();
    fs::write(home.path().join("refresh.secret"), "short").unwrap();
    let error = format!("{:#}", keys(home.path()).unwrap_err());
    assert!(error.contains("refresh.secret: it must be 32 bytes"), "{error}");
}

#[test]
fn two_servers_cannot_have_one_folder() {
    let home = TempDir::new().unwrap();
    let data = DataFolder::open(home.path()).unwrap();
    let lock = data.lock().unwrap();
    let error = data.lock().unwrap_err().to_string();
    assert!(
        error.starts_with("another Parlor server uses the data folder"),
        "{error}"
    );
    drop(lock);
    data.lock().unwrap();
}
