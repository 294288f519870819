//! What each kind of older server keeps, and how its rows are read.

mod conversations;
mod greeter;
mod messenger;
mod relay;
mod rooms;

use parlor_domain::Dialect;

use crate::Error;
use crate::import::{Import, OldFile};
use crate::row::Row;

/// The tables whose rows have a text for a key, in the column `key`.
pub(crate) const KEYED_BY_TEXT: &[&str] = &["authtoken_token"];
/// The tables whose keys say nothing about which row was first: the time does.
pub(crate) const SAID_IN_TIME: &[&str] = &["app_conversation", "app_conversationmessage"];
/// The tables that are read person by person, whose keys are numbers in this field.
pub(crate) const SHOWN_BY_PERSON: &[(&str, &str)] = &[("chattingapp_user_status", "user_id")];

/// The fields in which a dump has the primary key of another row.
pub(crate) const REFERENCES: &[&str] = &[
    "conversation",
    "conversation_id",
    "creator",
    "initiator",
    "owner",
    "receiver",
    "room",
    "sender",
    "user",
    "user_id",
];
/// Those in which it has a list of them.
pub(crate) const LISTS: &[&str] = &["members", "users"];

/// A table whose rows name files, and how they do.
pub(crate) type Filed = (&'static str, fn(&Row) -> Option<OldFile>);

/// Where a kind of older server keeps what.
pub(crate) struct Tables {
    pub(crate) people: &'static str,
    pub(crate) rooms: Option<&'static str>,
    pub(crate) messages: Option<&'static str>,
    /// All that are read, but for those that say which of these belong together: a dump has that in them.
    pub(crate) all: &'static [&'static str],
    /// Those that name files.
    pub(crate) files: &'static [Filed],
    /// Whether their primary keys are numbers, which front ends show.
    pub(crate) numbered: bool,
}

pub(crate) fn tables(dialect: Dialect) -> &'static Tables {
    match dialect {
        Dialect::Relay => &relay::TABLES,
        Dialect::Messenger => &messenger::TABLES,
        Dialect::Greeter => &greeter::TABLES,
        Dialect::Conversations => &conversations::TABLES,
        Dialect::Rooms => &rooms::TABLES,
    }
}

/// Whether anything is read of this table of a server of this dialect. What others hold is nobody's business here.
pub fn reads(dialect: Dialect, table: &str) -> bool {
    tables(dialect).all.contains(&table)
}

/// Brings all that an older server has.
pub(crate) async fn bring(import: &mut Import<'_, '_>) -> Result<(), Error> {
    match import.wish.dialect {
        Dialect::Relay => relay::bring(import).await,
        Dialect::Messenger => messenger::bring(import).await,
        Dialect::Greeter => greeter::bring(import).await,
        Dialect::Conversations => conversations::bring(import).await,
        Dialect::Rooms => rooms::bring(import).await,
    }
}
