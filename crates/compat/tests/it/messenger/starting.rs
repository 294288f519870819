//! Beginning chats.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::PREFIX;
use super::chats::{NOBODY, chat, enter, id, in_parlor, is_known, is_shown, known, reopened, start, status};
use super::people::someone;
use crate::multipart::{MULTIPART, Part, form};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_of_two_is_begun_once_and_found_again() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let wish = json!({ "username": "BEN", "room_type": "Normal" });
    let made = start(&world, &ann, wish.clone()).await;
    assert_eq!(made.status, 200, "{made:?}");
    let made = made.json();
    is_known(&made["initiator"], &ann);
    is_shown(&made["receiver"], &ben);
    assert_eq!(
        (&made["room_type"], &made["message_set"]),
        (&json!("Normal"), &json!([]))
    );
    assert!(made["start_time"].as_str().unwrap().ends_with('Z'));

    let again = start(&world, &ann, wish).await;
    let others = json!({ "username": "ann", "room_type": "Normal" });
    let others = start(&world, &ben, others).await;
    assert_eq!((again.status, others.status), (302, 302));
    assert_eq!(again.header("location"), others.header("location"), "it is one");
    let chat = known(&world, &ben, others).await;
    let told = chat.told(&world, &ben).await;
    is_known(&told["initiator"], &ann);
    is_known(&told["receiver"], &ben);
    assert_eq!(made["room_name"], chat.name);
    let slash = world.get(&format!("{}/", chat.path), &ann.token).await;
    assert_eq!(slash.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_begin_at_once_and_it_is_one() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let begun = join_all((0..10).map(|number| {
        let (one, other) = if number % 2 == 0 {
            (&ann, &ben)
        } else {
            (&ben, &ann)
        };
        start(
            &world,
            one,
            json!({ "username": other.name, "room_type": "Normal" }),
        )
    }));
    let begun = begun.await;
    let new = begun.iter().filter(|answer| answer.status == 200);
    assert_eq!(new.count(), 1);
    let mut places: Vec<_> = begun
        .iter()
        .filter_map(|answer| answer.header("location"))
        .collect();
    assert_eq!(places.len(), 9);
    places.dedup();
    assert_eq!(places.len(), 1, "{places:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_begun_is_told() {
    let world = World::at(PREFIX).await;
    let ann = someone(&world, "ann").await;
    for (body, status, expected) in [
        (
            json!({ "username": "ben" }),
            400,
            json!({ "room_type": ["This field is required."] }),
        ),
        (
            json!({ "username": "ben", "room_type": "x" }),
            400,
            json!({ "room_type": ["\"x\" is not a valid choice."] }),
        ),
        (
            json!({ "room_type": "Normal" }),
            400,
            json!({ "username": ["This field is required."] }),
        ),
        (
            json!({ "room_type": "Group" }),
            400,
            json!({ "username": ["This field is required."] }),
        ),
        (
            json!({ "room_type": "Group", "username": "ben" }),
            400,
            json!({ "members_id": ["This field is required."] }),
        ),
        (
            json!({ "room_type": "Group", "members_id": "ben" }),
            400,
            json!({ "members_id": ["Expected a list of items but got type \"str\"."] }),
        ),
        (
            json!({ "username": "nobody", "room_type": "Normal" }),
            200,
            json!({ "message": NOBODY }),
        ),
        (
            json!({ "username": "no name!", "room_type": "Normal" }),
            200,
            json!({ "message": NOBODY }),
        ),
        (
            json!({ "username": "ann", "room_type": "Normal" }),
            200,
            json!({ "message": NOBODY }),
        ),
        (
            json!({ "members_id": [4711], "room_type": "Group" }),
            403,
            json!({ "detail": NOBODY }),
        ),
        (
            json!({ "members_id": [4711], "room_type": "brodcast" }),
            403,
            json!({ "detail": NOBODY }),
        ),
    ] {
        start(&world, &ann, body).await.is(status, expected);
    }
    let stranger = world.post("/api/start/", json!({})).await;
    stranger.is(
        403,
        json!({ "detail": "You are not authorized to perform this action." }),
    );
    let bearer = format!("Bearer {}", ann.token);
    let form = [
        ("authorization", &*bearer),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = format!("room_type=Group&members_id={}", ann.number);
    let made = world.send("POST", "/api/start/", &form, body.into_bytes()).await;
    assert_eq!(made.status, 200, "a form may bring it as well: {made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_may_be_named_one_by_one_in_a_form() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        someone(&world, "ann").await,
        someone(&world, "ben").await,
        someone(&world, "cleo").await,
    ];
    let bearer = format!("Bearer {}", ann.token);
    let urlencoded = ("content-type", "application/x-www-form-urlencoded");
    let [bens, cleos] = [&ben, &cleo].map(|member| member.number.to_string());
    let text = format!("room_type=Normal&room_type=Group&members_id={bens}&members_id={cleos}");
    let parts = [
        Part::Text("members_id", &bens),
        Part::Text("room_type", "Normal"),
        Part::Text("members_id", &cleos),
        Part::Text("room_type", "Group"),
    ];
    for (content_type, body) in [(urlencoded, text.into_bytes()), (MULTIPART, form(&parts))] {
        let headers = [("authorization", &*bearer), content_type];
        let made = world.send("POST", "/api/start/", &headers, body).await;
        assert_eq!(made.status, 200, "{made:?}");
        let made = made.json();
        assert_eq!(made["room_type"], "Group", "of other fields the last counts");
        is_shown(&made["group_member1"][0], &ben);
        is_shown(&made["group_member2"][0], &cleo);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_blocked_somebody_is_nobody_to_him() {
    let world = World::at(PREFIX).await;
    let [ann, ben] = [someone(&world, "ann").await, someone(&world, "ben").await];
    let old = chat(&world, &ann, &ben).await;
    let (anns, bens) = (in_parlor(&world, &ann).await, in_parlor(&world, &ben).await);
    let block = format!("/v1/blocks/{}", id(&world, &anns).await);
    let blocked = world.ask_parlor("PUT", &block, &bens, Value::Null).await;
    assert_eq!(blocked.status, 204, "{blocked:?}");
    for (one, other) in [(&ann, &ben), (&ben, &ann)] {
        let wish = json!({ "username": other.name, "room_type": "Normal" });
        start(&world, one, wish)
            .await
            .is(200, json!({ "message": NOBODY }));
    }
    let wish = json!({ "members_id": [ben.number], "room_type": "Group" });
    start(&world, &ann, wish)
        .await
        .is(403, json!({ "detail": NOBODY }));
    let mut socket = enter(&world, &old.name, &ann.token).await.unwrap();
    assert_eq!(status(&mut socket).await, "OFFLINE");
    socket.say_json(json!({ "message": "Hello?" })).await;
    let warning = socket.hear_json().await;
    assert_eq!(
        warning,
        json!({ "Warning_Message": "You cannot write to this user." })
    );
    assert_eq!(old.told(&world, &ben).await["message_set"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_its_makers_and_found_by_its_name() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo, dan] = [
        someone(&world, "ann").await,
        someone(&world, "ben").await,
        someone(&world, "cleo").await,
        someone(&world, "dan").await,
    ];
    let wish = json!({ "members_id": [cleo.number, ben.number, ann.number], "room_type": "Group" });
    let made = start(&world, &ann, wish).await;
    let shape = made.json();
    is_known(&shape["initiator"], &ann);
    is_shown(&shape["group_member1"][0], &ben);
    is_shown(&shape["group_member2"][0], &cleo);
    for (one, none) in [("group_member2", "group_member3"), ("group_member1", "receiver")] {
        assert_eq!(shape[one].as_array().map(Vec::len), Some(1));
        assert!(shape.get(none).is_none(), "{shape}");
    }
    assert_eq!(shape["room_type"], "Group");
    let group = reopened(&world, &ann, &made).await;
    let told = group.told(&world, &ben).await;
    is_shown(&told["initiator"], &ann);
    is_known(&told["group_member1"][0], &ben);
    is_shown(&told["group_member2"][0], &cleo);
    let by_member = json!({ "room_channelName": group.name, "room_type": "Group" });
    let by_member = start(&world, &cleo, by_member).await;
    assert_eq!(by_member.status, 302);
    let foreign = json!({ "room_channelName": group.name, "room_type": "Group", "members_id": [] });
    let foreign = start(&world, &dan, foreign).await;
    assert_eq!(foreign.status, 200, "it is nothing to him, so it is another");
    assert_ne!(foreign.json()["room_name"], group.name);
}
