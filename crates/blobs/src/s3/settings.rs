//! Which bucket, and how it is spoken to.

use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Place;
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::OpenError;

/// How long a connection may take, and how long the other side may say nothing. There is no limit to a whole request: people
/// on slow lines are served from it.
const CONNECT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(60);
/// How often a failed request is tried again. Somebody waits for it.
const RETRIES: usize = 4;

/// Which bucket takes media, and how.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// The bucket, and a folder in it if it is shared: `s3://bucket` or `s3://bucket/folder`.
    pub url: String,
    /// The address of the server, if it is not AWS. Without `https` it must be on this machine.
    pub endpoint: Option<Url>,
    /// The region: what AWS calls it, or what the server is configured to (often `us-east-1`).
    pub region: String,
    /// Where a request says which bucket it means.
    pub addressing: Addressing,
    /// The id of the access key.
    pub access_key: String,
    /// Its secret.
    pub secret: SecretString,
}

/// Where a request says which bucket it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// In the path, as most servers but AWS like it.
    Path,
    /// In the name of the host, as AWS likes it.
    Host,
}

impl S3Settings {
    /// A client; nothing is sent.
    pub(super) fn connect(&self, bucket: &Bucket) -> Result<AmazonS3, OpenError> {
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECT)
            .with_timeout_disabled()
            .with_read_timeout(SILENCE)
            .with_allow_http(true);
        let mut builder = AmazonS3Builder::new()
            .with_client_options(client)
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: RETRIES,
                retry_timeout: SILENCE,
            })
            // TLS sees to it that nothing changes on the way; hashing everything again would hold up a worker.
            .with_unsigned_payload(true)
            // Not every server can delete several objects at once, and we never do.
            .with_disable_bulk_delete(true)
            .with_bucket_name(&bucket.name)
            .with_region(&self.region)
            .with_access_key_id(&self.access_key)
            .with_secret_access_key(self.secret.expose_secret())
            .with_virtual_hosted_style_request(self.addressing == Addressing::Host);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(self.origin(endpoint, bucket)?);
        }
        builder.build().map_err(|error| OpenError::Client {
            bucket: bucket.name.clone(),
            why: error.to_string(),
        })
    }

    /// Scheme, host and port, with the bucket where it belongs in the host.
    fn origin(&self, endpoint: &Url, bucket: &Bucket) -> Result<String, OpenError> {
        let refused = || OpenError::Endpoint(endpoint.clone());
        let safe = endpoint.scheme() == "https" || endpoint.scheme() == "http" && is_loopback(endpoint);
        let plain = endpoint.path() == "/" && endpoint.query().is_none() && endpoint.username().is_empty();
        let host = endpoint
            .host_str()
            .filter(|_| safe && plain)
            .ok_or_else(refused)?;
        let host = match self.addressing {
            Addressing::Path => host.to_owned(),
            Addressing::Host => format!("{}.{host}", bucket.name),
        };
        let port = endpoint.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(format!("{}://{host}{port}", endpoint.scheme()))
    }
}

/// A bucket, and where in it media lie.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) name: String,
    prefix: Place,
}

impl Bucket {
    pub(super) fn parse(url: &str) -> Result<Self, OpenError> {
        let refused = || OpenError::Address(url.to_owned());
        let rest = url.strip_prefix("s3://").ok_or_else(refused)?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        if !(3..=63).contains(&name.len()) || !name.bytes().all(known) {
            return Err(refused());
        }
        Ok(Self {
            name: name.to_owned(),
            prefix: Place::parse(prefix).map_err(|_| refused())?,
        })
    }

    /// Where something of this name lies: a key, or a word.
    pub(super) fn place(&self, name: &str) -> Place {
        Place::parse(format!("{}/{name}", self.prefix)).expect("a prefix and a key are good parts of a path")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_bucket_and_a_folder() {
        for (url, name, place) in [
            ("s3://media", "media", "probe"),
            ("s3://media/", "media", "probe"),
            ("s3://my.media-1/chat/eu/", "my.media-1", "chat/eu/probe"),
        ] {
            let bucket = Bucket::parse(url).expect(url);
            assert_eq!(
                (bucket.name.as_str(), bucket.place("probe").as_ref()),
                (name, place)
            );
        }
        for url in [
            "",
            "media",
            "https://media",
            "s3://",
            "s3:///media",
            "s3://a_b_c",
            "s3://media/a//b",
            "s3://media?x",
        ] {
            assert!(matches!(Bucket::parse(url), Err(OpenError::Address(_))), "{url}");
        }
    }

    #[test]
    fn a_server_elsewhere_is_spoken_to_in_secret() {
        let bucket = Bucket::parse("s3://media").expect("it is an address");
        let origin = |endpoint: &str, addressing| {
            let settings = S3Settings {
                url: "s3://media".to_owned(),
                endpoint: None,
                region: "us-east-1".to_owned(),
                addressing,
                access_key: "key".to_owned(),
                secret: "secret".into(),
            };
            settings
                .origin(&endpoint.parse().expect("it is a URL"), &bucket)
                .ok()
        };
        for (endpoint, addressing, expected) in [
            (
                "https://s3.example.org",
                Addressing::Path,
                Some("https://s3.example.org"),
            ),
            (
                "https://s3.example.org:9000/",
                Addressing::Host,
                Some("https://media.s3.example.org:9000"),
            ),
            (
                "http://127.0.0.1:9000",
                Addressing::Path,
                Some("http://127.0.0.1:9000"),
            ),
            ("http://[::1]:9000", Addressing::Path, Some("http://[::1]:9000")),
            ("http://s3.example.org", Addressing::Path, None),
            ("https://s3.example.org/media", Addressing::Path, None),
            ("https://key@s3.example.org", Addressing::Path, None),
            ("ftp://localhost", Addressing::Path, None),
        ] {
            assert_eq!(origin(endpoint, addressing).as_deref(), expected, "{endpoint}");
        }
    }
}
