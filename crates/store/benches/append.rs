//! What a message costs at `EventLog::append`.
//!
//! `cargo bench -p parlor-store --bench append -- [DATABASE [MESSAGES]]`, where DATABASE is `postgres://…` (a database to
//! throw away) or a path (by default a file in a temporary folder). Prints one line of JSON for each of:
//!
//! - `lone`: the median of appends one after the other, beside that of bare commits of one row;
//! - `together`: 64 senders in 8 rooms with 8 appends in flight each;
//! - `long`: the same in one room until it has MESSAGES messages (by default 100,000), at its start and at its end.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::StreamExt;
use parlor_domain::{
    Called, Capacity, ClientId, Draft, MessageBody, RoomId, RoomKind, Rules, UserId, UserRef,
};
use parlor_ports::{
    Append, Appended, Clock, Entropy, EventSink, NewAccount, NewRoom, Priority, Published, Registered,
    SystemClock, SystemEntropy,
};
use parlor_store::{Database, Ports, Settings};
use secrecy::ExposeSecret;

const SENDERS: usize = 64;
const ROOMS: usize = 8;
const IN_FLIGHT: usize = 8;
const BODY: &str =
    "The quick brown fox jumps over the lazy dog while 24 pigeons watch from the wire above the old mill..";

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Nobody listens.
struct Deaf;

impl EventSink for Deaf {
    fn publish(&self, batch: Vec<Published>) {
        drop(batch);
    }
}

/// A store with people and rooms in it.
struct Bench {
    ports: Ports,
    people: Vec<UserRef>,
}

impl Bench {
    async fn new(ports: Ports) -> Result<Self, Failure> {
        let mut people = Vec::new();
        for n in 0..SENDERS {
            let at = SystemClock.now();
            let id = UserId::new(SystemEntropy.uuid(at));
            let name = format!("bench{n}{}", &id.to_string()[24..]);
            let new = NewAccount {
                id,
                username: name.parse()?,
                display_name: name.parse()?,
                first_name: None,
                last_name: None,
                email: None,
                email_verified: false,
                claims_address: false,
                mobile: None,
                password: None,
                host: None,
                invite: None,
                verification: None,
                bot: false,
                admin: false,
                at,
            };
            let Registered::Done(account) = ports.users.register(new).await? else {
                return Err("the name is taken".into());
            };
            people.push(account.user);
        }
        Ok(Self { ports, people })
    }

    /// A room of these people.
    async fn room(&self, people: &[UserRef]) -> Result<RoomId, Failure> {
        let at = SystemClock.now();
        let id = RoomId::new(SystemEntropy.uuid(at));
        let new = NewRoom {
            id,
            kind: RoomKind::Group,
            creator: people[0],
            creator_absent: false,
            client_id: None,
            name: "bench".parse()?,
            unique_name: false,
            topic: "".parse()?,
            rules: Rules::default(),
            capacity: Capacity::stored(1_000),
            members: people[1..].iter().map(|user| user.id).collect(),
            at,
        };
        self.ports.rooms.create(new).await?;
        Ok(id)
    }

    async fn say(&self, room: RoomId, sender: UserRef) -> Result<(), Failure> {
        let at = SystemClock.now();
        let client_id: ClientId = SystemEntropy.uuid(at).to_string().parse()?;
        let append = Append {
            room,
            sender,
            client_id,
            draft: Draft::Message {
                body: MessageBody::stored(BODY),
                media: Vec::new(),
                reply_to: None,
                called: Called::default(),
                status: None,
            },
            at,
            origin: None,
            priority: Priority::Person,
        };
        match self.ports.log.append(append).await? {
            Appended::New(_) => Ok(()),
            other => Err(format!("not stored: {other:?}").into()),
        }
    }

    /// Everybody sends at once; messages per second.
    async fn together(self: &Arc<Self>, rooms: &[RoomId], messages: usize) -> Result<f64, Failure> {
        let began = Instant::now();
        let senders = (0..SENDERS).map(|n| {
            let bench = self.clone();
            let room = rooms[n % rooms.len()];
            tokio::spawn(async move {
                let mut sent = futures_util::stream::iter(0..messages / SENDERS)
                    .map(|_| bench.say(room, bench.people[n]))
                    .buffer_unordered(IN_FLIGHT);
                while let Some(sent) = sent.next().await {
                    sent?;
                }
                Ok::<_, Failure>(())
            })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await??;
        }
        Ok(messages as f64 / began.elapsed().as_secs_f64())
    }

    async fn lone(&self, room: RoomId, messages: usize) -> Result<Vec<Duration>, Failure> {
        let mut times = Vec::new();
        for _ in 0..messages {
            let began = Instant::now();
            self.say(room, self.people[0]).await?;
            times.push(began.elapsed());
        }
        Ok(times)
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A table of one column without indexes, in a database of the same kind by the same library.
enum Bare {
    Sqlite(SqliteConnection),
    Postgres(Box<AsyncPgConnection>),
}

impl Bare {
    async fn new(database: &Database) -> Result<Self, Failure> {
        const TABLE: &str = "DROP TABLE IF EXISTS bare; CREATE TABLE bare (body TEXT NOT NULL)";
        match database {
            Database::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.with_extension("bare").to_string_lossy())?;
                conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
                conn.batch_execute(TABLE)?;
                Ok(Self::Sqlite(conn))
            }
            Database::Postgres(url) => {
                let mut conn = AsyncPgConnection::establish(url.expose_secret()).await?;
                conn.batch_execute(TABLE).await?;
                Ok(Self::Postgres(Box::new(conn)))
            }
        }
    }

    /// Commits of one row, one after the other.
    async fn lone(&mut self, commits: usize) -> Result<Vec<Duration>, Failure> {
        let insert = format!("INSERT INTO bare VALUES ('{BODY}')");
        let mut times = Vec::new();
        for _ in 0..commits {
            let began = Instant::now();
            match self {
                Self::Sqlite(conn) => conn.batch_execute(&insert)?,
                Self::Postgres(conn) => conn.batch_execute(&insert).await?,
            }
            times.push(began.elapsed());
        }
        Ok(times)
    }
}

fn report(line: std::fmt::Arguments<'_>) {
    #[expect(clippy::print_stdout, reason = "a benchmark's result is its output")]
    {
        println!("{line}");
    }
}

async fn run(database: Database, messages: usize) -> Result<(), Failure> {
    let opened = parlor_store::open(Settings::new(database.clone()), Arc::new(SystemEntropy)).await?;
    let store = opened.start(Arc::new(Deaf)).await?;
    let bench = Arc::new(Bench::new(store.ports()).await?);
    let micros = |time: Duration| time.as_secs_f64() * 1e6;

    let mut rooms = Vec::new();
    for n in 0..ROOMS {
        let people: Vec<_> = bench.people.iter().copied().skip(n).step_by(ROOMS).collect();
        rooms.push(bench.room(&people).await?);
    }
    bench.lone(rooms[0], 200).await?;
    // In turns, since the speed of a machine drifts.
    let (mut bare, mut lone, mut commit) = (Bare::new(&database).await?, Vec::new(), Vec::new());
    for _ in 0..20 {
        lone.extend(bench.lone(rooms[0], 200).await?);
        commit.extend(bare.lone(200).await?);
    }
    let (lone, commit) = (median(lone), median(commit));
    report(format_args!(
        r#"{{"bench":"lone","append_p50_us":{:.0},"bare_commit_p50_us":{:.0},"difference_us":{:.0}}}"#,
        micros(lone),
        micros(commit),
        micros(lone) - micros(commit)
    ));

    let per_second = bench.together(&rooms, 100_000).await?;
    report(format_args!(
        r#"{{"bench":"together","messages_per_s":{per_second:.0}}}"#
    ));

    let room = bench.room(&bench.people).await?;
    let first = bench.together(&[room], 10_000).await?;
    bench.together(&[room], messages.saturating_sub(20_000)).await?;
    let last = bench.together(&[room], 10_000).await?;
    report(format_args!(
        r#"{{"bench":"long","messages":{messages},"first_per_s":{first:.0},"last_per_s":{last:.0}}}"#
    ));
    store.close().await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    #[expect(clippy::disallowed_methods, reason = "this is a main")]
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let messages = args.get(1).map_or(Ok(100_000), |n| n.parse())?;
    let folder = tempfile::tempdir()?;
    let database = match args.first() {
        Some(name) => name.parse()?,
        None => Database::Sqlite(Path::join(folder.path(), "bench.db")),
    };
    run(database, messages).await
}
