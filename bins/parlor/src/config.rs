//! What an operator can choose, and from where the choices come.
//!
//! config/default.toml is compiled in: it is the first layer and says which keys there are. A file, the environment
//! and flags are laid over it; then the whole is read into [`Config`], whose types say what each value may be.
//!
//! To add one more setting: its line in config/default.toml, its field in `sections`, its use in `app`.

mod check;
mod error;
mod layer;
mod load;
mod origin;
mod sections;
mod text;
mod value;

pub use error::ConfigError;
pub use load::{Flags, Loaded};
pub use origin::Origin;
pub use sections::{
    Addressing, Auth, Broadcasts, Compat, Contacts, Database, Encryption, Host, Http, Limits, Log, LogFormat,
    Mail, Media, Messages, Notifications, Registration, Rooms, S3, Server, Socket, Statuses, TwoStep,
};
pub use text::{DatabaseUrl, LogLevel};
pub(crate) use value::parse_socket_address;

use serde::Deserialize;

/// The defaults, with an explanation of every key.
pub const DEFAULTS: &str = include_str!("../../../config/default.toml");

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the sections' types say it")]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub auth: Auth,
    pub mail: Mail,
    pub host: Host,
    pub contacts: Contacts,
    /// What people are notified of.
    pub notifications: Notifications,
    pub rooms: Rooms,
    pub messages: Messages,
    pub statuses: Statuses,
    pub broadcasts: Broadcasts,
    pub media: Media,
    pub s3: S3,
    pub compat: Compat,
    pub socket: Socket,
    pub http: Http,
    pub limits: Limits,
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        toml::from_str(DEFAULTS).expect("the defaults are right")
    }
}
