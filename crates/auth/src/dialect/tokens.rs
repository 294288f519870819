//! The JWTs of dialects.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use parlor_domain::{Dialect, Timestamp};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::audience::Audience;
use super::claims::Claims;
use super::{DialectClaims, TokenKind};
use crate::jwt;
use crate::mac::hmac;

/// Why a dialect's token was refused. Dialects answer these differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DialectTokenError {
    /// Not made by this server, or not for this dialect.
    #[error("the token is not valid")]
    Invalid,
    /// A genuine token of the dialect, whose time is over.
    #[error("the token has expired")]
    Expired,
    /// A refresh token where an access token is due, or the other way round.
    #[error("the token has the wrong type")]
    WrongType,
}

/// Issues and checks the tokens of the dialects that use JWTs (RFC 7519): `relay`, `greeter` and `conversations`, which
/// have them from djangorestframework-simplejwt, and `messenger`, which makes its own.
///
/// All are signed with HS256, as by the originals. Each audience has a key of its own, so a token of one dialect is
/// nothing to another, whatever it says.
#[derive(Debug)]
pub struct DialectTokens {
    keys: [Key; Audience::ALL.len()],
    validation: Validation,
}

impl DialectTokens {
    /// Longer texts are refused unread. What is issued here has about 400 bytes.
    pub const MAX_BYTES: usize = 4096;

    /// Tokens under keys that follow from a secret of the server, which must be random and the same on every node.
    pub fn new(secret: &[u8; 32]) -> Self {
        jwt::choose_provider();
        let mut validation = Validation::new(Algorithm::HS256);
        // It would read the machine's clock.
        validation.validate_exp = false;
        // It would be content with one dialect of several.
        validation.validate_aud = false;
        Self {
            keys: Audience::ALL.map(|audience| Key::derive(secret, audience)),
            validation,
        }
    }

    /// Signs a token. The claims' times are cut to whole seconds. `random` must be fresh: it tells tokens apart which
    /// say the same, except in `messenger`.
    pub fn issue(&self, claims: &DialectClaims, random: [u8; 16]) -> SecretString {
        let audience = claims.user.audience();
        let key = self
            .keys
            .iter()
            .find(|key| key.audience == audience)
            .expect("every audience has a key");
        jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &Claims::new(claims, random),
            &key.signs,
        )
        .expect("HMAC signs any text")
        .into()
    }

    /// Reads a token that somebody presents to a dialect where one of this kind is due. One that is for several
    /// dialects is good in each. Nothing that its header says is followed.
    ///
    /// Whether the session lives on is not known here.
    ///
    /// # Errors
    /// The first that applies of [`DialectTokenError::Invalid`], [`DialectTokenError::Expired`] and
    /// [`DialectTokenError::WrongType`].
    pub fn check(
        &self,
        token: &str,
        dialect: Dialect,
        kind: TokenKind,
        now: Timestamp,
    ) -> Result<DialectClaims, DialectTokenError> {
        let claims = self.signed(token, dialect).ok_or(DialectTokenError::Invalid)?;
        if claims.expires_at.seconds() <= now.seconds() {
            return Err(DialectTokenError::Expired);
        }
        if claims.kind != kind {
            return Err(DialectTokenError::WrongType);
        }
        Ok(claims)
    }

    /// The claims, if a key of this dialect signed them.
    fn signed(&self, token: &str, dialect: Dialect) -> Option<DialectClaims> {
        jwt::header(token, Self::MAX_BYTES)?;
        self.keys
            .iter()
            .filter(|key| key.audience.includes(dialect))
            .find_map(|key| {
                let decoded = jsonwebtoken::decode::<Claims>(token, &key.verifies, &self.validation).ok()?;
                decoded.claims.read(key.audience)
            })
    }
}

/// One HMAC key, in the two forms that jsonwebtoken wants.
#[derive(Debug)]
struct Key {
    audience: Audience,
    signs: EncodingKey,
    verifies: DecodingKey,
}

impl Key {
    fn derive(secret: &[u8; 32], audience: Audience) -> Self {
        let label = format!("parlor dialect tokens: {}, HS256", audience.names().join(" "));
        let key = SecretBox::new(Box::new(hmac(secret, &[label.as_bytes()])));
        Self {
            audience,
            signs: EncodingKey::from_secret(key.expose_secret()),
            verifies: DecodingKey::from_secret(key.expose_secret()),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use parlor_domain::{SessionId, UserId};
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::DialectUser;

    const ISSUED: i64 = 1_767_225_600;
    const EXPIRES: i64 = ISSUED + 600;

    const USERS: [(DialectUser, &[Dialect]); 5] = [
        (DialectUser::Relay(7), &[Dialect::Relay]),
        (DialectUser::Greeter(7), &[Dialect::Greeter]),
        (
            DialectUser::RelayAndGreeter(7),
            &[Dialect::Relay, Dialect::Greeter],
        ),
        (DialectUser::Messenger(7), &[Dialect::Messenger]),
        (
            DialectUser::Conversations(UserId::new(Uuid::from_u128(7))),
            &[Dialect::Conversations],
        ),
    ];

    fn tokens() -> DialectTokens {
        DialectTokens::new(&[1; 32])
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn claims(user: DialectUser, kind: TokenKind) -> DialectClaims {
        DialectClaims {
            user,
            session: SessionId::new(Uuid::from_u128(9)),
            kind,
            issued_at: at(ISSUED),
            expires_at: at(EXPIRES),
        }
    }

    fn issued(user: DialectUser, kind: TokenKind) -> String {
        let token = tokens().issue(&claims(user, kind), [10; 16]);
        token.expose_secret().to_owned()
    }

    fn check(token: &str, dialect: Dialect, kind: TokenKind) -> Result<DialectClaims, DialectTokenError> {
        tokens().check(token, dialect, kind, at(ISSUED))
    }

    fn part(token: &str, index: usize) -> Value {
        let part = token.split('.').nth(index).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    /// A token as the key of `relay` would sign it.
    fn sign(header: &Value, claims: &Value, algorithm: Algorithm) -> String {
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        let key = Key::derive(&[1; 32], Audience::Relay).signs;
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
        format!("{message}.{signature}")
    }

    fn assert_invalid(token: &str) {
        let answer = check(token, Dialect::Relay, TokenKind::Access);
        assert_eq!(answer, Err(DialectTokenError::Invalid), "{token:.300}");
    }

    #[test]
    fn a_token_is_good_in_its_dialects_and_in_no_other() {
        for (user, dialects) in USERS {
            for kind in [TokenKind::Access, TokenKind::Refresh] {
                let token = issued(user, kind);
                for dialect in Dialect::ALL {
                    let expected = if dialects.contains(&dialect) {
                        Ok(claims(user, kind))
                    } else {
                        Err(DialectTokenError::Invalid)
                    };
                    assert_eq!(check(&token, dialect, kind), expected, "{user:?} in {dialect:?}");
                }
            }
        }
    }

    #[test]
    fn front_ends_find_the_claims_of_simplejwt() {
        let token = issued(DialectUser::RelayAndGreeter(7), TokenKind::Access);
        assert_eq!(part(&token, 0), json!({"typ": "JWT", "alg": "HS256"}));
        let common = json!({
            "token_type": "access",
            "exp": EXPIRES,
            "iat": ISSUED,
            "jti": "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
            "user_id": 7,
            "aud": ["relay", "greeter"],
            "sid": "00000000-0000-0000-0000-000000000009",
        });
        assert_eq!(part(&token, 1), common);
        let user = DialectUser::Conversations(UserId::new(Uuid::from_u128(7)));
        let mut expected = common;
        expected["token_type"] = json!("refresh");
        expected["user_id"] = json!("00000000-0000-0000-0000-000000000007");
        expected["aud"] = json!(["conversations"]);
        assert_eq!(part(&issued(user, TokenKind::Refresh), 1), expected);
    }

    #[test]
    fn front_ends_find_the_claims_of_messenger() {
        for (kind, name) in [
            (TokenKind::Access, "access_token"),
            (TokenKind::Refresh, "refresh_token"),
        ] {
            let expected = json!({
                "id": 7,
                "token_type": name,
                "exp": EXPIRES,
                "iat": ISSUED,
                "aud": ["messenger"],
                "sid": "00000000-0000-0000-0000-000000000009",
            });
            assert_eq!(part(&issued(DialectUser::Messenger(7), kind), 1), expected);
        }
    }

    #[test]
    fn an_expired_token_is_told_from_a_bad_one_whatever_its_type() {
        for (user, dialects) in USERS {
            let token = issued(user, TokenKind::Access);
            let check = |kind, now| tokens().check(&token, dialects[0], kind, now);
            let good_till = at(EXPIRES - 1);
            assert!(check(TokenKind::Access, good_till).is_ok());
            for kind in [TokenKind::Access, TokenKind::Refresh] {
                assert_eq!(check(kind, at(EXPIRES)), Err(DialectTokenError::Expired));
            }
            let changed = format!("{token}A");
            let answer = tokens().check(&changed, dialects[0], TokenKind::Access, at(EXPIRES));
            assert_eq!(answer, Err(DialectTokenError::Invalid));
        }
    }

    #[test]
    fn a_refresh_token_is_no_access_token_nor_the_reverse() {
        for (user, dialects) in USERS {
            for (kind, other) in [
                (TokenKind::Access, TokenKind::Refresh),
                (TokenKind::Refresh, TokenKind::Access),
            ] {
                let answer = check(&issued(user, kind), dialects[0], other);
                assert_eq!(answer, Err(DialectTokenError::WrongType), "{user:?}");
            }
        }
    }

    #[test]
    fn tokens_of_another_server_are_refused() {
        let elsewhere = DialectTokens::new(&[2; 32]);
        let claims = claims(DialectUser::Relay(7), TokenKind::Access);
        assert_invalid(elsewhere.issue(&claims, [10; 16]).expose_secret());
    }

    #[test]
    fn other_algorithms_are_refused_even_under_our_key() {
        let claims = part(&issued(DialectUser::Relay(7), TokenKind::Access), 1);
        let genuine = sign(&json!({"alg": "HS256"}), &claims, Algorithm::HS256);
        assert!(check(&genuine, Dialect::Relay, TokenKind::Access).is_ok());
        assert_invalid(&sign(&json!({"alg": "HS384"}), &claims, Algorithm::HS384));
        assert_invalid(&sign(&json!({"alg": "HS512"}), &claims, Algorithm::HS512));
        for lie in ["none", "None", "", "HS384", "HS512", "RS256", "EdDSA"] {
            let token = sign(&json!({"alg": lie}), &claims, Algorithm::HS256);
            assert_invalid(&token);
            let (unsigned, _) = token.rsplit_once('.').unwrap();
            assert_invalid(&format!("{unsigned}."));
            assert_invalid(unsigned);
        }
        let demanding = json!({"alg": "HS256", "crit": ["exp"]});
        assert_invalid(&sign(&demanding, &claims, Algorithm::HS256));
    }

    #[test]
    fn claims_that_are_missing_or_of_another_shape_are_refused() {
        let claims = part(&issued(DialectUser::Relay(7), TokenKind::Access), 1);
        let header = json!({"alg": "HS256"});
        for name in ["token_type", "exp", "iat", "jti", "user_id", "aud", "sid"] {
            let mut without = claims.clone();
            without.as_object_mut().unwrap().remove(name);
            assert_invalid(&sign(&header, &without, Algorithm::HS256));
            for value in [json!(null), json!({}), json!([]), json!(1.5), json!(true)] {
                let mut other = claims.clone();
                other[name] = value;
                assert_invalid(&sign(&header, &other, Algorithm::HS256));
            }
        }
        for (name, value) in [
            ("aud", json!("relay")),
            ("aud", json!(["greeter"])),
            ("aud", json!(["relay", "greeter"])),
            ("token_type", json!("access_token")),
            ("token_type", json!("Access")),
            ("user_id", json!("7")),
            ("sid", json!("9")),
            ("exp", json!("1767226200")),
            ("exp", json!(i64::MAX)),
        ] {
            let mut other = claims.clone();
            other[name] = value;
            assert_invalid(&sign(&header, &other, Algorithm::HS256));
        }
    }

    #[test]
    fn long_texts_are_refused_unread() {
        let claims = part(&issued(DialectUser::Relay(7), TokenKind::Access), 1);
        let padded = json!({"alg": "HS256", "cty": "x".repeat(DialectTokens::MAX_BYTES)});
        assert_invalid(&sign(&padded, &claims, Algorithm::HS256));
        assert_invalid(&".".repeat(1_000_000));
    }

    #[test]
    fn keys_are_not_shown() {
        let key = hmac(&[1; 32], &[b"parlor dialect tokens: relay, HS256"]);
        let listed = key.map(|byte| byte.to_string()).join(", ");
        assert!(!format!("{:?}", tokens()).contains(&listed));
    }

    proptest! {
        #[test]
        fn a_token_reads_back_whatever_it_says(
            number in any::<i64>(),
            ids in any::<[u128; 2]>(),
            random in any::<[u8; 16]>(),
            lives in 1..1_000_000_i64,
        ) {
            let [user, session] = ids.map(Uuid::from_u128);
            for (user, dialect) in [
                (DialectUser::Relay(number), Dialect::Relay),
                (DialectUser::RelayAndGreeter(number), Dialect::Greeter),
                (DialectUser::Messenger(number), Dialect::Messenger),
                (DialectUser::Conversations(UserId::new(user)), Dialect::Conversations),
            ] {
                let said = DialectClaims {
                    session: SessionId::new(session),
                    expires_at: at(ISSUED + lives),
                    ..claims(user, TokenKind::Refresh)
                };
                let token = tokens().issue(&said, random);
                let read = check(token.expose_secret(), dialect, TokenKind::Refresh);
                prop_assert_eq!(read, Ok(said));
            }
        }

        #[test]
        fn a_changed_token_is_refused(index in any::<prop::sample::Index>(), letter in "[ -~]") {
            let good = issued(DialectUser::Messenger(7), TokenKind::Access);
            let mut changed = good.clone();
            let index = index.index(changed.len());
            changed.replace_range(index..=index, &letter);
            prop_assume!(changed != good);
            let answer = check(&changed, Dialect::Messenger, TokenKind::Access);
            prop_assert_eq!(answer, Err(DialectTokenError::Invalid));
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text in any::<String>(), letters in "[A-Za-z0-9_.-]{0,100}") {
            for dialect in Dialect::ALL {
                for text in [&text, &letters] {
                    let answer = check(text, dialect, TokenKind::Access);
                    prop_assert_eq!(answer, Err(DialectTokenError::Invalid));
                }
            }
        }
    }
}
