//! Tokens that the host application did not make, or not for this.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use parlor_auth::{Error, ForeignKeys, ForeignSettings, ForeignTokens, RefreshToken};
use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::host::{AUDIENCE, EC, ED, HOST, RSA, ed, foreign, jwks, keys, user, verify};
use crate::mint::{self, ISSUED, at, broken, encode, sign_as, with, without};

fn assert_refused(token: &str) {
    let start: String = token.chars().take(300).collect();
    assert_eq!(verify(token), Err(Error::InvalidToken), "{start}");
}

#[test]
fn unsigned_tokens_are_refused_however_none_is_spelled() {
    let real = ED.token(&user());
    let signature = real.rsplit('.').next().unwrap();
    for none in [
        json!("none"),
        json!("None"),
        json!("nOnE"),
        json!(""),
        json!(null),
        json!(["EdDSA"]),
    ] {
        let message = format!("{}.{}", encode(&with(&ED.header(), "alg", none)), encode(&user()));
        assert_refused(&format!("{message}.{signature}"));
        assert_refused(&format!("{message}."));
        assert_refused(&message);
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    for key in [&RSA, &EC, &ED] {
        let pem = key.public_pem();
        let jwk = key.jwk.to_string();
        let number = key.jwk["n"].as_str().or(key.jwk["x"].as_str()).unwrap();
        let raw = URL_SAFE_NO_PAD.decode(number).unwrap();
        let secrets: [&[u8]; 8] = [
            &key.der,
            pem.as_bytes(),
            pem.trim_end().as_bytes(),
            jwk.as_bytes(),
            number.as_bytes(),
            &raw,
            b"",
            b"secret",
        ];
        for secret in secrets.map(EncodingKey::from_secret) {
            for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                let honest = with(&key.header(), "alg", json!(algorithm));
                assert_refused(&sign_as(&secret, algorithm, &honest, &user()));
                assert_refused(&sign_as(&secret, algorithm, &without(&honest, "kid"), &user()));
                assert_refused(&sign_as(&secret, algorithm, &key.header(), &user()));
            }
        }
    }
}

#[test]
fn the_algorithm_is_that_of_the_key() {
    for signer in [&RSA, &EC, &ED] {
        for named in [&RSA, &EC, &ED] {
            let lying = with(&signer.header(), "kid", named.jwk["kid"].clone());
            if signer.algorithm != named.algorithm {
                assert_refused(&signer.sign(&lying, &user()));
                assert_refused(&signer.sign(&named.header(), &user()));
            }
        }
    }
    // The same key, but not as it is meant to be used.
    for algorithm in [
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS512,
    ] {
        let header = with(&RSA.header(), "alg", json!(algorithm));
        assert_refused(&sign_as(&RSA.private, algorithm, &header, &user()));
    }
}

#[test]
fn keys_of_others_are_refused_whatever_the_header_calls_them() {
    let stranger = ed("ed", 99);
    assert_refused(&stranger.token(&user()));
    assert_refused(&stranger.sign(&without(&ED.header(), "kid"), &user()));
    for kid in [json!(["ed"]), json!({"kid": "ed"}), json!(0)] {
        assert_refused(&stranger.sign(&with(&ED.header(), "kid", kid), &user()));
    }
    for kid in ["", "ED", "ed ", "ed\0", "../../dev/null", "kid' OR '1'='1"] {
        let header = with(&ED.header(), "kid", json!(kid));
        assert_eq!(verify(&stranger.sign(&header, &user())), Err(Error::UnknownKey));
        assert_eq!(verify(&ED.sign(&header, &user())), Err(Error::UnknownKey));
    }
}

#[test]
fn keys_that_come_with_the_token_are_not_used() {
    let stranger = ed("ed", 99);
    let hints = [
        ("jwk", stranger.jwk.clone()),
        ("jku", json!("http://127.0.0.1:9/jwks.json")),
        ("x5u", json!("http://127.0.0.1:9/cert.pem")),
        ("x5c", json!(["MCowBQYDK2VwAyEA"])),
    ];
    for (name, value) in hints {
        assert_refused(&stranger.sign(&with(&ED.header(), name, value), &user()));
    }
}

#[test]
fn what_the_host_signs_for_something_else_names_nobody() {
    for typ in ["logout+jwt", "secevent+jwt", "dpop+jwt", "JWE", "jwt ", ""] {
        assert_refused(&ED.sign(&with(&ED.header(), "typ", json!(typ)), &user()));
    }
    for typ in ["jwt", "at+jwt", "application/at+jwt"] {
        assert!(verify(&ED.sign(&with(&ED.header(), "typ", json!(typ)), &user())).is_ok());
    }
    assert_refused(&ED.sign(&with(&ED.header(), "crit", json!(["exp"])), &user()));
    let logout = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    assert_refused(&ED.token(&with(&user(), "events", logout)));
}

#[test]
fn tokens_for_or_of_others_are_refused() {
    for (name, value) in [
        ("iss", json!("https://host.example.evil")),
        ("iss", json!("https://host.example/")),
        ("iss", json!("HTTPS://HOST.EXAMPLE")),
        ("iss", json!([HOST])),
        ("iss", json!("")),
        ("aud", json!("parlor2")),
        ("aud", json!("Parlor")),
        ("aud", json!([])),
        ("aud", json!(["other"])),
        ("aud", json!([[AUDIENCE]])),
        ("aud", json!({ AUDIENCE: true })),
        ("aud", json!("")),
    ] {
        assert_refused(&ED.token(&with(&user(), name, value)));
    }
}

#[test]
fn claims_that_are_missing_or_of_another_type_are_refused() {
    for name in ["iss", "aud", "sub", "exp"] {
        assert_refused(&ED.token(&without(&user(), name)));
    }
    for name in ["iss", "aud", "sub", "exp", "nbf", "iat"] {
        for value in [json!(null), json!(true), json!([]), json!({})] {
            assert_refused(&ED.token(&with(&user(), name, value)));
        }
    }
    for (name, value) in [
        ("exp", json!("1767229200")),
        ("nbf", json!("1767225600")),
        ("iat", json!("1767225600")),
        ("exp", json!(i64::MAX)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(1e300)),
        ("nbf", json!(i64::MIN)),
        ("iat", json!(1e300)),
        ("sub", json!("")),
        ("sub", json!("a\0b")),
        ("sub", json!("a\nb")),
        ("sub", json!("s".repeat(256))),
        ("sub", json!(7)),
    ] {
        assert_refused(&ED.token(&with(&user(), name, value)));
    }
    assert!(verify(&ED.token(&with(&user(), "sub", json!("s".repeat(255))))).is_ok());
    assert_refused(&ED.token(&json!([user()])));
    assert_refused(&ED.token(&json!("user-7")));
}

#[test]
fn an_old_forgery_is_not_said_to_be_old() {
    let old = with(&user(), "exp", json!(1));
    assert_eq!(verify(&ED.token(&old)), Err(Error::ExpiredToken));
    assert_refused(&ed("ed", 99).token(&old));
    assert_refused(&ED.token(&with(&old, "aud", json!("other"))));
}

#[test]
fn our_own_tokens_are_not_the_hosts() {
    let ours = mint::issued();
    assert_eq!(verify(&ours), Err(Error::UnknownKey));
    // Not even if somebody gives our keys for the host's.
    let our_keys = ForeignKeys::from_jwks(&mint::tokens().jwks()).unwrap();
    let read = foreign().verify(&ours, &our_keys, at(ISSUED));
    assert_eq!(read, Err(Error::InvalidToken));
    assert_refused(RefreshToken::from_bytes([7; 32]).to_text().expose_secret());
}

#[test]
fn the_hosts_tokens_are_not_ours() {
    let (header, claims) = mint::parts();
    for key in [&RSA, &EC, &ED] {
        for token in [
            key.token(&user()),
            key.token(&claims),
            key.sign(&header, &claims),
            key.sign(&with(&header, "alg", json!(key.algorithm)), &claims),
        ] {
            let read = mint::tokens().verify(&token, at(ISSUED));
            assert_eq!(read, Err(Error::InvalidToken));
        }
    }
}

#[test]
fn a_host_cannot_speak_for_another() {
    let elsewhere = ForeignTokens::new(ForeignSettings::new("https://elsewhere.example", AUDIENCE));
    let read = elsewhere.verify(&ED.token(&user()), &keys(), at(ISSUED));
    assert_eq!(read, Err(Error::InvalidToken));
}

#[test]
fn long_and_broken_texts_are_refused_unread() {
    let token = ED.token(&user());
    let most = ForeignTokens::MAX_BYTES;
    let padded = |length: usize| ED.token(&with(&user(), "pad", json!("x".repeat(length))));
    assert!(verify(&padded(most / 2)).is_ok());
    assert_refused(&padded(most));
    for broken in broken(&token) {
        assert_refused(&broken);
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let text = user().to_string();
    let claims = URL_SAFE_NO_PAD.encode(text.replacen('{', &format!("{{\"deep\":{deep},"), 1));
    let message = format!("{}.{claims}", encode(&ED.header()));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &ED.private, ED.algorithm).unwrap();
    assert_refused(&format!("{message}.{signature}"));
}

#[test]
fn a_signature_of_zeros_is_refused() {
    for (key, bytes) in [(&RSA, 256), (&EC, 64), (&ED, 64)] {
        let message = format!("{}.{}", encode(&key.header()), encode(&user()));
        for length in [0, 1, bytes - 1, bytes, bytes + 1] {
            let zeros = URL_SAFE_NO_PAD.encode(vec![0; length]);
            assert_refused(&format!("{message}.{zeros}"));
        }
    }
}

#[test]
fn a_key_that_was_taken_out_verifies_nothing() {
    let left = ForeignKeys::from_jwks(&jwks(&[&RSA, &EC])).unwrap();
    let read = foreign().verify(&ED.token(&user()), &left, at(ISSUED));
    assert_eq!(read, Err(Error::UnknownKey));
}

proptest! {
    #[test]
    fn any_text_is_refused_without_a_panic(text: String) {
        assert_refused(&text);
        let _ = foreign().issued_by_host(&text);
    }

    #[test]
    fn texts_that_look_like_tokens_are_refused(text in "[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,90}") {
        assert_refused(&text);
    }

    #[test]
    fn a_token_with_any_one_character_changed_is_refused(at in 0..ED.token(&user()).len(), put in "[A-Za-z0-9_.=-]") {
        let mut token = ED.token(&user());
        prop_assume!(token[at..=at] != *put);
        token.replace_range(at..=at, &put);
        // Another name of a key may be a new one.
        prop_assert!(matches!(verify(&token), Err(Error::InvalidToken | Error::UnknownKey)));
    }

    #[test]
    fn any_claim_of_any_type_is_read_or_refused_without_a_panic(
        name in prop::sample::select(vec!["iss", "aud", "sub", "exp", "nbf", "iat", "sid", "email", "email_verified"]),
        number: f64,
    ) {
        let value = if number.is_finite() { json!(number) } else { Value::Null };
        let _ = verify(&ED.token(&with(&user(), name, value)));
    }
}
