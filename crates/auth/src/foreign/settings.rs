//! What is known beforehand of a host application's tokens.

use std::time::Duration;

use jsonwebtoken::Algorithm;

/// Which tokens of which host application are accepted, and how they are read.
#[derive(Debug, Clone)]
pub struct ForeignSettings {
    /// What `iss` must be, to the letter.
    pub issuer: String,
    /// What `aud` must be, or hold.
    pub audience: String,
    /// How they may be signed.
    pub algorithms: Vec<ForeignAlgorithm>,
    /// How far the host's clock may be off.
    pub leeway: Duration,
    /// The claims that tell about the user.
    pub claims: ClaimNames,
}

impl ForeignSettings {
    /// All algorithms, a leeway of half a minute, and the claims of OpenID Connect.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            algorithms: ForeignAlgorithm::ALL.into(),
            leeway: Duration::from_secs(30),
            claims: ClaimNames::default(),
        }
    }
}

/// What the host application calls the claims that tell about the user. The defaults are those of OpenID Connect Core,
/// section 5.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// `preferred_username`
    pub username: String,
    /// `name`
    pub name: String,
    /// `email`
    pub email: String,
    /// `email_verified`
    pub email_verified: String,
    /// `sid`
    pub session: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            username: "preferred_username".into(),
            name: "name".into(),
            email: "email".into(),
            email_verified: "email_verified".into(),
            session: "sid".into(),
        }
    }
}

/// How a host application can sign. None of these has a secret that we would need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, and a key of 2048 to 8192 bits.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl ForeignAlgorithm {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// Reads the name that the algorithm has in JWTs: `RS256`, `ES256`, `EdDSA`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::of(name.parse().ok()?)
    }

    pub(super) fn of(algorithm: Algorithm) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.algorithm() == algorithm)
    }

    pub(super) fn algorithm(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_are_named_as_in_tokens() {
        assert_eq!(ForeignAlgorithm::parse("RS256"), Some(ForeignAlgorithm::Rs256));
        assert_eq!(ForeignAlgorithm::parse("ES256"), Some(ForeignAlgorithm::Es256));
        assert_eq!(ForeignAlgorithm::parse("EdDSA"), Some(ForeignAlgorithm::EdDsa));
        for name in ["", "none", "HS256", "rs256", "RS512", "PS256", "ES384"] {
            assert_eq!(ForeignAlgorithm::parse(name), None, "{name}");
        }
    }
}
