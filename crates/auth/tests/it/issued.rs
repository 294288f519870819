//! Tokens of this server.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use parlor_auth::{AccessClaims, AccessTokens, Error, KeyRing, SigningKey};
use parlor_domain::Timestamp;
use secrecy::ExposeSecret;

use crate::mint::{self, AUDIENCE, EXPIRES, ISSUED, ISSUER, at, claims, issued, key, tokens};

#[test]
fn a_token_says_what_it_was_issued_for() {
    let admin = AccessClaims {
        admin: true,
        ..claims()
    };
    let token = tokens().issue(&admin);
    assert_eq!(tokens().verify(token.expose_secret(), at(ISSUED)), Ok(admin));
}

#[test]
fn a_token_made_by_hand_as_the_server_makes_it_is_accepted() {
    let (header, body) = mint::parts();
    let token = mint::sign(&header, &body);
    assert_eq!(tokens().verify(&token, at(ISSUED)), Ok(claims()));
}

#[test]
fn times_are_whole_seconds() {
    let uneven = AccessClaims {
        expires_at: Timestamp::from_micros(EXPIRES * 1_000_000 + 999_999),
        ..claims()
    };
    let token = tokens().issue(&uneven);
    assert_eq!(tokens().verify(token.expose_secret(), at(ISSUED)), Ok(claims()));
}

#[test]
fn a_token_ends_to_the_second() {
    assert!(tokens().verify(&issued(), at(EXPIRES - 1)).is_ok());
    assert_eq!(tokens().verify(&issued(), at(EXPIRES)), Err(Error::ExpiredToken));
    assert_eq!(
        tokens().verify(&issued(), at(i64::MAX / 1_000_000)),
        Err(Error::ExpiredToken)
    );
}

#[test]
fn a_token_of_the_future_is_refused_unless_clocks_may_differ_so_much() {
    assert!(tokens().verify(&issued(), at(ISSUED - 30)).is_ok());
    assert_eq!(
        tokens().verify(&issued(), at(ISSUED - 31)),
        Err(Error::InvalidToken)
    );
    assert_eq!(tokens().verify(&issued(), at(-1)), Err(Error::InvalidToken));
}

#[test]
fn a_key_that_signs_no_more_still_verifies_until_it_is_taken_out() {
    let newer = SigningKey::from_seed(&[2; 32]);
    let rotated = KeyRing::new(newer.clone(), vec![key()]);
    let rotated = AccessTokens::new(rotated, ISSUER, AUDIENCE);
    assert!(rotated.verify(&issued(), at(ISSUED)).is_ok());
    let fresh = rotated.issue(&claims());
    let finished = AccessTokens::new(KeyRing::new(newer, Vec::new()), ISSUER, AUDIENCE);
    assert!(finished.verify(fresh.expose_secret(), at(ISSUED)).is_ok());
    assert_eq!(finished.verify(&issued(), at(ISSUED)), Err(Error::InvalidToken));
}

#[test]
fn others_verify_with_the_public_document() {
    let keys: JwkSet = serde_json::from_str(&tokens().jwks()).unwrap();
    let header = jsonwebtoken::decode_header(issued()).unwrap();
    let public = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[ISSUER]);
    let read = jsonwebtoken::decode::<serde_json::Value>(issued(), &public, &validation).unwrap();
    assert_eq!(read.claims, mint::parts().1);
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", tokens());
    let pem = key().to_pem();
    let secret = pem.expose_secret().lines().nth(1).unwrap();
    assert!(!shown.contains(secret) && !shown.contains("[1, 1, 1"), "{shown}");
}
