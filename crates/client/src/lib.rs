//! A client for Parlor servers: connect, resume, commands, typed events.
//!
//! [`Client`] is what programs use: it keeps one socket open through restarts and lost networks, resumes where it was,
//! sends again what was not answered, and tells what happens as a stream of [`Update`]s. [`Rest`] asks over HTTP, and sends
//! and fetches files. [`State`] folds both into rooms with their messages, members and marks. [`Connection`] is the bare
//! socket below it.
//!
//! A server whose address begins with `https` has to prove with a certificate that the system trusts who it is.
//!
//! To add a command: a method in `client.rs`, and in `outbox.rs` whether it may be sent again.

mod backoff;
mod client;
mod connection;
mod driver;
mod error;
mod live;
mod memory;
mod outbox;
mod positions;
mod random;
mod rest;
mod server;
mod session;
mod state;
mod tls;
mod token;

pub use client::{Client, NewMessage, Settings, Updates};
pub use connection::{Connection, Incoming, Receiver, Sender};
pub use driver::{Ended, Update};
pub use error::{CommandError, ConnectionError, RestError};
pub use outbox::Answer;
pub use positions::Positions;
pub use random::client_id;
pub use rest::{Claims, Download, HistoryRange, MediaFile, NewRoom, Rest, Upload};
pub use server::{ServerUrl, ServerUrlError};
pub use session::Session;
pub use state::{MemberMark, Messages, RoomSettings, RoomState, State};
pub use token::{FixedToken, Token, TokenError, TokenSource};
