//! Making, changing and ending rooms.

use parlor_testkit::TestApp;
use serde_json::{Value, json};

use super::{PREFIX, numbers, person};
use crate::world::World;

const ROOMS: &str = "/api/v1/chats/rooms/";

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_a_room_are_checked_all_at_once() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    ann.room(&world, json!({ "name": "Tea" })).await;
    let all = ann
        .ask(
            &world,
            "POST",
            ROOMS,
            json!({ "max_users": "x", "type": "SECRET" }),
        )
        .await;
    all.is(
        400,
        json!({
            "name": ["This field is required."],
            "max_users": ["A valid integer is required."],
            "type": ["\"SECRET\" is not a valid choice."],
        }),
    );
    for (field, value, error) in [
        ("name", json!("Tea"), "room with this name already exists."),
        ("name", json!(""), "This field may not be blank."),
        (
            "name",
            json!("x".repeat(51)),
            "Ensure this field has no more than 50 characters.",
        ),
        ("max_users", json!(21), "System max users limit is 20"),
        (
            "max_users",
            json!(0),
            "Ensure this value is greater than or equal to 1.",
        ),
        (
            "max_users",
            json!(-5),
            "Ensure this value is greater than or equal to 1.",
        ),
        ("max_users", json!(null), "This field may not be null."),
    ] {
        let mut body = json!({ "name": "Coffee" });
        body[field] = value;
        let answer = ann.ask(&world, "POST", ROOMS, body).await;
        answer.is(400, json!({ field: [error] }));
    }
    let taken = json!({ "name": "Tea", "max_users": 21, "type": "SECRET" });
    let expected = json!({
        "name": ["room with this name already exists."],
        "max_users": ["System max users limit is 20"],
        "type": ["\"SECRET\" is not a valid choice."],
    });
    let answer = ann.ask(&world, "POST", ROOMS, taken.clone()).await;
    answer.is(400, expected.clone());
    let other = ann.room(&world, json!({ "name": "Coffee" })).await;
    let answer = ann.ask(&world, "PUT", &format!("{ROOMS}{other}/"), taken).await;
    answer.is(400, expected);
    let list = ann.ask(&world, "POST", ROOMS, json!([])).await;
    list.is(
        400,
        json!({ "error": ["Invalid data. Expected a dictionary, but got list."] }),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_room_may_say_of_itself_is_taken_and_the_rest_is_not() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let body =
        json!({ "name": "Tea", "max_users": 20, "type": "PRIVATE", "owner": ben.id, "users": [ben.id] });
    let made = ann.ask(&world, "POST", ROOMS, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    assert_eq!(
        (&made["max_users"], &made["type"]),
        (&json!(20), &json!("PRIVATE"))
    );
    assert_eq!((&made["owner"], &made["users"]), (&json!(ann.id), &json!([])));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let token = format!("Token {}", ann.key);
    let headers = [("authorization", &*token), form];
    let made = world
        .send("POST", ROOMS, &headers, b"name=Coffee&max_users=3".to_vec())
        .await;
    assert_eq!(
        (made.status, &made.json()["max_users"]),
        (201, &json!(3)),
        "forms are read"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_its_owners_even_from_its_members() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    ben.join(&world, room).await;
    let path = format!("{ROOMS}{room}/");
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let refused = ben.ask(&world, method, &path, Value::Null).await;
        refused.is(403, json!({ "detail": "Access Denied: Owner user only" }));
        let unknown = ben
            .ask(&world, method, "/api/v1/chats/rooms/4711/", Value::Null)
            .await;
        unknown.is(404, json!({ "detail": "Not found." }));
    }
    let own = ann.get(&world, &path).await;
    assert_eq!((own.status, &own.json()["users"]), (200, &json!([ben.id])));
    let nonsense = ann.get(&world, "/api/v1/chats/rooms/x/").await;
    assert_eq!(nonsense.status, 404);
    assert!(nonsense.text.contains("<h1>"), "{nonsense:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_changed() {
    let world = World::at(PREFIX).await;
    let ann = person(&world, "ann").await;
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    ann.room(&world, json!({ "name": "Coffee" })).await;
    let path = format!("{ROOMS}{room}/");
    let bare = ann.ask(&world, "PUT", &path, json!({ "max_users": 3 })).await;
    bare.is(400, json!({ "name": ["This field is required."] }));
    let body = json!({ "name": "Tea", "max_users": 3, "type": "PRIVATE" });
    let whole = ann.ask(&world, "PUT", &path, body).await.json();
    assert_eq!(
        [&whole["name"], &whole["max_users"], &whole["type"]],
        [&json!("Tea"), &json!(3), &json!("PRIVATE")]
    );
    let named = ann
        .ask(&world, "PUT", &path, json!({ "name": "Chai" }))
        .await
        .json();
    assert_eq!(
        [&named["name"], &named["max_users"], &named["type"]],
        [&json!("Chai"), &json!(3), &json!("PRIVATE")],
        "what is not sent stays"
    );
    let opened = ann
        .ask(&world, "PATCH", &path, json!({ "type": "GROUP" }))
        .await
        .json();
    assert_eq!(opened["type"], "GROUP");
    let taken = ann.ask(&world, "PATCH", &path, json!({ "name": "Coffee" })).await;
    taken.is(400, json!({ "name": ["room with this name already exists."] }));
    let large = ann.ask(&world, "PATCH", &path, json!({ "max_users": 21 })).await;
    large.is(400, json!({ "max_users": ["System max users limit is 20"] }));
    let nothing = ann.ask(&world, "PATCH", &path, json!({})).await;
    assert_eq!(nothing.json(), ann.get(&world, &path).await.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_listed_by_their_last_change() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let mut rooms = Vec::new();
    for name in ["One", "Two", "Three"] {
        let room = ann.room(&world, json!({ "name": name })).await;
        ann.join(&world, room).await;
        rooms.push(room);
    }
    let [one, two, three] = rooms[..] else { panic!() };
    let list = async || numbers(&ann.get(&world, ROOMS).await.json());
    assert_eq!(list().await, [three, two, one]);
    ben.join(&world, one).await;
    assert_eq!(list().await, [one, three, two], "who joins changes it");
    ben.leave(&world, one).await;
    let path = format!("{ROOMS}{two}/");
    ann.ask(&world, "PATCH", &path, json!({ "max_users": 4 })).await;
    assert_eq!(list().await, [two, one, three]);
    ann.say(&world, three, "Hello").await;
    assert_eq!(list().await, [two, one, three], "who writes does not");
    let page = ann
        .get(&world, &format!("{ROOMS}?page=2&page_size=2"))
        .await
        .json();
    assert_eq!(numbers(&page), [three]);
    assert_eq!(
        page["page_metadata"],
        json!({ "total_pages": 2, "count": 3, "page_size": 2 })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn how_many_may_be_in_a_room_is_a_setting() {
    for (most, members, allowed) in [(50, 1000, 50_u32), (8, 1000, 8), (50, 6, 5)] {
        let app = TestApp::start_with(|config| {
            config.compat.max_users_in_room = most;
            config.rooms.members = members;
        });
        let world = World::of(app.await, PREFIX);
        let ann = person(&world, "ann").await;
        let more = json!({ "name": "Tea", "max_users": allowed + 1 });
        let refused = ann.ask(&world, "POST", ROOMS, more).await;
        let text = format!("System max users limit is {allowed}");
        refused.is(400, json!({ "max_users": [text] }));
        let usual = ann.ask(&world, "POST", ROOMS, json!({ "name": "Usual" })).await;
        assert_eq!(usual.json()["max_users"], json!(allowed.min(10)));
        let large = json!({ "name": "Tea", "max_users": allowed });
        let large = ann.ask(&world, "POST", ROOMS, large).await;
        assert_eq!((large.status, &large.json()["max_users"]), (201, &json!(allowed)));
        let path = format!("{ROOMS}{}/", large.json()["id"]);
        ann.join(&world, large.json()["id"].as_i64().unwrap()).await;
        let same = ann
            .ask(&world, "PATCH", &path, json!({ "max_users": allowed }))
            .await;
        assert_eq!((same.status, &same.json()["max_users"]), (200, &json!(allowed)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_kept_while_people_come_and_go() {
    let world = World::at(PREFIX).await;
    let (ann, ben) = (person(&world, "ann").await, person(&world, "ben").await);
    let room = ann.room(&world, json!({ "name": "Tea" })).await;
    let path = format!("{ROOMS}{room}/");
    for most in 2..6 {
        let body = json!({ "max_users": most });
        let change = ann.ask(&world, "PATCH", &path, body);
        let (changed, _, _) = tokio::join!(change, ann.join(&world, room), ben.join(&world, room));
        assert_eq!(changed.status, 200, "{changed:?}");
        let shown = ann.get(&world, &path).await.json();
        assert_eq!(shown["max_users"], json!(most));
        for person in [&ann, &ben] {
            assert_eq!(person.leave(&world, room).await.status, 200);
        }
    }
}
