//! What all dialects share.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;
use parlor_domain::{DeviceName, Dialect};
use parlor_http::{Api, Class};
use parlor_services::{Device, Lives, Services};
use url::Url;

use crate::drf::Refusal;
use crate::links::Links;
use crate::mount::Mount;
use crate::{MAX_BODY, Settings};

/// The services, and what the operator decides about dialects.
pub(crate) struct Compat {
    services: Arc<Services>,
    /// Where people reach the server, if that was said.
    public_url: Option<Url>,
    lives: Lives,
    max_users_in_room: u32,
}

impl Compat {
    pub(crate) fn new(services: Arc<Services>, settings: &Settings) -> Self {
        Self {
            services,
            public_url: settings.public_url.clone(),
            lives: settings.lives,
            max_users_in_room: settings.max_users_in_room,
        }
    }

    /// That of a request.
    pub(crate) fn of(request: &HttpRequest) -> &Self {
        request
            .app_data::<Data<Self>>()
            .expect("every view is mounted with it")
    }

    /// What users can do.
    pub(crate) fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// How long tokens are good where a dialect says nothing of it.
    pub(crate) fn lives(&self) -> Lives {
        self.lives
    }

    /// How many may take part in a room of `rooms` at most.
    pub(crate) fn max_users_in_room(&self) -> u32 {
        self.max_users_in_room
    }

    /// Most bytes of a message.
    pub(crate) fn max_body(&self) -> usize {
        self.services.messages.max_body().min(MAX_BODY)
    }

    /// From where a request comes.
    pub(crate) fn address(&self, request: &HttpRequest) -> IpAddr {
        api(request).client_ip(request.head())
    }

    /// Counts that somebody wants to be let in.
    pub(crate) fn count_credentials(&self, request: &HttpRequest) -> Result<(), Refusal> {
        let counted = api(request)
            .limits
            .check(self.address(request), Class::Credentials);
        counted.map_err(Refusal::throttled)
    }

    /// What a session of a dialect is called, and from where it comes.
    pub(crate) fn device(&self, request: &HttpRequest, dialect: Dialect) -> Device {
        let name: Result<DeviceName, _> = dialect.name().parse();
        Device {
            name: name.expect("a dialect's name can be a device's"),
            address: Some(self.address(request).to_string().into()),
        }
    }

    /// Makes URLs of media for the answer to a request: with the host by which it was made.
    pub(crate) fn links_for(&self, request: &HttpRequest) -> Links {
        let base = api(request).base_of(request.head());
        Links::new(self.services.clone(), Mount::of(request), base)
    }

    /// Makes URLs of media for frames, which are the same for all: paths.
    pub(crate) fn paths_at(&self, mount: Mount) -> Links {
        Links::new(self.services.clone(), mount, String::new())
    }

    /// Makes URLs of media for texts in frames, which are the same for all: with the public host, if one is known.
    pub(crate) fn links_at(&self, mount: Mount) -> Links {
        let base = self
            .public_url
            .as_ref()
            .map(|url| url.origin().ascii_serialization());
        Links::new(self.services.clone(), mount, base.unwrap_or_default())
    }
}

/// The API behind a request.
pub(crate) fn api(request: &HttpRequest) -> &Api {
    request
        .app_data::<Data<Api>>()
        .expect("dialects are mounted beside the API")
}
