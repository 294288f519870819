//! Logging in with more than a password, or without one.

use std::time::Duration;

use hyper::Method;
use insta::assert_snapshot;
use parlor_domain::LetterKind;
use parlor_services::{LogInsSettings, Settings, TwoStep};
use serde_json::{Value, json};

use crate::world::{Device, PASSWORD, World};

async fn with_log_ins(log_ins: LogInsSettings) -> World {
    World::with_services(Settings {
        log_ins,
        limits: false,
        ..Settings::default()
    })
    .await
}

/// A server on which a mailed code is enough.
async fn by_mail() -> World {
    with_log_ins(LogInsSettings {
        by_mail: true,
        ..LogInsSettings::default()
    })
    .await
}

/// A server, and somebody on it who wants a mailed code at each log in.
async fn with_mailed_codes() -> World {
    let world = World::new().await;
    let ann = world.person_with_mail("ann").await;
    let wish = json!({"on": true, "password": PASSWORD});
    let set = ann.put("/v1/me/second-step/mailed-code", wish).await;
    assert_eq!(set.status, 204, "{}", set.text);
    world
}

async fn code(world: &World) -> String {
    world.mailed("ann@example.org", LetterKind::LoginCode).await
}

/// Another code than this one.
fn other(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_completes_a_log_in_once() {
    let world = with_mailed_codes().await;
    let asked = world.begin("ann").await;
    assert_snapshot!(asked.shown(), @r#"
    202
    {
      "challenge": "a secret",
      "expires_at": "2026-01-01T00:05:00.000000Z",
      "methods": [
        "mailed_code"
      ],
      "resend_after_seconds": 30,
      "sent_to": "a***@example.org"
    }
    "#);
    assert_eq!(asked.header("cache-control"), Some("no-store"));
    let challenge = &asked.json()["challenge"];
    let code = code(&world).await;
    let wrong = world.complete(challenge, other(&code)).await;
    assert_eq!(wrong.refusal(), "403 wrong_code code");
    let ann = world.complete(challenge, &code).await;
    assert_eq!(
        ann.header("location"),
        Some(&*format!("/v1/sessions/{}", world.logged_in(&ann).session))
    );
    assert_eq!(ann.json()["session"]["device"], "phone");
    let again = world.complete(challenge, &code).await;
    assert_eq!(again.refusal(), "401 challenge_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_is_over_after_five_tries_and_after_five_minutes() {
    let world = with_mailed_codes().await;
    let first = world.begin("ann").await.json();
    let right = code(&world).await;
    for _ in 0..5 {
        let wrong = world.complete(&first["challenge"], other(&right)).await;
        assert_eq!(wrong.refusal(), "403 wrong_code code");
    }
    let late = world.complete(&first["challenge"], &right).await;
    assert_eq!(late.refusal(), "401 challenge_over");
    let second = world.begin("ann").await.json();
    let right = code(&world).await;
    world.clock.advance(Duration::from_secs(5 * 60));
    let late = world.complete(&second["challenge"], &right).await;
    assert_eq!(late.refusal(), "401 challenge_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_text_can_be_a_code() {
    let world = with_mailed_codes().await;
    let challenge = world.begin("ann").await.json()["challenge"].clone();
    for odd in [
        json!(null),
        json!([]),
        json!(true),
        json!(123_456),
        json!({"$ne": ""}),
    ] {
        let shown = json!({"challenge": challenge, "code": odd});
        let answer = world.post("/v1/challenges/complete", shown).await;
        assert_eq!(answer.refusal(), "422 invalid code", "{odd}");
    }
    for odd in ["", "١٢٣٤٥٦", "12345", "1e5"] {
        let answer = world.complete(&challenge, odd).await;
        assert!(
            answer.status == 403 || answer.status == 401,
            "{odd}: {}",
            answer.text
        );
    }
    for odd in [json!(""), json!("x"), json!("A".repeat(43))] {
        let answer = world.complete(&odd, "123456").await;
        assert_eq!(answer.refusal(), "401 challenge_over", "{odd}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_code_can_be_mailed_after_a_wait() {
    let world = with_mailed_codes().await;
    let asked = world.begin("ann").await.json();
    let first = code(&world).await;
    let resend = json!({"challenge": asked["challenge"]});
    world.clock.advance(Duration::from_millis(500));
    let early = world.post("/v1/challenges/resend", resend.clone()).await;
    assert_eq!(early.refusal(), "429 too_many_tries");
    assert_eq!(early.header("retry-after"), Some("30"));
    world.clock.advance(Duration::from_secs(30));
    let again = world.post("/v1/challenges/resend", resend).await;
    assert_eq!(
        (again.status, &again.json()["resend_after_seconds"]),
        (202, &json!(60))
    );
    assert_eq!(again.json()["challenge"], asked["challenge"]);
    let second = code(&world).await;
    if first != second {
        let old = world.complete(&asked["challenge"], &first).await;
        assert_eq!(old.refusal(), "403 wrong_code code");
    }
    let done = world.complete(&asked["challenge"], &second).await;
    assert_eq!(done.status, 201, "{}", done.text);
    let unknown = world
        .post("/v1/challenges/resend", json!({"challenge": "nonsense"}))
        .await;
    assert_eq!(unknown.refusal(), "401 challenge_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_address_is_as_good_as_the_name() {
    let world = World::new().await;
    world.person_with_mail("ann").await;
    let unverified = json!({"username": "bob", "password": PASSWORD, "email": "bob@example.org"});
    world.post("/v1/users", unverified).await;
    let ann = world.begin("ANN@example.org").await;
    assert_eq!(ann.json()["user"]["username"], "ann", "{}", ann.text);
    let bob = world.begin("bob@example.org").await;
    assert_eq!(bob.refusal(), "401 wrong_credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_is_enough_where_the_operator_wants_it() {
    let closed = World::new().await;
    let refused = closed.post("/v1/challenges", json!({"login": "ann"})).await;
    assert_eq!(refused.refusal(), "403 no_log_in_by_mail");
    let world = by_mail().await;
    world.person_with_mail("ann").await;
    let wish = json!({"login": "ann", "device": "watch"});
    let asked = world.post("/v1/challenges", wish).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let code = code(&world).await;
    let done = world.complete(&asked.json()["challenge"], &code).await;
    assert_eq!(done.json()["session"]["device"], "watch", "{}", done.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_by_mail_does_not_tell_who_is_there() {
    let world = by_mail().await;
    world.person_with_mail("ann").await;
    let unverified = json!({"username": "bob", "password": PASSWORD, "email": "bob@example.org"});
    world.post("/v1/users", unverified).await;
    let mut answers = Vec::new();
    let mut refusals = Vec::new();
    for login in [
        "ann",
        "ann@example.org",
        "bob",
        "nobody",
        "no@example.org",
        "no body!",
        "",
    ] {
        let asked = world.post("/v1/challenges", json!({"login": login})).await;
        let challenge = asked.json()["challenge"].clone();
        assert_eq!(challenge.as_str().unwrap().len(), 43, "{login}");
        answers.push(asked.shown());
        let mut wrong = world.complete(&challenge, "not a code").await.json();
        wrong["request_id"].take();
        refusals.push(wrong);
        world.clock.advance(Duration::from_secs(1));
    }
    let expiry = |answer: &str| {
        answer
            .lines()
            .filter(|line| !line.contains("expires_at"))
            .collect::<String>()
    };
    assert!(
        answers.iter().all(|answer| expiry(answer) == expiry(&answers[0])),
        "{answers:?}"
    );
    assert_eq!(refusals[0]["code"], "wrong_code");
    assert!(
        refusals.iter().all(|refusal| *refusal == refusals[0]),
        "{refusals:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_show_a_code_cannot_be_without_an_address() {
    let world = with_log_ins(LogInsSettings {
        two_step: TwoStep::Required,
        ..LogInsSettings::default()
    })
    .await;
    let account = json!({"username": "ann", "password": PASSWORD});
    let refused = world.post("/v1/users", account).await;
    assert_eq!(refused.refusal(), "422 invalid email");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_taken_for_another() {
    let world = with_mailed_codes().await;
    let asked = world.begin("ann").await.json();
    let right = code(&world).await;
    let bob = world.person("bob").await;
    let challenge = asked["challenge"].as_str().unwrap();
    for token in [challenge, &*bob.refresh, &bob.session, &right] {
        let header = format!("Bearer {token}");
        let request = world.request(Method::GET, "/v1/me", &[("authorization", &header)], "");
        let answer = world.send(request).await;
        assert_eq!(answer.status, 401, "{}", answer.text);
        let socket = Device::try_open(&world, &format!("Authorization: {header}\r\n")).await;
        let refused = socket.err().expect("it is refused");
        assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
    }
    for token in [challenge, &*bob.token] {
        let answer = world
            .post("/v1/sessions/refresh", json!({"refresh_token": token}))
            .await;
        assert_eq!(answer.refusal(), "401 session_over");
        let answer = world
            .post("/v1/proofs/verify-email", json!({"token": token}))
            .await;
        assert_eq!(answer.refusal(), "403 link_over");
    }
    for token in [&*bob.token, &bob.refresh] {
        let answer = world.complete(&json!(token), &right).await;
        assert_eq!(answer.refusal(), "401 challenge_over");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_show_the_code_at_once_one_is_let_in() {
    let world = with_mailed_codes().await;
    let challenge: Value = world.begin("ann").await.json()["challenge"].clone();
    let code = code(&world).await;
    let shown = (0..20).map(|_| world.complete(&challenge, &code));
    let answers = futures_util::future::join_all(shown).await;
    let let_in = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(let_in, 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 401)));
}
