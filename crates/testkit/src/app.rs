//! A whole server, for tests that talk to it as its clients do.

use std::net::SocketAddr;
use std::sync::Arc;

use parlor::app::{App, Machine};
use parlor::config::Config;
use parlor_ports::Clock;
use tempfile::TempDir;

/// A server on a port of its own, with its data in a temporary folder, without limits, and quick with passwords.
///
/// Needs a multi-thread runtime: `#[tokio::test(flavor = "multi_thread")]`.
pub struct TestApp {
    app: App,
    config: Config,
    machine: Machine,
    home: TempDir,
}

impl TestApp {
    /// Starts a server on SQLite.
    ///
    /// # Panics
    /// If it does not start; so do the other functions.
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// Starts a server with other settings than the usual ones of a test.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_on(Machine::default(), change).await
    }

    /// Starts a server whose time is moved by hand, and with other settings.
    pub async fn start_at(clock: Arc<impl Clock + 'static>, change: impl FnOnce(&mut Config)) -> Self {
        let machine = Machine {
            clock,
            ..Machine::default()
        };
        Self::start_on(machine, change).await
    }

    async fn start_on(machine: Machine, change: impl FnOnce(&mut Config)) -> Self {
        let home = TempDir::new().expect("a temporary folder");
        let mut config = Config::default();
        config.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.server.data = home.path().join("data");
        config.auth.bcrypt_cost = 4;
        config.limits.enabled = false;
        change(&mut config);
        let app = begin(&config, &machine).await;
        Self {
            app,
            config,
            machine,
            home,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.app.address()
    }

    /// Its address for clients, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The server itself.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Stops it in good order, and starts it again with the same data at the same address.
    pub async fn restart(self) -> Self {
        let Self {
            app,
            mut config,
            machine,
            home,
        } = self;
        config.server.listen = app.address();
        app.stop().await.expect("it stops in time");
        let app = begin(&config, &machine).await;
        Self {
            app,
            config,
            machine,
            home,
        }
    }

    /// Stops it in good order.
    pub async fn stop(self) {
        self.app.stop().await.expect("it stops in time");
        self.home.close().expect("nobody uses the folder any more");
    }
}

async fn begin(config: &Config, machine: &Machine) -> App {
    App::start(config, machine.clone())
        .await
        .expect("the server starts")
}
