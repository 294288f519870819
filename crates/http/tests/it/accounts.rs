//! Accounts.

use insta::assert_snapshot;
use serde_json::json;

use crate::world::{PASSWORD, World};

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_is_shown_the_account_and_where_it_is() {
    let world = World::new().await;
    let wish = json!({"username": "Ann", "password": PASSWORD, "email": "ann@example.org", "display_name": "Ann Lee"});
    let made = world.post("/v1/users", wish).await;
    assert_snapshot!(made.shown(), @r#"
    201
    {
      "about": null,
      "admin": false,
      "avatar": null,
      "created_at": "2026-01-01T00:00:00.000000Z",
      "discoverable": true,
      "display_name": "Ann Lee",
      "email": "ann@example.org",
      "email_verified": false,
      "first_name": null,
      "id": "id 1",
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
      "username": "Ann"
    }
    "#);
    let ann = world.log_in("ann").await;
    assert_eq!(made.header("location"), Some(&*format!("/v1/users/{}", ann.id)));
    let me = ann.get("/v1/me").await;
    assert_eq!(me.json(), made.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_name_is_refused_with_its_field() {
    let world = World::new().await;
    world.person("ann").await;
    let twin = world
        .post("/v1/users", json!({"username": "ANN", "password": PASSWORD}))
        .await;
    assert_snapshot!(twin.shown(), @r#"
    409
    {
      "code": "username_taken",
      "detail": "this username, or one that looks like it, is taken; choose another",
      "field": "username",
      "request_id": "a name",
      "status": 409,
      "title": "Conflict",
      "type": "about:blank"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_field_of_a_registration_is_named() {
    let world = World::new().await;
    let cases = [
        (json!({"username": "a", "password": PASSWORD}), "username"),
        (
            json!({"username": "p\u{430}ypal", "password": PASSWORD}),
            "username",
        ),
        (
            json!({"username": {"$ne": null}, "password": PASSWORD}),
            "username",
        ),
        (json!({"username": "ann", "password": "short"}), "password"),
        (
            json!({"username": "ann", "password": "x".repeat(1025)}),
            "password",
        ),
        (json!({"username": "ann", "password": null}), "password"),
        (json!({"username": "ann"}), "password"),
        (
            json!({"username": "ann", "password": PASSWORD, "email": "a@x\r\nBcc: v@x.org"}),
            "email",
        ),
        (
            json!({"username": "ann", "password": PASSWORD, "display_name": "a\u{0}b"}),
            "display_name",
        ),
        (
            json!({"username": "ann", "password": PASSWORD, "admin": true}),
            "admin",
        ),
        (json!({"username": "ann", "password": PASSWORD, "id": 1}), "id"),
    ];
    for (wish, field) in cases {
        let answer = world.post("/v1/users", wish.clone()).await;
        assert_eq!(answer.refusal(), format!("422 invalid {field}"), "{wish}");
        assert!(!answer.text.contains("short"), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_name_and_by_id_without_their_address() {
    let world = World::new().await;
    let wish = json!({"username": "bob", "password": PASSWORD, "email": "bob@example.org"});
    world.post("/v1/users", wish).await;
    let ann = world.person("ann").await;
    let found = ann.get("/v1/users?username=BOB").await;
    assert_snapshot!(found.shown(), @r#"
    200
    {
      "users": [
        {
          "display_name": "bob",
          "id": "id 1",
          "number": 1,
          "username": "bob"
        }
      ]
    }
    "#);
    let id = found.json()["users"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        ann.get(&format!("/v1/users/{id}")).await.json(),
        found.json()["users"][0]
    );
    assert_eq!(
        ann.get("/v1/users?username=nobody").await.json(),
        json!({"users": []})
    );
    let stranger = ann.get("/v1/users/01890a5d-ac96-774b-bcce-b302099a8057").await;
    assert_eq!(stranger.refusal(), "404 no_such_user");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_can_be_changed() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let changed = ann.patch("/v1/me", json!({"display_name": " Ann Lee "})).await;
    assert_eq!(
        (changed.status, &changed.json()["display_name"]),
        (200, &json!("Ann Lee"))
    );
    assert_eq!(ann.get("/v1/me").await.json(), changed.json());
    let empty = ann.patch("/v1/me", json!({"display_name": " "})).await;
    assert_eq!(empty.refusal(), "422 invalid display_name");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_needs_the_old_one_and_ends_other_sessions() {
    let world = World::new().await;
    let phone = world.person("ann").await;
    let laptop = world.log_in("ann").await;
    let wrong = json!({"old_password": "not this one", "new_password": "battery staple"});
    let refused = laptop.put("/v1/me/password", wrong).await;
    assert_eq!(refused.refusal(), "403 wrong_password");
    let right = json!({"old_password": PASSWORD, "new_password": "battery staple"});
    assert_eq!(laptop.put("/v1/me/password", right).await.status, 204);
    let ended = world
        .post("/v1/sessions/refresh", json!({"refresh_token": phone.refresh}))
        .await;
    assert_eq!(ended.refusal(), "401 session_over");
    let kept = world
        .post("/v1/sessions/refresh", json!({"refresh_token": laptop.refresh}))
        .await;
    assert_eq!(kept.status, 200);
}
