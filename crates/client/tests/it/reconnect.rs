//! What the client does when its connection ends.

use std::sync::Arc;
use std::time::Duration;

use parlor_client::{
    Client, CommandError, Ended, FixedToken, NewMessage, ServerUrl, Settings, Token, Update, Updates,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::script::Server;

const ROOM: Uuid = Uuid::from_u128(7);

fn start(server: ServerUrl) -> (Client, Updates) {
    let token = Token {
        access: "token".into(),
        lifetime: Duration::from_secs(900),
    };
    let mut settings = Settings::new(server, Arc::new(FixedToken(token)));
    settings.backoff_base = Duration::from_millis(1);
    Client::start(settings)
}

fn message(seq: u64, tag: u32) -> Value {
    json!({
        "stream": ROOM, "seq": seq, "tag": tag, "type": "message", "number": 1, "msg_no": seq, "sender": null,
        "at": "2026-11-21T03:42:02.123456Z", "client_id": "x", "body": "hello", "rev": seq,
    })
}

fn head(seq: u64, tag: u32, verdict: &str) -> Value {
    json!([{"stream": ROOM, "kind": "group", "seq": seq, "tag": tag, "rev": 0, "verdict": verdict}])
}

async fn ended(mut updates: Updates) -> Ended {
    loop {
        if let Update::Ended(ended) = updates.next().await.unwrap() {
            return ended;
        }
    }
}

#[tokio::test]
async fn what_was_not_answered_is_sent_again_under_the_same_name() {
    let (server, url) = Server::start().await;
    let (client, _updates) = start(url);
    let answer = client.send(NewMessage::new(ROOM, "once"));
    let (mut socket, _) = server.welcome(json!([])).await;
    let first = socket.hear().await;
    drop(socket);
    let (mut socket, _) = server.welcome(json!([])).await;
    let again = socket.hear().await;
    assert_eq!(
        (&again["client_id"], &again["body"]),
        (&first["client_id"], &json!("once"))
    );
    socket
        .say(json!({"type": "ok", "id": again["id"], "seq": 1, "tag": 5}))
        .await;
    assert_eq!(answer.await.unwrap().seq, Some(1));
}

#[tokio::test]
async fn a_new_connection_says_what_the_device_has() {
    let (server, url) = Server::start().await;
    let (client, mut updates) = start(url);
    let (mut socket, hello) = server.welcome(head(4, 44, "reset")).await;
    assert_eq!(hello["positions"], Value::Null);
    socket.say(message(5, 55)).await;
    socket
        .say(json!({"type": "marks", "stream": ROOM, "after": 0, "rev": 3, "marks": []}))
        .await;
    let read = client.read(ROOM, 5);
    let command = socket.hear().await;
    socket.say(json!({"type": "ok", "id": command["id"]})).await;
    read.await.unwrap();
    socket.close(1012).await;
    let (_socket, hello) = server.welcome(head(5, 55, "current")).await;
    assert_eq!(
        hello["positions"],
        json!([{"stream": ROOM, "seq": 5, "tag": 55, "rev": 3}])
    );
    assert_eq!(hello["marks"], json!([{"room": ROOM, "read": 5, "delivered": 5}]));
    let mut told = Vec::new();
    while told.len() < 5 {
        told.push(match updates.next().await.unwrap() {
            Update::Connected(_) => "connected",
            Update::Event(_) => "event",
            Update::Notice(_) => "notice",
            Update::Disconnected { .. } => "disconnected",
            Update::Ended(_) => "ended",
        });
    }
    assert_eq!(
        told,
        ["connected", "event", "notice", "disconnected", "connected"]
    );
}

#[tokio::test]
async fn an_event_that_is_there_already_is_not_told_again() {
    let (server, url) = Server::start().await;
    let (_client, mut updates) = start(url);
    let (mut socket, _) = server.welcome(head(4, 44, "reset")).await;
    for (seq, tag) in [(4, 44), (5, 55), (5, 55), (6, 66)] {
        socket.say(message(seq, tag)).await;
    }
    let mut seqs = Vec::new();
    while seqs.last() != Some(&6) {
        if let Update::Event(event) = updates.next().await.unwrap() {
            seqs.push(event.seq);
        }
    }
    assert_eq!(seqs, [5, 6]);
}

#[tokio::test]
async fn the_close_code_decides_whether_to_come_back() {
    for code in [1002, 1009, 4003] {
        let (server, url) = Server::start().await;
        let (client, updates) = start(url);
        let (socket, _) = server.welcome(json!([])).await;
        socket.close(code).await;
        assert!(matches!(ended(updates).await, Ended::Refused(_)), "{code}");
        let late = client.send(NewMessage::new(ROOM, "too late")).await;
        assert!(matches!(late, Err(CommandError::Ended)));
    }
}

#[tokio::test]
async fn who_was_too_much_comes_back_later_each_time_although_welcomed() {
    let (server, url) = Server::start().await;
    let (_client, mut updates) = start(url);
    let mut longest = Duration::ZERO;
    // Pauses are drawn from 0 to 1, 2, 4 … 256 ms: that none is longer than the first may be does not happen.
    for _ in 0..9 {
        let (socket, _) = server.welcome(json!([])).await;
        socket.close(4029).await;
        loop {
            if let Update::Disconnected { retry_in, .. } = updates.next().await.unwrap() {
                longest = longest.max(retry_in);
                break;
            }
        }
    }
    assert!(longest > Duration::from_millis(1), "{longest:?}");
}

#[tokio::test]
async fn after_a_refusal_that_says_when_nothing_is_sent_before() {
    let (server, url) = Server::start().await;
    let (client, _updates) = start(url);
    let (mut socket, _) = server.welcome(json!([])).await;
    let first = client.send(NewMessage::new(ROOM, "too much"));
    let command = socket.hear().await;
    let refused = std::time::Instant::now();
    socket
        .say(json!({
            "type": "error", "id": command["id"], "code": "rate_limited", "message": "too much",
            "retry": {"after_ms": 50},
        }))
        .await;
    assert!(matches!(first.await, Err(CommandError::Refused(_))));
    let _second = client.send(NewMessage::new(ROOM, "in time"));
    assert_eq!(socket.hear().await["body"], "in time");
    assert!(refused.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn without_another_token_the_session_is_over() {
    let (server, url) = Server::start().await;
    let (_client, updates) = start(url);
    let (socket, _) = server.welcome(json!([])).await;
    socket.close(4001).await;
    assert!(matches!(ended(updates).await, Ended::SessionOver));
}

#[tokio::test]
async fn a_move_is_followed() {
    let (server, url) = Server::start().await;
    let (client, _updates) = start(url);
    let (mut socket, _) = server.welcome(json!([])).await;
    let unanswered = client.send(NewMessage::new(ROOM, "moving"));
    socket.hear().await;
    socket.say(json!({"type": "move", "after_ms": 1})).await;
    let (mut other, _) = server.welcome(json!([])).await;
    let again = other.hear().await;
    other.say(json!({"type": "ok", "id": again["id"]})).await;
    unanswered.await.unwrap();
}

#[tokio::test]
async fn whom_one_follows_is_followed_again() {
    let (server, url) = Server::start().await;
    let (client, _updates) = start(url);
    let friend = Uuid::from_u128(3);
    let answer = client.follow(friend);
    let (mut socket, _) = server.welcome(json!([])).await;
    let command = socket.hear().await;
    socket
        .say(json!({"type": "ok", "id": command["id"], "presence": {"user": friend, "online": true}}))
        .await;
    assert!(answer.await.unwrap().presence.unwrap().online);
    drop(socket);
    let (mut socket, _) = server.welcome(json!([])).await;
    let command = socket.hear().await;
    assert_eq!(
        (&command["type"], &command["user"]),
        (&json!("follow"), &json!(friend))
    );
}

#[tokio::test]
async fn a_program_that_takes_no_updates_still_gets_its_answers() {
    let (server, url) = Server::start().await;
    let (client, _updates) = start(url);
    let (mut socket, _) = server.welcome(head(0, 0, "reset")).await;
    let answer = client.send(NewMessage::new(ROOM, "anybody there?"));
    let command = socket.hear().await;
    for seq in 1..5000 {
        socket.say(message(seq, 1)).await;
    }
    socket.say(json!({"type": "ok", "id": command["id"]})).await;
    answer.await.unwrap();
}
