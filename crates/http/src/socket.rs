//! The socket at `/v1/socket`: docs/PROTOCOL.md over WebSocket.
//!
//! [`tcp`] takes connections over from the HTTP service and owns them; [`route`] is the same for applications that
//! mount Parlor in their own `App`. Both feed a [`session`], which does not know where its bytes come from.

mod commands;
mod entry;
mod format;
mod frame;
mod input;
mod route;
mod session;
mod settings;
mod tcp;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web::Data;
use parlor_hub::{Format, Hub};

pub use format::JsonFormat;
pub use route::socket;
pub use settings::SocketSettings;
pub(crate) use tcp::take_over;

use crate::Api;

/// Where the socket is.
pub const SOCKET_PATH: &str = "/v1/socket";

/// What all sockets share. One for the whole process.
pub struct Sockets {
    pub(crate) api: Data<Api>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) settings: SocketSettings,
    per_address: Mutex<HashMap<IpAddr, u32>>,
}

impl Sockets {
    /// The place of [`JsonFormat`] in the hub's list.
    pub(crate) const FORMAT: Format = Format(0);

    /// Sockets on these services. The first wire format of the hub must be [`JsonFormat`].
    pub fn new(api: Data<Api>, hub: Arc<Hub>, settings: SocketSettings) -> Arc<Self> {
        Arc::new(Self {
            api,
            hub,
            settings,
            per_address: Mutex::default(),
        })
    }

    /// Takes one of the places that an address has; `None` if it has no more.
    pub(crate) fn place(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let mut taken = self.per_address.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_default();
        if self.settings.per_address.is_some_and(|most| *count >= most) {
            return None;
        }
        *count += 1;
        Some(Place {
            sockets: self.clone(),
            address,
        })
    }
}

/// One of the places that an address has for its sockets. Dropping it gives it back.
pub(crate) struct Place {
    sockets: Arc<Sockets>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self
            .sockets
            .per_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}
