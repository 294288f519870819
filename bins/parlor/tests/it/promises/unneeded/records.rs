//! What the database says of media, past the server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, SqliteConnection, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use parlor_ports::BlobKey;
use tokio::time::timeout;
use uuid::Uuid;

use crate::promises::database::{Database, PATIENCE};

/// Lets everything expire that can: its time has come long ago.
const A_DAY_PASSES: [&str; 4] = [
    "UPDATE media SET expires_at = 1 WHERE expires_at IS NOT NULL",
    "UPDATE blobs SET claimed_until = 1 WHERE claimed_until IS NOT NULL",
    "UPDATE uploads SET expires_at = 1",
    "UPDATE uploads SET care_at = 1 WHERE care_at IS NOT NULL",
];

/// What the collector has to do. What it puts off lies after this time.
const DUE: &str = "(SELECT COUNT(*) FROM released_media) + (SELECT COUNT(*) FROM unneeded_blobs) \
    + (SELECT COUNT(*) FROM media WHERE expires_at = 1) + (SELECT COUNT(*) FROM blobs WHERE claimed_until = 1) \
    + (SELECT COUNT(*) FROM uploads WHERE expires_at = 1 OR care_at = 1)";

/// What shows media to anybody.
const SHOWN: &str =
    "(SELECT COUNT(*) FROM media_uses) + (SELECT COUNT(*) FROM users WHERE avatar IS NOT NULL)";

/// What names media or bytes that are not there.
const DANGLING: &str = "(SELECT COUNT(*) FROM media_uses WHERE media_id NOT IN (SELECT id FROM media)) \
    + (SELECT COUNT(*) FROM users WHERE avatar NOT IN (SELECT id FROM media)) \
    + (SELECT COUNT(*) FROM media WHERE id NOT IN (SELECT media_id FROM media_files)) \
    + (SELECT COUNT(*) FROM media_files WHERE digest NOT IN (SELECT digest FROM blobs WHERE stored))";

/// What nothing uses. That every message that shows media is there is seen by those who read it.
const UNNEEDED: &str = "(SELECT COUNT(*) FROM blobs WHERE NOT stored OR claims <> 0) \
    + (SELECT COUNT(*) FROM blobs WHERE digest NOT IN (SELECT digest FROM media_files)) \
    + (SELECT COUNT(*) FROM media_files WHERE media_id NOT IN (SELECT id FROM media)) \
    + (SELECT COUNT(*) FROM media WHERE id NOT IN (SELECT media_id FROM media_uses) \
        AND id NOT IN (SELECT avatar FROM users WHERE avatar IS NOT NULL) \
        AND id NOT IN (SELECT media_id FROM statuses WHERE media_id IS NOT NULL) \
        AND id NOT IN (SELECT media_id FROM broadcast_media)) \
    + (SELECT COUNT(*) FROM uploads) + (SELECT COUNT(*) FROM upload_parts)";

/// Where the counts are not what they count.
const MISCOUNTED: &str = "(SELECT COUNT(*) FROM media WHERE weight <> (SELECT SUM(blobs.bytes) FROM blobs \
        JOIN media_files ON media_files.digest = blobs.digest WHERE media_files.media_id = media.id)) \
    + (SELECT COUNT(*) FROM media WHERE owner_id NOT IN (SELECT owner_id FROM media_usage)) \
    + (SELECT COUNT(*) FROM media_usage WHERE owner_id <> NIL AND bytes <> \
        (SELECT COALESCE(SUM(weight), 0) FROM media WHERE media.owner_id = media_usage.owner_id)) \
    + (SELECT COUNT(*) FROM media_usage WHERE owner_id = NIL AND bytes <> (SELECT COALESCE(SUM(bytes), 0) FROM blobs))";

/// Everything.
const LEFT: &str = "(SELECT COUNT(*) FROM media) + (SELECT COUNT(*) FROM media_files) + (SELECT COUNT(*) FROM media_uses) \
    + (SELECT COUNT(*) FROM blobs) + (SELECT COUNT(*) FROM unneeded_blobs) + (SELECT COUNT(*) FROM released_media) \
    + (SELECT COUNT(*) FROM uploads) + (SELECT COUNT(*) FROM upload_parts) \
    + (SELECT COUNT(*) FROM media_usage WHERE bytes <> 0)";

/// A server's database.
pub(super) enum Records {
    Sqlite(PathBuf),
    Postgres(String),
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

impl Records {
    pub(super) fn of(database: &Database, data: &Path) -> Self {
        match database {
            Database::Sqlite => Self::Sqlite(data.join("parlor.db")),
            Database::Postgres(database) => Self::Postgres(database.url().to_owned()),
        }
    }

    /// Lets everything expire that can.
    pub(super) async fn let_a_day_pass(&self) {
        for statement in A_DAY_PASSES {
            match self {
                Self::Sqlite(path) => {
                    let mut conn = sqlite(path);
                    diesel::RunQueryDsl::execute(sql_query(statement), &mut conn).unwrap();
                }
                Self::Postgres(url) => {
                    let mut conn = AsyncPgConnection::establish(url).await.unwrap();
                    let done = diesel_async::RunQueryDsl::execute(sql_query(statement), &mut conn);
                    done.await.unwrap();
                }
            }
        }
    }

    /// Where the bytes of media lie, and how many there are.
    pub(super) async fn stored(&self) -> Vec<(BlobKey, u64)> {
        let digest = self.hex("digest");
        let select = format!("{digest} || ' ' || generation || ' ' || bytes");
        let rows = self.texts(&select, "blobs WHERE stored").await;
        rows.iter().map(|row| blob(row)).collect()
    }

    /// Where the parts of uploads lie that go on.
    pub(super) async fn parts(&self) -> Vec<BlobKey> {
        let select = format!("{} || ' ' || no", self.hex("upload_id"));
        let going = "upload_parts JOIN uploads ON id = upload_id WHERE NOT ended";
        let rows = self.texts(&select, going).await;
        rows.iter().map(|row| part(row)).collect()
    }

    pub(super) async fn dangling(&self) -> u64 {
        self.count(DANGLING).await
    }

    pub(super) async fn unneeded(&self) -> u64 {
        self.count(UNNEEDED).await
    }

    pub(super) async fn miscounted(&self) -> u64 {
        self.count(MISCOUNTED).await
    }

    pub(super) async fn left(&self) -> u64 {
        self.count(LEFT).await
    }

    pub(super) async fn wait_until_nothing_is_due(&self) {
        self.wait_until_none(DUE, "the collector takes all away").await;
    }

    pub(super) async fn wait_until_nothing_is_shown(&self) {
        self.wait_until_none(SHOWN, "what is deleted shows nothing").await;
    }

    async fn wait_until_none(&self, what: &str, hope: &str) {
        let none = async {
            while self.count(what).await > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, none).await.expect(hope);
    }

    async fn count(&self, what: &str) -> u64 {
        let nil = match self {
            Self::Sqlite(_) => "x'00000000000000000000000000000000'",
            Self::Postgres(_) => "'00000000-0000-0000-0000-000000000000'",
        };
        let select = format!("CAST({} AS TEXT)", what.replace("NIL", nil));
        let rows = self.texts(&select, "(SELECT 1) AS one").await;
        rows[0].parse().unwrap()
    }

    async fn texts(&self, select: &str, from: &str) -> Vec<String> {
        let query = sql_query(format!("SELECT {select} AS text FROM {from}"));
        let rows: Vec<Row> = match self {
            Self::Sqlite(path) => diesel::RunQueryDsl::load(query, &mut sqlite(path)).unwrap(),
            Self::Postgres(url) => {
                let mut conn = AsyncPgConnection::establish(url).await.unwrap();
                diesel_async::RunQueryDsl::load(query, &mut conn).await.unwrap()
            }
        };
        rows.into_iter().map(|row| row.text).collect()
    }

    /// Bytes or an id as hexadecimal digits.
    fn hex(&self, column: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("lower(hex({column}))"),
            Self::Postgres(_) => format!("replace(ltrim(CAST({column} AS TEXT), '\\x'), '-', '')"),
        }
    }
}

fn sqlite(path: &Path) -> SqliteConnection {
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
    conn
}

/// Digest, generation and bytes.
fn blob(row: &str) -> (BlobKey, u64) {
    let mut words = row.split(' ');
    let mut next = || words.next().unwrap();
    let (hex, generation, bytes) = (next(), next(), next());
    let digest = std::array::from_fn(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap());
    let key = BlobKey::content(&digest, generation.parse().unwrap());
    (key, bytes.parse().unwrap())
}

/// Upload and number.
fn part(row: &str) -> BlobKey {
    let (upload, no) = row.split_once(' ').unwrap();
    BlobKey::part(Uuid::parse_str(upload).unwrap(), no.parse().unwrap())
}
