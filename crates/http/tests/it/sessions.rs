//! Sessions.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use crate::world::{PASSWORD, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_gives_tokens_and_a_session() {
    let world = World::new().await;
    world.person("ann").await;
    let proof = json!({"username": "Ann", "password": PASSWORD, "device": "Ann's phone"});
    let login = world.post("/v1/sessions", proof).await;
    assert_snapshot!(login.shown(), @r#"
    201
    {
      "access_expires_at": "2026-01-01T00:10:00.000000Z",
      "access_token": "a token",
      "refresh_token": "a token",
      "session": {
        "address": "127.0.0.1",
        "created_at": "2026-01-01T00:00:00.000000Z",
        "current": true,
        "device": "Ann's phone",
        "expires_at": "2026-01-31T00:00:00.000000Z",
        "id": "id 1",
        "used_at": "2026-01-01T00:00:00.000000Z"
      },
      "user": {
        "about": null,
        "admin": false,
        "avatar": null,
        "created_at": "2026-01-01T00:00:00.000000Z",
        "discoverable": true,
        "display_name": "ann",
        "email": null,
        "email_verified": false,
        "first_name": null,
        "id": "id 2",
        "last_name": null,
        "locale": null,
        "mobile": null,
        "number": 1,
        "private": false,
        "reach": "everyone",
        "shows": {
          "email": "nobody",
          "last_seen": "contacts",
          "mobile": "nobody",
          "presence": "everyone"
        },
        "time_zone": null,
        "username": "ann"
      }
    }
    "#);
    let session = login.json()["session"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        login.header("location"),
        Some(&*format!("/v1/sessions/{session}"))
    );
    assert_eq!(login.header("cache-control"), Some("no-store"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let world = World::new().await;
    world.person("ann").await;
    let mut answers = Vec::new();
    for name in ["ann", "nobody", "no@example.org", "no body!", ""] {
        let mut answer = world
            .post(
                "/v1/sessions",
                json!({"username": name, "password": "wrong horse"}),
            )
            .await
            .json();
        answer["request_id"].take();
        answers.push(answer);
    }
    assert_eq!(answers[0]["code"], "wrong_credentials");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_tokens_are_good_once() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let refresh = async |token: &str| {
        world
            .post("/v1/sessions/refresh", json!({"refresh_token": token}))
            .await
    };
    let next = refresh(&ann.refresh).await;
    assert_eq!(next.status, 200, "{}", next.text);
    assert_eq!(next.json()["session"]["id"], json!(ann.session));
    let retried = refresh(&ann.refresh).await;
    assert_eq!(
        retried.json()["refresh_token"],
        next.json()["refresh_token"],
        "an answer may get lost"
    );
    world.clock.advance(Duration::from_secs(60));
    let stolen = refresh(&ann.refresh).await;
    assert_eq!(stolen.refusal(), "401 token_reused");
    let after = refresh(next.json()["refresh_token"].as_str().unwrap()).await;
    assert_eq!(after.refusal(), "401 session_over");
    assert_eq!(refresh("prt_nonsense").await.refusal(), "401 session_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended() {
    let world = World::new().await;
    let phone = world.person("ann").await;
    world.clock.advance(Duration::from_secs(1));
    let laptop = world.log_in("ann").await;
    let watch = world.log_in("ann").await;
    let current = async || {
        let list = laptop.get("/v1/sessions").await.json();
        let sessions = list["sessions"].as_array().unwrap().clone();
        let ids = sessions
            .iter()
            .filter(|session| session["current"] == json!(true));
        (
            sessions.len(),
            ids.map(|session| session["id"].clone()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(current().await, (3, vec![json!(laptop.session)]));
    assert_eq!(
        laptop
            .delete(&format!("/v1/sessions/{}", watch.session))
            .await
            .status,
        204
    );
    let again = laptop.delete(&format!("/v1/sessions/{}", watch.session)).await;
    assert_eq!(again.refusal(), "404 no_such_session");
    assert_eq!(laptop.delete("/v1/sessions").await.status, 204);
    assert_eq!(current().await.0, 1);
    let ended = phone.delete("/v1/sessions/current").await;
    assert_eq!(
        ended.refusal(),
        "401 session_over",
        "its token opens nothing any more"
    );
    assert_eq!(laptop.delete("/v1/sessions/current").await.status, 204);
    assert_eq!(laptop.get("/v1/sessions").await.refusal(), "401 session_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_session_cannot_be_ended() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let bob = world.person("bob").await;
    let refused = bob.delete(&format!("/v1/sessions/{}", ann.session)).await;
    assert_eq!(refused.refusal(), "404 no_such_session");
}

#[tokio::test(flavor = "multi_thread")]
async fn access_tokens_expire() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    world.clock.advance(Duration::from_secs(11 * 60));
    let late = ann.get("/v1/me").await;
    assert_eq!(late.refusal(), "401 token_expired");
    assert_eq!(
        late.header("www-authenticate"),
        Some("Bearer error=\"invalid_token\"")
    );
}
