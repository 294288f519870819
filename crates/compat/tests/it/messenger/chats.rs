//! Chats: words for beginning them, and all that one is in.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::PREFIX;
use super::people::{PASSWORD, Someone, mobile_no, someone};
use crate::world::{Answer, Socket, World};

pub(super) const NOBODY: &str = "You cannot chat with a non existent user";
/// After so long a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A chat, as somebody is led to it.
pub(super) struct Chat {
    pub(super) name: String,
    /// Where it is told, without the prefix.
    pub(super) path: String,
}

impl Chat {
    /// Its number.
    pub(super) fn number(&self) -> i64 {
        self.path.rsplit('/').next().unwrap().parse().unwrap()
    }

    /// All that is said of it, as this person sees it.
    pub(super) async fn told(&self, world: &World, to: &Someone) -> Value {
        let answer = world.get(&self.path, &to.token).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Somebody's socket of it, which was told whether others are there.
    pub(super) async fn socket(&self, world: &World, of: &Someone) -> (Socket, String) {
        let mut socket = enter(world, &self.name, &of.token).await.unwrap();
        let status = status(&mut socket).await;
        (socket, status)
    }
}

/// Opens a socket.
pub(super) async fn enter(world: &World, name: &str, token: &str) -> Result<Socket, u16> {
    let path = format!("/ws/chat/{name}/?Authorization={token}");
    world.socket(&path, &[]).await
}

/// What is said next, which is whether others are there.
pub(super) async fn status(socket: &mut Socket) -> String {
    let frame = socket.hear_json().await;
    let status = frame["status"].as_str();
    status.unwrap_or_else(|| panic!("no status: {frame}")).to_owned()
}

/// The next message, whatever is said of presence before it.
pub(super) async fn message(socket: &mut Socket) -> Value {
    loop {
        let frame = socket.hear_json().await;
        if frame["status"].is_null() {
            assert!(frame["message"].is_object(), "{frame}");
            return frame["message"].clone();
        }
    }
}

/// Asks again and again until it is so: what was read is written down a moment later.
pub(super) async fn soon(mut is_so: impl AsyncFnMut() -> bool) {
    let asked = timeout(PATIENCE, async { while !is_so().await {} }).await;
    asked.expect("it is so in time");
}

/// `POST /api/start/`
pub(super) async fn start(world: &World, who: &Someone, body: Value) -> Answer {
    let bearer = format!("Bearer {}", who.token);
    world
        .call("POST", "/api/start/", &[("authorization", &bearer)], body)
        .await
}

/// The chat of two, begun now if it was not.
pub(super) async fn chat(world: &World, one: &Someone, other: &Someone) -> Chat {
    let wish = json!({ "username": other.name, "room_type": "Normal" });
    start(world, one, wish.clone()).await;
    known(world, one, start(world, one, wish).await).await
}

/// A group of these people.
pub(super) async fn group(world: &World, maker: &Someone, members: &[&Someone]) -> Chat {
    let numbers: Vec<i64> = members.iter().map(|member| member.number).collect();
    let made = start(
        world,
        maker,
        json!({ "members_id": numbers, "room_type": "Group" }),
    )
    .await;
    reopened(world, maker, &made).await
}

/// The chat that was made with this answer, which its name leads to.
pub(super) async fn reopened(world: &World, who: &Someone, made: &Answer) -> Chat {
    assert_eq!(made.status, 200, "{made:?}");
    let made = made.json();
    let wish = json!({ "room_channelName": made["room_name"], "room_type": made["room_type"] });
    known(world, who, start(world, who, wish).await).await
}

/// The chat to which an answer leads.
pub(super) async fn known(world: &World, who: &Someone, answer: Answer) -> Chat {
    assert_eq!(answer.status, 302, "{answer:?}");
    let place = answer.header("location").unwrap();
    let path = place.strip_prefix(PREFIX).unwrap().to_owned();
    let told = world.get(&path, &who.token).await.json();
    let name = told["room_name"].as_str().unwrap().to_owned();
    assert!(
        name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{name}"
    );
    Chat { name, path }
}

/// Logs in to Parlor itself, and tells the access token.
pub(super) async fn in_parlor(world: &World, who: &Someone) -> String {
    let login = json!({ "username": who.name, "password": PASSWORD, "device": "" });
    let answer = world.ask_parlor("POST", "/v1/sessions", "", login).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

/// Somebody's id at Parlor itself.
pub(super) async fn id(world: &World, token: &str) -> String {
    let me = world.ask_parlor("GET", "/v1/me", token, Value::Null).await;
    me.json()["id"].as_str().unwrap().to_owned()
}

/// What strangers see of each other.
pub(super) fn is_shown(person: &Value, who: &Someone) {
    let expected = json!({
        "id": who.number,
        "username": who.name,
        "email": "",
        "profile_photo": null,
        "mobile_no": 0,
    });
    assert_eq!(person, &expected);
}

/// What people see of themselves, and of those whose contacts they are.
pub(super) fn is_known(person: &Value, who: &Someone) {
    let expected = json!({
        "id": who.number,
        "username": who.name,
        "email": who.email,
        "profile_photo": null,
        "mobile_no": mobile_no(&who.name),
    });
    assert_eq!(person, &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_chats_are_told_together() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        someone(&world, "ann").await,
        someone(&world, "ben").await,
        someone(&world, "cleo").await,
    ];
    let shown = async |who: &Someone| world.get("/api/show_user/", &who.token).await.json();
    let nothing = shown(&ann).await;
    is_known(&nothing["user"], &ann);
    assert_eq!(nothing["conversation_users"], json!([]));
    assert_eq!(nothing["created_groups"], Value::Null);
    assert_eq!(nothing["participant_groups"], json!([]));

    let direct = chat(&world, &ann, &ben).await;
    let older = group(&world, &ann, &[&cleo]).await;
    let newer = group(&world, &ann, &[&ben, &cleo]).await;
    let of_ben = group(&world, &ben, &[&ann]).await;
    let anns = shown(&ann).await;
    let conversation = &anns["conversation_users"][0];
    assert_eq!(
        (&conversation["room_type"], &conversation["room_name"]),
        (&json!("Normal"), &json!(direct.name))
    );
    is_shown(&conversation["users"], &ben);
    assert_eq!(
        conversation["satus_add"],
        json!({ "id": ben.number, "videos": null, "pictures": null, "text": null })
    );
    let created = &anns["created_groups"];
    assert_eq!(created["room_name"], newer.name, "the one that was made last");
    is_shown(&created["group_member1"], &ben);
    is_shown(&created["group_member2"], &cleo);
    assert!(created.get("group_member3").is_none(), "without oneself");
    let names = |shown: &Value| -> Vec<String> {
        let groups = shown["participant_groups"].as_array().unwrap().iter();
        let mut names: Vec<String> = groups
            .map(|group| group["room_name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(names(&anns), sorted(vec![older.name, of_ben.name.clone()]));
    let cleos = shown(&cleo).await;
    assert_eq!(cleos["created_groups"], Value::Null);
    let groups = cleos["participant_groups"].as_array().unwrap();
    let newest = groups
        .iter()
        .find(|group| group["room_name"] == newer.name)
        .unwrap();
    is_shown(&newest["group_member1"], &ann);
    is_shown(&newest["group_member2"][0], &ben);
    assert!(newest.get("group_member3").is_none(), "{newest}");
    assert_eq!(names(&shown(&ben).await), [newer.name], "his own is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_and_groups_of_others_are_groups() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let (anns, bens) = (in_parlor(&world, &ann).await, in_parlor(&world, &ben).await);
    let members = [id(&world, &bens).await];
    let wish = json!({ "kind": "channel", "name": "News", "members": members });
    let made = world.ask_parlor("POST", "/v1/rooms", &anns, wish).await;
    assert_eq!(made.status, 201, "{made:?}");
    let shown = world.get("/api/show_user/", &ben.token).await.json();
    let news = &shown["participant_groups"][0];
    assert_eq!(news["room_type"], "Group");
    assert_eq!(news["group_member1"]["username"], "ann");
    assert_eq!(news["group_member1"]["email"], "", "readers are strangers");
    assert!(news.get("group_member2").is_none());
    let name = news["room_name"].as_str().unwrap();
    let mut socket = enter(&world, name, &ben.token).await.unwrap();
    assert_eq!(status(&mut socket).await, "OFFLINE");
    socket.say_json(json!({ "message": "May I?" })).await;
    let warning = socket.hear_json().await;
    assert_eq!(
        warning,
        json!({ "Warning_Message": "You may not write in this chat room." })
    );
    let path = format!("/v1/rooms/{}/messages", made.json()["id"].as_str().unwrap());
    let said = json!({ "client_id": "1", "body": "Rain tomorrow" });
    world.ask_parlor("POST", &path, &anns, said).await;
    assert_eq!(message(&mut socket).await["text"], "Rain tomorrow");
}
