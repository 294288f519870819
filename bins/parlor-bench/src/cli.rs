//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use parlor_client::ServerUrl;

use crate::load::LoadOptions;

/// Load for any Parlor server.
///
/// Prints a table for people and, as the last line, one JSON object for programs. It makes its own accounts and rooms;
/// the server must allow as many registrations, log ins and connections from one address as a run needs, and its access
/// tokens must outlive the run. CPU and memory are those of the process that listens on the server's port, if it runs
/// on this machine, or of --pid.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 120)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) mode: Mode,
}

/// What is measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Mode {
    /// Memory and CPU that idle connections cost. Memory is true on a server that was just started: what an allocator
    /// kept from an earlier load hides what connections take.
    Idle(Idle),
    /// One room with many listeners.
    Fanout(Fanout),
    /// Many rooms in which everyone sends in turn.
    Chat(Chat),
    /// Senders who wait for nothing but their acknowledgements.
    Durable(Durable),
    /// All connections break, messages pass, all resume.
    Resume(Resume),
    /// Files in, and one of them out again, over and over; perhaps in turns with another web server that has a file of the
    /// same size: --bytes 1000000 --beside http://127.0.0.1:8080/1m --beside-pid 712,713.
    Media(Media),
    /// Tokens and rooms in files, for other load tools.
    Lines(Lines),
}

/// What all modes need.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The server.
    #[arg(long, default_value = "http://127.0.0.1:8000")]
    pub(crate) url: ServerUrl,
    /// The server's process, if it is not the one that listens on its port.
    #[arg(long)]
    pub(crate) pid: Option<u32>,
    /// Keep accounts and rooms in this file, and take them from it the next time.
    #[arg(long, value_name = "FILE")]
    pub(crate) keep: Option<PathBuf>,
    /// Connections that are opened at the same time.
    #[arg(long, default_value_t = 128)]
    pub(crate) opening: usize,
    /// Seconds that one connection may take to be welcomed.
    #[arg(long, default_value_t = 60)]
    pub(crate) welcome_within: u64,
    /// Connect from 127.0.0.1 to 127.0.0.N in turn, where the server limits connections per address.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) addresses: u8,
    /// A word that the JSON line repeats.
    #[arg(long, default_value = "")]
    pub(crate) label: String,
}

#[derive(Debug, Args)]
pub(crate) struct Idle {
    #[command(flatten)]
    pub(crate) common: Common,
    /// How many, each of another person.
    #[arg(long, short = 'n', default_value_t = 1000)]
    pub(crate) connections: usize,
    /// In how many rooms each person is.
    #[arg(long, short = 'k', default_value_t = 5)]
    pub(crate) rooms: usize,
    /// How many people are in a room.
    #[arg(long, short = 'r', default_value_t = 10)]
    pub(crate) members: usize,
    /// Seconds before each reading.
    #[arg(long, default_value_t = 3.0)]
    pub(crate) hold: f64,
}

#[derive(Debug, Args)]
pub(crate) struct Fanout {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) load: LoadOptions,
    /// How many hear each message, besides the senders.
    #[arg(long, short, default_value_t = 1000)]
    pub(crate) listeners: usize,
    /// How many send.
    #[arg(long, short, default_value_t = 1)]
    pub(crate) senders: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Chat {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) load: LoadOptions,
    /// How many rooms.
    #[arg(long, short, default_value_t = 200)]
    pub(crate) rooms: usize,
    /// How many people are in each.
    #[arg(long, short = 'k', default_value_t = 10)]
    pub(crate) members: usize,
    /// In how many rooms each person is; nobody says anything in the others.
    #[arg(long, default_value_t = 1)]
    pub(crate) rooms_each: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Durable {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) load: LoadOptions,
    /// How many send at the same time, each into a room of its own.
    #[arg(long, short, default_value_t = 64)]
    pub(crate) senders: usize,
    /// How many others are connected in each room.
    #[arg(long, short, default_value_t = 0)]
    pub(crate) listeners: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    pub(crate) common: Common,
    /// How many rooms.
    #[arg(long, short, default_value_t = 100)]
    pub(crate) rooms: usize,
    /// How many people are in each.
    #[arg(long, short = 'k', default_value_t = 10)]
    pub(crate) members: usize,
    /// How many messages pass in all rooms together while nobody is connected.
    #[arg(long, short, default_value_t = 1000)]
    pub(crate) messages: usize,
    /// Bytes of a message's text.
    #[arg(long, short, default_value_t = 128)]
    pub(crate) bytes: usize,
    /// Let the server be restarted by hand while all are connected, instead of closing and sending.
    #[arg(long)]
    pub(crate) restart: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Media {
    #[command(flatten)]
    pub(crate) common: Common,
    /// How many files are on their way at the same time, in and out, each of another person.
    #[arg(long, short = 'n', default_value_t = 32)]
    pub(crate) at_once: usize,
    /// Bytes of a file.
    #[arg(long, short, default_value_t = 10_000_000)]
    pub(crate) bytes: u64,
    /// How many files are uploaded, if not as many as are on their way.
    #[arg(long, short)]
    pub(crate) files: Option<usize>,
    /// Upload in parts of 8 MiB (tus), instead of as forms.
    #[arg(long)]
    pub(crate) tus: bool,
    /// Seconds of downloading, in each turn.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) seconds: f64,
    /// Download so many bytes at a time from changing places, instead of the whole file.
    #[arg(long, value_name = "BYTES")]
    pub(crate) range: Option<u64>,
    /// A file on another web server to be downloaded in the same way.
    #[arg(long, value_name = "URL")]
    pub(crate) beside: Option<ServerUrl>,
    /// The processes of that server.
    #[arg(long, value_name = "PID", value_delimiter = ',')]
    pub(crate) beside_pid: Vec<u32>,
    /// How often each of them is downloaded from.
    #[arg(long, default_value_t = 3)]
    pub(crate) turns: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Lines {
    #[command(flatten)]
    pub(crate) common: Common,
    /// How many rooms.
    #[arg(long, short, default_value_t = 1)]
    pub(crate) rooms: usize,
    /// How many people are in each.
    #[arg(long, short = 'k', default_value_t = 1001)]
    pub(crate) members: usize,
    /// Where access tokens go, one a line, room by room.
    #[arg(long, default_value = "tokens.txt")]
    pub(crate) tokens: PathBuf,
    /// Where ids of rooms go, one a line.
    #[arg(long, default_value = "rooms.txt")]
    pub(crate) room_ids: PathBuf,
}
