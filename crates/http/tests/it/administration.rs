//! What administrators do: invite people, lock and delete accounts.

use std::time::Duration;

use insta::assert_snapshot;
use parlor_services::{AccountsSettings, Settings, SignUp};
use serde_json::{Value, json};

use crate::world::{Answer, Device, Frame, PASSWORD, World, text};

/// A server that takes people by invitation.
async fn by_invitation(sign_up: SignUp) -> World {
    World::with_services(Settings {
        accounts: AccountsSettings { sign_up },
        limits: false,
        ..Settings::default()
    })
    .await
}

async fn register(world: &World, name: &str, invite: Option<&str>) -> Answer {
    let mut wish = json!({"username": name, "password": PASSWORD});
    if let Some(invite) = invite {
        wish["invite"] = json!(invite);
    }
    world.post("/v1/users", wish).await
}

/// The first administrator, by the invitation that the operator gets.
async fn first(world: &World) {
    let invite = world.services.invites.invite_first().await.unwrap().unwrap();
    let text = secrecy::ExposeSecret::expose_secret(&invite);
    let made = register(world, "root", Some(text)).await;
    assert_eq!(made.json()["admin"], true, "{}", made.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_makes_as_many_accounts_as_it_says() {
    let world = by_invitation(SignUp::Invited).await;
    first(&world).await;
    let root = world.log_in("root").await;
    let refused = register(&world, "ann", None).await;
    assert_eq!(refused.refusal(), "403 invite_needed invite");
    let made = root.post("/v1/invites", json!({"uses": 2, "days": 3})).await;
    assert_snapshot!(made.shown(), @r#"
    201
    {
      "admin": false,
      "by": "id 1",
      "created_at": "2026-01-01T00:00:00.000000Z",
      "expires_at": "2026-01-04T00:00:00.000000Z",
      "invite": "a secret",
      "number": 2,
      "uses": 2
    }
    "#);
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let invite = text(&made.json()["invite"]);
    assert_eq!(register(&world, "ann", Some(&invite)).await.status, 201);
    let listed = root.get("/v1/invites").await;
    assert_eq!(listed.json()["invites"][0]["uses"], 1, "{}", listed.text);
    assert!(!listed.text.contains(&invite));
    assert_eq!(
        register(&world, "bob", Some(&invite)).await.json()["admin"],
        false
    );
    let third = register(&world, "eve", Some(&invite)).await;
    assert_eq!(third.refusal(), "403 invite_over invite");
    assert_eq!(root.get("/v1/invites").await.json(), json!({"invites": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_ends_and_can_be_withdrawn() {
    let world = by_invitation(SignUp::Closed).await;
    first(&world).await;
    let root = world.log_in("root").await;
    let refused = register(&world, "ann", None).await;
    assert_eq!(refused.refusal(), "403 sign_up_closed");
    let made = root.post("/v1/invites", json!({})).await;
    let path = made.header("location").unwrap();
    assert_eq!(root.delete(path).await.status, 204);
    assert_eq!(root.delete(path).await.refusal(), "404 no_such_invite");
    let withdrawn = text(&made.json()["invite"]);
    let late = root.post("/v1/invites", json!({})).await.json();
    world.clock.advance(Duration::from_secs(7 * 24 * 60 * 60));
    for invite in [&*withdrawn, &text(&late["invite"]), "nonsense", ""] {
        let refused = register(&world, "ann", Some(invite)).await;
        assert_eq!(refused.refusal(), "403 invite_over invite", "{invite}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_field_of_an_invitation_is_named() {
    let world = World::new().await;
    let root = world.admin("root").await;
    for (wish, field) in [
        (json!({"uses": 0}), "uses"),
        (json!({"uses": 10_001}), "uses"),
        (json!({"uses": -1}), "uses"),
        (json!({"days": 0}), "days"),
        (json!({"days": 366}), "days"),
        (json!({"admin": "yes"}), "admin"),
        (json!({"by": "me"}), "by"),
    ] {
        let answer = root.post("/v1/invites", wish.clone()).await;
        assert_eq!(answer.refusal(), format!("422 invalid {field}"), "{wish}");
    }
    let odd = root.delete("/v1/invites/x").await;
    assert_eq!(odd.refusal(), "422 invalid invite");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_account_is_out_at_once() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let ann = world.person("ann").await;
    let mut device = Device::open(&world, &ann.token).await;
    let hello = json!({"type": "hello"}).to_string();
    device.say([actix_http::ws::Message::Text(hello.into())]).await;
    assert!(matches!(device.hear().await, Frame::Said(_)));
    let path = format!("/v1/users/{}", ann.id);
    let locked = root.patch(&path, json!({"disabled": true})).await;
    assert_eq!(locked.status, 204, "{}", locked.text);
    assert_eq!(device.hear_out().await.1, Frame::Closed(4003));
    assert_eq!(ann.get("/v1/me").await.refusal(), "401 session_over");
    assert_eq!(world.begin("ann").await.refusal(), "403 account_disabled");
    assert_eq!(root.patch(&path, json!({"disabled": false})).await.status, 204);
    world.log_in("ann").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_takes_what_it_wrote_with_it_if_that_is_said() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let ann = world.person("ann").await;
    let room = root.group(&[&ann]).await;
    let said = ann.say(&room, "1", "hello").await;
    let path = format!("/v1/users/{}", ann.id);
    assert_eq!(root.delete(&path).await.refusal(), "422 invalid messages");
    let odd = root.delete(&format!("{path}?messages=some")).await;
    assert_eq!(odd.refusal(), "422 invalid messages");
    let deleted = root.delete(&format!("{path}?messages=delete")).await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    assert_eq!(ann.get("/v1/me").await.refusal(), "401 session_over");
    // It happens soon after, piece by piece.
    let gone = async {
        while root.get(&said).await.json()["body"] != Value::Null {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
    let again = root.delete(&format!("{path}?messages=delete")).await;
    assert_eq!(again.refusal(), "404 no_such_user");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_administer_and_not_themselves() {
    let world = World::new().await;
    let root = world.admin("root").await;
    let ann = world.person("ann").await;
    let user = |id: &str| format!("/v1/users/{id}");
    let forbidden = "403 forbidden";
    assert_eq!(ann.post("/v1/invites", json!({})).await.refusal(), forbidden);
    assert_eq!(ann.get("/v1/invites").await.refusal(), forbidden);
    assert_eq!(ann.delete("/v1/invites/1").await.refusal(), forbidden);
    for (person, target) in [(&ann, &root.id), (&ann, &ann.id), (&root, &root.id)] {
        let lock = json!({"disabled": true});
        assert_eq!(person.patch(&user(target), lock).await.refusal(), forbidden);
        let delete = format!("{}?messages=keep", user(target));
        assert_eq!(person.delete(&delete).await.refusal(), forbidden);
    }
    let nobody = user("01890a5d-ac96-774b-bcce-b302099a8057");
    let lock = json!({"disabled": true});
    assert_eq!(root.patch(&nobody, lock).await.refusal(), "404 no_such_user");
}
