//! How much one network address may ask.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::Rates;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Any request, or a socket.
    Request,
    /// To be let in: a registration, a log in, a refresh, another password.
    Credentials,
}

/// Counts what each network address asks. An IPv6 address stands for its /64, which is what one customer has.
#[derive(Debug)]
pub struct AddressLimits(Option<Limiters>);

#[derive(Debug)]
struct Limiters {
    requests: DefaultKeyedRateLimiter<IpAddr>,
    credentials: DefaultKeyedRateLimiter<IpAddr>,
}

impl AddressLimits {
    /// How often [`sweep`](Self::sweep) forgets.
    const SWEEP: Duration = Duration::from_secs(10);

    /// Limits to these rates; `None` limits nothing.
    pub fn new(rates: Option<Rates>) -> Self {
        Self(rates.map(|rates| {
            let burst = rates
                .requests_per_second
                .saturating_mul(const { std::num::NonZeroU32::new(4).unwrap() });
            let requests = Quota::per_second(rates.requests_per_second).allow_burst(burst);
            let credentials = Quota::per_minute(rates.credentials_per_minute);
            Limiters {
                requests: RateLimiter::keyed(requests),
                credentials: RateLimiter::keyed(credentials),
            }
        }))
    }

    /// Counts one more of this class.
    ///
    /// # Errors
    /// For how long the address has to wait, if it has asked too much. It was not counted then.
    pub fn check(&self, address: IpAddr, class: Class) -> Result<(), Duration> {
        let Some(limiters) = &self.0 else {
            return Ok(());
        };
        let limiter = match class {
            Class::Request => &limiters.requests,
            Class::Credentials => &limiters.credentials,
        };
        limiter
            .check_key(&customer(address))
            .map_err(|refused| refused.wait_time_from(DefaultClock::default().now()))
    }

    /// Forgets, again and again, the addresses that have asked for nothing lately, so that what is kept does not grow
    /// with all who ever came. Never ends: run it as a task of its own, once.
    pub async fn sweep(&self) {
        let mut ticks = tokio::time::interval(Self::SWEEP);
        loop {
            ticks.tick().await;
            self.forget_idle();
        }
    }

    fn forget_idle(&self) {
        for limiter in self
            .0
            .iter()
            .flat_map(|limiters| [&limiters.requests, &limiters.credentials])
        {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// The part of an address by which customers of a network provider differ.
pub(crate) fn customer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn limits(requests: u32, credentials: u32) -> AddressLimits {
        AddressLimits::new(Some(Rates {
            requests_per_second: NonZeroU32::new(requests).unwrap(),
            credentials_per_minute: NonZeroU32::new(credentials).unwrap(),
        }))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_address_has_its_own_allowance_in_each_class() {
        let limits = limits(1000, 2);
        let ann = ip("203.0.113.5");
        assert_eq!(limits.check(ann, Class::Credentials), Ok(()));
        assert_eq!(limits.check(ann, Class::Credentials), Ok(()));
        let wait = limits.check(ann, Class::Credentials).unwrap_err();
        assert!(
            wait > Duration::ZERO && wait <= Duration::from_secs(30),
            "{wait:?}"
        );
        assert_eq!(limits.check(ann, Class::Request), Ok(()));
        assert_eq!(limits.check(ip("203.0.113.6"), Class::Credentials), Ok(()));
    }

    #[test]
    fn another_address_of_the_same_network_is_no_way_out() {
        let limits = limits(1000, 1);
        assert_eq!(limits.check(ip("2001:db8:0:1::1"), Class::Credentials), Ok(()));
        assert!(
            limits
                .check(ip("2001:db8:0:1:ffff::2"), Class::Credentials)
                .is_err()
        );
        assert_eq!(limits.check(ip("2001:db8:0:2::1"), Class::Credentials), Ok(()));
        assert_eq!(limits.check(ip("203.0.113.5"), Class::Credentials), Ok(()));
        assert!(
            limits
                .check(ip("::ffff:203.0.113.5"), Class::Credentials)
                .is_err()
        );
    }

    #[test]
    fn no_rates_no_limits() {
        let limits = AddressLimits::new(None);
        for _ in 0..1000 {
            assert_eq!(limits.check(ip("203.0.113.5"), Class::Credentials), Ok(()));
        }
    }

    #[test]
    fn who_still_has_to_wait_is_not_forgotten() {
        let limits = limits(1000, 1);
        assert_eq!(limits.check(ip("203.0.113.5"), Class::Credentials), Ok(()));
        limits.forget_idle();
        assert!(limits.check(ip("203.0.113.5"), Class::Credentials).is_err());
    }
}
