//! Parlor over HTTP: routes, extractors, the socket, the status table.
//!
//! [`app`] is a whole application for a server of Parlor's own; [`mount`] brings the API and the socket into somebody
//! else's, and [`Jobs`] are what either needs beside it. A handler takes what it needs out of the request, calls one service and shows the result as a type of `wire`; what
//! any of them refuses becomes one [`ApiError`].
//!
//! To add a path: see `routes.rs`.

mod accept;
mod answer;
mod api;
mod app;
mod client_ip;
mod cursor;
mod disposition;
mod download;
mod endpoint;
mod error;
mod etag;
mod extract;
mod form;
mod incoming;
mod jobs;
mod limits;
mod middleware;
mod openapi;
mod origin;
mod page;
mod places;
mod range;
mod request_id;
mod routes;
pub mod server;
mod settings;
mod socket;
mod tokens;
mod tus;
mod view;
mod viewer;

pub use api::{AlwaysReady, Api, Readiness};
pub use app::{app, configure, mount};
pub use client_ip::client_ip;
pub use download::give;
pub use error::ApiError;
pub use jobs::Jobs;
pub use limits::{AddressLimits, Class};
pub use openapi::openapi;
pub use origin::is_own_origin;
pub use page::Page;
pub use request_id::RequestIds;
pub use settings::{Rates, Settings};
pub use socket::{
    Dialogue, Guest, JsonFormat, Line, SOCKET_PATH, SocketDialect, SocketSettings, Sockets, frame, socket,
};
pub use viewer::viewer;
