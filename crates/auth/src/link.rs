//! Signatures of links: who has such a link may have the thing for a while.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlor_domain::Timestamp;
use secrecy::{ExposeSecret, SecretBox};

use crate::mac::{hmac, same_digest};

/// The secret under which links are signed.
#[derive(Debug)]
pub struct LinkSecret(SecretBox<[u8; 32]>);

impl LinkSecret {
    /// The secret of these random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// A signature that is good for this thing until then: 54 characters of base64url.
    pub fn sign(&self, thing: &[u8], until: Timestamp) -> String {
        let until = until.micros().to_be_bytes();
        URL_SAFE_NO_PAD.encode([&until[..], &self.mac(thing, &until)].concat())
    }

    /// Until when this is a signature of ours for this thing, if it is a good one.
    pub fn check(&self, thing: &[u8], signature: &str, now: Timestamp) -> Option<Timestamp> {
        let mut bytes = [0; 40];
        let decoded = URL_SAFE_NO_PAD.decode_slice(signature, &mut bytes);
        let (end, mac) = bytes.split_first_chunk().filter(|_| decoded == Ok(40))?;
        let until = Timestamp::from_micros(i64::from_be_bytes(*end));
        let ours = same_digest(&self.mac(thing, end), mac.try_into().ok()?);
        (ours && now < until).then_some(until)
    }

    fn mac(&self, thing: &[u8], until: &[u8; 8]) -> [u8; 32] {
        hmac(self.0.expose_secret(), &[b"link ", until, thing])
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn secret() -> LinkSecret {
        LinkSecret::from_bytes([7; 32])
    }

    #[test]
    fn a_link_is_good_for_its_thing_until_its_end() {
        let end = Timestamp::from_micros(1_000_000);
        let signature = secret().sign(b"thing", end);
        let before = Timestamp::from_micros(999_999);
        assert_eq!(secret().check(b"thing", &signature, before), Some(end));
        assert_eq!(secret().check(b"thing", &signature, end), None);
        assert_eq!(secret().check(b"other", &signature, before), None);
        let stranger = LinkSecret::from_bytes([8; 32]);
        assert_eq!(stranger.check(b"thing", &signature, before), None);
        let longer = secret().sign(b"thing", end + Duration::from_secs(1));
        let forged = format!("{}{}", &longer[..11], &signature[11..]);
        assert_eq!(
            secret().check(b"thing", &forged, before),
            None,
            "its end is signed as well"
        );
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_signature(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let now = Timestamp::from_micros(0);
            prop_assert_eq!(secret().check(b"thing", &text, now), None);
            prop_assert_eq!(secret().check(b"thing", &URL_SAFE_NO_PAD.encode(bytes), now), None);
        }
    }
}
