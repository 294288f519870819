//! Tokens that this server did not make, or not for this.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use parlor_auth::{Error, KeyRing, RefreshToken, SigningKey};
use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::mint::{
    ISSUED, at, broken, encode, issued, key, parts, sign, sign_as, sign_with, tokens, with, without,
};

fn assert_refused(token: &str) {
    let answer = tokens().verify(token, at(ISSUED));
    let start: String = token.chars().take(300).collect();
    assert_eq!(answer, Err(Error::InvalidToken), "{start}");
}

#[test]
fn unsigned_tokens_are_refused_however_none_is_spelled() {
    let real = issued();
    let signature = real.rsplit('.').next().unwrap();
    let (header, claims) = parts();
    for none in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!(""),
        json!(null),
    ] {
        let message = format!("{}.{}", encode(&with(&header, "alg", none)), encode(&claims));
        assert_refused(&format!("{message}.{signature}"));
        assert_refused(&format!("{message}."));
        assert_refused(&message);
    }
}

#[test]
fn the_public_key_is_no_shared_secret() {
    let (header, claims) = parts();
    let header = with(&header, "alg", json!("HS256"));
    let jwks = tokens().jwks();
    let document: Value = serde_json::from_str(&jwks).unwrap();
    let x = document["keys"][0]["x"].as_str().unwrap();
    let raw = EncodingKey::from_urlsafe_base64_secret(&format!("{x}=")).unwrap();
    let secrets = [
        raw,
        EncodingKey::from_secret(x.as_bytes()),
        EncodingKey::from_secret(jwks.as_bytes()),
        EncodingKey::from_secret(b""),
        EncodingKey::from_secret(b"secret"),
    ];
    for secret in secrets {
        assert_refused(&sign_as(&secret, Algorithm::HS256, &header, &claims));
        let lying = with(&header, "alg", json!("EdDSA"));
        assert_refused(&sign_as(&secret, Algorithm::HS256, &lying, &claims));
    }
}

#[test]
fn keys_of_others_are_refused_whatever_the_header_calls_them() {
    let (header, claims) = parts();
    let foreign = SigningKey::from_seed(&[9; 32]);
    assert_refused(&sign_with(&foreign, &header, &claims));
    let kids = [foreign.id(), "", "../../dev/null", "kid' OR '1'='1", "0"];
    for kid in kids {
        let header = with(&header, "kid", json!(kid));
        assert_refused(&sign_with(&foreign, &header, &claims));
        assert_refused(&sign(&header, &claims));
    }
    assert_refused(&sign(&without(&header, "kid"), &claims));
    assert_refused(&sign(&with(&header, "kid", json!([key().id()])), &claims));
}

#[test]
fn keys_that_come_with_the_token_are_not_used() {
    let (header, claims) = parts();
    let foreign = SigningKey::from_seed(&[9; 32]);
    let ring = KeyRing::new(foreign.clone(), Vec::new());
    let document: Value = serde_json::from_str(&ring.jwks()).unwrap();
    let hints = [
        ("jwk", document["keys"][0].clone()),
        ("jku", json!("http://127.0.0.1:9/jwks.json")),
        ("x5u", json!("http://127.0.0.1:9/cert.pem")),
        ("x5c", json!(["MCowBQYDK2VwAyEA"])),
    ];
    for (name, value) in hints {
        let header = with(&header, name, value);
        assert_refused(&sign_with(&foreign, &header, &claims));
        let header = with(&header, "kid", json!(foreign.id()));
        assert_refused(&sign_with(&foreign, &header, &claims));
    }
}

#[test]
fn our_own_signature_under_something_else_is_no_access_token() {
    let (header, claims) = parts();
    for typ in ["JWT", "at+jwt ", "AT+JWT", "refresh+jwt", ""] {
        assert_refused(&sign(&with(&header, "typ", json!(typ)), &claims));
    }
    assert_refused(&sign(&without(&header, "typ"), &claims));
    assert_refused(&sign(&with(&header, "crit", json!(["exp"])), &claims));
}

#[test]
fn tokens_for_or_of_others_are_refused() {
    let (header, claims) = parts();
    for (name, value) in [
        ("iss", json!("https://chat.example.evil")),
        ("iss", json!("https://chat.example/")),
        ("iss", json!("")),
        ("aud", json!("parlor2")),
        ("aud", json!(["other", "parlor"])),
        ("aud", json!("")),
    ] {
        assert_refused(&sign(&header, &with(&claims, name, value)));
    }
}

#[test]
fn claims_that_are_missing_or_of_another_type_are_refused() {
    let (header, claims) = parts();
    for name in ["iss", "aud", "sub", "sid", "num", "adm", "iat", "nbf", "exp"] {
        assert_refused(&sign(&header, &without(&claims, name)));
        for value in [json!(null), json!([]), json!({}), json!("x"), json!(1.5)] {
            assert_refused(&sign(&header, &with(&claims, name, value)));
        }
    }
    for (name, value) in [
        ("sub", json!("01890A5D-AC96-774B-BCCE-B302099A8057x")),
        ("exp", json!(i64::MAX)),
        ("exp", json!(u64::MAX)),
        ("exp", json!("1767229200")),
        ("iat", json!(i64::MIN)),
    ] {
        assert_refused(&sign(&header, &with(&claims, name, value)));
    }
}

#[test]
fn a_refresh_token_opens_nothing() {
    let refresh = RefreshToken::from_bytes([7; 32]).to_text();
    assert_refused(refresh.expose_secret());
}

#[test]
fn long_and_broken_texts_are_refused_unread() {
    let token = issued();
    assert!(token.len() < 600, "{} bytes", token.len());
    for broken in broken(&token) {
        assert_refused(&broken);
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let (_, claims) = parts();
    assert_refused(&format!("{}.{}.AAAA", deep, encode(&claims)));
    let deep = URL_SAFE_NO_PAD.encode(deep);
    assert_refused(&format!("{deep}.{}.AAAA", encode(&claims)));
}

proptest! {
    #[test]
    fn any_text_is_refused_without_a_panic(text in any::<String>()) {
        assert_refused(&text);
    }

    #[test]
    fn texts_that_look_like_tokens_are_refused(text in "[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,90}") {
        assert_refused(&text);
    }

    #[test]
    fn a_token_with_any_one_character_changed_is_refused(at in 0..issued().len(), put in "[A-Za-z0-9_.=-]") {
        let mut token = issued();
        prop_assume!(token[at..=at] != *put);
        token.replace_range(at..=at, &put);
        assert_refused(&token);
    }
}
