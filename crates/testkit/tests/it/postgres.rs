//! Throw-away PostgreSQL servers.

use std::net::TcpStream;

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

fn address(url: &str) -> &str {
    url.split(['@', '/']).nth(3).expect("a URL names its server")
}
