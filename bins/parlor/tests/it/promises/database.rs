//! The two databases that every promise holds on.

use std::sync::Arc;
use std::time::Duration;

use parlor::config::{Config, DatabaseUrl};
use parlor_testkit::{Postgres, PostgresDatabase};

/// How long a test waits for what should come at once, on however slow a machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Where a server keeps its data.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// In its data folder.
    Sqlite,
    /// In a database of its own of the tests' PostgreSQL server.
    Postgres(Arc<PostgresDatabase>),
}

impl Database {
    /// A new database; `None` if PostgreSQL is not installed.
    pub(crate) async fn postgres() -> Option<Self> {
        Postgres::start()
            .await
            .map(|server| Self::Postgres(Arc::new(server.database())))
    }

    /// Says so in a server's settings.
    pub(crate) fn choose(&self, config: &mut Config) {
        if let Self::Postgres(database) = self {
            config.database.url = DatabaseUrl::try_from(database.url().to_owned()).unwrap();
        }
    }

    /// Says so in the environment of the program, and with it what tests usually want.
    pub(crate) fn environment(&self) -> Vec<(&str, &str)> {
        let usual = [
            ("PARLOR__AUTH__BCRYPT_COST", "4"),
            ("PARLOR__LIMITS__ENABLED", "false"),
        ];
        let url = match self {
            Self::Sqlite => "",
            Self::Postgres(database) => database.url(),
        };
        usual.into_iter().chain([("DATABASE_URL", url)]).collect()
    }
}

/// Makes two tests of each function that takes a [`Database`]: the one on PostgreSQL is passed over if it is missing.
macro_rules! on_both_databases {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            use crate::promises::database::Database;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(Database::Sqlite).await;
                }
            )+
        }

        mod postgres {
            use crate::promises::database::Database;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    if let Some(database) = Database::postgres().await {
                        super::$test(database).await;
                    }
                }
            )+
        }
    };
}

/// A number that an environment variable may set for a longer or shorter run.
pub(crate) fn number(variable: &str, usual: u64) -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests take what they need to know about the machine from it"
    )]
    let given = std::env::var(variable).ok();
    given.map_or(usual, |number| number.parse().expect("a number"))
}
