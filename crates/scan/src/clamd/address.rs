//! Where clamd listens.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where clamd listens: `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClamdAddress {
    /// The path of a socket of this machine.
    Unix(PathBuf),
    /// A host and a port.
    Tcp(String),
}

/// A text that is no address of clamd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must look like unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310")]
pub struct AddressError;

impl FromStr for ClamdAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match text.split_once(':').ok_or(AddressError)? {
            ("unix", path) if path.starts_with('/') => Ok(Self::Unix(path.into())),
            ("tcp", address) => match address.rsplit_once(':') {
                Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0) => {
                    Ok(Self::Tcp(address.to_owned()))
                }
                _ => Err(AddressError),
            },
            _ => Err(AddressError),
        }
    }
}

impl fmt::Display for ClamdAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_socket_or_a_host_and_a_port() {
        for text in [
            "unix:/run/clamd.sock",
            "tcp:127.0.0.1:3310",
            "tcp:[::1]:3310",
            "tcp:clamav:3310",
        ] {
            let address: Result<ClamdAddress, _> = text.parse();
            assert_eq!(address.map(|address| address.to_string()).as_deref(), Ok(text));
        }
        for text in [
            "",
            "unix:",
            "unix:clamd.sock",
            "tcp:3310",
            "tcp::3310",
            "tcp:clamav:0",
            "clamav:3310",
        ] {
            assert_eq!(text.parse::<ClamdAddress>(), Err(AddressError), "{text}");
        }
    }
}
