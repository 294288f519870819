//! Keys as JSON (RFC 7517), as a host application publishes them.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::RsaPublicKeyComponents;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::Value;

use super::keys::ForeignKey;
use super::{ForeignAlgorithm, public};
use crate::Error;

/// The members that only private keys and shared secrets have (RFC 7518, section 6).
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A document of several keys.
#[derive(Deserialize)]
pub(super) struct JwkSet {
    keys: Vec<Value>,
}

impl JwkSet {
    /// The keys that can verify signatures.
    ///
    /// # Errors
    /// [`Error::InvalidKeys`] if one of them is a secret.
    pub(super) fn read(self) -> Result<Vec<ForeignKey>, Error> {
        if self.keys.iter().any(is_secret) {
            return Err(Error::InvalidKeys("one of them is private or a shared secret"));
        }
        // Whoever does not know a kind of key should ignore it (RFC 7517, section 5).
        let known = self
            .keys
            .into_iter()
            .filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        Ok(known.filter_map(Jwk::read).collect())
    }
}

fn is_secret(key: &Value) -> bool {
    key["kty"] == "oct" || SECRET.iter().any(|member| key.get(member).is_some())
}

/// One key. A text that a kind of key does not have is empty.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
}

impl Jwk {
    fn read(self) -> Option<ForeignKey> {
        let (algorithm, public) = self.public()?;
        let for_signatures = self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self
                .key_ops
                .as_ref()
                .is_none_or(|operations| operations.iter().any(|operation| operation == "verify"));
        let fits = match self.alg.as_deref() {
            None => true,
            // The newer name of EdDSA on this curve (RFC 9864).
            Some("Ed25519") => algorithm == ForeignAlgorithm::EdDsa,
            Some(name) => ForeignAlgorithm::parse(name) == Some(algorithm),
        };
        (for_signatures && fits).then_some(ForeignKey {
            id: self.kid,
            algorithm,
            public,
        })
    }

    fn public(&self) -> Option<(ForeignAlgorithm, DecodingKey)> {
        let (algorithm, key) = match (self.kty.as_str(), self.crv.as_str()) {
            ("RSA", _) => (ForeignAlgorithm::Rs256, self.rsa()?),
            ("EC", "P-256") => (ForeignAlgorithm::Es256, self.point()?),
            ("OKP", "Ed25519") => (ForeignAlgorithm::EdDsa, decode::<32>(&self.x)?.into()),
            _ => return None,
        };
        Some((algorithm, public::check(algorithm, &key)?))
    }

    fn rsa(&self) -> Option<Vec<u8>> {
        let [n, e] = [&self.n, &self.e].map(|number| URL_SAFE_NO_PAD.decode(number).ok());
        let (n, e) = (n?, e?);
        // Some write a number as ASN.1 does, with a zero before a first bit that is set.
        let n = n.strip_prefix(&[0]).unwrap_or(&n);
        let der: PublicKeyX509Der<'_> = RsaPublicKeyComponents { n, e: e.as_slice() }.as_der().ok()?;
        Some(der.as_ref().into())
    }

    /// The point in uncompressed form (SEC 1, section 2.3.3).
    fn point(&self) -> Option<Vec<u8>> {
        let (x, y) = (decode::<32>(&self.x)?, decode::<32>(&self.y)?);
        Some([&[4], x.as_slice(), &y].concat())
    }
}

fn decode<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
