//! How settings are read where their type alone does not say what is allowed.

use std::fmt::Display;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use url::{Origin as WebOrigin, Url};

/// A whole number from `MIN` to `MAX`.
pub(super) fn within<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<u32, D::Error> {
    let number = i64::deserialize(deserializer)?;
    u32::try_from(number)
        .ok()
        .filter(|number| (MIN..=MAX).contains(number))
        .ok_or_else(|| {
            let expected = format!("a whole number from {MIN} to {MAX}");
            D::Error::invalid_value(Unexpected::Signed(number), &expected.as_str())
        })
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

/// As [`within`], in days of 24 hours.
pub(super) fn days<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    within::<MIN, MAX, D>(deserializer).map(|days| Duration::from_secs(86_400 * u64::from(days)))
}

/// Network addresses (`10.0.0.5`) and networks (`10.0.0.0/8`).
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|text| {
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network
                .map_err(|_| D::Error::custom(format!("must be like 10.0.0.5 or 10.0.0.0/8, not `{text}`")))
        })
        .collect()
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
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|text| match origin(text) {
            Ok(url) => Ok(url.origin().ascii_serialization()),
            Err(error) => Err(D::Error::custom(error)),
        })
        .collect()
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
