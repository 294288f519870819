//! The only place where traits meet their implementations: a server is put together, and taken apart again.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_server::ServerHandle;
use actix_web::web::Data;
use anyhow::{Context, anyhow, bail};
use parlor_auth::{AccessTokens, PasswordHasher};
use parlor_compat::Dialects;
use parlor_http::{Api, Jobs, JsonFormat, server};
use parlor_hub::Hub;
use parlor_ports::{Clock, Entropy, SystemClock, SystemEntropy};
use parlor_services::{Ports, Secrets, Services, Tokens};
use parlor_store::{Opened, Store};
use socket2::{Domain, Socket, Type};
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::data::{DataFolder, Lock, make_private_dir};
use crate::keys::Keys;
use crate::outside::Outside;
use crate::readiness::Readiness;
use crate::settings;

/// What a server takes from the machine and tests replace.
#[derive(Clone)]
pub struct Machine {
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        }
    }
}

/// A server that runs. Dropping it leaves its threads running: end it with [`App::stop`].
pub struct App {
    address: SocketAddr,
    data: DataFolder,
    api: Data<Api>,
    hub: Arc<Hub>,
    store: Arc<Store>,
    readiness: Arc<Readiness>,
    jobs: Jobs,
    server: JoinHandle<io::Result<()>>,
    handle: ServerHandle,
    move_window: Duration,
    shutdown: Duration,
    _lock: Lock,
}

impl App {
    /// Starts a server on the current runtime, which must be a multi-thread one and stay for as long as the server.
    ///
    /// # Errors
    /// What is in the way: another server with the same data folder or address, a database that cannot be opened.
    pub async fn start(config: &Config, machine: Machine) -> anyhow::Result<Self> {
        let data = DataFolder::open(&config.server.data)?;
        let mut lock = data.lock()?;
        let listener = listen(config.server.listen)?;
        let address = listener.local_addr()?;
        lock.tell(address)?;

        let store = settings::store(config, &data);
        let place = store.database.describe();
        let opened = parlor_store::open(store, machine.entropy.clone()).await;
        let opened = opened.with_context(|| format!("cannot use {place}"))?;
        let keys = Keys::open(&data.keys(), &*machine.entropy)?;
        let outside = Outside::open(config, &data, address, &machine.clock).await?;
        let spool = data.spool();
        make_private_dir(&spool).with_context(|| format!("cannot make {}", spool.display()))?;
        let services = services(config, keys, outside, opened.ports(), &machine, spool)?;
        if !services.second_steps.opens().await? {
            bail!(
                "the database holds secrets of authenticator apps that no key in {} opens; put back the vault-*.secret that \
                 was there, or, if it is gone for good, run: parlor user reset-second-step --lost",
                data.keys().display()
            );
        }
        let services = Arc::new(services);
        let dialects = Dialects::new(services.clone(), settings::compat(config));
        let (hub, store) = start_store(config, opened, &services, &dialects, &machine).await?;
        let readiness = Arc::new(Readiness::new(Arc::downgrade(&store), machine.clock.clone()));
        let process = machine.entropy.tag().0;
        let api = Data::new(Api::new(
            services,
            readiness.clone(),
            process,
            settings::http(config),
        ));
        let settings = settings::server(config);
        let server = server::start(listener, api.clone(), hub.clone(), settings, dialects.besides())
            .context("the HTTP server cannot start")?;
        Ok(Self {
            address,
            data,
            jobs: Jobs::start(&api, &hub),
            handle: server.handle(),
            server: tokio::spawn(server),
            api,
            hub,
            store,
            readiness,
            move_window: config.server.move_window,
            shutdown: config.server.shutdown,
            _lock: lock,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it keeps things.
    pub fn data(&self) -> &DataFolder {
        &self.data
    }

    /// What its users can do.
    pub fn services(&self) -> &Arc<Services> {
        &self.api.services
    }

    /// Who is connected to it.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Passes when a part of the server has died, and says which. The rest is to be stopped then.
    pub async fn failure(&mut self) -> anyhow::Error {
        tokio::select! {
            ended = &mut self.server => anyhow!("the HTTP server has ended: {ended:?}"),
            ended = self.jobs.failure() => anyhow!("a background job has ended: {ended:?}"),
        }
    }

    /// Stops in good order: no new connections, sockets are told to move and closed, requests finish, marks are
    /// written, the database is closed.
    ///
    /// # Errors
    /// If that takes longer than the configured time. What was acknowledged is safe all the same.
    pub async fn stop(self) -> anyhow::Result<()> {
        let limit = self.shutdown;
        tokio::time::timeout(limit, self.stop_in_order())
            .await
            .with_context(|| format!("stopping took longer than {} s", limit.as_secs()))
    }

    async fn stop_in_order(self) {
        self.readiness.stop();
        self.handle.pause().await;
        let window = self.move_window.min(self.shutdown / 3);
        self.hub
            .ask_to_leave(u64::try_from(window.as_millis()).unwrap_or(u64::MAX));
        self.sockets_gone(window).await;
        self.hub.stop();
        self.sockets_gone(self.shutdown / 6).await;
        server::stop(&self.handle).await;
        self.jobs.finish().await;
        // Nobody asks for readiness any more. If somebody did, the last to let go of the store would close it.
        if let Some(store) = Arc::into_inner(self.store) {
            store.close().await;
        }
    }

    /// Waits until no socket is open, but not longer than this.
    async fn sockets_gone(&self, limit: Duration) {
        let begun = Instant::now();
        while self.hub.sockets() > 0 && begun.elapsed() < limit {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The store, and the hub that hears what it commits. Each needs the other, so the store begins to write last.
async fn start_store(
    config: &Config,
    opened: Opened,
    services: &Services,
    dialects: &Dialects,
    machine: &Machine,
) -> anyhow::Result<(Arc<Hub>, Arc<Store>)> {
    let mut formats = dialects.formats();
    formats.insert(0, Arc::new(JsonFormat));
    let hub = Hub::new(
        settings::hub(config),
        formats,
        opened.ports().log,
        machine.clock.clone(),
    );
    let sink = services.sessions.ended().before(hub.clone());
    let store = opened.start(sink).await?;
    services.sessions.recall_ended().await?;
    Ok((hub, Arc::new(store)))
}

/// The services on this store, as the server and the administration commands have them. Files on their way in lie in `spool`.
pub(crate) fn services(
    config: &Config,
    keys: Keys,
    outside: Outside,
    stores: parlor_store::Ports,
    machine: &Machine,
    spool: PathBuf,
) -> anyhow::Result<Services> {
    let Machine { clock, entropy } = machine.clone();
    let secrets = Secrets {
        hasher: PasswordHasher::new(config.auth.bcrypt_cost)?,
        tokens: Tokens {
            access: AccessTokens::new(keys.ring, &settings::issuer(config), &config.auth.audience),
            refresh: keys.refresh,
        },
        vault: keys.vault,
    };
    let parlor_store::Ports {
        log,
        rooms,
        admission,
        moderation,
        users,
        contacts,
        sessions,
        challenges,
        second_steps,
        proofs,
        invites,
        notifications,
        announcements,
        dialects,
        register_ids,
        imports,
        api_keys,
        counters,
        outbox,
        sync,
        media,
        uploads,
        statuses,
        broadcasts,
    } = stores;
    let ports = Ports {
        users,
        sessions,
        challenges,
        second_steps,
        proofs,
        invites,
        notifications,
        announcements,
        dialects,
        register_ids,
        imports,
        api_keys,
        counters,
        outbox,
        mailer: outside.mailer,
        host_keys: outside.host_keys,
        contacts,
        rooms,
        admission,
        moderation,
        log,
        sync,
        media,
        uploads,
        statuses,
        broadcasts,
        blobs: outside.blobs,
        scanner: outside.scanner,
        clock,
        entropy,
    };
    let place = spool.display().to_string();
    Services::new(ports, secrets, settings::services(config), spool)
        .with_context(|| format!("cannot use the folder {place}"))
}

/// Connections that the kernel keeps until they are accepted: all clients of a server that restarts come at once.
const BACKLOG: i32 = 4096;

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bind = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok::<TcpListener, io::Error>(socket.into())
    };
    bind().with_context(|| format!("cannot listen on {address}; choose another address with --listen"))
}
