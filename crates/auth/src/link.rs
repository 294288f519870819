//! Signatures of links: who has such a link may have the thing for a while, as if its maker asked for it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlor_domain::{Timestamp, UserId};
use secrecy::{ExposeSecret, SecretBox};
use uuid::Uuid;

use crate::mac::{hmac, same_digest};

/// Bytes of what is signed besides the thing: until when, and by whom.
const SAID: usize = 8 + 16;

/// What a signature says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// Who has made the link.
    pub maker: UserId,
    /// Until when it is good.
    pub until: Timestamp,
}

/// The secret under which links are signed.
#[derive(Debug)]
pub struct LinkSecret(SecretBox<[u8; 32]>);

impl LinkSecret {
    /// The secret of these random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// A signature by this person that is good for this thing until then: 75 characters of base64url.
    pub fn sign(&self, thing: &[u8], maker: UserId, until: Timestamp) -> String {
        let said = [&until.micros().to_be_bytes()[..], maker.uuid().as_bytes()].concat();
        let mac = self.mac(thing, &said);
        URL_SAFE_NO_PAD.encode([&said[..], &mac].concat())
    }

    /// Who has made a link to this thing and until when it is good, if this is a good signature of ours.
    pub fn check(&self, thing: &[u8], signature: &str, now: Timestamp) -> Option<Signed> {
        let mut bytes = [0; SAID + 32];
        let decoded = URL_SAFE_NO_PAD.decode_slice(signature, &mut bytes);
        let (said, mac) = bytes
            .split_first_chunk::<SAID>()
            .filter(|_| decoded == Ok(bytes.len()))?;
        if !same_digest(&self.mac(thing, said), mac.try_into().ok()?) {
            return None;
        }
        let (until, maker) = said.split_first_chunk()?;
        let signed = Signed {
            maker: UserId::new(Uuid::from_slice(maker).ok()?),
            until: Timestamp::from_micros(i64::from_be_bytes(*until)),
        };
        (now < signed.until).then_some(signed)
    }

    fn mac(&self, thing: &[u8], said: &[u8]) -> [u8; 32] {
        hmac(self.0.expose_secret(), &[b"link ", said, thing])
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
        let [maker, other] = [1, 2].map(|n| UserId::new(Uuid::from_u128(n)));
        let until = Timestamp::from_micros(1_000_000);
        let signature = secret().sign(b"thing", maker, until);
        let before = Timestamp::from_micros(999_999);
        assert_eq!(
            secret().check(b"thing", &signature, before),
            Some(Signed { maker, until })
        );
        assert_eq!(secret().check(b"thing", &signature, until), None);
        assert_eq!(secret().check(b"other", &signature, before), None);
        let stranger = LinkSecret::from_bytes([8; 32]);
        assert_eq!(stranger.check(b"thing", &signature, before), None);
        let longer = secret().sign(b"thing", maker, until + Duration::from_secs(1));
        let others = secret().sign(b"thing", other, until);
        for (signed, length) in [(longer, 11), (others, 32)] {
            let forged = format!("{}{}", &signed[..length], &signature[length..]);
            assert_eq!(
                secret().check(b"thing", &forged, before),
                None,
                "its end and its maker are signed as well"
            );
        }
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_signature(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let now = Timestamp::from_micros(0);
            prop_assert_eq!(secret().check(b"thing", &text, now), None);
            prop_assert_eq!(secret().check(b"thing", &URL_SAFE_NO_PAD.encode(bytes), now), None);
        }
    }
}
