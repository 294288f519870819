//! Databases of older servers are read row by row, in order, and stay as they are.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::StreamExt;
use parlor_ports::{Extent, OldLink, OldPair, OldServer, StoreError};
use parlor_store::{Database, OldDatabase, Staged, Staging};
use parlor_testkit::Postgres;

/// Tables that both databases understand.
const TABLES: &str = "\
    CREATE TABLE tea (id INTEGER PRIMARY KEY, name TEXT, at TIMESTAMP, \"of\" INTEGER);\
    INSERT INTO tea VALUES (2, 'it''s green', '2024-05-01 10:00:00', NULL), (1, NULL, NULL, 2), (30, 'black', NULL, 2);\
    CREATE TABLE drinkers (id INTEGER PRIMARY KEY, tea_id INTEGER, who TEXT);\
    INSERT INTO drinkers VALUES (1, 2, 'ann'), (2, 2, 'ben'), (3, 2, 'ann'), (4, 30, NULL), (5, 1, 'cleo');";

const DRINKERS: OldLink = OldLink {
    table: "drinkers",
    of: "tea_id",
    wanted: "who",
};

async fn all(
    old: &OldDatabase,
    table: &str,
    order: &'static [&'static str],
) -> Result<Vec<serde_json::Value>, StoreError> {
    let mut pages = old.rows(table, order).await?;
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await {
        rows.extend(page?.iter().map(|row| serde_json::from_str(row).unwrap()));
    }
    Ok(rows)
}

/// What there is to be read of [`TABLES`].
async fn is_read(old: &OldDatabase) -> Result<(), StoreError> {
    let extent = Extent {
        rows: 3,
        greatest: 30,
    };
    assert_eq!(old.extent("tea", Some("id")).await?, extent);
    assert_eq!(old.extent("tea", None).await?.greatest, 0);
    assert_eq!(old.extent("coffee", Some("id")).await?, Extent::default());
    let rows = all(old, "tea", &["id"]).await?;
    let ids: Vec<i64> = rows.iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [1, 2, 30]);
    assert_eq!(rows[1]["name"], "it's green");
    assert!(rows[1]["at"].as_str().unwrap().starts_with("2024-05-01"));
    assert!(rows[0]["name"].is_null());
    assert!(all(old, "coffee", &["id"]).await?.is_empty());
    let mut drinkers = old.linked(DRINKERS, &["2", "30", "31"].map(String::from)).await?;
    drinkers.sort();
    let pairs = ["ann", "ben"].map(|who| OldPair {
        of: "2".to_owned(),
        wanted: who.to_owned(),
    });
    assert_eq!(drinkers, pairs);
    assert!(old.linked(DRINKERS, &[]).await?.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old #1.db");
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute(TABLES).unwrap();
    drop(conn);
    let before = std::fs::read(&path).unwrap();
    let old = OldDatabase::open(Database::Sqlite(path.clone())).await.unwrap();
    is_read(&old).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let files = std::fs::read_dir(folder.path()).unwrap();
    assert_eq!(files.count(), 1, "nothing was put beside it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.db");
    assert!(OldDatabase::open(Database::Sqlite(path.clone())).await.is_err());
    assert!(!path.exists(), "none is made");
    std::fs::write(
        &path,
        "hello, I am no database, however long I may be; ".repeat(50),
    )
    .unwrap();
    assert!(OldDatabase::open(Database::Sqlite(path)).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_read() {
    let Some(server) = Postgres::start().await else {
        return;
    };
    let database = server.database();
    let mut conn = AsyncPgConnection::establish(database.url()).await.unwrap();
    conn.batch_execute(TABLES).await.unwrap();
    let old = OldDatabase::open(database.url().parse().unwrap()).await.unwrap();
    is_read(&old).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_is_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("staged.db");
    let old = tokio::task::spawn_blocking(move || {
        let mut staging = Staging::create(&path).unwrap();
        for (sort, number) in [(0, 10), (0, 9), (-1, 11)] {
            let row = Staged {
                table: "tea",
                sort,
                number,
                key: &number.to_string(),
                line: &format!("{{\"id\":{number}}}"),
            };
            staging.add(row).unwrap();
        }
        staging.finish().unwrap()
    });
    let old = old.await.unwrap();
    let extent = Extent {
        rows: 3,
        greatest: 11,
    };
    assert_eq!(old.extent("tea", Some("id")).await.unwrap(), extent);
    assert_eq!(old.extent("coffee", None).await.unwrap(), Extent::default());
    let rows = all(&old, "tea", &["id"]).await.unwrap();
    assert_eq!(rows, [11, 9, 10].map(|id| serde_json::json!({ "id": id })));
    assert!(old.linked(DRINKERS, &["2".to_owned()]).await.unwrap().is_empty());
}

/// However many rows there are, they come in pages, in order.
async fn comes_in_pages(old: &OldDatabase) {
    let mut pages = old.rows("tea", &["id"]).await.unwrap();
    let mut sizes = Vec::new();
    let mut rows: Vec<String> = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.len());
        rows.extend(page);
    }
    assert_eq!(sizes, [500, 500, 200]);
    let ids = rows.iter().map(|row| {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        row["id"].as_i64().unwrap()
    });
    assert!(ids.eq(1..=1200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_rows_come_in_pages_from_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute(
        "CREATE TABLE tea (id INTEGER PRIMARY KEY); \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) \
         INSERT INTO tea SELECT i FROM n",
    )
    .unwrap();
    let old = OldDatabase::open(Database::Sqlite(path)).await.unwrap();
    comes_in_pages(&old).await;
}

/// Also long rows, of which a page holds few.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_rows_come_in_pages_from_postgres() {
    let Some(server) = Postgres::start().await else {
        return;
    };
    let database = server.database();
    let mut conn = AsyncPgConnection::establish(database.url()).await.unwrap();
    conn.batch_execute(
        "CREATE TABLE tea (id INTEGER PRIMARY KEY, name TEXT); \
         INSERT INTO tea SELECT n, NULL FROM generate_series(1200, 1, -1) AS n; \
         CREATE TABLE milk (id INTEGER PRIMARY KEY, name TEXT); \
         INSERT INTO milk SELECT n, repeat('x', 300000) FROM generate_series(1, 39) AS n",
    )
    .await
    .unwrap();
    let old = OldDatabase::open(database.url().parse().unwrap()).await.unwrap();
    comes_in_pages(&old).await;
    let mut pages = old.rows("milk", &["id"]).await.unwrap();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().len());
    }
    assert_eq!(sizes, [4, 4, 4, 4, 4, 4, 4, 4, 4, 3]);
}
