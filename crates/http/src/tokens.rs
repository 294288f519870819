//! Whose an access token is: one of ours, or one of the host application. The only place that tells them apart.

use std::net::IpAddr;

use parlor_domain::Timestamp;
use parlor_services::{Actor, Device, Error, Hosts};
use secrecy::{ExposeSecret, SecretString};

use crate::Api;

/// Who comes with a token, as far as can be said at once.
pub(crate) enum Presented {
    /// Whom a token names, and until when that holds.
    Known(Actor, Timestamp),
    /// Somebody with a token that claims to be the host application's. It is not verified.
    Hosted(SecretString),
}

impl Api {
    /// Whose request it is that comes with this token from this address.
    ///
    /// # Errors
    /// [`Error::InvalidToken`], [`Error::TokenExpired`], [`Error::SessionOver`]; for one of the host application also
    /// [`Error::AccountDisabled`] and [`Error::HostAway`]
    pub(crate) async fn authenticate(&self, token: &str, address: IpAddr) -> Result<Actor, Error> {
        match self.host_of(token) {
            Some(host) => Ok(host.authenticate(token, &device(address)).await?.0),
            None => self.services.sessions.authenticate(token),
        }
    }

    /// The same for a socket, and until when it holds. Whether a session of ours has ended is not asked: what opens the
    /// streams asks the database.
    pub(crate) async fn inspect(&self, token: &str, address: IpAddr) -> Result<(Actor, Timestamp), Error> {
        self.identify(self.presented(token)?, address).await
    }

    /// What a token says at once. Refuses only what is none of the host application's.
    pub(crate) fn presented(&self, token: &str) -> Result<Presented, Error> {
        match self.host_of(token) {
            Some(_) => Ok(Presented::Hosted(token.into())),
            None => {
                let (actor, expires_at) = self.services.sessions.inspect(token)?;
                Ok(Presented::Known(actor, expires_at))
            }
        }
    }

    /// Who that is. Takes time only for those of the host application.
    pub(crate) async fn identify(
        &self,
        presented: Presented,
        address: IpAddr,
    ) -> Result<(Actor, Timestamp), Error> {
        match presented {
            Presented::Known(actor, expires_at) => Ok((actor, expires_at)),
            Presented::Hosted(token) => {
                let token = token.expose_secret();
                let host = self.host_of(token).ok_or(Error::InvalidToken)?;
                host.authenticate(token, &device(address)).await
            }
        }
    }

    /// The host application, if there is one and the token claims to be its.
    fn host_of(&self, token: &str) -> Option<&Hosts> {
        let host = self.services.hosts.as_ref();
        host.filter(|host| host.claims(token))
    }
}

/// The host application knows what its devices are called, and does not say.
fn device(address: IpAddr) -> Device {
    Device {
        name: "".parse().expect("a device may be without a name"),
        address: Some(address.to_string().into()),
    }
}
