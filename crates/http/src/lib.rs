//! Parlor over HTTP: routes, extractors, the socket, the status table.
//!
//! [`app`] is a whole application for a server of Parlor's own; [`configure`] mounts the API in somebody else's. A
//! handler takes what it needs out of the request, calls one service and shows the result as a type of `wire`; what
//! any of them refuses becomes one [`ApiError`].
//!
//! To add a path: see `routes.rs`.

mod answer;
mod api;
mod app;
mod client_ip;
mod cursor;
mod endpoint;
mod error;
mod etag;
mod extract;
mod limits;
mod middleware;
mod openapi;
mod origin;
mod request_id;
mod routes;
pub mod server;
mod settings;
mod socket;
mod view;

pub use api::{Api, Readiness};
pub use app::{app, configure};
pub use client_ip::client_ip;
pub use error::ApiError;
pub use limits::{AddressLimits, Class};
pub use openapi::openapi;
pub use origin::is_own_origin;
pub use request_id::RequestIds;
pub use settings::{Rates, Settings};
pub use socket::{JsonFormat, SOCKET_PATH, SocketSettings, Sockets, socket};
