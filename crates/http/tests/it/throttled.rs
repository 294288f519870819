//! How often one may try.

use std::num::NonZeroU32;
use std::time::Duration;

use hyper::Method;
use parlor_http::Rates;
use parlor_services::{LogInsSettings, Settings};
use serde_json::json;

use crate::world::{PASSWORD, Setup, World};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_guesses_passwords_has_to_wait_and_is_told_how_long() {
    let world = World::with_services(Settings::default()).await;
    world.person("ann").await;
    for name in ["ann", "nobody"] {
        let wrong = json!({"username": name, "password": "wrong horse"});
        let mut refusals = Vec::new();
        for _ in 0..12 {
            refusals.push(world.post("/v1/sessions", wrong.clone()).await);
        }
        let last = refusals.last().unwrap();
        assert_eq!(last.refusal(), "429 too_many_tries", "{name}");
        let wait: u64 = last.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=15 * 60).contains(&wait), "{wait}");
        let right = json!({"username": name, "password": PASSWORD});
        let right = world.post("/v1/sessions", right).await;
        assert_eq!(right.refusal(), "429 too_many_tries", "{name}");
    }
    world.clock.advance(Duration::from_secs(15 * 60));
    world.log_in("ann").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_codes_are_mailed_so_often_and_no_oftener() {
    let world = World::with_services(Settings {
        log_ins: LogInsSettings {
            by_mail: true,
            ..LogInsSettings::default()
        },
        ..Settings::default()
    })
    .await;
    world.person_with_mail("ann").await;
    for path in ["/v1/password-resets", "/v1/challenges"] {
        let mut answers = Vec::new();
        for login in ["ann", "nobody"] {
            let mut statuses = Vec::new();
            for _ in 0..7 {
                statuses.push(world.post(path, json!({"login": login})).await.status);
            }
            answers.push(statuses);
        }
        assert_eq!(answers[0], [202, 202, 202, 202, 202, 429, 429], "{path}");
        assert_eq!(answers[0], answers[1], "{path} does not tell who is there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_tries_or_makes_credentials_is_counted_per_address() {
    let one = NonZeroU32::MIN;
    let mut setup = Setup::default();
    setup.http.rates = Some(Rates {
        requests_per_second: NonZeroU32::new(1000).unwrap(),
        credentials_per_minute: one,
    });
    let world = World::start(setup).await;
    assert_eq!(world.begin("ann").await.refusal(), "401 wrong_credentials");
    for (method, path) in [
        (Method::POST, "/v1/sessions"),
        (Method::POST, "/v1/sessions/refresh"),
        (Method::POST, "/v1/challenges"),
        (Method::POST, "/v1/challenges/complete"),
        (Method::POST, "/v1/challenges/resend"),
        (Method::POST, "/v1/password-resets"),
        (Method::POST, "/v1/password-resets/complete"),
        (Method::POST, "/v1/proofs/verify-email"),
        (Method::POST, "/v1/proofs/confirm-email"),
        (Method::POST, "/v1/users"),
        (Method::PUT, "/v1/me/password"),
        (Method::PUT, "/v1/me/email"),
        (Method::POST, "/v1/me/email/verification"),
        (Method::PUT, "/v1/me/mobile"),
        (Method::POST, "/v1/me/deletion"),
        (Method::PUT, "/v1/me/second-step/mailed-code"),
        (Method::POST, "/v1/me/second-step/app"),
        (Method::PUT, "/v1/me/second-step/app"),
        (Method::POST, "/v1/me/second-step/app/remove"),
        (Method::POST, "/v1/me/second-step/recovery-codes"),
    ] {
        let headers = [("content-type", "application/json")];
        let answer = world
            .send(world.request(method.clone(), path, &headers, "{}"))
            .await;
        assert_eq!(answer.refusal(), "429 rate_limited", "{method} {path}");
        assert!(answer.header("retry-after").is_some(), "{method} {path}");
    }
}
