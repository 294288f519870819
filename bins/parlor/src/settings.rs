//! The configuration in the words of the crates that it concerns.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use parlor_auth::{ClaimNames, ForeignSettings};
use parlor_blobs::S3Settings;
use parlor_http::server::ServerSettings;
use parlor_http::{Rates, SocketSettings};
use parlor_mail::{Login, MailSettings, SmtpSettings};
use parlor_media::{ImageLimits, SoundLimits, VideoLimits};
use parlor_ports::{Quotas, Scanner};
use parlor_scan::Clamd;
use parlor_services::{
    AccountsSettings, AnnouncementsSettings, BroadcastsSettings, ContactsSettings, Lives, LogInsSettings,
    MediaSettings, MessagesSettings, NotificationsSettings, PasswordsSettings, RoomsSettings,
    SessionsSettings, SignUp, StatusesSettings,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::config::{Addressing, Config, ConfigError, Encryption, Registration, TwoStep};
use crate::data::DataFolder;

/// Threads that serve where nothing is said: more would rather wake each other than help.
const MOST_WORKERS: usize = 8;
/// How long a mail server may take.
const MAIL_TIMEOUT: Duration = Duration::from_secs(30);
/// The issuer of access tokens where there is no public URL.
const ISSUER: &str = "parlor";

pub(crate) fn store(config: &Config, data: &DataFolder) -> parlor_store::Settings {
    let database = match config.database.url.postgres() {
        Some(url) => parlor_store::Database::Postgres(url.clone()),
        None => parlor_store::Database::Sqlite(data.database()),
    };
    parlor_store::Settings {
        rooms_per_user: config.rooms.per_user,
        queue: config.database.queue,
        readers: config.database.readers,
        lanes: config.database.lanes,
        ..parlor_store::Settings::new(database)
    }
}

pub(crate) fn services(config: &Config) -> parlor_services::Settings {
    parlor_services::Settings {
        accounts: AccountsSettings {
            sign_up: match config.auth.registration {
                Registration::Open => SignUp::Open,
                Registration::Invited => SignUp::Invited,
                Registration::Closed => SignUp::Closed,
            },
        },
        passwords: PasswordsSettings {
            concurrent: match config.auth.bcrypt_concurrency {
                0 => (cores() / 2).max(1),
                concurrent => concurrent,
            },
            ..PasswordsSettings::default()
        },
        log_ins: LogInsSettings {
            two_step: match config.auth.two_step {
                TwoStep::Off => parlor_services::TwoStep::Off,
                TwoStep::Optional => parlor_services::TwoStep::Optional,
                TwoStep::Required => parlor_services::TwoStep::Required,
            },
            by_mail: config.auth.log_in_by_mail,
            ..LogInsSettings::default()
        },
        host: host(config),
        name: config.server.name.as_str().into(),
        limits: config.limits.enabled,
        sessions: SessionsSettings {
            access: config.auth.access,
            idle: config.auth.session,
            most: config.auth.sessions_per_user,
            ..SessionsSettings::default()
        },
        notifications: NotificationsSettings {
            kept: config.notifications.days,
        },
        announcements: AnnouncementsSettings {
            name: config.notifications.announcements.clone(),
        },
        contacts: ContactsSettings {
            max_contacts: config.contacts.contacts,
            max_blocks: config.contacts.blocks,
            max_requests: config.contacts.requests,
            request_pause: config.contacts.request_days,
        },
        rooms: RoomsSettings {
            max_members: config.rooms.members,
            max_readers: config.rooms.readers,
        },
        messages: MessagesSettings {
            max_body: config.messages.body_bytes,
        },
        statuses: StatusesSettings {
            lifetime: config.statuses.hours,
            most: config.statuses.per_user,
            max_body: config.statuses.body_bytes,
        },
        broadcasts: BroadcastsSettings {
            max_lists: config.broadcasts.lists,
            max_recipients: config.broadcasts.recipients,
            memory: config.broadcasts.days,
        },
        media: media(config),
        ..parlor_services::Settings::default()
    }
}

pub(crate) fn compat(config: &Config) -> parlor_compat::Settings {
    parlor_compat::Settings {
        dialects: config.compat.dialects.clone(),
        root: config.compat.root,
        public_url: config.server.public_url.clone(),
        lives: Lives {
            access: config.auth.access,
            refresh: config.auth.session,
        },
        max_users_in_room: config.compat.max_users_in_room,
        json_bytes: config.http.json_bytes,
        docs: config.server.docs,
    }
}

fn media(config: &Config) -> MediaSettings {
    let media = &config.media;
    MediaSettings {
        limits: parlor_media::Limits {
            image: ImageLimits {
                bytes: media.image_mebibytes,
                edge: media.image_side,
                pixels: u64::from(media.image_megapixels) * 1_000_000,
                frames: media.image_frames,
                animated_pixels: u64::from(media.image_moving_megapixels) * 1_000_000,
            },
            voice: SoundLimits {
                bytes: media.voice_mebibytes,
                seconds: media.voice_minutes.as_secs(),
            },
            audio: SoundLimits {
                bytes: media.audio_mebibytes,
                seconds: media.audio_minutes.as_secs(),
            },
            video: VideoLimits {
                bytes: media.video_mebibytes,
                seconds: media.video_minutes.as_secs(),
                edge: media.video_side,
            },
            file_bytes: media.file_mebibytes,
            kinds: media.kinds,
        },
        quotas: Quotas {
            person: media.person_gibibytes,
            total: media.total_gibibytes,
        },
        concurrent: match media.concurrency {
            0 => (cores() / 2).max(1),
            concurrent => concurrent,
        },
        waiting: media.waiting,
        receiving: media.receiving,
        receiving_per_person: media.receiving_per_person,
        free_bytes: media.free_mebibytes,
        uploads: media.uploads_per_person,
        inline_bytes: media.inline_kibibytes << 10,
        examination: media.examine_seconds,
        scan: media.scan_seconds,
        unused: media.unused_hours,
        link: media.link_minutes,
        ..MediaSettings::default()
    }
}

/// The bucket of media, if they are not in a folder.
pub(crate) fn s3(config: &Config) -> Option<S3Settings> {
    let s3 = &config.s3;
    Some(S3Settings {
        url: some_text(&config.media.url)?,
        endpoint: s3.endpoint.clone(),
        region: s3.region.clone(),
        addressing: match s3.addressing {
            Addressing::Path => parlor_blobs::Addressing::Path,
            Addressing::Host => parlor_blobs::Addressing::Host,
        },
        access_key: s3.access_key.clone(),
        secret: s3.secret.clone(),
    })
}

/// What looks for malware, if anything does.
///
/// # Errors
/// If it is no address of clamd.
pub(crate) fn scanner(config: &Config) -> Result<Option<Arc<dyn Scanner>>, ConfigError> {
    let media = &config.media;
    if let Some((program, arguments)) = media.scanner_command.split_first() {
        let arguments = arguments.iter().map(Into::into).collect();
        let command = parlor_scan::Command::new(program.into(), arguments, media.scan_seconds);
        return Ok(Some(Arc::new(command)));
    }
    let Some(address) = some_text(&media.scanner) else {
        return Ok(None);
    };
    let address = address.parse();
    let address = address.map_err(|error| ConfigError::Unusable(format!("`media.scanner` {error}")))?;
    Ok(Some(Arc::new(Clamd::new(address, media.scan_seconds))))
}

/// Whose users are ours besides those who registered here.
fn host(config: &Config) -> Option<ForeignSettings> {
    let host = &config.host;
    if host.issuer.is_empty() {
        return None;
    }
    Some(ForeignSettings {
        algorithms: host.algorithms.clone(),
        claims: ClaimNames {
            username: host.username_claim.clone(),
            name: host.name_claim.clone(),
            email: host.email_claim.clone(),
            email_verified: host.email_verified_claim.clone(),
            session: host.session_claim.clone(),
        },
        ..ForeignSettings::new(&host.issuer, &host.audience)
    })
}

/// From whom letters are, and which page their links open: this one, or one of the server that listens there.
pub(crate) fn letters(config: &Config, page: Url, address: SocketAddr) -> MailSettings {
    MailSettings {
        from: config.mail.from.clone(),
        reply_to: some_text(&config.mail.reply_to),
        server_name: config.server.name.clone(),
        server_url: base_url(config, address).parse().unwrap_or_else(|_| page.clone()),
        link_base: page,
    }
}

/// The page that all links open: those in letters, and invitations.
///
/// # Errors
/// If the server listens where no link can lead, such as `[fe80::1%2]:8000`, and nothing else is said.
pub(crate) fn account_page(config: &Config, address: SocketAddr) -> Result<Url, ConfigError> {
    if let Some(page) = &config.mail.links {
        return Ok(page.clone());
    }
    let page = format!("{}/account", base_url(config, address));
    page.parse().map_err(|_| {
        ConfigError::Unusable(format!(
            "no link can lead to {address}; set `server.public_url` to the address at which people reach the server"
        ))
    })
}

/// The link to this page with which an account can be made.
pub(crate) fn invitation(mut page: Url, invite: &SecretString) -> Url {
    page.set_fragment(Some(&format!("invite={}", invite.expose_secret())));
    page
}

/// The mail server, if there is one.
pub(crate) fn smtp(config: &Config) -> Option<SmtpSettings> {
    let mail = &config.mail;
    Some(SmtpSettings {
        host: some_text(&mail.host)?,
        port: u16::try_from(mail.port).ok().filter(|port| *port > 0),
        encryption: match mail.encryption {
            Encryption::StartTls => parlor_mail::Encryption::StartTls,
            Encryption::Tls => parlor_mail::Encryption::Tls,
            Encryption::None => parlor_mail::Encryption::PlainToLoopback,
        },
        login: some_text(&mail.username).map(|user| Login {
            user,
            password: mail.password.clone(),
        }),
        timeout: MAIL_TIMEOUT,
        extra_roots: None,
    })
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub(crate) fn hub(config: &Config) -> parlor_hub::Settings {
    parlor_hub::Settings {
        connections: config.socket.connections,
        connections_per_user: config.socket.per_user,
        ring_bytes: config.socket.ring_mebibytes << 20,
        ping: config.socket.ping,
        stalled: config.socket.stalled,
        ..parlor_hub::Settings::default()
    }
}

pub(crate) fn http(config: &Config) -> parlor_http::Settings {
    parlor_http::Settings {
        public_url: config.server.public_url.clone(),
        cors_origins: config.http.cors_origins.clone(),
        trusted_proxies: config.server.trusted_proxies.clone(),
        json_bytes: config.http.json_bytes,
        accel_redirect: some_text(&config.media.accel_redirect),
        docs: config.server.docs,
        rates: config.limits.enabled.then_some(Rates {
            requests_per_second: config.limits.requests_per_second,
            credentials_per_minute: config.limits.credentials_per_minute,
        }),
    }
}

pub(crate) fn server(config: &Config) -> ServerSettings {
    ServerSettings {
        workers: match config.server.workers {
            0 => cores().min(MOST_WORKERS),
            workers => workers,
        },
        request_timeout: config.http.request_timeout,
        untaken: config.http.untaken,
        per_address: config.limits.enabled.then_some(config.http.per_address),
        // The rest of the time is for the sockets, and for the database.
        shutdown: config.server.shutdown / 2,
        socket: socket(config),
    }
}

fn socket(config: &Config) -> SocketSettings {
    let limits = config.limits.enabled;
    SocketSettings {
        frame_bytes: config.socket.frame_bytes,
        body_bytes: config.messages.body_bytes,
        hello: config.socket.hello,
        // A client may miss one ping before it takes the server for dead.
        heartbeat: 2 * config.socket.ping + Duration::from_secs(10),
        stalled: config.socket.stalled,
        per_address: limits.then_some(config.socket.per_address),
        commands_per_second: limits.then_some(config.limits.commands_per_second),
        allowed_origins: config.socket.allowed_origins.clone(),
    }
}

/// Who issues access tokens.
pub(crate) fn issuer(config: &Config) -> String {
    match &config.server.public_url {
        _ if !config.auth.issuer.is_empty() => config.auth.issuer.clone(),
        Some(url) => url.origin().ascii_serialization(),
        None => ISSUER.to_owned(),
    }
}

/// Where people reach a server that listens there; no slash at the end.
pub(crate) fn base_url(config: &Config, address: SocketAddr) -> String {
    match &config.server.public_url {
        Some(url) => url.origin().ascii_serialization(),
        None => format!("http://{address}"),
    }
}

fn cores() -> usize {
    available_parallelism().map_or(1, NonZeroUsize::get)
}
