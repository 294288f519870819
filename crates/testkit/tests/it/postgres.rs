//! Throw-away PostgreSQL servers.

use std::net::TcpStream;
use std::process::Command;

use parlor_testkit::Postgres;

#[tokio::test]
async fn every_database_of_the_one_server_is_new() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let (one, other) = (postgres.database(), postgres.database());
    assert_ne!(one.url(), other.url());
    assert_eq!(address(one.url()), address(other.url()));
    TcpStream::connect(address(one.url())).expect("the server is there");
}

#[tokio::test]
async fn a_database_goes_with_its_value() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let database = postgres.database();
    let url = database.url().to_owned();
    assert!(answers(&url));
    drop(database);
    assert!(!answers(&url));
}

fn answers(url: &str) -> bool {
    let mut ask = Command::new("psql");
    ask.args([url, "-c", "SELECT 1"]);
    ask.output().expect("psql runs").status.success()
}

fn address(url: &str) -> &str {
    url.split(['@', '/']).nth(3).expect("a URL names its server")
}
