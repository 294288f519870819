//! The server: HTTP and sockets on one port.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_server::{Server, ServerHandle};
use actix_service::{fn_factory, fn_service, map_config};
use actix_web::HttpResponse;
use actix_web::dev::AppConfig;
use actix_web::web::{Data, ServiceConfig};
use parlor_hub::{Hub, Worker};
use tokio::net::TcpStream;

use crate::accept::Accept;
use crate::places::Places;
use crate::socket::take_over;
use crate::{Api, SocketDialect, SocketSettings, Sockets, app};

/// How long a client is listened to that was refused in the middle of its body: it may look for the answer only when it has
/// sent everything, and does not find it if the connection is gone by then.
const LINGER: Duration = Duration::from_secs(5);

/// Most threads of a worker that wait for the disk. They come when they are needed, and go.
const FILE_THREADS: usize = 8;

/// How the server serves.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Threads that serve connections.
    pub workers: usize,
    /// How long a client may take to send the head of a request.
    pub request_timeout: Duration,
    /// How long an answer may wait for a client that takes nothing.
    pub untaken: Duration,
    /// Most connections of one network address that are no sockets; `None` for any number.
    pub per_address: Option<u32>,
    /// How long requests may take to finish when the server stops.
    pub shutdown: Duration,
    /// Limits of sockets.
    pub socket: SocketSettings,
}

/// Whether something is served at a path.
pub type Serves = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// The answer at a path to who has to wait for so long.
pub type Throttles = Arc<dyn Fn(&str, Duration) -> HttpResponse + Send + Sync>;

/// What a server serves besides Parlor's own API.
#[derive(Clone)]
pub struct Besides {
    /// Mounts further paths.
    pub routes: Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>,
    /// Knows these paths, if there are any.
    pub serves: Option<Serves>,
    /// Answers there, and where the sockets are, if a network address asks too much. Without it Parlor's own problem is the answer.
    pub throttles: Option<Throttles>,
    /// Sockets at further paths.
    pub sockets: Vec<Arc<dyn SocketDialect>>,
}

impl Besides {
    /// Whether this is one of these paths.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.serves.as_ref().is_some_and(|serves| serves(path))
    }
}

impl Default for Besides {
    /// Nothing.
    fn default() -> Self {
        Self {
            routes: Arc::new(|_| ()),
            serves: None,
            throttles: None,
            sockets: Vec::new(),
        }
    }
}

/// Begins to serve on a listener. The server does not listen to signals: whoever started it stops it by its handle.
///
/// Must be called within an actix system's or a tokio runtime.
pub fn start(
    listener: TcpListener,
    api: Data<Api>,
    hub: Arc<Hub>,
    settings: ServerSettings,
    besides: Besides,
) -> io::Result<Server> {
    let sockets = Sockets::with(api.clone(), hub.clone(), settings.socket, besides.clone());
    let (timeout, shutdown) = (settings.request_timeout, settings.shutdown);
    let accept = Arc::new(Accept {
        places: Places::new(settings.per_address),
        trusted: api.settings.trusted_proxies.clone(),
        untaken: settings.untaken,
    });
    let server = Server::build()
        .workers(settings.workers)
        .worker_max_blocking_threads(FILE_THREADS)
        .backlog(4096)
        .disable_signals()
        .shutdown_timeout(shutdown.as_secs())
        .listen("http", listener, move || {
            let (api, hub, sockets, accept) = (api.clone(), hub.clone(), sockets.clone(), accept.clone());
            let besides = besides.clone();
            // Made once in each thread, which so has its own part of the hub.
            let upgrade = fn_factory(move || {
                let (worker, sockets) = (Worker::start(hub.clone()), sockets.clone());
                async move {
                    Ok::<_, ()>(fn_service(move |(request, framed)| {
                        let taken = take_over(sockets.clone(), worker.clone(), request, framed);
                        async { taken.await.map_err(actix_web::Error::from) }
                    }))
                }
            });
            HttpService::build()
                .client_request_timeout(timeout)
                .client_disconnect_timeout(LINGER)
                .on_connect_ext(move |stream: &TcpStream, data| accept.connection(stream, data))
                .upgrade(upgrade)
                .finish(map_config(app(api, &besides), |_| AppConfig::default()))
                .tcp()
        })?;
    Ok(server.run())
}

/// Stops taking connections, lets requests finish, and passes when all threads have ended.
pub async fn stop(handle: &ServerHandle) {
    handle.stop(true).await;
}
