//! Opaque tokens: random texts that mean something only to the server that keeps their digest.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretString};
use sha2::{Digest, Sha256};

/// A token of 256 bits, written as 43 characters of base64url: what names a challenge, or proves that somebody got a
/// mail.
#[derive(Debug)]
pub struct OpaqueToken(SecretBox<[u8; 32]>);

impl OpaqueToken {
    /// From random bytes.
    pub fn from_bytes(random: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(random)))
    }

    /// Reads what a client presents; `None` if it cannot be such a token.
    pub fn parse(text: &SecretString) -> Option<Self> {
        Self::decode(text.expose_secret())
    }

    /// The text that the client keeps.
    pub fn to_text(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(self.0.expose_secret()).into()
    }

    /// SHA-256 of the token: all that the server keeps. The token is random, so no salt or slow hash is needed.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.expose_secret()).into()
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        let mut token = SecretBox::new(Box::new([0; 32]));
        let written = URL_SAFE_NO_PAD
            .decode_slice(text, token.expose_secret_mut())
            .ok()?;
        (written == 32).then_some(Self(token))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::RefreshToken;

    #[test]
    fn a_token_reads_back_from_its_text() {
        let token = OpaqueToken::from_bytes([7; 32]);
        let text = token.to_text();
        assert_eq!(
            text.expose_secret(),
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"
        );
        assert_eq!(OpaqueToken::parse(&text).unwrap().digest(), token.digest());
        assert!(!format!("{token:?}").contains('7'));
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let good = OpaqueToken::from_bytes([7; 32]).to_text();
        let good = good.expose_secret();
        for text in [
            "",
            &good[..42],
            &format!("{good}A"),
            &format!("{good}="),
            &format!(" {good}"),
            &format!("{good}\n"),
            // The last character holds four bits only: this one sets the two that are left over.
            &format!("{}d", &good[..42]),
            &"A".repeat(100_000),
        ] {
            assert!(OpaqueToken::parse(&text.into()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_refresh_token_is_no_opaque_token_nor_the_reverse() {
        let refresh = RefreshToken::from_bytes([7; 32]).to_text();
        assert!(OpaqueToken::parse(&refresh).is_none());
        let opaque = OpaqueToken::from_bytes([7; 32]).to_text();
        assert!(RefreshToken::parse(&opaque).is_none());
    }

    proptest! {
        #[test]
        fn a_token_has_one_spelling(text in "[A-Za-z0-9_-]{42,44}") {
            if let Some(token) = OpaqueToken::parse(&text.as_str().into()) {
                let spelled = token.to_text();
                prop_assert_eq!(spelled.expose_secret(), text);
            }
        }
    }
}
