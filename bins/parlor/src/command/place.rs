//! The services as administration commands have them, beside a running server or without one.

use std::io::Write;

use parlor_services::Services;
use parlor_store::Store;

use super::database;
use crate::app::{self, Machine};
use crate::config::Config;
use crate::data::DataFolder;

/// An open database and the services on it.
pub(super) struct Place {
    pub(super) services: Services,
    store: Store,
}

impl Place {
    /// Opens the place that the configuration names, and says which it is.
    ///
    /// # Errors
    /// If there is no database, or it is not in the form that this version needs.
    pub(super) async fn open(config: &Config, out: &mut dyn Write) -> anyhow::Result<Self> {
        let store = database::open(config, out).await?;
        let data = DataFolder::open(&config.server.data)?;
        let services = app::services(
            config,
            &data,
            config.server.listen,
            store.ports(),
            &Machine::default(),
        )?;
        Ok(Self { services, store })
    }

    /// Waits until what was written is on disk.
    pub(super) async fn close(self) {
        drop(self.services);
        self.store.close().await;
    }
}
