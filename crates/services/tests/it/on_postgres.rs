//! All of these tests once more, on PostgreSQL.

use std::env;
use std::process::{Command, Stdio};

use parlor_testkit::{Postgres, PostgresDatabase};

/// Set where the tests are to run on PostgreSQL.
const WANTED: &str = "PARLOR_TEST_ON_POSTGRES";

/// A new database on the server, if this is the run on PostgreSQL.
pub(crate) async fn database() -> Option<PostgresDatabase> {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests take what they need to know about the machine from it"
    )]
    env::var_os(WANTED)?;
    let server = Postgres::start().await.expect("whoever asks for it has it");
    Some(server.database())
}

/// Runs the whole program again. What looks into the files of the database is left out.
#[tokio::test]
async fn everything_holds_on_postgres() {
    if Postgres::start().await.is_none() {
        return;
    }
    let again = Command::new(env::current_exe().unwrap())
        .env(WANTED, "yes")
        .args(["--skip", "on_postgres", "--skip", "sealed"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&again.stdout);
    assert!(again.status.success(), "on PostgreSQL:\n{report}");
    assert!(!report.contains("running 0 tests"), "{report}");
}
