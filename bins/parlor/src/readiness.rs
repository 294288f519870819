//! Whether the server can do its work, as load balancers ask.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use parlor_ports::Clock;
use parlor_store::Store;

use crate::lately::Lately;

const STOPPING: &str = "the server is stopping";

/// Ready is who can commit and is not stopping. Anybody may ask, so it is tried at most once a second.
pub(crate) struct Readiness {
    store: Weak<Store>,
    stopping: AtomicBool,
    tried: Lately<Result<(), &'static str>>,
}

impl Readiness {
    pub(crate) fn new(store: Weak<Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            stopping: AtomicBool::new(false),
            tried: Lately::new(clock),
        }
    }

    /// From now on the server is not ready.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    async fn try_store(&self) -> Result<(), &'static str> {
        let store = self.store.upgrade().ok_or(STOPPING)?;
        store.check().await.map_err(|_| "the database does not answer")
    }
}

#[async_trait]
impl parlor_http::Readiness for Readiness {
    async fn ready(&self) -> Result<(), &'static str> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err(STOPPING);
        }
        self.tried.or(self.try_store()).await
    }
}
