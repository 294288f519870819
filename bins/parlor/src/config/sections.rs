//! The settings by section, as config/default.toml explains them.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use parlor_auth::ForeignAlgorithm;
use parlor_compat::Root;
use parlor_domain::{Dialect, RoomName};
use parlor_media::Kinds;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::value::{
    algorithms, base_url, command, count, days, dialects, flag, folder, gibibytes, hours, kinds, mebibytes,
    minutes, networks, origins, page, rate, room_name, root, seconds, socket_address, within,
};
use super::{DatabaseUrl, LogLevel};

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Where the server listens.
    #[serde(deserialize_with = "socket_address")]
    pub listen: SocketAddr,
    /// The folder of everything that the server keeps.
    pub data: PathBuf,
    /// What the server is called.
    pub name: String,
    /// Where people reach the server, if that is not where it listens.
    #[serde(deserialize_with = "base_url")]
    pub public_url: Option<Url>,
    /// Threads that serve connections; 0 leaves the choice to the server.
    #[serde(deserialize_with = "count::<0, 64, _>")]
    pub workers: usize,
    /// Reverse proxies that are believed.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// How long a stop may take.
    #[serde(rename = "shutdown_seconds", deserialize_with = "seconds::<1, 600, _>")]
    pub shutdown: Duration,
    /// Over which time sockets are told to move at a stop.
    #[serde(rename = "move_window_seconds", deserialize_with = "seconds::<0, 60, _>")]
    pub move_window: Duration,
    /// Whether the descriptions of the interfaces are served.
    #[serde(deserialize_with = "flag")]
    pub docs: bool,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// PostgreSQL; `None` is SQLite in the data folder.
    pub url: DatabaseUrl,
    /// Reads at once.
    #[serde(deserialize_with = "count::<1, 64, _>")]
    pub readers: usize,
    /// Batches that PostgreSQL commits at once.
    #[serde(deserialize_with = "count::<1, 32, _>")]
    pub lanes: usize,
    /// Writes that may wait.
    #[serde(deserialize_with = "count::<64, 1_000_000, _>")]
    pub queue: usize,
}

/// `[auth]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// `iss` of access tokens; empty for the public URL.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// Life of an access token.
    #[serde(rename = "access_minutes", deserialize_with = "minutes::<1, 1440, _>")]
    pub access: Duration,
    /// Life of a session that is not used.
    #[serde(rename = "session_days", deserialize_with = "days::<1, 3650, _>")]
    pub session: Duration,
    /// Most sessions of one user.
    #[serde(deserialize_with = "count::<1, 1000, _>")]
    pub sessions_per_user: usize,
    /// Cost of a password's hash.
    #[serde(deserialize_with = "within::<4, 16, _>")]
    pub bcrypt_cost: u32,
    /// Passwords hashed at once; 0 for half as many as there are cores.
    #[serde(deserialize_with = "count::<0, 64, _>")]
    pub bcrypt_concurrency: usize,
    /// Who may make an account.
    pub registration: Registration,
    /// Who shows more than a password.
    pub two_step: TwoStep,
    /// Whether a mailed code can be enough.
    #[serde(deserialize_with = "flag")]
    pub log_in_by_mail: bool,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Anybody.
    Open,
    /// Who has an invitation.
    Invited,
    /// Only an administrator, by command.
    Closed,
}

/// Who shows more than a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TwoStep {
    /// Nobody.
    Off,
    /// Who chooses to.
    Optional,
    /// Everybody.
    Required,
}

/// `[mail]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server; empty for a folder.
    pub host: String,
    /// Its port; 0 for the usual one.
    #[serde(deserialize_with = "within::<0, 65_535, _>")]
    pub port: u32,
    /// How the connection is kept secret.
    pub encryption: Encryption,
    /// Who we are to it; empty for nobody.
    pub username: String,
    /// Our password there.
    pub password: SecretString,
    /// From whom letters are.
    pub from: String,
    /// Where answers go; empty for the sender.
    pub reply_to: String,
    /// The folder of other templates, if there is one.
    #[serde(deserialize_with = "folder")]
    pub templates: Option<PathBuf>,
    /// Which page links open, if that is not ours.
    #[serde(deserialize_with = "page")]
    pub links: Option<Url>,
}

/// How a connection to a mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// Encrypted after the greeting.
    StartTls,
    /// Encrypted from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// `[host]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// `iss` of its tokens; empty for no host application.
    pub issuer: String,
    /// `aud` of its tokens.
    pub audience: String,
    /// Where its keys are on the web.
    #[serde(deserialize_with = "page")]
    pub keys_url: Option<Url>,
    /// Where its keys are on this machine.
    #[serde(deserialize_with = "folder")]
    pub keys_file: Option<PathBuf>,
    /// How its tokens may be signed.
    #[serde(deserialize_with = "algorithms")]
    pub algorithms: Vec<ForeignAlgorithm>,
    /// Which claim is a name to log in by.
    pub username_claim: String,
    /// Which is the name to be shown.
    pub name_claim: String,
    /// Which is the address.
    pub email_claim: String,
    /// Which says whether that is verified.
    pub email_verified_claim: String,
    /// Which all tokens of one log in have in common.
    pub session_claim: String,
}

/// `[contacts]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contacts {
    /// Most contacts of a user.
    #[serde(deserialize_with = "within::<1, 100_000, _>")]
    pub contacts: u32,
    /// Most people whom a user has blocked.
    #[serde(deserialize_with = "within::<1, 100_000, _>")]
    pub blocks: u32,
    /// Most requests of a user that wait.
    #[serde(deserialize_with = "within::<1, 10_000, _>")]
    pub requests: u32,
    /// For how long a declined request cannot be made again.
    #[serde(deserialize_with = "days::<1, 365, _>")]
    pub request_days: Duration,
}

/// `[notifications]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notifications {
    /// For how long they are kept.
    #[serde(deserialize_with = "days::<1, 3650, _>")]
    pub days: Duration,
    /// What the channel of all accounts is called.
    #[serde(deserialize_with = "room_name")]
    pub announcements: RoomName,
}

/// `[rooms]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rooms {
    /// Most members of a group.
    #[serde(deserialize_with = "within::<2, 100_000, _>")]
    pub members: u32,
    /// Most members of a channel.
    #[serde(deserialize_with = "within::<2, 10_000_000, _>")]
    pub readers: u32,
    /// Most rooms of a user.
    #[serde(deserialize_with = "within::<1, 100_000, _>")]
    pub per_user: u32,
}

/// `[messages]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// Longest text, in bytes.
    #[serde(deserialize_with = "count::<1, 1_048_576, _>")]
    pub body_bytes: usize,
}

/// `[statuses]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statuses {
    /// For how long a status is to be seen.
    #[serde(deserialize_with = "hours::<1, 720, _>")]
    pub hours: Duration,
    /// Most statuses of a user at a time.
    #[serde(deserialize_with = "within::<1, 100, _>")]
    pub per_user: u32,
    /// Longest text, in bytes.
    #[serde(deserialize_with = "count::<1, 16_384, _>")]
    pub body_bytes: usize,
}

/// `[broadcasts]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broadcasts {
    /// Most lists of a user.
    #[serde(deserialize_with = "within::<1, 1_000, _>")]
    pub lists: u32,
    /// Most recipients of a list.
    #[serde(deserialize_with = "within::<1, 10_000, _>")]
    pub recipients: u32,
    /// For how long it is known what was sent to a list.
    #[serde(deserialize_with = "days::<1, 365, _>")]
    pub days: Duration,
}

/// `[media]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "config/default.toml explains them, under the same names"
)]
pub struct Media {
    pub url: String,
    #[serde(deserialize_with = "kinds")]
    pub kinds: Kinds,
    #[serde(deserialize_with = "mebibytes")]
    pub image_mebibytes: u64,
    #[serde(deserialize_with = "mebibytes")]
    pub voice_mebibytes: u64,
    #[serde(deserialize_with = "mebibytes")]
    pub audio_mebibytes: u64,
    #[serde(deserialize_with = "mebibytes")]
    pub video_mebibytes: u64,
    #[serde(deserialize_with = "mebibytes")]
    pub file_mebibytes: u64,
    #[serde(deserialize_with = "minutes::<1, 10_000, _>")]
    pub voice_minutes: Duration,
    #[serde(deserialize_with = "minutes::<1, 10_000, _>")]
    pub audio_minutes: Duration,
    #[serde(deserialize_with = "minutes::<1, 10_000, _>")]
    pub video_minutes: Duration,
    #[serde(deserialize_with = "within::<1, 1_000, _>")]
    pub image_megapixels: u32,
    #[serde(deserialize_with = "within::<16, 65_535, _>")]
    pub image_side: u32,
    #[serde(deserialize_with = "within::<1, 100_000, _>")]
    pub image_frames: u32,
    #[serde(deserialize_with = "within::<1, 100_000, _>")]
    pub image_moving_megapixels: u32,
    #[serde(deserialize_with = "within::<16, 65_535, _>")]
    pub video_side: u32,
    #[serde(deserialize_with = "count::<1, 8_192, _>")]
    pub inline_kibibytes: usize,
    #[serde(deserialize_with = "gibibytes")]
    pub person_gibibytes: u64,
    #[serde(deserialize_with = "gibibytes")]
    pub total_gibibytes: u64,
    #[serde(deserialize_with = "mebibytes")]
    pub free_mebibytes: u64,
    #[serde(deserialize_with = "count::<1, 10_000, _>")]
    pub receiving: usize,
    #[serde(deserialize_with = "count::<1, 10_000, _>")]
    pub receiving_per_person: usize,
    #[serde(deserialize_with = "within::<1, 1_000, _>")]
    pub uploads_per_person: u32,
    #[serde(deserialize_with = "hours::<1, 720, _>")]
    pub unused_hours: Duration,
    #[serde(deserialize_with = "minutes::<1, 1_440, _>")]
    pub link_minutes: Duration,
    #[serde(deserialize_with = "count::<0, 64, _>")]
    pub concurrency: usize,
    #[serde(deserialize_with = "count::<1, 10_000, _>")]
    pub waiting: usize,
    #[serde(deserialize_with = "seconds::<1, 3_600, _>")]
    pub examine_seconds: Duration,
    pub scanner: String,
    #[serde(deserialize_with = "command")]
    pub scanner_command: Vec<String>,
    #[serde(deserialize_with = "seconds::<1, 3_600, _>")]
    pub scan_seconds: Duration,
    pub accel_redirect: String,
}

/// `[s3]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    /// The server's address; `None` for AWS.
    #[serde(deserialize_with = "page")]
    pub endpoint: Option<Url>,
    /// The region.
    pub region: String,
    /// Who we are to it.
    pub access_key: String,
    /// The key's secret.
    pub secret: SecretString,
    /// Where the bucket stands in requests.
    pub addressing: Addressing,
}

/// Where the bucket stands in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Addressing {
    /// In the path.
    Path,
    /// In the name of the host.
    Host,
}

/// `[compat]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compat {
    /// The dialects that are served.
    #[serde(deserialize_with = "dialects")]
    pub dialects: Vec<Dialect>,
    /// What is served at the root besides Parlor itself.
    #[serde(deserialize_with = "root")]
    pub root: Root,
    /// How many may take part in a room of `rooms` at most.
    #[serde(deserialize_with = "within::<1, 100_000, _>")]
    pub max_users_in_room: u32,
}

/// `[socket]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Socket {
    /// Longest frame of a client, in bytes.
    #[serde(deserialize_with = "count::<1024, 4_194_304, _>")]
    pub frame_bytes: usize,
    /// After how long a silence a client is pinged.
    #[serde(rename = "ping_seconds", deserialize_with = "seconds::<5, 600, _>")]
    pub ping: Duration,
    /// How long a client may take to say hello.
    #[serde(rename = "hello_seconds", deserialize_with = "seconds::<1, 120, _>")]
    pub hello: Duration,
    /// Most sockets in all.
    #[serde(deserialize_with = "count::<1, 1_000_000, _>")]
    pub connections: usize,
    /// Most sockets from one network address.
    #[serde(deserialize_with = "within::<1, 1_000_000, _>")]
    pub per_address: u32,
    /// Most sockets of one user.
    #[serde(deserialize_with = "within::<1, 1_000_000, _>")]
    pub per_user: u32,
    /// Web pages beside our own that may open a socket.
    #[serde(deserialize_with = "origins")]
    pub allowed_origins: Vec<String>,
    /// Memory for rings, per worker, in MiB.
    #[serde(deserialize_with = "count::<1, 4096, _>")]
    pub ring_mebibytes: usize,
    /// After how long without progress a client is disconnected.
    #[serde(rename = "stalled_seconds", deserialize_with = "seconds::<10, 3600, _>")]
    pub stalled: Duration,
}

/// `[http]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Web pages that may call the API.
    #[serde(deserialize_with = "origins")]
    pub cors_origins: Vec<String>,
    /// Largest JSON body, in bytes.
    #[serde(deserialize_with = "count::<1024, 16_777_216, _>")]
    pub json_bytes: usize,
    /// How long a client may take to send the head of a request.
    #[serde(rename = "request_seconds", deserialize_with = "seconds::<1, 120, _>")]
    pub request_timeout: Duration,
    /// How long an answer may wait for a client that takes nothing.
    #[serde(rename = "untaken_seconds", deserialize_with = "seconds::<1, 3600, _>")]
    pub untaken: Duration,
    /// Most connections from one network address, besides sockets.
    #[serde(deserialize_with = "within::<1, 1_000_000, _>")]
    pub per_address: u32,
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Whether there are any.
    #[serde(deserialize_with = "flag")]
    pub enabled: bool,
    /// Registrations, log-ins and refreshes of one address, per minute.
    #[serde(deserialize_with = "rate::<100_000, _>")]
    pub credentials_per_minute: NonZeroU32,
    /// All requests of one address, per second.
    #[serde(deserialize_with = "rate::<1_000_000, _>")]
    pub requests_per_second: NonZeroU32,
    /// Frames of one socket, per second.
    #[serde(deserialize_with = "rate::<1_000_000, _>")]
    pub commands_per_second: NonZeroU32,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// What is logged.
    pub level: LogLevel,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}
