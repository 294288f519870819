//! Tokens of the host application.

use std::time::Duration;

use parlor_auth::{
    ClaimNames, Error, ForeignAlgorithm, ForeignClaims, ForeignKeys, ForeignSettings, ForeignTokens,
};
use parlor_domain::Timestamp;
use serde_json::{Value, json};

use crate::host::{AUDIENCE, EC, ED, HOST, RSA, ed, foreign, jwks, keys, user, verify};
use crate::mint::{self, EXPIRES, ISSUED, at, with, without};

fn claims() -> ForeignClaims {
    ForeignClaims {
        subject: "user-7".into(),
        session: Some("session-9".into()),
        username: Some("alice".into()),
        name: Some("Alice Liddell".into()),
        email: Some("alice@host.example".into()),
        email_verified: true,
        issued_at: Some(at(ISSUED)),
        expires_at: at(EXPIRES),
    }
}

#[test]
fn a_token_says_who_it_is_whichever_way_it_is_signed() {
    for key in [&RSA, &EC, &ED] {
        assert_eq!(verify(&key.token(&user())), Ok(claims()), "{:?}", key.algorithm);
    }
}

#[test]
fn keys_in_pem_verify_tokens_that_name_a_key_and_those_that_do_not() {
    let pem = [RSA.public_pem(), EC.public_pem(), ED.public_pem()].concat();
    let keys = ForeignKeys::parse(&pem).unwrap();
    for key in [&RSA, &EC, &ED] {
        let nameless = without(&key.header(), "kid");
        for token in [key.token(&user()), key.sign(&nameless, &user())] {
            let read = foreign().verify(&token, &keys, at(ISSUED));
            assert_eq!(read, Ok(claims()), "{:?}", key.algorithm);
        }
    }
}

#[test]
fn only_the_algorithms_that_are_allowed_are_accepted() {
    let settings = ForeignSettings {
        algorithms: vec![ForeignAlgorithm::EdDsa],
        ..ForeignSettings::new(HOST, AUDIENCE)
    };
    let foreign = ForeignTokens::new(settings);
    let verify = |token: &str| foreign.verify(token, &keys(), at(ISSUED));
    assert_eq!(verify(&ED.token(&user())), Ok(claims()));
    assert_eq!(verify(&RSA.token(&user())), Err(Error::InvalidToken));
    assert_eq!(verify(&EC.token(&user())), Err(Error::InvalidToken));
}

#[test]
fn a_token_that_names_no_key_is_accepted_if_only_one_can_be_meant() {
    let nameless = ED.sign(&without(&ED.header(), "kid"), &user());
    assert_eq!(verify(&nameless), Ok(claims()));
    let two = ForeignKeys::from_jwks(&jwks(&[&ED, &ed("other", 41)])).unwrap();
    let read = foreign().verify(&nameless, &two, at(ISSUED));
    assert_eq!(read, Err(Error::InvalidToken));
    let none = ForeignKeys::from_jwks(&jwks(&[&RSA])).unwrap();
    let read = foreign().verify(&nameless, &none, at(ISSUED));
    assert_eq!(read, Err(Error::InvalidToken));
}

#[test]
fn a_new_key_of_the_host_is_told_from_a_forgery() {
    let newer = ed("newer", 41);
    let token = newer.token(&user());
    assert_eq!(verify(&token), Err(Error::UnknownKey));
    assert_eq!(foreign().key_id(&token), Ok(Some("newer".into())));
    let fetched = ForeignKeys::from_jwks(&jwks(&[&ED, &newer])).unwrap();
    assert_eq!(foreign().verify(&token, &fetched, at(ISSUED)), Ok(claims()));
    let pem = ForeignKeys::parse(&ED.public_pem()).unwrap();
    let read = foreign().verify(&newer.token(&user()), &pem, at(ISSUED));
    assert_eq!(
        read,
        Err(Error::UnknownKey),
        "a key without a name can be another by now"
    );
}

#[test]
fn claims_can_have_other_names() {
    let names = ClaimNames {
        username: "https://host.example/nick".into(),
        name: "nick name".into(),
        email: "mail".into(),
        email_verified: "mail_ok".into(),
        session: "jti".into(),
    };
    let settings = ForeignSettings {
        claims: names,
        ..ForeignSettings::new(HOST, AUDIENCE)
    };
    let mut token = user();
    token["https://host.example/nick"] = json!("al");
    token["nick name"] = json!("Al");
    token["mail"] = json!("al@host.example");
    token["mail_ok"] = json!(false);
    token["jti"] = json!("j");
    let read = ForeignTokens::new(settings).verify(&ED.token(&token), &keys(), at(ISSUED));
    let expected = ForeignClaims {
        session: Some("j".into()),
        username: Some("al".into()),
        name: Some("Al".into()),
        email: Some("al@host.example".into()),
        email_verified: false,
        ..claims()
    };
    assert_eq!(read, Ok(expected));
}

#[test]
fn what_the_host_does_not_say_or_says_badly_is_not_known() {
    let bare = json!({"iss": HOST, "aud": AUDIENCE, "sub": "user-7", "exp": EXPIRES});
    let expected = ForeignClaims {
        session: None,
        username: None,
        name: None,
        email: None,
        email_verified: false,
        issued_at: None,
        ..claims()
    };
    assert_eq!(verify(&ED.token(&bare)), Ok(expected.clone()));
    for bad in [
        json!(null),
        json!(""),
        json!(7),
        json!(["a"]),
        json!("a\0b"),
        json!("a\r\nb"),
        json!("é".repeat(128)),
    ] {
        let mut token = with(&bare, "email_verified", json!(true));
        for name in ["sid", "preferred_username", "name", "email"] {
            token[name] = bad.clone();
        }
        assert_eq!(verify(&ED.token(&token)), Ok(expected.clone()), "{bad}");
    }
}

#[test]
fn an_address_counts_as_verified_only_if_the_host_says_so() {
    for (said, verified) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("false"), false),
        (json!("1"), false),
        (json!(1), false),
        (json!([true]), false),
        (json!(null), false),
    ] {
        let token = ED.token(&with(&user(), "email_verified", said.clone()));
        assert_eq!(verify(&token).unwrap().email_verified, verified, "{said}");
    }
}

#[test]
fn a_token_may_be_for_others_as_well() {
    for audience in [
        json!([AUDIENCE]),
        json!(["other", AUDIENCE]),
        json!([7, AUDIENCE]),
    ] {
        let token = ED.token(&with(&user(), "aud", audience));
        assert_eq!(verify(&token), Ok(claims()));
    }
}

#[test]
fn a_token_ends_to_the_second_with_the_leeway() {
    let token = ED.token(&user());
    let verify = |now| foreign().verify(&token, &keys(), at(now));
    assert!(verify(EXPIRES + 29).is_ok());
    assert_eq!(verify(EXPIRES + 30), Err(Error::ExpiredToken));
    assert_eq!(verify(i64::MAX / 1_000_000), Err(Error::ExpiredToken));
}

#[test]
fn a_token_of_the_future_is_refused_unless_clocks_may_differ_so_much() {
    for missing in ["iat", "nbf"] {
        let token = ED.token(&without(&user(), missing));
        let verify = |now| foreign().verify(&token, &keys(), at(now));
        assert!(verify(ISSUED - 30).is_ok(), "without {missing}");
        assert_eq!(verify(ISSUED - 31), Err(Error::InvalidToken), "without {missing}");
        assert_eq!(verify(-1), Err(Error::InvalidToken), "without {missing}");
    }
}

#[test]
fn without_leeway_the_clocks_must_agree() {
    let settings = ForeignSettings {
        leeway: Duration::ZERO,
        ..ForeignSettings::new(HOST, AUDIENCE)
    };
    let foreign = ForeignTokens::new(settings);
    let verify = |now| foreign.verify(&ED.token(&user()), &keys(), at(now));
    assert_eq!(verify(ISSUED - 1), Err(Error::InvalidToken));
    assert!(verify(ISSUED).is_ok());
    assert!(verify(EXPIRES - 1).is_ok());
    assert_eq!(verify(EXPIRES), Err(Error::ExpiredToken));
}

#[test]
fn times_may_have_fractions() {
    let token = with(&user(), "exp", json!(EXPIRES as f64 + 0.5));
    let read = verify(&ED.token(&token)).unwrap();
    assert_eq!(
        read.expires_at,
        Timestamp::from_micros(EXPIRES * 1_000_000 + 500_000)
    );
}

#[test]
fn whose_token_it_says_to_be_is_seen_unverified() {
    let token = ED.token(&user());
    assert!(foreign().issued_by_host(&token));
    assert!(!foreign().issued_by_host(&mint::issued()));
    let other = |issuer: Value| ED.token(&with(&user(), "iss", issuer));
    for issuer in [
        json!("https://host.example/"),
        json!([HOST]),
        json!(null),
        json!(""),
    ] {
        assert!(!foreign().issued_by_host(&other(issuer)));
    }
    for text in ["", ".", "..", "a.b.c", HOST, &"a.".repeat(1_000_000)] {
        assert!(!foreign().issued_by_host(text));
    }
}

#[test]
fn the_name_of_the_key_is_seen_unverified() {
    assert_eq!(foreign().key_id(&ED.token(&user())), Ok(Some("ed".into())));
    let nameless = ED.sign(&without(&ED.header(), "kid"), &user());
    assert_eq!(foreign().key_id(&nameless), Ok(None));
    for text in ["", "..", "a.b.c", &"a.".repeat(1_000_000)] {
        assert_eq!(foreign().key_id(text), Err(Error::InvalidToken));
    }
}
