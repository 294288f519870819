//! What is done with a connection that was just accepted.

use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use actix_http::Extensions;
use ipnet::IpNet;
use socket2::SockRef;
use tokio::net::TcpStream;

use crate::client_ip::is_trusted;
use crate::places::Places;

/// What holds for each connection, until it is taken over as a socket.
pub(crate) struct Accept {
    /// Those of each network address.
    pub(crate) places: Arc<Places>,
    /// Proxies, which bring the connections of everybody and are not counted.
    pub(crate) trusted: Vec<IpNet>,
    /// How long an answer may wait for a client that takes nothing.
    pub(crate) untaken: Duration,
}

impl Accept {
    /// Takes a place for a connection, which lives in the connection's data, or ends it where there is none.
    pub(crate) fn connection(&self, stream: &TcpStream, data: &mut Extensions) {
        if self.enter(stream, data).is_err() {
            // Whoever is refused here has sent nothing yet and is told nothing. One that is gone already ends by itself.
            let _ = SockRef::from(stream).shutdown(Shutdown::Both);
        }
    }

    fn enter(&self, stream: &TcpStream, data: &mut Extensions) -> io::Result<()> {
        end_untaken(stream, self.untaken)?;
        let peer = stream.peer_addr()?.ip().to_canonical();
        if !is_trusted(peer, &self.trusted) {
            let place = self.places.take(peer);
            data.insert(place.ok_or(io::ErrorKind::QuotaExceeded)?);
        }
        Ok(())
    }
}

/// Ends a connection whose other side takes nothing of what is said to it for so long, or says that it can take nothing.
/// Where the system knows no such limit there is none.
pub(crate) fn end_untaken(stream: &TcpStream, limit: Duration) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    SockRef::from(stream).set_tcp_user_timeout(Some(limit))?;
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, limit);
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (client, listener.accept().await.unwrap().0)
    }

    fn accept(trusted: &[IpNet]) -> Accept {
        Accept {
            places: Places::new(Some(1)),
            trusted: trusted.to_vec(),
            untaken: Duration::from_secs(30),
        }
    }

    #[tokio::test]
    async fn a_connection_too_many_is_ended_at_once() {
        let accept = accept(&[]);
        let mut held = Extensions::new();
        let ((_one, served), (mut two, refused)) = (pair().await, pair().await);
        accept.connection(&served, &mut held);
        accept.connection(&refused, &mut Extensions::new());
        assert_eq!(two.read(&mut [0]).await.unwrap(), 0);
        drop(held);
        let (mut three, served) = pair().await;
        accept.connection(&served, &mut Extensions::new());
        assert!(three.try_read(&mut [0]).is_err(), "it is open");
        drop(served);
        assert_eq!(three.read(&mut [0]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_trusted_proxy_may_bring_any_number() {
        let accept = accept(&["127.0.0.0/8".parse().unwrap()]);
        for _ in 0..3 {
            let ((_client, served), mut held) = (pair().await, Extensions::new());
            accept.connection(&served, &mut held);
            assert!(SockRef::from(&served).peer_addr().is_ok(), "it is open");
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn answers_that_nobody_takes_are_not_held_for_ever() {
        let (_client, served) = pair().await;
        accept(&[]).connection(&served, &mut Extensions::new());
        let limit = SockRef::from(&served).tcp_user_timeout().unwrap();
        assert_eq!(limit, Some(Duration::from_secs(30)));
    }
}
