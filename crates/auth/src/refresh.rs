//! Refresh tokens: opaque tokens that are exchanged for their successors.

use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::OpaqueToken;
use crate::mac::hmac;

/// Tells people, and programs that look for leaked secrets, what they have before them.
const PREFIX: &str = "prt_";

/// A refresh token: 256 bits, written as `prt_` and 43 characters of base64url.
#[derive(Debug)]
pub struct RefreshToken(OpaqueToken);

impl RefreshToken {
    /// The first token of a session, from random bytes.
    pub fn from_bytes(random: [u8; 32]) -> Self {
        Self(OpaqueToken::from_bytes(random))
    }

    /// Reads what a client presents; `None` if it cannot be a refresh token.
    pub fn parse(text: &SecretString) -> Option<Self> {
        let opaque = text.expose_secret().strip_prefix(PREFIX)?;
        OpaqueToken::decode(opaque).map(Self)
    }

    /// The text that the client keeps.
    pub fn to_text(&self) -> SecretString {
        [PREFIX, self.0.to_text().expose_secret()].concat().into()
    }

    /// SHA-256 of the token: all that the server keeps.
    pub fn digest(&self) -> [u8; 32] {
        self.0.digest()
    }

    /// The token that follows this one. It is always the same, so that a client whose answer got lost can ask again,
    /// and the server need not keep it.
    pub fn successor(&self, secret: &RefreshSecret) -> Self {
        let label = b"parlor refresh token successor";
        Self::from_bytes(hmac(secret.0.expose_secret(), &[label, self.0.bytes()]))
    }
}

/// The server's secret from which successors follow; the same on every node. Without it a stolen token says nothing
/// about the ones that came after it.
#[derive(Debug)]
pub struct RefreshSecret(SecretBox<[u8; 32]>);

impl RefreshSecret {
    /// From random bytes.
    pub fn from_bytes(random: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(random)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_reads_back_from_its_text() {
        let token = RefreshToken::from_bytes([7; 32]);
        let text = token.to_text();
        assert_eq!(
            text.expose_secret(),
            "prt_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"
        );
        assert_eq!(RefreshToken::parse(&text).unwrap().digest(), token.digest());
        assert!(!format!("{token:?}").contains('7'));
    }

    #[test]
    fn a_successor_is_repeatable_and_needs_the_secret() {
        let secret = RefreshSecret::from_bytes([1; 32]);
        let token = RefreshToken::from_bytes([7; 32]);
        let next = token.successor(&secret);
        assert_eq!(token.successor(&secret).digest(), next.digest());
        assert_ne!(next.digest(), token.digest());
        assert_ne!(next.successor(&secret).digest(), next.digest());
        let elsewhere = RefreshSecret::from_bytes([2; 32]);
        assert_ne!(token.successor(&elsewhere).digest(), next.digest());
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let good = RefreshToken::from_bytes([7; 32]).to_text();
        let good = good.expose_secret();
        let shorter = &good[..good.len() - 1];
        for text in [
            "",
            "prt_",
            shorter,
            &format!("{good}A"),
            &format!("{good}="),
            &good.replace("prt_", "PRT_"),
            &"prt_".repeat(1000),
        ] {
            assert!(RefreshToken::parse(&text.into()).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_token_has_one_spelling(text in "prt_[A-Za-z0-9_-]{42,44}") {
            if let Some(token) = RefreshToken::parse(&text.as_str().into()) {
                let spelled = token.to_text();
                prop_assert_eq!(spelled.expose_secret(), text);
            }
        }
    }
}
