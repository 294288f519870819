//! The socket at `/v1/socket`: docs/PROTOCOL.md over WebSocket.
//!
//! [`tcp`] takes connections over from the HTTP service and owns them; [`route`] is the same for applications that
//! mount Parlor in their own `App`. Both feed what implements [`talk::Talk`], which does not know where its bytes come from: a
//! [`session`] of Parlor's own protocol, or that of a [`dialect`].

mod commands;
mod dialect;
mod entry;
mod format;
pub mod frame;
mod input;
mod pace;
mod room;
mod route;
mod session;
mod settings;
mod talk;
mod tcp;

use std::sync::Arc;

use actix_web::web::Data;
use parlor_hub::{Format, Hub};

pub use dialect::{Dialogue, Guest, Line, SocketDialect};
pub use format::JsonFormat;
pub use route::socket;
pub use settings::SocketSettings;
pub(crate) use tcp::take_over;

use crate::Api;
use crate::places::Places;
use crate::server::Besides;
use room::Room;

/// Where the socket is.
pub const SOCKET_PATH: &str = "/v1/socket";

/// What all sockets share. One for the whole process.
pub struct Sockets {
    pub(crate) api: Data<Api>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) settings: SocketSettings,
    /// What other protocols are spoken, and how they refuse.
    pub(crate) besides: Besides,
    /// How many sockets each network address has.
    pub(crate) places: Arc<Places>,
    /// For long messages that are under way.
    pub(crate) room: Room,
}

impl Sockets {
    /// The place of [`JsonFormat`] in the hub's list.
    pub(crate) const FORMAT: Format = Format(0);

    /// Sockets on these services. The first wire format of the hub must be [`JsonFormat`].
    pub fn new(api: Data<Api>, hub: Arc<Hub>, settings: SocketSettings) -> Arc<Self> {
        Self::with(api, hub, settings, Besides::default())
    }

    /// The same, and sockets that speak other protocols.
    pub(crate) fn with(
        api: Data<Api>,
        hub: Arc<Hub>,
        settings: SocketSettings,
        besides: Besides,
    ) -> Arc<Self> {
        Arc::new(Self {
            api,
            hub,
            places: Places::new(settings.per_address),
            settings,
            besides,
            room: Room::default(),
        })
    }
}
