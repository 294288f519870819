//! What a host application publishes as its keys.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlor_auth::{Error, ForeignKeys};
use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::host::{EC, ED, HostKey, RSA, ed, foreign, jwks, pem, user};
use crate::mint::{self, ISSUED, at, with, without};

/// Whether a document has a key that verifies the tokens of this one.
fn verifies(document: &Value, key: &HostKey) -> bool {
    ForeignKeys::from_jwks(&document.to_string())
        .is_ok_and(|keys| foreign().verify(&key.token(&user()), &keys, at(ISSUED)).is_ok())
}

fn assert_refused(document: &str) {
    let start: String = document.chars().take(300).collect();
    let refused = ForeignKeys::parse(document);
    assert!(matches!(refused, Err(Error::InvalidKeys(_))), "{start}");
}

#[test]
fn a_key_is_left_out_if_it_is_for_something_else() {
    for key in [&RSA, &EC, &ED] {
        let set = |jwk: Value| json!({"keys": [jwk, ed("other", 41).jwk]});
        assert!(verifies(&set(key.jwk.clone()), key));
        assert!(verifies(&set(without(&key.jwk, "use")), key));
        assert!(verifies(&set(without(&key.jwk, "alg")), key));
        assert!(verifies(&set(with(&key.jwk, "key_ops", json!(["verify"]))), key));
        assert!(verifies(&set(with(&key.jwk, "x5c", json!(["MIIB"]))), key));
        for (name, value) in [
            ("use", json!("enc")),
            ("use", json!("")),
            ("key_ops", json!(["encrypt"])),
            ("key_ops", json!([])),
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!("RS512")),
            ("alg", json!("RSA-OAEP")),
            ("alg", json!("ES384")),
            ("kty", json!("AKP")),
            ("kty", json!("rsa")),
            ("kty", json!(null)),
        ] {
            assert!(
                !verifies(&set(with(&key.jwk, name, value.clone())), key),
                "{name} {value}"
            );
        }
    }
    let newer_name = with(&ED.jwk, "alg", json!("Ed25519"));
    assert!(verifies(&json!({"keys": [newer_name]}), &ED));
}

#[test]
fn a_key_that_is_none_is_left_out() {
    for (key, name, value) in [
        (&RSA, "n", json!("AQAB")),
        (&RSA, "n", json!("")),
        (&RSA, "n", json!("=")),
        (&RSA, "e", json!("")),
        (&RSA, "e", json!("AQ")),
        (&RSA, "e", json!("Ag")),
        (&EC, "x", EC.jwk["y"].clone()),
        (&EC, "x", json!("AAAA")),
        (&EC, "y", json!("")),
        (&EC, "crv", json!("P-384")),
        (&EC, "crv", json!("secp256k1")),
        (&ED, "x", json!("AAAA")),
        (&ED, "crv", json!("Ed448")),
        (&ED, "crv", json!("X25519")),
    ] {
        let broken = with(&key.jwk, name, value.clone());
        assert_refused(&json!({ "keys": [broken] }).to_string());
        let beside = json!({"keys": [broken, 7, null, {}, ed("other", 41).jwk]});
        assert!(!verifies(&beside, key), "{name} {value}");
        assert!(verifies(&beside, &ed("other", 41)), "{name} {value}");
    }
}

#[test]
fn a_number_may_begin_with_a_zero() {
    let n = URL_SAFE_NO_PAD.decode(RSA.jwk["n"].as_str().unwrap()).unwrap();
    let padded = URL_SAFE_NO_PAD.encode([&[0], n.as_slice()].concat());
    assert!(verifies(
        &json!({"keys": [with(&RSA.jwk, "n", json!(padded))]}),
        &RSA
    ));
}

#[test]
fn a_document_with_a_secret_is_refused() {
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        for key in [&RSA, &EC, &ED] {
            let leaked = with(&key.jwk, member, json!("AQAB"));
            assert_refused(&json!({"keys": [ed("other", 41).jwk, leaked]}).to_string());
        }
    }
    let shared = json!({"kty": "oct", "alg": "HS256"});
    assert_refused(&json!({"keys": [ED.jwk, shared]}).to_string());
}

#[test]
fn of_two_keys_with_one_name_only_the_first_counts() {
    let (first, second) = (ed("same", 41), ed("same", 42));
    let document = serde_json::from_str(&jwks(&[&first, &second])).unwrap();
    assert!(verifies(&document, &first));
    assert!(!verifies(&document, &second));
}

#[test]
fn a_hundred_keys_are_enough() {
    let keys: Vec<HostKey> = (0..=ForeignKeys::MAX)
        .map(|number| ed(&number.to_string(), u8::try_from(number).unwrap()))
        .collect();
    let keys: Vec<&HostKey> = keys.iter().collect();
    assert!(ForeignKeys::parse(&jwks(&keys[1..])).is_ok());
    assert_refused(&jwks(&keys));
    let pem: String = keys.iter().map(|key| key.public_pem()).collect();
    assert_refused(&pem);
}

#[test]
fn other_documents_are_refused() {
    for document in [
        "",
        "{}",
        "[]",
        "null",
        "{\"keys\":{}}",
        "{\"keys\":[]}",
        "{\"keys\":[{}]}",
        "not keys",
        "<html>",
        &ED.jwk.to_string(),
        &format!("{{\"keys\":{}", "[".repeat(100_000)),
        &format!("{}{}", jwks(&[&ED]), " ".repeat(ForeignKeys::MAX_BYTES)),
    ] {
        assert_refused(document);
        assert!(ForeignKeys::from_jwks(document).is_err());
        assert!(ForeignKeys::from_pem(document).is_err());
    }
}

#[test]
fn pem_must_hold_public_keys_of_the_known_kinds() {
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let p384 = p384.public_key().as_der().unwrap();
    let (n, e) = ([0xc1; 128].as_slice(), [1, 0, 1].as_slice());
    let short: PublicKeyX509Der<'_> = RsaPublicKeyComponents { n, e }.as_der().unwrap();
    let private = mint::key().to_pem();
    let private = private.expose_secret();
    for document in [
        private.into(),
        [&ED.public_pem(), private].concat(),
        pem("RSA PRIVATE KEY", &RSA.der),
        pem("EC PRIVATE KEY", &EC.der),
        pem("ENCRYPTED PRIVATE KEY", &ED.der),
        pem("PUBLIC KEY", RSA.private.as_bytes()),
        pem("PUBLIC KEY", EC.private.as_bytes()),
        pem("PUBLIC KEY", ED.private.as_bytes()),
        pem("CERTIFICATE", &RSA.der),
        pem("PUBLIC KEY", b""),
        pem("PUBLIC KEY", b"\x30\x00"),
        pem("PUBLIC KEY", &RSA.der[..100]),
        pem("PUBLIC KEY", p384.as_ref()),
        pem("PUBLIC KEY", short.as_ref()),
        RSA.public_pem().replace("-----END", "----END"),
    ] {
        assert_refused(&document);
    }
}

proptest! {
    #[test]
    fn any_document_is_read_or_refused_without_a_panic(text: String, bytes: Vec<u8>) {
        let _ = ForeignKeys::parse(&text);
        let _ = ForeignKeys::from_jwks(&text);
        let _ = ForeignKeys::from_pem(&text);
        let _ = ForeignKeys::from_pem(&pem("PUBLIC KEY", &bytes));
    }
}
