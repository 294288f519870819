//! Chat APIs of Django servers, served by Parlor as their front ends know them.
//!
//! Each dialect is a module: its paths are `drf::View`s, its socket a [`SocketDialect`] with a [`WireFormat`], all on the services that
//! Parlor's own API has. Each is reached under `/compat/<dialect>/`, and perhaps at the root as well.
//!
//! To add one more dialect: a variant of [`Dialect`], a module with `views()`, `views_beside_others()` and its socket, its lines in
//! [`Dialects`] and where a dialect's paths are listed here, its place in [`SERVED`], its description in `openapi/`, and in `root` the
//! paths that it shares with others.

mod callers;
mod compat;
mod conversations;
mod directory;
mod documents;
mod drf;
mod error;
mod greeter;
mod ids;
mod links;
mod log_ins;
mod media;
mod messenger;
mod mount;
mod passwords;
mod people;
mod pick;
mod relay;
mod rooms;
mod root;
mod served;
mod sockets;

use std::sync::Arc;

use actix_web::web::{self, Data, ServiceConfig};
use parlor_domain::Dialect;
use parlor_http::SocketDialect;
use parlor_http::server::Besides;
use parlor_hub::{Format, WireFormat};
use parlor_services::{Lives, Services};
use url::Url;

use self::compat::Compat;
use self::conversations::{ConversationsFormat, ConversationsSocket};
use self::directory::Directory;
pub use self::documents::openapi;
use self::drf::{Limits, View};
use self::greeter::{GreeterFormat, GreeterSocket};
use self::messenger::{MessengerFormat, MessengerSocket};
use self::mount::Mount;
pub use self::relay::{HALL as RELAY_HALL, notification as relay_notification};
use self::relay::{MediaFrames, RelayFormat, RelaySocket};
use self::rooms::{RoomsFormat, RoomsSocket};
use self::served::Served;

/// The dialects that there are, in the order in which they are named.
pub const SERVED: [Dialect; 5] = [
    Dialect::Relay,
    Dialect::Messenger,
    Dialect::Greeter,
    Dialect::Conversations,
    Dialect::Rooms,
];

/// Most bytes of a message, if Parlor itself does not take fewer.
const MAX_BODY: usize = 65_536;
/// Most bytes of the files of one form.
const FILE_BYTES: u64 = 20 << 20;

/// What the operator decides about dialects.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which are served.
    pub dialects: Vec<Dialect>,
    /// What is served at the root.
    pub root: Root,
    /// Where people reach the server, if that was said.
    pub public_url: Option<Url>,
    /// How long tokens are good where a dialect says nothing of it.
    pub lives: Lives,
    /// How many may take part in a room of `rooms` at most.
    pub max_users_in_room: u32,
    /// Largest body that is no file, in bytes.
    pub json_bytes: usize,
    /// Whether pages that describe them are served.
    pub docs: bool,
}

/// What is served at the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// No dialect.
    None,
    /// All that are served, as far as they can be told apart.
    All,
    /// One, exactly.
    One(Dialect),
}

impl Root {
    fn has(self, dialect: Dialect) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::One(one) => one == dialect,
        }
    }
}

/// The dialects of a server. What it serves is known before the hub is made, whose formats these are after its first.
pub struct Dialects {
    compat: Arc<Compat>,
    settings: Settings,
    formats: Vec<Arc<dyn WireFormat>>,
    sockets: Vec<Arc<dyn SocketDialect>>,
}

impl Dialects {
    /// The dialects on these services.
    pub fn new(services: Arc<Services>, settings: Settings) -> Self {
        let compat = Arc::new(Compat::new(services, &settings));
        let mut dialects = Self {
            compat,
            settings,
            formats: Vec::new(),
            sockets: Vec::new(),
        };
        let halls = Directory::new();
        let media = Arc::new(MediaFrames::new(dialects.compat.services().clone()));
        for mount in dialects.mounts(Dialect::Relay) {
            let format = dialects.add_format(RelayFormat {
                halls: halls.clone(),
                links: dialects.compat.links_at(mount),
                media: media.clone(),
            });
            dialects.sockets.push(Arc::new(RelaySocket {
                compat: dialects.compat.clone(),
                mount,
                format,
                halls: halls.clone(),
            }));
        }
        for mount in dialects.mounts(Dialect::Greeter) {
            let format = dialects.add_format(GreeterFormat);
            dialects.sockets.push(Arc::new(GreeterSocket {
                compat: dialects.compat.clone(),
                mount,
                has_others: dialects.has_others(mount),
                format,
            }));
        }
        let pairs = Directory::new();
        for mount in dialects.mounts(Dialect::Conversations) {
            let links = dialects.compat.links_at(mount);
            let pairs = pairs.clone();
            let format = dialects.add_format(ConversationsFormat {
                pairs: pairs.clone(),
                links,
            });
            dialects.sockets.push(Arc::new(ConversationsSocket {
                compat: dialects.compat.clone(),
                mount,
                has_others: dialects.has_others(mount),
                format,
                pairs,
            }));
        }
        let numbers = Directory::new();
        for mount in dialects.mounts(Dialect::Rooms) {
            let format = dialects.add_format(RoomsFormat {
                numbers: numbers.clone(),
                files: dialects.compat.paths_at(mount),
                others: dialects.compat.links_at(mount),
            });
            dialects.sockets.push(Arc::new(RoomsSocket {
                compat: dialects.compat.clone(),
                mount,
                format,
                numbers: numbers.clone(),
            }));
        }
        let turnouts = Directory::new();
        // After those whose ids have a shape of their own.
        for mount in dialects.mounts(Dialect::Messenger) {
            let format = MessengerFormat::new(&dialects.compat, mount, turnouts.clone());
            let format = dialects.add_format(format);
            dialects.sockets.push(Arc::new(MessengerSocket {
                compat: dialects.compat.clone(),
                mount,
                format,
                turnouts: turnouts.clone(),
            }));
        }
        dialects
    }

    /// How they encode what happens, in the order in which the hub must have them, after Parlor's own.
    pub fn formats(&self) -> Vec<Arc<dyn WireFormat>> {
        self.formats.clone()
    }

    /// What a server serves of them.
    pub fn besides(&self) -> Besides {
        let (compat, settings) = (Data::from(self.compat.clone()), self.settings.clone());
        let served = Arc::new(Served::new(&settings));
        let known = served.clone();
        Besides {
            routes: Arc::new(move |config| routes(config, &compat, &settings)),
            serves: Some(Arc::new(move |path| known.has(path))),
            throttles: Some(Arc::new(move |path, wait| served.throttled(path, wait))),
            sockets: self.sockets.clone(),
        }
    }

    /// Where a dialect is reached.
    fn mounts(&self, dialect: Dialect) -> Vec<Mount> {
        if !self.settings.dialects.contains(&dialect) {
            return Vec::new();
        }
        let root = self.settings.root.has(dialect).then_some(Mount::Root);
        std::iter::once(Mount::Prefix(dialect)).chain(root).collect()
    }

    /// Whether several dialects have sockets at `/ws/chat/…` here.
    fn has_others(&self, mount: Mount) -> bool {
        let chats = [Dialect::Greeter, Dialect::Conversations, Dialect::Messenger];
        let served = chats
            .iter()
            .filter(|dialect| self.settings.dialects.contains(dialect));
        mount == Mount::Root && self.settings.root == Root::All && served.count() > 1
    }

    fn add_format(&mut self, format: impl WireFormat + 'static) -> Format {
        self.formats.push(Arc::new(format));
        let number = u8::try_from(self.formats.len()).expect("there are few dialects");
        Format(number)
    }
}

fn routes(config: &mut ServiceConfig, compat: &Data<Compat>, settings: &Settings) {
    let uploads = &compat.services().uploads;
    config.app_data(compat.clone());
    config.app_data(Data::new(Limits {
        json_bytes: settings.json_bytes,
        file_bytes: FILE_BYTES.min(uploads.largest()),
        spool: uploads.spool(),
    }));
    for dialect in settings.dialects.iter().copied() {
        let mount = Mount::Prefix(dialect);
        let described = documentation(settings, &[dialect]);
        let scope = views(dialect)
            .into_iter()
            .chain(described)
            .fold(web::scope(&mount.prefix()), |scope, view| {
                scope.service(view.mounted(mount))
            });
        config.service(scope.default_service(web::to(drf::no_page)));
    }
    for view in at_root(settings) {
        config.service(view.mounted(Mount::Root));
    }
}

/// The paths at the root.
fn at_root(settings: &Settings) -> Vec<View> {
    let (mut views, described) = match settings.root {
        Root::One(one) if settings.dialects.contains(&one) => (views(one), vec![one]),
        Root::None | Root::One(_) => (Vec::new(), Vec::new()),
        Root::All => (
            all_views(&settings.dialects),
            documents::beside_others(&settings.dialects),
        ),
    };
    views.extend(documentation(settings, &described));
    views
}

/// What people read about these dialects, unless the operator wants nothing to be read.
fn documentation(settings: &Settings, dialects: &[Dialect]) -> Vec<View> {
    let shown = dialects.iter().filter(|_| settings.docs);
    shown.flat_map(|dialect| documents::views(*dialect)).collect()
}

/// The paths of several dialects together: those that each has alone, and those that they share.
fn all_views(dialects: &[Dialect]) -> Vec<View> {
    let own = dialects.iter().flat_map(|dialect| match dialect {
        Dialect::Relay => relay::views_beside_others(),
        Dialect::Messenger => messenger::views_beside_others(),
        Dialect::Greeter => greeter::views_beside_others(),
        Dialect::Conversations => conversations::views_beside_others(),
        Dialect::Rooms => rooms::views_beside_others(),
    });
    let media = (!dialects.is_empty()).then(media::view);
    own.chain(root::views(dialects)).chain(media).collect()
}

/// The paths of a dialect.
fn views(dialect: Dialect) -> Vec<View> {
    let mut views = match dialect {
        Dialect::Relay => relay::views(),
        Dialect::Messenger => messenger::views(),
        Dialect::Greeter => greeter::views(),
        Dialect::Conversations => conversations::views(),
        Dialect::Rooms => rooms::views(),
    };
    views.push(media::view());
    views
}
