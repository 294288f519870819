//! Parlor inside another application: its REST interface and its socket beside the application's own routes.
//!
//! `cargo run -p parlor-http --example mounted`, then use <http://127.0.0.1:8080/v1> and `ws://127.0.0.1:8080/v1/socket`.

use std::sync::Arc;

use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use parlor_auth::{AccessTokens, KeyRing, PasswordHasher, RefreshSecret, SigningKey};
use parlor_http::{AlwaysReady, Api, Jobs, JsonFormat, SocketSettings, Sockets, mount};
use parlor_hub::Hub;
use parlor_ports::{Entropy, SystemClock, SystemEntropy};
use parlor_services::{Ports, Secrets, Services, Tokens};
use parlor_store::Database;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    // The store writes, the hub hears what it wrote: each needs the other, so the store starts last.
    let database = Database::Sqlite("parlor-example.db".into());
    let opened = parlor_store::open(parlor_store::Settings::new(database), entropy.clone()).await?;
    let formats = vec![Arc::new(JsonFormat) as _];
    let hub = Hub::new(Default::default(), formats, opened.ports().log, clock.clone());
    let store = opened.start(hub.clone()).await?;

    // A real application keeps its keys: with these, all tokens end with the process.
    let (mut seed, mut secret) = ([0; 32], [0; 32]);
    entropy.fill(&mut seed);
    entropy.fill(&mut secret);
    let keys = KeyRing::new(SigningKey::from_seed(&seed), Vec::new());
    let secrets = Secrets {
        hasher: PasswordHasher::new(12)?,
        tokens: Tokens {
            access: AccessTokens::new(keys, "example", "example"),
            refresh: RefreshSecret::from_bytes(secret),
        },
    };
    let stores = store.ports();
    let ports = Ports {
        users: stores.users,
        sessions: stores.sessions,
        rooms: stores.rooms,
        log: stores.log,
        sync: stores.sync,
        clock,
        entropy,
    };
    let services = Arc::new(Services::new(ports, secrets, Default::default()));

    let api = Data::new(Api::new(services, Arc::new(AlwaysReady), 1, Default::default()));
    let jobs = Jobs::start(&api, &hub);
    let sockets = Sockets::new(api, hub, SocketSettings::default());
    let app = move || {
        App::new()
            .route("/", web::get().to(async || "This is the application's own page."))
            .configure(mount(sockets.clone()))
    };
    HttpServer::new(app).bind("127.0.0.1:8080")?.run().await?;
    jobs.finish().await;
    Ok(())
}
