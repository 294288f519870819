//! The services as administration commands have them, beside a running server or without one.

use std::io::Write;

use anyhow::Context;
use parlor_ports::Entropy;
use parlor_services::Services;
use parlor_store::Store;
use tempfile::TempDir;

use super::database;
use crate::app::{self, Machine};
use crate::config::Config;
use crate::data::{DataFolder, make_private_dir};
use crate::keys::Keys;
use crate::outside::Outside;

/// An open database and the services on it.
pub(super) struct Place {
    pub(super) services: Services,
    store: Store,
    _spool: Option<TempDir>,
}

impl Place {
    /// Opens the place that the configuration names, and says which it is.
    ///
    /// # Errors
    /// If there is no database, or it is not in the form that this version needs.
    pub(super) async fn open(config: &Config, out: &mut dyn Write) -> anyhow::Result<Self> {
        let store = database::open(config, out).await?;
        let machine = Machine::default();
        let keys = keys(config, &*machine.entropy)?;
        // Not the server's, which may be using it.
        let spool = TempDir::new().context("cannot make a temporary folder")?;
        let folder = spool.path().to_owned();
        let services = app::services(config, keys, Outside::none(), store.ports(), &machine, folder)?;
        Ok(Self {
            services,
            store,
            _spool: Some(spool),
        })
    }

    /// The same with the server's media and its folder for files on their way in, for a command beside which no server runs.
    ///
    /// # Errors
    /// As [`Place::open`], and if media cannot be kept, or something else uses the database.
    pub(super) async fn open_alone(config: &Config, out: &mut dyn Write) -> anyhow::Result<Self> {
        let data = DataFolder::at(&config.server.data)?;
        let store = database::open_alone(config, out).await?;
        let machine = Machine::default();
        let keys = keys(config, &*machine.entropy)?;
        let outside = Outside::with_media(config, &data).await?;
        let spool = data.spool();
        make_private_dir(&spool).with_context(|| format!("cannot make {}", spool.display()))?;
        let services = app::services(config, keys, outside, store.ports(), &machine, spool)?;
        Ok(Self {
            services,
            store,
            _spool: None,
        })
    }

    /// Waits until what was written is on disk.
    pub(super) async fn close(self) {
        drop(self.services);
        self.store.close().await;
    }
}

/// The server's keys. A folder that holds the database is the server's, though it has perhaps not started yet; with a
/// database elsewhere, keys that are made here would open nothing that the server has sealed, nor the reverse.
fn keys(config: &Config, entropy: &dyn Entropy) -> anyhow::Result<Keys> {
    let data = DataFolder::at(&config.server.data)?;
    if config.database.url.postgres().is_none() {
        return Keys::open(&data.keys(), entropy);
    }
    Keys::read(&data.keys()).with_context(|| {
        format!(
            "{} is not the data folder of a server that has been started; name that one with --data",
            data.path().display()
        )
    })
}
