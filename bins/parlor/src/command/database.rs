//! `parlor migrate`, and the database as administration commands use it.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, bail};
use parlor_ports::{EventSink, Published, SystemEntropy};
use parlor_store::{Database, Settings, Sharing, Store, migrate as bring_up, pending_migrations};

use crate::cli::MigrateCommand;
use crate::config::Config;
use crate::data::DataFolder;
use crate::settings;

pub(super) async fn migrate(
    command: MigrateCommand,
    config: &Config,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    match command {
        MigrateCommand::Status => {
            let database = existing(config, out)?.database;
            list(out, "Still to be run", &pending_migrations(database).await?)?;
        }
        MigrateCommand::Up => {
            let data = DataFolder::open(&config.server.data)?;
            let database = settings::store(config, &data).database;
            writeln!(out, "{}", database.describe())?;
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

/// Opens the store for a command, beside a server or without one, and says which it is.
///
/// # Errors
/// If there is no database, or it is not in the form that this version needs. It is left as it is: a server of an older
/// version may be using it.
pub(super) async fn open(config: &Config, out: &mut dyn Write) -> anyhow::Result<Store> {
    opened(existing(config, out)?).await
}

/// The same for a command beside which nothing else may use the database.
///
/// # Errors
/// As [`open`], and if something does.
pub(super) async fn open_alone(config: &Config, out: &mut dyn Write) -> anyhow::Result<Store> {
    let settings = Settings {
        sharing: Sharing::Alone,
        ..existing(config, out)?
    };
    opened(settings).await
}

async fn opened(settings: Settings) -> anyhow::Result<Store> {
    if !pending_migrations(settings.database.clone()).await?.is_empty() {
        bail!(
            "the database is not in the form that this version needs; run `parlor migrate` first, and before that stop \
             a server of an older version that still uses it"
        );
    }
    let opened = parlor_store::open(settings, Arc::new(SystemEntropy)).await?;
    Ok(opened.start(Arc::new(Nobody)).await?)
}

/// Where the database is, which is told. Only servers and `migrate up` make one: another command that finds none was
/// pointed to the wrong place.
pub(super) fn existing(config: &Config, out: &mut dyn Write) -> anyhow::Result<Settings> {
    let data = DataFolder::at(&config.server.data)?;
    let settings = settings::store(config, &data);
    if let Database::Sqlite(path) = &settings.database
        && !path
            .try_exists()
            .with_context(|| format!("cannot look for {}", path.display()))?
    {
        bail!(
            "there is no database at {}; name the folder that it is in with --data, or the PostgreSQL database with \
             DATABASE_URL, or make a new one with `parlor migrate`",
            path.display()
        );
    }
    writeln!(out, "{}", settings.database.describe())?;
    Ok(settings)
}

/// Hears nothing: a running server notices by itself what others have written.
struct Nobody;

impl EventSink for Nobody {
    fn publish(&self, _: Vec<Published>) {}
}
