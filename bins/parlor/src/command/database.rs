//! `parlor migrate`, and the database as administration commands use it.

use std::io::Write;
use std::sync::Arc;

use anyhow::bail;
use parlor_ports::{EventSink, Published, SystemEntropy};
use parlor_store::{Database, Store, migrate as bring_up, pending_migrations};

use crate::cli::MigrateCommand;
use crate::config::Config;
use crate::data::DataFolder;
use crate::settings;

pub(super) async fn migrate(
    command: MigrateCommand,
    config: &Config,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let data = DataFolder::open(&config.server.data)?;
    let database = settings::store(config, &data).database;
    writeln!(out, "{}", database.describe())?;
    match command {
        MigrateCommand::Status => list(out, "Still to be run", &pending_migrations(database).await?)?,
        MigrateCommand::Up => {
            let _lock = data.lock()?;
            list(out, "Run now", &bring_up(database).await?)?;
        }
    }
    Ok(())
}

fn list(out: &mut dyn Write, title: &str, migrations: &[String]) -> std::io::Result<()> {
    if migrations.is_empty() {
        return writeln!(out, "The database is up to date.");
    }
    writeln!(out, "{title}:")?;
    migrations.iter().try_for_each(|name| writeln!(out, "  {name}"))
}

/// Opens the store for a command, beside a server or without one.
///
/// # Errors
/// If a server runs that needs the database as it is.
pub(super) async fn open(config: &Config) -> anyhow::Result<Store> {
    let data = DataFolder::open(&config.server.data)?;
    let settings = settings::store(config, &data);
    // The lock falls with the end of this function: by then the database is up to date, whoever starts next.
    let alone = data.lock().is_ok();
    if !alone && is_behind(settings.database.clone()).await? {
        bail!(
            "the running server is of an older version than this command; stop it first, or use its own command"
        );
    }
    let opened = parlor_store::open(settings, Arc::new(SystemEntropy)).await?;
    Ok(opened.start(Arc::new(Nobody)).await?)
}

async fn is_behind(database: Database) -> anyhow::Result<bool> {
    Ok(!pending_migrations(database).await?.is_empty())
}

/// Hears nothing: a running server notices by itself what others have written.
struct Nobody;

impl EventSink for Nobody {
    fn publish(&self, _: Vec<Published>) {}
}
