//! Connecting, with TLS where the URL asks for it.

use std::sync::Arc;
use std::time::Duration;

use diesel::result::{ConnectionError, ConnectionResult, DatabaseErrorKind, Error};
use diesel::sql_types::Bool;
use diesel::{QueryResult, QueryableByName};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use futures_util::FutureExt;
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Handle;
use tokio::time::sleep;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::migrations;
use crate::open::OpenError;
use crate::settings::Sharing;

pub(super) type Conn = AsyncPgConnection;

fn scripts() -> EmbeddedMigrations {
    const SCRIPTS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
    SCRIPTS
}

/// Whoever migrates holds this lock of the database, so that servers that start together do it one after the other.
/// The number is "parlor" in ASCII.
const MIGRATING: i64 = 0x7061_726c_6f72;
/// Whoever uses the database holds this one, together with others or alone.
const USING: i64 = MIGRATING + 1;
/// So often it is tried to get it, and after such a pause: a connection that was closed is there a little longer.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// Makes connections. Their input and output are driven by the runtime of this handle, whoever uses them: on a runtime
/// of one thread a connection would stand still for everybody while that thread is busy.
#[derive(Clone)]
pub(crate) struct Connector {
    url: SecretString,
    driver: Handle,
}

impl Connector {
    /// Connections driven by the current runtime.
    pub(crate) fn new(url: SecretString) -> Self {
        Self {
            url,
            driver: Handle::current(),
        }
    }

    pub(crate) async fn connect(&self) -> ConnectionResult<Conn> {
        let url = self.url.clone();
        self.driver
            .spawn(async move { establish(&url).await })
            .await
            .map_err(failed)?
    }

    /// A pool of at most so many connections, made as they are needed.
    pub(super) fn pool(&self, connections: usize) -> Result<Pool<Conn>, OpenError> {
        let connector = self.clone();
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |_| {
            let connector = connector.clone();
            async move { connector.connect().await }.boxed()
        });
        let manager = AsyncDieselConnectionManager::new_with_config(String::new(), config);
        Pool::builder(manager)
            .max_size(connections.max(1))
            .build()
            .map_err(OpenError::failed)
    }
}

fn failed(error: impl std::fmt::Display) -> ConnectionError {
    ConnectionError::BadConnection(error.to_string())
}

/// The error of a query for which there was no connection.
pub(super) fn unreachable(error: ConnectionError) -> Error {
    Error::DatabaseError(
        DatabaseErrorKind::UnableToSendCommand,
        Box::new(error.to_string()),
    )
}

async fn establish(url: &SecretString) -> ConnectionResult<Conn> {
    let mut config: Config = url.expose_secret().parse().map_err(failed)?;
    if config.get_application_name().is_none() {
        config.application_name("parlor");
    }
    if config.get_ssl_mode() == SslMode::Require {
        let (client, connection) = config.connect(tls()?).await.map_err(failed)?;
        Conn::try_from_client_and_connection(client, connection).await
    } else {
        let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
        Conn::try_from_client_and_connection(client, connection).await
    }
}

/// TLS that trusts whom the machine trusts.
fn tls() -> ConnectionResult<MakeRustlsConnect> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Brings the schema up to date; names the migrations that were run.
pub(crate) async fn migrate(url: SecretString) -> Result<Vec<String>, OpenError> {
    let mut conn = Connector::new(url).connect().await.map_err(OpenError::failed)?;
    // The lock goes with the connection.
    diesel::sql_query(format!("SELECT pg_advisory_lock({MIGRATING})"))
        .execute(&mut conn)
        .await?;
    with_migrations(conn, |conn| migrations::run(conn, scripts)).await
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// Uses the database as long as this connection is there; false if others are in the way.
pub(super) async fn enter(conn: &mut Conn, sharing: Sharing) -> QueryResult<bool> {
    let lock = match sharing {
        Sharing::Shared => "pg_try_advisory_lock_shared",
        Sharing::Alone => "pg_try_advisory_lock",
    };
    for _ in 0..TRIES {
        let taken: Taken = diesel::sql_query(format!("SELECT {lock}({USING}) AS taken"))
            .get_result(conn)
            .await?;
        if taken.taken {
            return Ok(true);
        }
        sleep(PAUSE).await;
    }
    Ok(false)
}

/// The migrations that are still to be run.
pub(crate) async fn pending(url: SecretString) -> Result<Vec<String>, OpenError> {
    let mut conn = Connector::new(url).connect().await.map_err(OpenError::failed)?;
    // Diesel makes its table to look into it. The transaction is never committed: it goes with the connection.
    diesel::sql_query("BEGIN").execute(&mut conn).await?;
    with_migrations(conn, |conn| migrations::pending(conn, scripts)).await
}

/// Runs work with a sync connection, as migrations are, on a thread that may block.
async fn with_migrations<T: Send + 'static>(
    conn: Conn,
    work: fn(&mut AsyncConnectionWrapper<Conn>) -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    tokio::task::spawn_blocking(move || work(&mut AsyncConnectionWrapper::from(conn)))
        .await
        .map_err(OpenError::failed)?
}
