//! Joining and leaving.

use serde_json::{Value, json};

use super::{PREFIX, Person, person};
use crate::multipart::Part;
use crate::world::World;

fn full() -> Value {
    json!(["Max users limit for group reached."])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_room_takes_nobody_not_even_who_is_in_it() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        person(&world, "ann").await,
        person(&world, "ben").await,
        person(&world, "cleo").await,
    ];
    let room = ann.room(&world, json!({ "name": "Tea", "max_users": 2 })).await;
    let joined = ben.join(&world, room).await;
    assert_eq!(joined.json()["users"], json!([ben.id]));
    let again = ben.join(&world, room).await;
    assert_eq!((again.status, &again.json()["users"]), (200, &json!([ben.id])));
    assert_eq!(cleo.join(&world, room).await.status, 200);
    for person in [&ann, &ben, &cleo] {
        person.join(&world, room).await.is(400, full());
    }
    cleo.leave(&world, room).await;
    let owner = ann.join(&world, room).await;
    assert_eq!((owner.status, &owner.json()["max_users"]), (200, &json!(2)));
    cleo.join(&world, room).await.is(400, full());
    let left = ann.leave(&world, room).await;
    assert_eq!((left.status, &left.json()["users"]), (200, &json!([ben.id])));
    assert_eq!(left.json()["owner"], ann.id, "the room stays his");
}

#[tokio::test(flavor = "multi_thread")]
async fn fewer_places_than_people_put_nobody_out() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        person(&world, "ann").await,
        person(&world, "ben").await,
        person(&world, "cleo").await,
    ];
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    for person in [&ann, &ben] {
        person.join(&world, room).await;
    }
    let path = format!("/api/v1/chats/rooms/{room}/");
    let smaller = ann.ask(&world, "PATCH", &path, json!({ "max_users": 1 })).await;
    assert_eq!((smaller.status, &smaller.json()["max_users"]), (200, &json!(1)));
    assert_eq!(smaller.json()["users"], json!([ann.id, ben.id]));
    cleo.join(&world, room).await.is(400, full());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_place_is_given_once() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let room = ann.room(&world, json!({ "name": "Tea", "max_users": 2 })).await;
    let mut people: Vec<Person> = Vec::new();
    for number in 10..16 {
        people.push(person(&world, &format!("user{number}")).await);
    }
    let joined = futures_util::future::join_all(people.iter().map(|person| person.join(&world, room)));
    let mut statuses: Vec<u16> = joined.await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 400, 400, 400, 400]);
    let path = format!("/api/v1/chats/rooms/{room}/");
    let users = ann.get(&world, &path).await.json()["users"].clone();
    assert_eq!(users.as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_room_takes_its_owner_alone() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let room = ann
        .room(&world, json!({ "name": "Tea", "type": "PRIVATE" }))
        .await;
    let refused = ben.join(&world, room).await;
    refused.is(
        403,
        json!({ "detail": "You do not have permission to perform this action." }),
    );
    assert_eq!(ann.join(&world, room).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_there_cannot_leave() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    let not_found = json!({ "detail": "Not found." });
    for person in [&ann, &ben] {
        person.leave(&world, room).await.is(404, not_found.clone());
        person.join(&world, 4711).await.is(404, not_found.clone());
        person.leave(&world, 4711).await.is(404, not_found.clone());
    }
    let path = format!("/api/v1/chats/rooms/{room}");
    for way in ["join", "leave"] {
        let patched = ben
            .ask(
                &world,
                "PATCH",
                &format!("{path}/{way}/"),
                json!({ "name": "ignored" }),
            )
            .await;
        assert_eq!(
            (patched.status, &patched.json()["name"]),
            (200, &json!("Tea")),
            "{way}"
        );
        let users = if way == "join" { json!([ben.id]) } else { json!([]) };
        if way == "leave" {
            ben.join(&world, room).await;
        }
        let bare = ben
            .ask(&world, "PUT", &format!("{path}/{way}"), Value::Null)
            .await;
        assert_eq!(
            (bare.status, &bare.json()["users"]),
            (200, &users),
            "without its slash"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_room_is_for_its_two() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        person(&world, "ann").await,
        person(&world, "ben").await,
        person(&world, "cleo").await,
    ];
    let token = ann.log_in_to_parlor(&world).await;
    let own = ben.log_in_to_parlor(&world).await;
    let me = world.ask_parlor("GET", "/v1/me", &own, Value::Null).await.json();
    let path = format!("/v1/directs/{}", me["id"].as_str().unwrap());
    let opened = world.ask_parlor("PUT", &path, &token, Value::Null).await;
    assert!(opened.status < 300, "{opened:?}");
    let rooms = ben.get(&world, "/api/v1/chats/rooms/").await.json();
    let room = &rooms["results"][0];
    let number = room["id"].as_i64().unwrap();
    assert_eq!(room["name"], format!("direct-{number}"));
    assert_eq!(
        (&room["type"], &room["max_users"]),
        (&json!("PRIVATE"), &json!(2))
    );
    assert_eq!(
        (&room["owner"], &room["users"]),
        (&json!(ann.id), &json!([ann.id, ben.id]))
    );
    for person in [&ann, &ben, &cleo] {
        person.join(&world, number).await.is(400, full());
    }
    assert_eq!(ben.leave(&world, number).await.status, 403);
    let mut socket = ann.socket(&world).await;
    let said = ben.say(&world, number, "Hello").await;
    assert_eq!(socket.hear_json().await, said);
    let block = format!("/v1/blocks/{}", me["id"].as_str().unwrap());
    world.ask_parlor("PUT", &block, &token, Value::Null).await;
    socket.say_json(json!({ "text": "Hello", "room": number })).await;
    assert_eq!(socket.hear_json().await, json!({ "error": "validation error" }));
}

/// Makes a channel of somebody that anybody may enter, and tells its number.
async fn channel(world: &World, owner: &Person) -> i64 {
    let token = owner.log_in_to_parlor(world).await;
    let wish = json!({ "name": "news", "kind": "channel", "join": "open" });
    let made = world.ask_parlor("POST", "/v1/rooms", &token, wish).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["number"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_a_room_in_which_its_owner_writes() {
    let world = World::at(PREFIX).await;
    let [ann, ben, cleo] = [
        person(&world, "ann").await,
        person(&world, "ben").await,
        person(&world, "cleo").await,
    ];
    let room = channel(&world, &ann).await;
    let mut anns = ann.socket(&world).await;
    let mut bens = ben.socket(&world).await;
    for person in [&ben, &cleo] {
        let joined = person.join(&world, room).await;
        assert_eq!((joined.status, &joined.json()["type"]), (200, &json!("GROUP")));
        assert_eq!(joined.json()["users"], json!([person.id]), "readers are not seen");
        assert_eq!(joined.json()["owner"], ann.id);
    }
    let said = ann.say(&world, room, "news").await;
    assert_eq!(anns.hear_json().await, said);
    assert_eq!(bens.hear_json().await, said);

    let number = room.to_string();
    let parts = [Part::Text("room", &number), Part::Text("text", "x")];
    let refused = ben.send(&world, "POST", "/api/v1/chats/messages/", &parts).await;
    let text = "You're not authorized to perform any actions in this room";
    refused.is(400, json!({ "room": [text] }));
    bens.say_json(json!({ "text": "x", "room": room })).await;
    assert_eq!(bens.hear_json().await, json!({ "error": "validation error" }));

    assert_eq!(ben.leave(&world, room).await.status, 200);
    let rooms = ben.get(&world, "/api/v1/chats/rooms/").await.json();
    assert_eq!(rooms["page_metadata"]["count"], 0);
    let rooms = cleo.get(&world, "/api/v1/chats/rooms/").await.json();
    assert_eq!(rooms["results"][0]["users"], json!([cleo.id]));
    assert_eq!(rooms["results"][0]["owner"], ann.id, "who takes part or not");
}
