//! Keys that an application publishes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parlor_ports::{Clock, KeySource, KeysError};
use reqwest::header::{ACCEPT, CACHE_CONTROL, HeaderMap};
use reqwest::{Client, Response, redirect};
use url::{Host, Url};

use crate::cache::{Cache, FLOOR, Fetch, Fetched};
use crate::error::{FetchError, UrlError, told};
use crate::key_set::{MAX_BYTES, is_key_set};

/// How long keys are kept where the application does not say, and the least and the most where it does.
const GOOD_FOR: Duration = Duration::from_secs(3600);
const LEAST: Duration = Duration::from_secs(300);
const MOST: Duration = Duration::from_secs(86_400);

/// Where an application publishes its keys, and how they are fetched.
#[derive(Debug, Clone)]
pub struct JwksSettings {
    /// The address of its JWK Set, often `https://…/.well-known/jwks.json`.
    pub url: Url,
    /// How long they are not fetched again, whatever key is missing.
    pub floor: Duration,
    /// How long fetching them may take.
    pub timeout: Duration,
}

impl JwksSettings {
    /// The keys at this address, with the usual times.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            floor: FLOOR,
            timeout: Duration::from_secs(5),
        }
    }
}

/// The keys at an address.
///
/// They are fetched when they are first needed, and again after an hour or as the answer's `Cache-Control` says, and when
/// one is missing. While that fails, the old ones stay good.
pub struct JwksUrl(Cache<Get>);

impl JwksUrl {
    /// The keys of these settings. Nothing is fetched yet.
    ///
    /// # Errors
    /// [`UrlError`]
    pub fn new(settings: JwksSettings, clock: Arc<dyn Clock>) -> Result<Self, UrlError> {
        let url = settings.url;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::Login);
        }
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
            return Err(UrlError::Insecure(url));
        }
        let client = Client::builder()
            .timeout(settings.timeout)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            // An hour lies between two requests.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| UrlError::Client(told(&error)))?;
        Ok(Self(Cache::new(Get { client, url }, clock, settings.floor)))
    }
}

#[async_trait]
impl KeySource for JwksUrl {
    async fn keys(&self, missing: Option<&str>) -> Result<Arc<str>, KeysError> {
        self.0.keys(missing).await
    }
}

/// One request.
struct Get {
    client: Client,
    url: Url,
}

#[async_trait]
impl Fetch for Get {
    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let request = self
            .client
            .get(self.url.clone())
            .header(ACCEPT, "application/json");
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(self.failed(format!(
                "answered {status}, and redirects are not followed: configure the address where the keys really are"
            )));
        }
        if status != 200 {
            return Err(self.failed(format!("answered {status}: check the address")));
        }
        let good_for = good_for(response.headers());
        let keys = self.text(response).await?;
        if !is_key_set(&keys) {
            return Err(self.failed(
                "answered something that is no JWK Set, which is JSON with a list \"keys\": check the address",
            ));
        }
        Ok(Fetched { keys, good_for })
    }
}

impl Get {
    async fn text(&self, mut response: Response) -> Result<String, FetchError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(self.failed(format!("answered more than {MAX_BYTES} bytes: check the address")));
            }
            body.extend_from_slice(&chunk);
        }
        String::from_utf8(body)
            .map_err(|_| self.failed("answered something that is no text: check the address"))
    }

    fn unreachable(&self, error: reqwest::Error) -> FetchError {
        let hint = if error.is_timeout() {
            "it took too long: check that this machine may connect to it"
        } else {
            "check the address, its certificate, and that this machine may connect to it"
        };
        self.failed(format!("{hint} ({})", told(&error.without_url())))
    }

    fn failed(&self, why: impl Into<String>) -> FetchError {
        FetchError::new(&self.url, why)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// How long an answer may be kept (RFC 9111, section 5.2.2), within reason.
fn good_for(headers: &HeaderMap) -> Duration {
    let values = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut directives = values
        .flat_map(|value| value.split(','))
        .map(|one| one.trim().to_ascii_lowercase());
    let told = directives.find_map(|one| match one.split_once('=') {
        Some(("max-age", seconds)) => seconds.trim_matches('"').parse().ok().map(Duration::from_secs),
        None if one == "no-store" || one == "no-cache" => Some(LEAST),
        _ => None,
    });
    told.unwrap_or(GOOD_FOR).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn answers_are_kept_within_reason() {
        for (value, seconds) in [
            ("public, max-age=7200", 7200),
            ("MAX-AGE=\"600\"", 600),
            ("max-age=1", 300),
            ("max-age=99999999", 86_400),
            ("max-age=-5", 3600),
            ("no-store", 300),
            ("private", 3600),
            ("s-maxage=7", 3600),
        ] {
            let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(value))]);
            assert_eq!(good_for(&headers).as_secs(), seconds, "{value}");
        }
        assert_eq!(good_for(&HeaderMap::new()), GOOD_FOR);
    }
}
