//! The conformance suite is complete.

use std::fs;
use std::path::Path;

#[test]
fn every_test_of_the_suite_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
    let list = fs::read_to_string(folder.join("list.rs")).unwrap();
    let listed = |name: &str| list.lines().any(|line| line.trim() == format!("{name},"));
    let mut tests = 0;
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            for line in fs::read_to_string(&path).unwrap().lines() {
                if let Some(rest) = line.strip_prefix("pub async fn ") {
                    let name = rest.split('(').next().unwrap();
                    assert!(
                        listed(name) || name == "run",
                        "{name} of {} is not listed",
                        path.display()
                    );
                    tests += 1;
                }
            }
        }
    }
    assert!(tests > 100, "only {tests} tests were found");
}
