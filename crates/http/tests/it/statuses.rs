//! What people show for a day.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::samples::{VOICE, picture};
use crate::world::{Device, Person, World};

/// Posts a status, and gives its path.
async fn post(person: &Person<'_>, status: Value) -> String {
    let posted = person.post("/v1/statuses", status).await;
    assert_eq!(posted.status, 201, "{}", posted.text);
    let path = format!("/v1/statuses/{}", posted.json()["id"].as_str().unwrap());
    assert_eq!(posted.header("location"), Some(&*path));
    path
}

async fn know(owner: &Person<'_>, contact: &Person<'_>) {
    let put = owner
        .put(&format!("/v1/contacts/{}", contact.id), json!({}))
        .await;
    assert_eq!(put.status, 204, "{}", put.text);
}

/// An open socket that was welcomed.
async fn device(world: &World, person: &Person<'_>) -> Device {
    let mut device = Device::open(world, &person.token).await;
    device.command(json!({"type": "hello"})).await;
    device.said().await;
    device
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_hear_of_a_status_and_see_it() {
    let world = World::new().await;
    let [ann, bob, eve] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("eve").await,
    ];
    know(&ann, &bob).await;
    let mut bobs = device(&world, &bob).await;
    let media = ann.upload(&picture(40, 30, 1), "lake.png").await;
    let status = post(&ann, json!({"body": "tea", "media": media["id"]})).await;
    let id = status.rsplit('/').next().unwrap();
    let told = bobs.said().await;
    assert_eq!(
        (&told["type"], &told["status"]),
        (&json!("status.posted"), &json!(id))
    );
    assert_eq!(told["author"]["id"], ann.id);
    let page = bob.get("/v1/statuses").await.json();
    let mut shown = page["statuses"][0].clone();
    assert_eq!(
        (&shown["expires_at"], &page["next"]),
        (&told["expires_at"], &Value::Null)
    );
    assert_eq!(page["as_of"]["seq"], told["seq"]);
    assert_eq!(shown["media"].take()["id"], media["id"]);
    for field in ["id", "at", "expires_at", "author"] {
        shown[field].take();
    }
    assert_snapshot!(shown, @r#"{"at":null,"author":null,"body":"tea","expires_at":null,"id":null,"media":null,"number":1,"viewed":false}"#);
    assert_eq!(bob.get(&status).await.json()["id"], id);
    assert_eq!(eve.get(&status).await.refusal(), "404 no_such_status");
    let bytes = format!("/v1/media/{}", media["id"].as_str().unwrap());
    assert_eq!(bob.get(&bytes).await.status, 200);
    assert_eq!(eve.get(&bytes).await.refusal(), "404 no_such_media");
    assert_eq!(ann.delete(&bytes).await.refusal(), "409 media_in_use");

    for _ in 0..2 {
        let viewed = bob.put(&format!("{status}/viewed"), json!(null)).await;
        assert_eq!(viewed.status, 204, "{}", viewed.text);
    }
    assert_eq!(bobs.said().await["type"], "status.viewed");
    let views = ann.get(&format!("{status}/views")).await.json();
    assert_eq!(
        (&views["views"][0]["user"]["id"], &views["next"]),
        (&json!(bob.id), &Value::Null)
    );
    let own = ann.get("/v1/me/statuses").await.json();
    assert_eq!(
        (&own["statuses"][0]["views"], &own["statuses"][0]["audience"]),
        (&json!(1), &json!("contacts"))
    );
    assert_eq!(
        bob.get(&format!("{status}/views")).await.refusal(),
        "404 no_such_status"
    );
    assert_eq!(
        eve.put(&format!("{status}/viewed"), json!(null)).await.refusal(),
        "404 no_such_status"
    );

    assert_eq!(bob.delete(&status).await.status, 204);
    assert_eq!(ann.get(&status).await.status, 200, "it is not his");
    for _ in 0..2 {
        assert_eq!(ann.delete(&status).await.status, 204);
        assert_eq!(bob.get(&status).await.refusal(), "404 no_such_status");
    }
    let told = bobs.said().await;
    assert_eq!(
        (&told["type"], &told["status"]),
        (&json!("status.removed"), &json!(id))
    );
    assert_eq!(bob.get(&bytes).await.refusal(), "404 no_such_media");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_to_the_direct_room() {
    let world = World::new().await;
    let [ann, bob, eve] = [
        world.person("ann").await,
        world.person("bob").await,
        world.person("eve").await,
    ];
    know(&ann, &bob).await;
    let mut bobs = device(&world, &bob).await;
    let status = post(&ann, json!({"body": "tea"})).await;
    assert_eq!(bobs.said().await["type"], "status.posted");
    let path = format!("{status}/replies");
    let wish = json!({"client_id": "r1", "body": "enjoy"});
    let sent = bob.post(&path, wish.clone()).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let again = bob.post(&path, wish.clone()).await;
    assert_eq!((again.status, again.json()), (200, sent.json()));
    let message = ann.get(sent.header("location").unwrap()).await.json();
    assert_eq!(
        (&message["body"], &message["status"]),
        (&json!("enjoy"), &json!(status.rsplit('/').next()))
    );
    for (person, wish, refusal) in [
        (
            &bob,
            json!({"client_id": "r1", "body": "spill it"}),
            "409 idempotency_conflict client_id",
        ),
        (&bob, json!({"client_id": "r2", "body": ""}), "422 invalid body"),
        (
            &bob,
            json!({"client_id": "", "body": "hi"}),
            "422 invalid client_id",
        ),
        (&ann, wish.clone(), "404 no_such_status"),
        (&eve, wish, "404 no_such_status"),
    ] {
        assert_eq!(person.post(&path, wish).await.refusal(), refusal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_status_is_refused() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let voice = ann.upload(VOICE, "a.webm").await;
    let nobody = "00000000-0000-0000-0000-000000000001";
    for (wish, refusal) in [
        (json!({}), "422 invalid body"),
        (json!({"body": "x".repeat(4_097)}), "422 invalid body"),
        (json!({"body": "tea", "text": "tea"}), "422 invalid text"),
        (
            json!({"body": "tea", "audience": "everyone"}),
            "422 invalid audience",
        ),
        (json!({"body": "tea", "users": [nobody]}), "422 invalid users"),
        (
            json!({"body": "tea", "audience": "only", "users": vec![nobody; 1_001]}),
            "422 invalid users",
        ),
        (
            json!({"body": "tea", "client_id": "a b"}),
            "422 invalid client_id",
        ),
        (json!({"media": nobody}), "404 no_such_media"),
        (json!({"media": voice["id"]}), "422 invalid media"),
    ] {
        assert_eq!(ann.post("/v1/statuses", wish).await.refusal(), refusal);
    }
    let named = json!({"body": "tea", "audience": "only", "client_id": "s1"});
    let status = post(&ann, named.clone()).await;
    let again = ann.post("/v1/statuses", named).await;
    assert_eq!((again.status, &again.json()["audience"]), (200, &json!("only")));
    let other = json!({"body": "cake", "client_id": "s1"});
    assert_eq!(
        ann.post("/v1/statuses", other).await.refusal(),
        "409 idempotency_conflict client_id"
    );
    for _ in 1..30 {
        post(&ann, json!({"body": "tea"})).await;
    }
    let one_more = ann.post("/v1/statuses", json!({"body": "tea"})).await;
    assert_eq!(one_more.refusal(), "409 too_many_statuses");
    assert_eq!(ann.delete(&status).await.status, 204);
    post(&ann, json!({"body": "tea"})).await;
    for (path, refusal) in [
        ("/v1/statuses/x", "422 invalid status"),
        ("/v1/statuses?cursor=x", "422 invalid cursor"),
        ("/v1/statuses?after=x", "422 invalid after"),
    ] {
        assert_eq!(ann.get(path).await.refusal(), refusal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_read_page_by_page() {
    let world = World::new().await;
    let bob = world.person("bob").await;
    let mut bobs = device(&world, &bob).await;
    let mut posted = Vec::new();
    for name in ["ann", "cleo"] {
        let author = world.person(name).await;
        know(&author, &bob).await;
        for body in ["tea", "cake"] {
            world.clock.advance(Duration::from_millis(1));
            post(&author, json!({"body": body})).await;
            assert_eq!(bobs.said().await["type"], "status.posted");
            posted.push((author.id.clone(), json!(body)));
        }
    }
    let (mut listed, mut path) = (Vec::new(), "/v1/statuses?limit=1".to_owned());
    loop {
        let page = bob.get(&path).await.json();
        let status = &page["statuses"][0];
        listed.push((
            status["author"]["id"].as_str().unwrap().to_owned(),
            status["body"].clone(),
        ));
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/statuses?limit=1&cursor={next}"),
            None => break,
        }
    }
    posted.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(listed, posted);
}
