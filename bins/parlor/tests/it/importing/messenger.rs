//! `messenger` moves in from PostgreSQL, which it needs for its arrays, or from a dump of it.

use std::net::SocketAddr;

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use mail_parser::MessageParser;
use parlor_testkit::Postgres;
use serde_json::{Value, json};

use super::{HASH, Home, PASSWORD, ask, get, log_in, picture, row, says, user};
use crate::accounts::{files, wait_for};

/// Tables as Django makes them in PostgreSQL, as far as they are read.
const TABLES: &str = "\
    CREATE TABLE chattingapp_user (id bigserial PRIMARY KEY, password varchar(128), last_login timestamptz, is_superuser boolean,
        first_name varchar(150), last_name varchar(150), is_staff boolean, is_active boolean, date_joined timestamptz,
        profile_photo varchar(100), email varchar(50), username varchar(30), mobile_no bigint, is_verified boolean,
        about varchar(50), registered_userid varchar(50), gender varchar(30), is_online boolean);
    CREATE TABLE chattingapp_conversation (id bigserial PRIMARY KEY, initiator_id bigint, receiver_id bigint,
        room_name varchar(100), room_type varchar(20), chat_room varchar(100), group_members integer[], start_time timestamptz);
    CREATE TABLE chattingapp_message (id bigserial PRIMARY KEY, sender_id bigint, text varchar(200), attachment varchar(200),
        conversation_id_id bigint, \"timestamp\" timestamptz, is_read boolean);
    CREATE TABLE chattingapp_user_status (id bigserial PRIMARY KEY, user_id_id bigint, created_time timestamptz,
        videos varchar(100), pictures varchar(100), text varchar(500));";

fn rows() -> String {
    let person = |id: i64, name: &str, mobile: i64| {
        format!(
            "INSERT INTO chattingapp_user VALUES ({id}, '{HASH}', NULL, false, '', '', false, true, '2023-01-01 00:00:0{id}+00', \
             '', '{name}@example.org', '{name}', {mobile}, true, 'busy', 'AB12cd34', 'Others', false);"
        )
    };
    let people = [
        (1, "ann", 41_791_234_567),
        (2, "ben", 41_791_234_568),
        (3, "cleo", 7),
    ];
    let people = people.map(|(id, name, mobile)| person(id, name, mobile)).concat();
    format!(
        "{people}
         INSERT INTO chattingapp_conversation VALUES
            (1, 1, 2, 'abcd1234', 'Normal', NULL, NULL, '2023-02-01 00:00:00+00'),
            (2, 1, NULL, 'group123', 'Group', NULL, '{{1,2,3}}', '2023-02-01 00:00:00+00'),
            (3, 1, NULL, 'list1234', 'brodcast', NULL, '{{2,3}}', '2023-02-01 00:00:00+00'),
            (4, NULL, 2, 'orphaned', 'Normal', NULL, NULL, '2023-02-01 00:00:00+00');
         INSERT INTO chattingapp_message VALUES
            (1, 1, 'hello', NULL, 1, '2023-02-01 10:00:00.1+00', false),
            (2, 2, 'hello', NULL, 1, '2023-02-01 10:00:00.2+00', false),
            (3, 1, 'are you there?', NULL, 1, '2023-02-01 10:05:00+00', false),
            (4, NULL, 'from nobody', NULL, 1, '2023-02-01 10:06:00+00', true);
         INSERT INTO chattingapp_user_status VALUES
            (1, 2, '2023-02-01 10:00:00+00', '', '', 'drinking tea'), (2, 2, '2023-02-02 10:00:00+00', '', '', 'asleep');"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messenger_moves_in_from_postgresql() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let database = postgres.database();
    let url = database.url();
    let mut conn = AsyncPgConnection::establish(url).await.unwrap();
    conn.batch_execute(TABLES).await.unwrap();
    conn.batch_execute(&rows()).await.unwrap();
    let home = Home::new();
    let out = home.moves_in(&format!("--from messenger {url}"));
    says(&out, "people: 3 new, 0 were here before, 0 not brought over");
    says(
        &out,
        "person 3 (cleo): mobile number was not brought over: it is none",
    );
    says(
        &out,
        "person 2 (ben): register id was not brought over: somebody else has it",
    );
    assert!(!out.contains("AB12cd34"), "{out}");
    says(&out, "rooms: 3 new, 0 were here before, 1 not brought over");
    says(&out, "room 4: was not brought over: who began it was not");
    says(
        &out,
        "messages: 2 new, 0 were here before, 1 not brought over, 1 left out as copies",
    );
    says(&out, "statuses: 1 new, 0 were here before, 0 not brought over");
    let again = home.moves_in(&format!("--from messenger {url}"));
    says(
        &again,
        "messages: 0 new, 2 were here before, 1 not brought over, 1 left out as copies",
    );
    says(&again, "statuses: 0 new, 1 were here before, 0 not brought over");

    let server = home.serve();
    let ben = format!("Bearer {}", log_in(server.address, "ben"));
    let rooms = get(server.address, &ben, "/v1/rooms");
    let rooms = rooms["rooms"].as_array().unwrap();
    assert_eq!(rooms.len(), 2, "{rooms:?}");
    let direct = rooms.iter().find(|room| room["kind"] == "direct").unwrap();
    assert_eq!(direct["unread"], 1, "he was sent the first, and not the second");
    let ann = format!("Bearer {}", log_in(server.address, "ann"));
    let lists = get(server.address, &ann, "/v1/broadcast-lists");
    let list = &lists["lists"][0];
    assert_eq!(
        (&list["name"], &list["recipients"]),
        (&json!("list1234"), &json!(2))
    );
}

/// Somebody in a dump.
fn person(pk: i64, name: &str, mobile: i64, register_id: &str) -> Value {
    let mut person = user("chattingapp.user", pk, name);
    let fields = person["fields"].as_object_mut().unwrap();
    fields.insert("email".to_owned(), json!(format!("{name}@example.org")));
    fields.insert("mobile_no".to_owned(), json!(mobile));
    fields.insert("registered_userid".to_owned(), json!(register_id));
    person
}

/// A status in a dump.
fn status(pk: i64, person: i64, text: &str) -> Value {
    let fields = json!({
        "user_id": person, "created_time": format!("2023-02-01T10:00:0{pk}Z"), "videos": "", "pictures": "", "text": text,
    });
    row("chattingapp.user_status", pk, fields)
}

/// Logs in with the code that is mailed, and tells what goes with each request.
fn log_in_by_code(home: &Home, server: SocketAddr, name: &str, register_id: &str) -> String {
    let at = |path: &str| format!("/compat/messenger/api/{path}/");
    let email = format!("{name}@example.org");
    let body = json!({ "email": email, "password": PASSWORD, "Registerd_id": register_id });
    let (status, sent) = ask(server, "", "POST", &at("Userlogin"), body);
    assert_eq!((status, &sent["status"]), (200, &json!(200)), "{sent}");
    let outbox = home.path("data/outbox");
    let letter = std::fs::read(wait_for(|| files(&outbox).into_iter().min())).unwrap();
    let letter = MessageParser::default().parse(&letter).unwrap();
    let text = letter.body_text(0).unwrap();
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let code: u32 = text.split_whitespace().find(is_code).unwrap().parse().unwrap();
    let body = json!({ "user_entered_otp": code, "Registerd_id": register_id });
    let (status, tokens) = ask(server, "", "POST", &at("otpchecking"), body);
    assert_eq!(status, 200, "{tokens}");
    format!("Bearer {}", tokens["asscess_token"].as_str().unwrap())
}

#[test]
fn people_log_in_by_the_ids_that_they_had_and_find_their_chats() {
    let home = Home::new();
    let conversation = |pk: i64, kind: &str, receiver: Value, members: Value, name: &str| {
        let fields = json!({
            "initiator": 1, "receiver": receiver, "room_name": name, "room_type": kind, "group_members": members,
            "start_time": "2023-02-01T00:00:00Z",
        });
        row("chattingapp.conversation", pk, fields)
    };
    let hello = json!({
        "sender": 2, "text": "hello", "attachment": null, "conversation_id": 4, "timestamp": "2023-02-01T10:00:00Z",
        "is_read": true,
    });
    home.dump(&[
        person(1, "ann", 41_791_234_567, "aB3$xY-z"),
        person(2, "ben", 41_791_234_568, "none"),
        conversation(7, "brodcast", Value::Null, json!("[\"2\"]"), "list1234"),
        conversation(4, "Normal", json!(2), Value::Null, "abcd1234"),
        row("chattingapp.message", 3, hello),
        status(1, 2, "drinking tea"),
        status(2, 1, "here"),
        status(3, 2, "asleep"),
    ]);
    let out = home.moves_in("--from messenger dump.json");
    says(
        &out,
        "person 2 (ben): register id was not brought over: it is none",
    );
    says(&out, "rooms: 2 new, 0 were here before, 0 not brought over");
    says(&out, "statuses: 2 new, 0 were here before, 0 not brought over");
    assert!(!out.contains("aB3$xY-z"), "{out}");

    let server = home.serve();
    let ann = log_in_by_code(&home, server.address, "ann", "aB3$xY-z");
    let get = |path: &str| get(server.address, &ann, &format!("/compat/messenger/api/{path}"));
    let chat = get("get_conversation/4");
    assert_eq!(
        (
            &chat["room_name"],
            &chat["initiator"]["username"],
            &chat["receiver"]["mobile_no"]
        ),
        (&json!("abcd1234"), &json!("ann"), &json!(0))
    );
    let message = &chat["message_set"][0];
    assert_eq!(
        (&message["id"], &message["text"], &message["sender"]),
        (&json!(3), &json!("hello"), &json!(2))
    );
    let list = get("get_conversation/7");
    assert_eq!(
        (
            &list["room_type"],
            &list["room_name"],
            &list["group_member1"][0]["username"]
        ),
        (&json!("brodcast"), &json!("list1234"), &json!("ben"))
    );
    let shown = get("show_user/");
    let status = &shown["conversation_users"][0]["satus_add"];
    assert_eq!(
        (&status["text"], &status["created_time"]),
        (&json!("asleep"), &json!("2023-02-01T10:00:03Z"))
    );
    assert_eq!(get("userSearch/?q=41791234568")["username"], "ben");
}

/// The maker of a group has deleted his account, and so has somebody who spoke in it.
#[test]
fn a_group_whose_maker_is_gone_is_the_first_members() {
    let home = Home::new();
    let conversation = |pk: i64, kind: &str, receiver: Value, members: Value| {
        let fields = json!({
            "initiator": null, "receiver": receiver, "room_name": format!("room000{pk}"), "room_type": kind,
            "group_members": members, "start_time": "2023-02-01T00:00:00Z",
        });
        row("chattingapp.conversation", pk, fields)
    };
    let message = |pk: i64, sender: Value, room: i64| {
        let fields = json!({
            "sender": sender, "text": format!("the {pk}th"), "attachment": null, "conversation_id": room,
            "timestamp": format!("2023-02-01T10:00:0{pk}Z"), "is_read": true,
        });
        row("chattingapp.message", pk, fields)
    };
    home.dump(&[
        person(1, "ann", 41_791_234_567, "aB3$xY-z"),
        person(2, "ben", 41_791_234_568, "aB3$xY-y"),
        conversation(7, "Group", Value::Null, json!("[\"9\", \"2\", \"1\"]")),
        conversation(8, "Normal", json!(2), Value::Null),
        conversation(9, "brodcast", Value::Null, json!("[\"2\"]")),
        message(3, Value::Null, 7),
        message(4, json!(1), 7),
        message(5, json!(2), 8),
    ]);
    for args in [
        "--from messenger dump.json --dry-run",
        "--from messenger dump.json",
    ] {
        let out = home.moves_in(args);
        says(&out, "rooms: 1 new, 0 were here before, 2 not brought over");
        says(&out, "messages: 2 new, 0 were here before, 1 not brought over");
        says(
            &out,
            "message 3: is a bot's now: the account of its author is gone",
        );
        assert!(
            out.contains("room 7: ") && out.contains("the first of its members"),
            "{out}"
        );
    }

    let server = home.serve();
    let ben = format!("Bearer {}", log_in(server.address, "ben"));
    let rooms = get(server.address, &ben, "/v1/rooms");
    let [room] = &rooms["rooms"].as_array().unwrap()[..] else {
        panic!("{rooms}")
    };
    assert_eq!((&room["role"], &room["members"]), (&json!("owner"), &json!(2)));
    let path = format!("/v1/rooms/{}/messages", room["id"].as_str().unwrap());
    let talk = get(server.address, &ben, &path);
    let said: Vec<(&Value, &Value)> = talk["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| (&message["number"], &message["body"]))
        .collect();
    assert_eq!(
        said,
        [(&json!(3), &json!("the 3th")), (&json!(4), &json!("the 4th"))]
    );
    let sender = talk["messages"][0]["sender"]["id"].as_str().unwrap();
    let sender = get(server.address, &ben, &format!("/v1/users/{sender}"));
    assert_eq!(sender["username"], "messenger");
}

#[test]
fn pictures_of_people_come_once() {
    let home = Home::new();
    let mut ann = user("chattingapp.user", 1, "ann");
    ann["fields"]["profile_photo"] = json!("profiles/ann.png");
    let mut ben = user("chattingapp.user", 2, "ben");
    ben["fields"]["profile_photo"] = json!("profiles/ben.png");
    home.dump(&[ann, ben]);
    std::fs::create_dir_all(home.path("media/profiles")).unwrap();
    std::fs::write(home.path("media/profiles/ann.png"), picture()).unwrap();
    let unsaid = home.import("--from messenger dump.json");
    assert_ne!(unsaid.code, 0, "{}", unsaid.out);
    assert!(unsaid.err.contains("--without-media"), "{}", unsaid.err);
    let out = home.moves_in("--from messenger dump.json --media media");
    // They came before the first picture was looked for.
    says(&out, "people: 0 new, 2 were here before, 0 not brought over");
    says(
        &out,
        "profile pictures: 1 new, 0 were here before, 0 not brought over",
    );
    says(
        &out,
        "profile picture 2: its file profiles/ben.png is not in the media folder",
    );
    let again = home.moves_in("--from messenger dump.json --media media");
    says(
        &again,
        "profile pictures: 0 new, 1 were here before, 0 not brought over",
    );
}
