//! What all requests share.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::dev::RequestHead;
use actix_web::http::header::{HOST, X_FORWARDED_PROTO};
use actix_web::web::Data;
use async_trait::async_trait;
use parlor_services::Services;

use crate::client_ip::is_trusted;
use crate::{AddressLimits, RequestIds, Settings, client_ip, request_id};

/// The services, and what HTTP adds to them. One for the whole process.
pub struct Api {
    /// What users can do.
    pub services: Arc<Services>,
    /// How much one network address may ask.
    pub limits: AddressLimits,
    /// Whether the server can work.
    pub readiness: Arc<dyn Readiness>,
    /// How requests are named.
    pub request_ids: RequestIds,
    /// What the operator decided.
    pub settings: Settings,
}

/// Says whether the server can do its work.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Whether a load balancer should send requests.
    ///
    /// # Errors
    /// Why not, in a few words that give nothing away, such as "the server is stopping".
    async fn ready(&self) -> Result<(), &'static str>;
}

/// For applications whose readiness somebody else looks after.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlwaysReady;

#[async_trait]
impl Readiness for AlwaysReady {
    async fn ready(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

impl Api {
    /// Puts the parts together. `process` is a random number by which this process differs from others in the names
    /// of requests.
    pub fn new(
        services: Arc<Services>,
        readiness: Arc<dyn Readiness>,
        process: u32,
        settings: Settings,
    ) -> Self {
        Self {
            services,
            limits: AddressLimits::new(settings.rates),
            readiness,
            request_ids: RequestIds::new(process),
            settings,
        }
    }

    /// What a request is called: a new name, or the one that a trusted proxy gave.
    pub(crate) fn name(&self, head: &RequestHead) -> String {
        let peer = head.peer_addr.map(|peer| peer.ip().to_canonical());
        peer.filter(|peer| is_trusted(*peer, &self.settings.trusted_proxies))
            .and_then(|_| request_id::given(head.headers()))
            .unwrap_or_else(|| self.request_ids.next())
    }

    /// Scheme and host by which a client reached the server, with which absolute URLs of an answer begin. They are the request's own
    /// words: nothing that others are to read is made of them.
    pub fn base_of(&self, head: &RequestHead) -> String {
        let peer = head.peer_addr.map(|peer| peer.ip().to_canonical());
        let through_proxy = peer.is_none_or(|peer| is_trusted(peer, &self.settings.trusted_proxies));
        let forwarded = head.headers().get(X_FORWARDED_PROTO).filter(|_| through_proxy);
        let public = self.settings.public_url.as_ref();
        let secure = match forwarded {
            Some(proto) => proto.as_bytes() == b"https",
            None => public.is_some_and(|url| url.scheme() == "https"),
        };
        let host = head.headers().get(HOST).and_then(|host| host.to_str().ok());
        let scheme = if secure { "https" } else { "http" };
        format!("{scheme}://{}", host.unwrap_or("localhost"))
    }

    /// From which network address a request comes.
    pub fn client_ip(&self, head: &RequestHead) -> IpAddr {
        // A peer without an address is on this machine, at a Unix socket.
        let peer = head
            .peer_addr
            .map_or(Ipv4Addr::LOCALHOST.into(), |peer| peer.ip());
        client_ip(peer, head.headers(), &self.settings.trusted_proxies)
    }
}

/// The [`Api`] that [`configure`](crate::configure) put there.
pub(crate) fn of(request: &actix_web::HttpRequest) -> &Api {
    request
        .app_data::<Data<Api>>()
        .expect("`configure` puts the API there")
}
