//! Where somebody connects from.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

/// Of an IP address, as text, the part that whoever has it cannot choose: all of an IPv4 address, the first 64 bits of an
/// IPv6 address. What is no address is given back.
pub fn network(address: &str) -> Cow<'_, str> {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let network = Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX));
            network.to_string().into()
        }
        Ok(IpAddr::V4(address)) => address.to_string().into(),
        Err(_) => address.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_can_choose_among_addresses_is_in_one_network() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network(""), "");
    }
}
