//! How settings are read where their type alone does not say what is allowed.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use parlor_auth::ForeignAlgorithm;
use parlor_compat::{Root, SERVED};
use parlor_domain::{Dialect, RoomName};
use parlor_media::Kinds;
use serde::de::{Deserialize, Deserializer, Error};
use toml::Value;
use url::{Origin as WebOrigin, Url};

/// A whole number from `MIN` to `MAX`.
pub(super) fn within<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<u32, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_integer().and_then(|number| u32::try_from(number).ok());
    number
        .filter(|number| (MIN..=MAX).contains(number))
        .ok_or_else(|| D::Error::custom(format!("must be a whole number from {MIN} to {MAX}, not {value}")))
}

/// As [`within`], for sizes and counts of things in memory.
pub(super) fn count<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<usize, D::Error> {
    within::<MIN, MAX, D>(deserializer)
        .map(|number| usize::try_from(number).expect("a u32 fits into a usize"))
}

/// As [`within`], from 1.
pub(super) fn rate<'de, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<NonZeroU32, D::Error> {
    within::<1, MAX, D>(deserializer).map(|number| NonZeroU32::new(number).expect("it is at least 1"))
}

/// As [`within`], in seconds.
pub(super) fn seconds<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    within::<MIN, MAX, D>(deserializer).map(|seconds| Duration::from_secs(seconds.into()))
}

/// As [`within`], in minutes.
pub(super) fn minutes<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    within::<MIN, MAX, D>(deserializer).map(|minutes| Duration::from_secs(60 * u64::from(minutes)))
}

/// As [`within`], in hours.
pub(super) fn hours<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    within::<MIN, MAX, D>(deserializer).map(|hours| Duration::from_secs(3_600 * u64::from(hours)))
}

/// What a room can be called.
pub(super) fn room_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RoomName, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

/// From 1 to 65,536 MiB, in bytes.
pub(super) fn mebibytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    within::<1, 65_536, D>(deserializer).map(|mebibytes| u64::from(mebibytes) << 20)
}

/// From 1 to 1,000,000 GiB, in bytes.
pub(super) fn gibibytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    within::<1, 1_000_000, D>(deserializer).map(|gibibytes| u64::from(gibibytes) << 30)
}

/// As [`within`], in days of 24 hours.
pub(super) fn days<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    within::<MIN, MAX, D>(deserializer).map(|days| Duration::from_secs(86_400 * u64::from(days)))
}

/// Yes or no.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(deserializer)?;
    value
        .as_bool()
        .ok_or_else(|| D::Error::custom(format!("must be true or false, not {value}")))
}

/// An address and a port.
pub(super) fn socket_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parse_socket_address(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Reads an address and a port, and says how they are written if that is neither.
pub(crate) fn parse_socket_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!(
            "must be an address and a port such as 127.0.0.1:8000, 0.0.0.0:80 or [::1]:8000, not `{text}`"
        )
    })
}

/// Network addresses (`10.0.0.5`) and networks (`10.0.0.0/8`).
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    texts(deserializer, r#"["10.0.0.5", "10.0.0.0/8"]"#)?
        .iter()
        .map(|text| {
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network
                .map_err(|_| D::Error::custom(format!("must be like 10.0.0.5 or 10.0.0.0/8, not `{text}`")))
        })
        .collect()
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D, example: &str) -> Result<Vec<String>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let list = Vec::deserialize(value.clone());
    list.map_err(|_| D::Error::custom(format!("must be a list such as {example}, not {value}")))
}

/// A web address without path, or nothing.
pub(super) fn base_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    origin(&text).map(Some).map_err(D::Error::custom)
}

/// A list of web addresses without path.
pub(super) fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    texts(deserializer, r#"["https://app.example.org"]"#)?
        .iter()
        .map(|text| match origin(text) {
            Ok(url) => Ok(url.origin().ascii_serialization()),
            Err(error) => Err(D::Error::custom(error)),
        })
        .collect()
}

/// A web address, or nothing.
pub(super) fn page<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&text).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("must be like https://app.example.org/page, not `{text}`")))
}

/// A path, or nothing.
pub(super) fn folder<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then(|| text.into()))
}

/// A program and its arguments, or nothing.
pub(super) fn command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    texts(deserializer, r#"["clamscan", "--no-summary"]"#)
}

/// Kinds of media, at least one.
pub(super) fn kinds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kinds, D::Error> {
    const EXAMPLE: &str = r#"["image", "voice", "audio", "video", "file"]"#;
    let known = texts(deserializer, EXAMPLE)?
        .iter()
        .map(|name| Kinds::ALL.iter().find(|kind| kind.as_str() == name))
        .collect::<Option<Vec<_>>>();
    known
        .filter(|known| !known.is_empty())
        .map(Kinds::from_iter)
        .ok_or_else(|| D::Error::custom(format!("must be one or more of {EXAMPLE}")))
}

/// Names of dialects, or none.
pub(super) fn dialects<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Dialect>, D::Error> {
    let example = format!("{:?}", SERVED.map(Dialect::name));
    let names = texts(deserializer, &example)?;
    if names == ["none"] {
        return Ok(Vec::new());
    }
    let known = names
        .iter()
        .map(|name| SERVED.into_iter().find(|dialect| dialect.name() == name))
        .collect::<Option<Vec<_>>>();
    known.ok_or_else(|| D::Error::custom(format!("must be none, or some of {example}")))
}

/// What is served at the root besides Parlor itself.
pub(super) fn root<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Root, D::Error> {
    let text = String::deserialize(deserializer)?;
    let one = SERVED.into_iter().find(|dialect| dialect.name() == text);
    match (&*text, one) {
        ("all", _) => Ok(Root::All),
        ("none", _) => Ok(Root::None),
        (_, Some(one)) => Ok(Root::One(one)),
        _ => Err(D::Error::custom(
            "must be all, none, or the name of a dialect such as conversations",
        )),
    }
}

/// Names of signature algorithms, at least one.
pub(super) fn algorithms<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<ForeignAlgorithm>, D::Error> {
    const EXAMPLE: &str = r#"["RS256", "ES256", "EdDSA"]"#;
    let known = texts(deserializer, EXAMPLE)?
        .iter()
        .map(|name| ForeignAlgorithm::parse(name))
        .collect::<Option<Vec<_>>>();
    known
        .filter(|known| !known.is_empty())
        .ok_or_else(|| D::Error::custom(format!("must be one or more of {EXAMPLE}")))
}

fn origin(text: &str) -> Result<Url, impl Display> {
    let complaint = format!("must be like https://chat.example.org, without a path, not `{text}`");
    let web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.path() == "/";
    let bare = |url: &Url| url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    match Url::parse(text) {
        Ok(url) if web(&url) && bare(&url) && matches!(url.origin(), WebOrigin::Tuple(..)) => Ok(url),
        _ => Err(complaint),
    }
}
