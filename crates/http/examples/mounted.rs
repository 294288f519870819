//! Parlor inside another application: its REST interface and its socket beside the application's own routes.
//!
//! `cargo run -p parlor-http --example mounted`, then use <http://127.0.0.1:8080/v1> and `ws://127.0.0.1:8080/v1/socket`.

use std::sync::Arc;

use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use parlor_auth::{AccessTokens, KeyRing, PasswordHasher, RefreshSecret, SigningKey};
use parlor_http::{Api, JsonFormat, Readiness, SOCKET_PATH, SocketSettings, Sockets, configure, socket};
use parlor_hub::Hub;
use parlor_ports::{Entropy, SystemClock, SystemEntropy};
use parlor_services::{Ports, Secrets, Services, Tokens};
use parlor_store::Database;

struct Always;

#[async_trait::async_trait]
impl Readiness for Always {
    async fn ready(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    // The store writes, the hub hears what it wrote: each needs the other, so the store starts last.
    let database = Database::Sqlite("parlor-example.db".into());
    let opened = parlor_store::open(parlor_store::Settings::new(database), entropy.clone()).await?;
    let hub = Hub::new(
        Default::default(),
        vec![Arc::new(JsonFormat)],
        opened.ports().log,
        clock.clone(),
    );
    let store = opened.start(hub.clone()).await?;

    // A real application keeps its keys: with these, all tokens end with the process.
    let (mut seed, mut secret) = ([0; 32], [0; 32]);
    entropy.fill(&mut seed);
    entropy.fill(&mut secret);
    let keys = KeyRing::new(SigningKey::from_seed(&seed), Vec::new());
    let tokens = Tokens {
        access: AccessTokens::new(keys, "example", "example"),
        refresh: RefreshSecret::from_bytes(secret),
    };
    let secrets = Secrets {
        hasher: PasswordHasher::new(12)?,
        tokens,
    };
    let parlor_store::Ports {
        log,
        rooms,
        users,
        sessions,
        sync,
    } = store.ports();
    let ports = Ports {
        log,
        rooms,
        users,
        sessions,
        sync,
        clock,
        entropy,
    };
    let services = Arc::new(Services::new(ports, secrets, Default::default()));
    tokio::spawn(services.marks.clone().run(std::future::pending()));

    let api = Data::new(Api::new(services, Arc::new(Always), 1, Default::default()));
    let sockets = Data::from(Sockets::new(api.clone(), hub, SocketSettings::default()));
    let app = move || {
        App::new()
            .route("/", web::get().to(async || "This is the application's own page."))
            .app_data(sockets.clone())
            .route(SOCKET_PATH, web::get().to(socket))
            .configure(configure(api.clone()))
    };
    Ok(HttpServer::new(app).bind("127.0.0.1:8080")?.run().await?)
}
