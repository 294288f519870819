//! Names of media that nobody can guess, for dialects that give files to whoever has their URL.

use parlor_domain::MediaId;
use secrecy::{ExposeSecret, SecretBox};
use uuid::Uuid;

use crate::mac::hmac;

/// Gives each piece of media a name of 128 bits, and finds it again by that, so that none of them need be kept.
///
/// The name is the id, permuted by a Feistel network of four rounds whose functions are HMAC-SHA-256: a strong pseudorandom
/// permutation (Luby and Rackoff, "How to construct pseudorandom permutations from pseudorandom functions", 1988). Who knows an id
/// does not know its name, names say nothing of each other, and a guessed name is that of some media once in 2^128 divided by how
/// many there are.
#[derive(Debug)]
pub struct MediaNames(SecretBox<[u8; 32]>);

const ROUNDS: u8 = 4;

impl MediaNames {
    /// Names that follow from a secret of the server, which must be random and the same on every node.
    pub fn new(secret: &[u8; 32]) -> Self {
        let key = hmac(secret, &[b"parlor media names, HMAC-SHA-256"]);
        Self(SecretBox::new(Box::new(key)))
    }

    /// The name of a piece of media, in the shape of a UUID.
    pub fn name(&self, media: MediaId) -> Uuid {
        let (left, right) = media.uuid().as_u64_pair();
        let rounds = 0..ROUNDS;
        let (left, right) = rounds.fold((left, right), |(left, right), round| {
            (right, left ^ self.round(round, right))
        });
        Uuid::from_u64_pair(left, right)
    }

    /// The piece of media with this name, if there is one with that id.
    pub fn media(&self, name: Uuid) -> MediaId {
        let (left, right) = name.as_u64_pair();
        let rounds = (0..ROUNDS).rev();
        let (left, right) = rounds.fold((left, right), |(left, right), round| {
            (right ^ self.round(round, left), left)
        });
        MediaId::new(Uuid::from_u64_pair(left, right))
    }

    fn round(&self, round: u8, half: u64) -> u64 {
        let mac = hmac(self.0.expose_secret(), &[&[round], &half.to_be_bytes()]);
        u64::from_be_bytes(*mac.first_chunk().expect("a MAC has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn names() -> MediaNames {
        MediaNames::new(&[1; 32])
    }

    fn media(number: u128) -> MediaId {
        MediaId::new(Uuid::from_u128(number))
    }

    #[test]
    fn a_name_stays_the_same() {
        let name = names().name(media(7));
        assert_eq!(name, names().name(media(7)));
        assert_ne!(name, MediaNames::new(&[2; 32]).name(media(7)));
        assert_ne!(MediaNames::new(&[2; 32]).media(name), media(7));
    }

    #[test]
    fn neighbours_have_nothing_in_common() {
        let halves: HashSet<u64> = (0..1000)
            .flat_map(|number| {
                let (left, right) = names().name(media(number)).as_u64_pair();
                [left, right]
            })
            .collect();
        assert_eq!(halves.len(), 2000);
    }

    proptest! {
        #[test]
        fn a_name_leads_back_to_its_media(number in any::<u128>()) {
            prop_assert_eq!(names().media(names().name(media(number))), media(number));
        }
    }
}
