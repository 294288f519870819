//! The socket, in a server of its own and in somebody else's application: how much one client may have and say.

use std::num::NonZeroU32;
use std::time::Duration;

use actix_http::ws::{Item, Message};
use bytes::Bytes;
use parlor_http::SocketSettings;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::world::{Device, Frame, House, Setup, World};

fn text(value: &Value) -> Message {
    Message::Text(value.to_string().into())
}

/// The frames of a flood, by their number.
type Flood = fn(u32) -> Message;

/// A server in this house that takes so many frames of each socket a second.
async fn limited(house: House, frames: u32) -> World {
    World::start(Setup {
        house,
        socket: SocketSettings {
            commands_per_second: NonZeroU32::new(frames),
            ..SocketSettings::default()
        },
        ..Setup::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_beyond_the_rate_is_closed() {
    for house in [House::Own, House::Foreign] {
        let world = limited(house, 1).await;
        let ann = world.person("ann").await;
        let floods: [(&str, Flood); 4] = [
            ("commands", |id| text(&json!({"type": "ping", "id": id}))),
            ("pings", |_| Message::Ping(Bytes::from_static(b"?"))),
            ("pongs", |_| Message::Pong(Bytes::new())),
            ("parts", |number| match number {
                0 => Message::Continuation(Item::FirstText(Bytes::new())),
                _ => Message::Continuation(Item::Continue(Bytes::new())),
            }),
        ];
        for (name, flood) in floods {
            let mut device = Device::open(&world, &ann.token).await;
            device.say((0..300).map(flood)).await;
            let (said, end) = device.hear_out().await;
            assert_eq!(end, Frame::Closed(4029), "{house:?} {name}");
            assert!(said.len() <= 110, "{house:?} {name}: {}", said.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_hello_with_the_handshake_need_not_say_more() {
    let world = World::start(Setup {
        socket: SocketSettings {
            hello: Duration::ZERO,
            ..SocketSettings::default()
        },
        ..Setup::default()
    })
    .await;
    let ann = world.person("ann").await;
    let room = ann.group(&[]).await;
    let mut device = Device::open_saying(&world, &ann.token, &json!({"type": "hello"})).await;
    assert_eq!(device.said().await["type"], "welcome");
    ann.say(&room, "1", "hello").await;
    assert_eq!(device.said().await["type"], "message");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_is_refused_under_its_own_name_first() {
    for house in [House::Own, House::Foreign] {
        let world = limited(house, 1).await;
        let mut device = Device::try_open(&world, "").await.unwrap();
        let commands = (1..=20).map(|id| text(&json!({"type": "ping", "id": id})));
        device.say(commands).await;
        for id in 1..=20 {
            let Frame::Said(said) = device.hear().await else {
                panic!("it is closed")
            };
            let code = if id <= 4 { "hello_first" } else { "rate_limited" };
            assert_eq!(
                (&said["id"], &said["code"]),
                (&json!(id), &json!(code)),
                "{house:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_while_too_much_is_unanswered_is_done_without_another_byte() {
    for house in [House::Own, House::Foreign] {
        let world = World::start(Setup {
            house,
            ..Setup::default()
        })
        .await;
        let ann = world.person("ann").await;
        let room = ann.group(&[]).await.replace("/v1/rooms/", "");
        let mut device = Device::open(&world, &ann.token).await;
        device.say([text(&json!({"type": "hello"}))]).await;
        assert!(matches!(device.hear().await, Frame::Said(said) if said["type"] == "welcome"));
        // Short frames with long answers, and then commands that take their time, many times what may wait.
        let nonsense = (0..1000).map(|_| text(&json!([])));
        let sends = (0..200).map(|id| {
            let client_id = id.to_string();
            text(&json!({"type": "send", "id": id, "room": room, "client_id": client_id, "body": "hello"}))
        });
        device.say(nonsense.chain(sends)).await;
        let (mut malformed, mut answered) = (0, 0);
        while (malformed, answered) != (1000, 200) {
            match device.hear().await {
                Frame::Said(said) if said["code"] == "malformed" => malformed += 1,
                Frame::Said(said) if said["type"] == "ok" => {
                    assert_eq!(said["id"], answered, "{house:?}");
                    answered += 1;
                }
                Frame::Said(said) if said["type"] == "message" => {}
                other => panic!("{house:?}: {other:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_too_many_is_not_welcomed_first() {
    for house in [House::Own, House::Foreign] {
        let world = World::start(Setup {
            house,
            hub: parlor_hub::Settings {
                connections_per_user: 1,
                ..parlor_hub::Settings::default()
            },
            ..Setup::default()
        })
        .await;
        let ann = world.person("ann").await;
        let mut first = Device::open(&world, &ann.token).await;
        first.say([text(&json!({"type": "hello"}))]).await;
        assert!(matches!(first.hear().await, Frame::Said(said) if said["type"] == "welcome"));
        let mut second = Device::open(&world, &ann.token).await;
        second.say([text(&json!({"type": "hello"}))]).await;
        assert_eq!(
            second.hear_out().await,
            (Vec::new(), Frame::Closed(4029)),
            "{house:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_a_limit_of_connections_to_which_sockets_do_not_count() {
    let world = World::start(Setup {
        per_address: Some(2),
        ..Setup::default()
    })
    .await;
    let mut sockets = Vec::new();
    for _ in 0..5 {
        sockets.push(Device::try_open(&world, "").await.unwrap());
    }
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(TcpStream::connect(world.address).await.unwrap());
    }
    let mut third = TcpStream::connect(world.address).await.unwrap();
    assert_eq!(third.read(&mut [0]).await.unwrap_or(0), 0);
    held.pop();
    // The server notices in its own time that the place is free.
    while Device::try_open(&world, "").await.is_err() {
        tokio::task::yield_now().await;
    }
}
