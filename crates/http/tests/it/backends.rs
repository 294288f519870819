//! API keys, and what backends do with them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::samples::VOICE;
use crate::world::{Answer, Device, Person, World, text};

/// A key with all scopes, and who holds it.
async fn key<'w>(world: &'w World, root: &Person<'_>) -> Person<'w> {
    let wish = json!({"name": "Shop", "scopes": ["notify:user", "notify:room", "notify:everyone", "post"],
        "bot": "shop-bot"});
    let made = root.post("/v1/admin/keys", wish).await;
    assert_eq!(made.status, 201, "{}", made.text);
    Person::bearer(world, text(&made.json()["key"]))
}

/// Asks under this idempotency key.
async fn ask(holder: &Person<'_>, path: &str, name: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", name)];
    holder.send(Method::POST, path, &headers, body.to_string()).await
}

/// The id of the bot.
async fn bot(root: &Person<'_>) -> String {
    let keys = root.get("/v1/admin/keys").await.json();
    text(&keys["keys"][0]["bot"]["id"])
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_make_and_revoke_keys() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let wish = json!({"name": "Shop", "scopes": ["post", "notify:user"], "bot": "shop-bot", "days": 90});
    let made = root.post("/v1/admin/keys", wish).await;
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let secret = text(&made.json()["key"]);
    let shown = made.shown().replace(&secret, "a secret");
    assert_snapshot!(shown, @r#"
    201
    {
      "bot": {
        "id": "id 1",
        "number": 2
      },
      "by": "id 2",
      "created_at": "2026-01-01T00:00:00.000000Z",
      "expires_at": "2026-04-01T00:00:00.000000Z",
      "key": "a secret",
      "name": "Shop",
      "number": 1,
      "scopes": [
        "notify:user",
        "post"
      ],
      "used_at": null
    }
    "#);
    let listed = root.get("/v1/admin/keys").await;
    assert!(!listed.text.contains(&secret[7..]), "{}", listed.text);
    assert_eq!(listed.json()["keys"][0]["scopes"], json!(["notify:user", "post"]));
    let holder = Person::bearer(&world, secret);
    let path = "/v1/server/notifications";
    let said = json!({"to": {"user": root.id}, "text": "Hello."});
    assert_eq!(ask(&holder, path, "1", said.clone()).await.status, 201);
    let used = root.get("/v1/admin/keys").await.json();
    assert!(used["keys"][0]["used_at"].is_string());
    assert_eq!(root.delete(made.header("location").unwrap()).await.status, 204);
    assert_eq!(
        ask(&holder, path, "1", said).await.refusal(),
        "401 invalid_api_key"
    );
    let gone = root.delete(made.header("location").unwrap()).await;
    assert_eq!(gone.refusal(), "404 no_such_api_key");
    assert_eq!(root.get("/v1/admin/keys").await.json(), json!({"keys": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_made_as_they_must_be() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let ann = world.person("ann").await;
    for (wish, expected) in [
        (
            json!({"name": "", "scopes": ["post"], "bot": "b1"}),
            "422 invalid name",
        ),
        (json!({"name": "x", "scopes": []}), "422 invalid scopes"),
        (json!({"name": "x", "scopes": ["all"]}), "422 invalid scopes"),
        (
            json!({"name": "x", "scopes": ["post", "post"], "bot": "b1"}),
            "422 invalid scopes",
        ),
        (json!({"name": "x", "scopes": ["post"]}), "422 invalid bot"),
        (
            json!({"name": "x", "scopes": ["post"], "bot": "b"}),
            "422 invalid bot",
        ),
        (
            json!({"name": "x", "scopes": ["post"], "bot": "ann"}),
            "409 username_taken username",
        ),
        (
            json!({"name": "x", "scopes": ["notify:user"], "days": 0}),
            "422 invalid days",
        ),
    ] {
        let refused = root.post("/v1/admin/keys", wish.clone()).await;
        assert_eq!(refused.refusal(), expected, "{wish}");
    }
    let wish = json!({"name": "x", "scopes": ["notify:user"]});
    assert_eq!(ann.post("/v1/admin/keys", wish).await.refusal(), "403 forbidden");
    assert_eq!(ann.get("/v1/admin/keys").await.refusal(), "403 forbidden");
    assert_eq!(ann.delete("/v1/admin/keys/1").await.refusal(), "403 forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_no_user_and_a_user_no_key() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let holder = key(&world, &root).await;
    for path in [
        "/v1/me",
        "/v1/rooms",
        "/v1/notifications",
        "/v1/admin/keys",
        "/v1/users?query=a",
    ] {
        assert_eq!(holder.get(path).await.refusal(), "401 invalid_token", "{path}");
    }
    let socket = world.send(world.request(
        Method::GET,
        "/v1/socket",
        &[
            ("authorization", &format!("Bearer {}", holder.token)),
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ],
        "",
    ));
    assert_eq!(socket.await.status, 401);
    let said = json!({"to": {"user": root.id}, "text": "Hello."});
    let path = "/v1/server/notifications";
    assert_eq!(
        ask(&root, path, "1", said.clone()).await.refusal(),
        "401 invalid_api_key"
    );
    let nobody = world.post(path, said.clone()).await;
    assert_eq!(nobody.refusal(), "401 invalid_api_key");
    assert!(nobody.header("www-authenticate").is_some());
    let log_in = world
        .post("/v1/sessions", json!({"username": "shop-bot", "password": "x"}))
        .await;
    assert_eq!(log_in.refusal(), "401 wrong_credentials");
    let none = Person::bearer(&world, format!("{}A", holder.token));
    assert_eq!(
        none.post(path, json!({})).await.refusal(),
        "401 invalid_api_key",
        "and nothing else"
    );
    let missing = holder.post(path, said).await;
    assert_eq!(missing.refusal(), "422 invalid Idempotency-Key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_notifies_a_user_with_a_voice() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let ann = world.person("ann").await;
    let holder = key(&world, &root).await;
    let file = json!({"data": BASE64.encode(VOICE), "kind": "voice"});
    let media = holder.post("/v1/server/media", file).await;
    assert_eq!(media.status, 201, "{}", media.text);
    let media = text(&media.json()["id"]);
    let said = json!({"to": {"user": ann.id}, "title": "Your order", "text": "Listen:", "media": [media]});
    let path = "/v1/server/notifications";
    let made = ask(&holder, path, "order-1", said.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["stream"], ann.id);
    let again = ask(&holder, path, "\"order-1\"", said).await;
    assert_eq!((again.status, again.json()), (200, made.json()));
    let page = ann.get("/v1/notifications").await.json();
    let told = &page["notifications"][0];
    assert_eq!(
        (
            &told["kind"],
            &told["from"],
            &told["title"],
            &told["text"],
            &told["media"][0]["kind"]
        ),
        (
            &json!("published"),
            &json!("Shop"),
            &json!("Your order"),
            &json!("Listen:"),
            &json!("voice")
        )
    );
    assert_eq!(told["actor"]["id"], bot(&root).await);
    assert_eq!(ann.get(&format!("/v1/media/{media}")).await.status, 200);
    assert_eq!(
        root.get(&format!("/v1/media/{media}")).await.refusal(),
        "404 no_such_media"
    );

    let another = json!({"to": {"user": ann.id}, "text": "Another."});
    let refused = ask(&holder, path, "order-1", another).await;
    assert_eq!(refused.refusal(), "409 idempotency_conflict");
    for (said, expected) in [
        (json!({"to": {"user": ann.id}}), "422 invalid text"),
        (
            json!({"to": {"user": ann.id}, "text": "x", "title": ""}),
            "422 invalid title",
        ),
        (json!({"to": {"everybody": true}, "text": "x"}), "422 invalid to"),
        (json!({"text": "x"}), "422 invalid to"),
        (
            json!({"to": {"user": "01890a5d-ac96-774b-bcce-b302099a8057"}, "text": "x"}),
            "404 no_such_user",
        ),
        (
            json!({"to": {"room": "01890a5d-ac96-774b-bcce-b302099a8057"}, "text": "x"}),
            "404 no_such_room",
        ),
        (
            json!({"to": {"room": "01890a5d-ac96-774b-bcce-b302099a8057"}, "text": "x", "title": "x"}),
            "422 invalid title",
        ),
        (
            json!({"to": {"user": ann.id}, "media": ["01890a5d-ac96-774b-bcce-b302099a8057"]}),
            "404 no_such_media",
        ),
    ] {
        let refused = ask(&holder, path, "order-2", said.clone()).await;
        assert_eq!(refused.refusal(), expected, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_posts_where_it_is_a_member() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let ann = world.person("ann").await;
    let holder = key(&world, &root).await;
    let room = ann.group(&[]).await;
    let path = format!("{}/messages", room.replace("/v1/rooms", "/v1/server/rooms"));
    let said = json!({"text": "The build is green."});
    assert_eq!(
        ask(&holder, &path, "1", said.clone()).await.refusal(),
        "404 no_such_room"
    );
    let bot = bot(&root).await;
    let added = ann
        .post(&format!("{room}/members"), json!({"users": [bot]}))
        .await;
    assert_eq!(added.status, 200, "{}", added.text);
    let made = ask(&holder, &path, "1", said.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(ask(&holder, &path, "1", said).await.status, 200);
    let message = ann.get(made.header("location").unwrap()).await.json();
    assert_eq!(
        (&message["body"], &message["sender"]["id"]),
        (&json!("The build is green."), &json!(bot))
    );
    let refused = ask(&holder, &path, "1", json!({"text": "It is red."})).await;
    assert_eq!(refused.refusal(), "409 idempotency_conflict");
    assert_eq!(
        ask(&holder, &path, "2", json!({})).await.refusal(),
        "422 invalid text"
    );
    let members = ann.get(&format!("{room}/members")).await.json();
    let bots = members["members"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|member| member["bot"] == true);
    assert_eq!(bots.count(), 1);
    assert_eq!(ann.get(&format!("/v1/users/{bot}")).await.json()["bot"], true);
    assert_eq!(
        ann.get(&format!("/v1/users/{}", ann.id)).await.json()["bot"],
        Value::Null
    );

    let id = room.strip_prefix("/v1/rooms/").unwrap();
    let called = json!({"to": {"room": id}, "text": "Closed on Monday."});
    let made = ask(&holder, "/v1/server/notifications", "3", called).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let page = ann.get("/v1/notifications").await.json();
    assert_eq!(page["notifications"][0]["kind"], "all");
    assert_eq!(page["notifications"][0]["message"]["body"], "Closed on Monday.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_only_what_it_is_for() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let made = root
        .post(
            "/v1/admin/keys",
            json!({"name": "Shop", "scopes": ["notify:user"]}),
        )
        .await;
    let holder = Person::bearer(&world, text(&made.json()["key"]));
    let room = root.group(&[]).await;
    let path = format!("{}/messages", room.replace("/v1/rooms", "/v1/server/rooms"));
    let refused = ask(&holder, &path, "1", json!({"text": "x"})).await;
    assert_eq!(refused.refusal(), "403 missing_scope");
    let file = json!({"data": BASE64.encode(VOICE)});
    let refused = holder.post("/v1/server/media", file).await;
    assert_eq!(refused.refusal(), "409 no_bot");
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_is_told_live_and_later() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let ann = world.person("ann").await;
    let holder = key(&world, &root).await;
    let mut anns = Device::open(&world, &ann.token).await;
    anns.command(json!({"type": "hello"})).await;
    assert_eq!(anns.said().await["unread_notifications"], 0);
    let path = "/v1/server/notifications";
    let said = json!({"to": {"everyone": true}, "text": "Closed on Monday."});
    let made = ask(&holder, path, "1", said.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let again = ask(&holder, path, "1", said).await;
    assert_eq!((again.status, again.json()), (200, made.json()));
    let room = text(&made.json()["stream"]);
    let joined = anns.said().await;
    assert_eq!(
        (&joined["type"], &joined["room"]),
        (&json!("room.joined"), &json!(room))
    );
    let told = anns.said().await;
    assert_eq!(
        (&told["type"], &told["body"], &told["mentions_all"]),
        (&json!("message"), &json!("Closed on Monday."), &json!(true))
    );
    let page = ann.get("/v1/notifications").await.json();
    assert_eq!(
        (&page["unread"], &page["notifications"][0]["kind"]),
        (&json!(1), &json!("all"))
    );
    let mut others = Device::open(&world, &ann.token).await;
    others.command(json!({"type": "hello"})).await;
    assert_eq!(others.said().await["unread_notifications"], 1);

    let place = format!("/v1/rooms/{room}");
    let shown = ann.get(&place).await.json();
    assert_eq!(
        (
            &shown["name"],
            &shown["kind"],
            &shown["everyones"],
            &shown["unread"],
            &shown["owner"]
        ),
        (
            &json!("Announcements"),
            &json!("channel"),
            &json!(true),
            &json!(1),
            &Value::Null
        )
    );
    let refused = ann.delete(&format!("{place}/members/{}", ann.id)).await;
    assert_eq!(refused.refusal(), "409 everyones_room");
    let refused = root
        .put(
            &format!("{place}/members/{}/mute", ann.id),
            json!({"seconds": 60}),
        )
        .await;
    assert_eq!(refused.refusal(), "409 everyones_room");
    let refused = ann.get(&format!("{place}/members")).await;
    assert_eq!(refused.refusal(), "403 forbidden");
    let words = json!({"client_id": "1", "body": "me too"});
    let refused = ann.post(&format!("{place}/messages"), words).await;
    assert_eq!(refused.refusal(), "403 read_only");
    let quiet = ann
        .put(&format!("{place}/notify"), json!({"level": "nothing"}))
        .await;
    assert_eq!(quiet.status, 204, "{}", quiet.text);

    let bob = world.person("bob").await;
    assert_eq!(bob.get("/v1/notifications").await.json()["unread"], 0);
    assert_eq!(bob.get(&place).await.json()["unread"], 0);
    let group = ann.group(&[]).await;
    assert_eq!(ann.get(&group).await.json()["everyones"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_is_told_in_one_way() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let holder = key(&world, &root).await;
    let path = "/v1/server/notifications";
    for (wish, expected) in [
        (
            json!({"to": {"everyone": false}, "text": "x"}),
            "422 invalid to.everyone",
        ),
        (
            json!({"to": {"everyone": 1}, "text": "x"}),
            "422 invalid to.everyone",
        ),
        (json!({"to": {"everyone": true}}), "422 invalid text"),
        (
            json!({"to": {"everyone": true}, "text": "x", "title": "News"}),
            "422 invalid title",
        ),
    ] {
        assert_eq!(
            ask(&holder, path, "1", wish.clone()).await.refusal(),
            expected,
            "{wish}"
        );
    }
}
