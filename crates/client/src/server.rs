//! Where a server is.

use std::str::FromStr;
use std::sync::Arc;

use rustls::ClientConfig;
use url::Url;

use crate::tls::Tls;

/// The address of a Parlor server, such as `https://chat.example.org` or `http://127.0.0.1:8000`, perhaps with a path
/// before `/v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    url: Url,
    tls: Tls,
}

/// A text that is no [`ServerUrl`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an address such as https://chat.example.org or http://127.0.0.1:8000")]
pub struct ServerUrlError;

impl ServerUrl {
    /// The address of a resource, given its path below the server's own, such as `/v1/rooms?limit=10`.
    pub fn resource(&self, path: &str) -> String {
        format!("{}{path}", self.url.as_str().trim_end_matches('/'))
    }

    /// The address of the socket.
    pub fn socket(&self) -> String {
        self.resource("/v1/socket").replacen("http", "ws", 1)
    }

    /// Host and port, for a TCP connection. An IPv6 address is without its brackets.
    pub fn host_and_port(&self) -> (&str, u16) {
        let host = self.url.host_str().expect("checked when parsed");
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = self.url.port_or_known_default();
        (host, port.expect("http and https have one"))
    }

    /// How the server proves who it is, if its address asks for that.
    pub(crate) fn tls(&self) -> Arc<ClientConfig> {
        self.tls.config(self.url.scheme() == "https")
    }
}

impl FromStr for ServerUrl {
    type Err = ServerUrlError;

    fn from_str(text: &str) -> Result<Self, ServerUrlError> {
        let url = Url::parse(text).map_err(|_| ServerUrlError)?;
        let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if matches!(url.scheme(), "http" | "https") && url.has_host() && bare {
            let tls = Tls::default();
            Ok(Self { url, tls })
        } else {
            Err(ServerUrlError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_below_the_servers_own() {
        let server: ServerUrl = "http://[::1]:8000/chat/".parse().unwrap();
        assert_eq!(server.resource("/v1/rooms"), "http://[::1]:8000/chat/v1/rooms");
        assert_eq!(server.socket(), "ws://[::1]:8000/chat/v1/socket");
        assert_eq!(server.host_and_port(), ("::1", 8000));
    }

    #[test]
    fn an_address_with_tls_has_its_own_port_and_scheme() {
        let server: ServerUrl = "https://chat.example.org".parse().unwrap();
        assert_eq!(server.socket(), "wss://chat.example.org/v1/socket");
        assert_eq!(server.host_and_port(), ("chat.example.org", 443));
    }

    #[test]
    fn other_addresses_are_refused() {
        for text in [
            "",
            "127.0.0.1:8000",
            "ws://x",
            "wss://x",
            "http://ann@x",
            "http://x?y",
        ] {
            assert_eq!(text.parse::<ServerUrl>(), Err(ServerUrlError), "{text}");
        }
    }
}
