//! Whether the server can do its work, as load balancers ask.

use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use parlor_store::Store;

/// Ready is who can commit and is not stopping.
pub(crate) struct Readiness {
    store: Weak<Store>,
    stopping: AtomicBool,
}

impl Readiness {
    pub(crate) fn new(store: Weak<Store>) -> Self {
        Self {
            store,
            stopping: AtomicBool::new(false),
        }
    }

    /// From now on the server is not ready.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl parlor_http::Readiness for Readiness {
    async fn ready(&self) -> Result<(), &'static str> {
        match self.store.upgrade() {
            Some(store) if !self.stopping.load(Ordering::Relaxed) => {
                store.check().await.map_err(|_| "the database does not answer")
            }
            _ => Err("the server is stopping"),
        }
    }
}
