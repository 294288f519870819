//! Parlor inside another application: its REST interface and its socket beside the application's own routes.
//!
//! `cargo run -p parlor-http --example mounted`, then use <http://127.0.0.1:8080/v1> and `ws://127.0.0.1:8080/v1/socket`.

use std::path::PathBuf;
use std::sync::Arc;

use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use parlor_auth::{AccessTokens, KeyRing, PasswordHasher, RefreshSecret, SigningKey, Vault};
use parlor_blobs::LocalBlobs;
use parlor_http::{AlwaysReady, Api, Jobs, JsonFormat, SocketSettings, Sockets, mount};
use parlor_hub::Hub;
use parlor_mail::{FolderMailer, Letterhead, MailSettings, Templates};
use parlor_ports::{Entropy, SystemClock, SystemEntropy};
use parlor_services::{Ports, Secrets, Services, Tokens};
use parlor_store::Database;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let database = Database::Sqlite("parlor-example.db".into());
    let opened = parlor_store::open(parlor_store::Settings::new(database), entropy.clone()).await?;

    // A real application keeps its keys: with these, all tokens end with the process, and nothing sealed can be opened.
    let [seed, secret, master] = [(); 3].map(|()| {
        let mut key = [0; 32];
        entropy.fill(&mut key);
        key
    });
    let keys = KeyRing::new(SigningKey::from_seed(&seed), Vec::new());
    let secrets = Secrets {
        hasher: PasswordHasher::new(12)?,
        tokens: Tokens {
            access: AccessTokens::new(keys, "example", "example"),
            refresh: RefreshSecret::from_bytes(secret),
        },
        vault: Vault::new(master, Vec::new()),
    };
    let letterhead = MailSettings {
        from: "chat@example.org".to_owned(),
        reply_to: None,
        server_name: "Example".to_owned(),
        link_base: "http://127.0.0.1:8080/account".parse()?,
        server_url: "http://127.0.0.1:8080".parse()?,
    };
    let letterhead = Letterhead::new(letterhead, Templates::load(None)?)?;
    let mailer = FolderMailer::open("parlor-example-mail".into(), letterhead)?;
    let stores = opened.ports();
    let ports = Ports {
        users: stores.users,
        sessions: stores.sessions,
        challenges: stores.challenges,
        second_steps: stores.second_steps,
        proofs: stores.proofs,
        invites: stores.invites,
        notifications: stores.notifications,
        announcements: stores.announcements,
        dialects: stores.dialects,
        register_ids: stores.register_ids,
        imports: stores.imports,
        api_keys: stores.api_keys,
        counters: stores.counters,
        outbox: stores.outbox,
        mailer: Arc::new(mailer),
        host_keys: None,
        rooms: stores.rooms,
        contacts: stores.contacts,
        admission: stores.admission,
        moderation: stores.moderation,
        log: stores.log,
        sync: stores.sync,
        media: stores.media,
        uploads: stores.uploads,
        statuses: stores.statuses,
        broadcasts: stores.broadcasts,
        blobs: Arc::new(LocalBlobs::open("parlor-example-media".into())?),
        scanner: None,
        clock: clock.clone(),
        entropy,
    };
    // Files on their way in: on a disk with room for them, in a folder that nobody else uses.
    let spool = PathBuf::from("parlor-example-spool");
    std::fs::create_dir_all(&spool)?;
    let services = Services::new(ports, secrets, Default::default(), spool)?;
    let services = Arc::new(services);

    // The hub and the memory of ended sessions hear what the store writes: it starts last.
    let formats = vec![Arc::new(JsonFormat) as _];
    let hub = Hub::new(Default::default(), formats, opened.ports().log, clock);
    let ended = services.sessions.ended();
    let _store = opened.start(ended.before(hub.clone())).await?;
    services.sessions.recall_ended().await?;

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
