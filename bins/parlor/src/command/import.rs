//! `parlor import`

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use parlor_compat::{RELAY_HALL, relay_notification};
use parlor_domain::Dialect;
use parlor_import::{Error, Files, MediaFolder, Relay, Report, Wish, dump, reads};
use parlor_store::{Database, OldDatabase, Staged, Staging};
use secrecy::ExposeSecret;
use tokio::time::timeout;

use super::place::Place;
use super::{database, password};
use crate::cli::{DjangoArgs, ImportCommand};
use crate::config::Config;
use crate::data::DataFolder;

/// How a file of SQLite begins.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// How `relay` keeps notifications.
const RELAY: Relay = Relay {
    hall: RELAY_HALL,
    notification: relay_notification,
};
/// The file in which the rows of a dump are put in order. The next server or import takes away what is left of it.
const STAGED: &str = "import.db";
/// How often it is looked how much of a dump was read.
const OFTEN: Duration = Duration::from_secs(1);

/// An older server's database, or a dump.
enum Source {
    Database(Database),
    Dump(PathBuf),
}

pub(super) async fn run(command: ImportCommand, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let ImportCommand::Django(args) = command;
    let source = source(&args.database)?;
    let wish = wish(&args)?;
    // Without a database there is no folder to be claimed.
    database::existing(config, &mut std::io::sink())?;
    let data = DataFolder::at(&config.server.data)?;
    let _lock = data.lock()?;
    let report = report(&args, &wish, &data)?;
    let place = Place::open_alone(&unlimited(config), out).await?;
    let staged = data.spool().join(STAGED);
    let done = bring(&place, source, &staged, &wish, Report::new(out, report)).await;
    place.close().await;
    if staged.exists() {
        std::fs::remove_file(&staged).with_context(|| format!("cannot take away {}", staged.display()))?;
    }
    done?;
    if wish.rehearse {
        writeln!(
            out,
            "Nothing was written. Without --dry-run it would be brought over."
        )?;
    }
    Ok(())
}

async fn bring(
    place: &Place,
    source: Source,
    staged: &Path,
    wish: &Wish,
    mut report: Report<'_>,
) -> anyhow::Result<()> {
    let old = open(source, staged, wish.dialect, &mut report).await?;
    let done = parlor_import::run(&place.services, &old, wish, RELAY, &mut report).await;
    report.finish()?;
    match done {
        // Nothing was begun.
        Err(error @ (Error::NotOne { .. } | Error::NotMedia { .. } | Error::AnotherServer { .. })) => {
            Err(error.into())
        }
        done => done.with_context(|| {
            format!(
                "not everything of {} was brought over; what has come stays, and the same command goes on with the rest",
                wish.name
            )
        }),
    }
}

/// The configuration under which people may bring all that they had: an older server knew no quota.
fn unlimited(config: &Config) -> Config {
    let mut config = config.clone();
    config.media.person_gibibytes = u64::MAX;
    config
}

fn wish(args: &DjangoArgs) -> anyhow::Result<Wish> {
    let files = match &args.media {
        Some(folder) => Files::Folder(MediaFolder::open(folder)?),
        None if args.without_media => Files::LeftBehind,
        None => Files::Unsaid,
    };
    let name = args.name.as_deref().unwrap_or(args.from.name());
    Ok(Wish {
        dialect: args.from,
        name: name.to_owned(),
        files,
        rehearse: args.dry_run,
    })
}

/// Where the older server's rows are.
fn source(text: &str) -> anyhow::Result<Source> {
    let text = match text {
        "-" => password::first_line()?.expose_secret().trim().to_owned(),
        text => text.to_owned(),
    };
    if text.contains("://") || text.starts_with("sqlite:") {
        let database: Database = text.parse().context("this is no database's URL")?;
        if let Database::Sqlite(path) = &database {
            exists(path)?;
        }
        return Ok(Source::Database(database));
    }
    let path = PathBuf::from(text);
    exists(&path)?;
    let mut head = Vec::new();
    File::open(&path)
        .and_then(|file| file.take(SQLITE.len() as u64).read_to_end(&mut head))
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(if head == SQLITE {
        Source::Database(Database::Sqlite(path))
    } else {
        Source::Dump(path)
    })
}

fn exists(path: &Path) -> anyhow::Result<()> {
    if !path.is_file() {
        bail!("there is no file {}", path.display());
    }
    Ok(())
}

/// The file to which what is told is added, for its owner alone: it names people. A rehearsal has one only if it is asked for.
fn report(args: &DjangoArgs, wish: &Wish, data: &DataFolder) -> anyhow::Result<Option<(PathBuf, File)>> {
    let path = match &args.report {
        Some(path) => path.clone(),
        None if wish.rehearse => return Ok(None),
        None => data.report(&wish.name),
    };
    let opened = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path);
    let file = opened.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Some((path, file)))
}

async fn open(
    source: Source,
    staged: &Path,
    dialect: Dialect,
    report: &mut Report<'_>,
) -> anyhow::Result<OldDatabase> {
    match source {
        Source::Database(database) => {
            let place = database.describe();
            let opened = OldDatabase::open(database).await;
            opened.with_context(|| format!("cannot read {place}"))
        }
        Source::Dump(path) => {
            let (staged, read) = (staged.to_owned(), Arc::new(AtomicU64::new(0)));
            let counter = Arc::clone(&read);
            let mut staging = tokio::task::spawn_blocking(move || stage(&path, &staged, dialect, &counter));
            loop {
                match timeout(OFTEN, &mut staging).await {
                    Ok(done) => return done?,
                    Err(_) => report.tell_read(read.load(Ordering::Relaxed))?,
                }
            }
        }
    }
}

/// Puts those rows of a dump in order that are read, and counts all.
fn stage(path: &Path, staged: &Path, dialect: Dialect, read: &AtomicU64) -> anyhow::Result<OldDatabase> {
    let mut staging = Staging::create(staged)?;
    dump::read(path, |row| {
        read.fetch_add(1, Ordering::Relaxed);
        if !reads(dialect, &row.table) {
            return Ok(());
        }
        if row.by_name {
            return Err(Error::Dump {
                path: path.to_owned(),
                why: format!("{} was dumped with --natural-foreign", row.table),
            });
        }
        let row = Staged {
            table: &row.table,
            sort: row.sort,
            number: row.number,
            key: &row.key,
            line: &row.line,
        };
        staging.add(row).map_err(Error::Old)
    })?;
    Ok(staging.finish()?)
}
