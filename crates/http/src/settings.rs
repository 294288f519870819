//! What the operator decides about HTTP.

use std::num::NonZeroU32;

use ipnet::IpNet;
use url::Url;

/// How requests are answered. The defaults suit a server on one's own machine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people reach the server. The only page that may use a browser's cookie; where it is `None`, the host
    /// that the request names.
    pub public_url: Option<Url>,
    /// Origins of web pages that may call the API from a browser, such as `https://app.example.org`.
    pub cors_origins: Vec<String>,
    /// Reverse proxies whose `X-Forwarded-For` and `X-Request-Id` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Largest JSON body of a request, in bytes. The default holds the longest message in any script, even if all but
    /// ASCII is written as escapes.
    pub json_bytes: usize,
    /// The path under which a web server in front gives out the folder of media, such as `/kept`: it is told by
    /// `X-Accel-Redirect` which file to send, where files lie in a folder. `None` if the server sends them itself.
    pub accel_redirect: Option<String>,
    /// Whether `/docs`, `/openapi.json` and `/asyncapi.json` are served.
    pub docs: bool,
    /// How much one network address may ask; `None` for any amount.
    pub rates: Option<Rates>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            json_bytes: 256 * 1024,
            accel_redirect: None,
            docs: true,
            rates: Some(Rates::default()),
        }
    }
}

/// How much one network address may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Requests and socket handshakes a second, on average. Four seconds' worth may come at once.
    pub requests_per_second: NonZeroU32,
    /// Of these, registrations, log-ins and refreshes a minute, on average. A minute's worth may come at once.
    pub credentials_per_minute: NonZeroU32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            requests_per_second: const { NonZeroU32::new(50).expect("not zero") },
            credentials_per_minute: const { NonZeroU32::new(30).expect("not zero") },
        }
    }
}
