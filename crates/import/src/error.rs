//! Why an import was not begun, or was interrupted.

use std::io;
use std::path::PathBuf;

use parlor_ports::StoreError;

/// Why an import was not begun, or was interrupted. What has come by then stays, and does not come again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The older server's database fails.
    #[error("the older server's database cannot be read")]
    Old(#[source] StoreError),
    /// What was named is no database of such a server.
    #[error(
        "there is no table {table} with anything in it: this is not what a server of `{dialect}` keeps; choose another dialect \
         with --from, or another database or dump"
    )]
    NotOne {
        /// What was looked for.
        table: &'static str,
        /// The dialect that was said.
        dialect: &'static str,
    },
    /// Another server was brought over under the same name.
    #[error(
        "another server of this dialect was brought over as \"{name}\" before: its user {key} is not the one of this server; give \
         this one a name of its own with --name"
    )]
    AnotherServer {
        /// The name.
        name: String,
        /// The primary key that both have.
        key: String,
    },
    /// There are files, and it was not said where.
    #[error(
        "{what} {key} has a file: name the older server's media folder with --media, or leave all files behind with --without-media"
    )]
    MediaNeeded {
        /// What kind of thing.
        what: &'static str,
        /// Its primary key.
        key: String,
    },
    /// The media folder is another one.
    #[error(
        "none of the files that are looked for first is in the folder of --media, such as {path}: name the older server's \
         MEDIA_ROOT, or leave all files behind with --without-media"
    )]
    NotMedia {
        /// What was looked for.
        path: String,
    },
    /// A row is none that the older server could have written.
    #[error("the table {table} has a row that cannot be read: {why}")]
    Row {
        /// Which.
        table: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The dump is none.
    #[error(
        "{} is no dump of a Django server that can be read: {why}; make one with: manage.py dumpdata --output dump.json",
        .path.display()
    )]
    Dump {
        /// Where it is.
        path: PathBuf,
        /// What is wrong, and in which line.
        why: String,
    },
    /// The dump is one of PostgreSQL's own.
    #[error(
        "{} was made by pg_dump: put it into an empty database of PostgreSQL, with pg_restore or psql, and give the URL of that",
        .path.display()
    )]
    PostgresDump {
        /// Where it is.
        path: PathBuf,
    },
    /// A file or folder of this machine cannot be used.
    #[error("{what}")]
    File {
        /// Which, and for what.
        what: String,
        /// Why.
        #[source]
        why: io::Error,
    },
    /// Parlor itself fails, or has no room left.
    #[error(transparent)]
    Parlor(#[from] parlor_services::Error),
}

impl Error {
    pub(crate) fn file(what: impl Into<String>, why: io::Error) -> Self {
        let what = what.into();
        Self::File { what, why }
    }
}
