//! Signs of life, presence, and what is over.

use std::time::Duration;

use parlor_domain::{Audience, LeaveReason, RoomId, SessionId, What};
use parlor_hub::{CloseReason, Lead, PresenceState, Settings};
use uuid::Uuid;

use crate::fixture::{Device, House, room, run, session, settle, text, user};

async fn seconds(number: u64) {
    for _ in 0..number {
        tokio::time::sleep(Duration::from_secs(1)).await;
        settle().await;
    }
}

#[test]
fn silence_does_not_count_while_nothing_is_read() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[]);
        device.connection.hold();
        seconds(200).await;
        assert_eq!(device.connection.closing(), None);
        device.connection.let_go();
        seconds(60).await;
        assert_eq!(device.connection.closing(), None, "it has time to answer");
        seconds(60).await;
        assert_eq!(device.connection.closing(), Some(CloseReason::Stalled));
    });
}

#[test]
fn silence_is_pinged_and_then_ended() {
    run(async {
        let house = House::new(Settings::default());
        let (dead, alive) = (house.connect(user(1), &[]), house.connect(user(2), &[]));
        for _ in 0..11 {
            seconds(10).await;
            alive.connection.heard();
        }
        assert_eq!(dead.heard(), ["ping"; 4]);
        assert_eq!(dead.connection.closing(), None);
        seconds(10).await;
        assert_eq!(dead.connection.closing(), Some(CloseReason::Stalled));
        assert_eq!(alive.connection.closing(), None);
    });
}

#[test]
fn a_revoked_session_ends_also_where_nothing_is_read() {
    run(async {
        let house = House::new(Settings::default());
        let (reading, stuck) = (house.connect(user(1), &[]), house.connect(user(1), &[]));
        stuck.take(0);
        let other = SessionId::new(Uuid::from_u128(99));
        house.append(
            user(1).id,
            What::SessionsRevoked {
                sessions: vec![other],
            },
        );
        settle().await;
        assert_eq!(reading.connection.closing(), None);
        house.append(
            user(1).id,
            What::SessionsRevoked {
                sessions: vec![session(user(1))],
            },
        );
        settle().await;
        assert_eq!(reading.connection.closing(), Some(CloseReason::SessionRevoked));
        assert_eq!(stuck.connection.closing(), Some(CloseReason::SessionRevoked));
    });
}

#[test]
fn an_expired_token_ends_the_connection() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[]);
        device
            .connection
            .expire_at(parlor_domain::Timestamp::from_micros(60_000_000));
        house.clock.advance(59);
        seconds(5).await;
        assert_eq!(device.connection.closing(), None);
        house.clock.advance(1);
        seconds(5).await;
        assert_eq!(device.connection.closing(), Some(CloseReason::TokenExpired));
    });
}

#[test]
fn watchers_learn_who_comes_and_who_is_gone_for_good() {
    run(async {
        let house = House::new(Settings::default());
        let watcher = house.connect(user(1), &[]);
        assert_eq!(watcher.connection.watch(user(2).id), Some(PresenceState::Offline));
        let device = house.connect(user(2), &[]);
        seconds(2).await;
        drop(device);
        assert!(house.hub.sweep().is_empty(), "within the grace");
        house.clock.advance(20);
        assert_eq!(house.hub.sweep().len(), 1);
        seconds(2).await;
        assert_eq!(watcher.heard(), ["presence:2:online", "presence:2:offline"]);
    });
}

#[test]
fn who_leaves_all_his_devices_is_away() {
    run(async {
        let house = House::new(Settings::default());
        let watcher = house.connect(user(1), &[]);
        let (desk, phone) = (house.connect(user(2), &[]), house.connect(user(2), &[]));
        watcher.connection.watch(user(2).id);
        for (device, away) in [(&desk, true), (&desk, true), (&phone, true), (&phone, false)] {
            device.connection.set_away(away);
            seconds(1).await;
        }
        drop(phone);
        seconds(1).await;
        desk.connection.set_away(false);
        seconds(1).await;
        let states = ["away", "online", "away", "online"];
        assert_eq!(watcher.heard(), states.map(|state| format!("presence:2:{state}")));
    });
}

#[test]
fn who_leads_notices_at_once_who_comes_and_who_goes() {
    run(async {
        let house = House::new(Settings::default());
        let watcher = house.connect_led(user(1), &[], Lead::Owner);
        assert_eq!(watcher.connection.watch(user(2).id), Some(PresenceState::Offline));
        house.connect(user(3), &[]);
        let (desk, phone) = (house.connect(user(2), &[]), house.connect(user(2), &[]));
        settle().await;
        assert_eq!(watcher.socket.looks.get(), 1);
        assert_eq!(
            watcher.connection.noticed(),
            [(user(2).id, PresenceState::Online)]
        );
        assert!(watcher.connection.noticed().is_empty(), "it was taken note of");
        desk.connection.set_away(true);
        phone.connection.set_away(true);
        drop(desk);
        settle().await;
        assert_eq!(watcher.socket.looks.get(), 1, "he has a device");
        drop(phone);
        settle().await;
        assert_eq!(
            watcher.connection.noticed(),
            [(user(2).id, PresenceState::Offline)]
        );
        assert_eq!(watcher.connection.watch(user(2).id), Some(PresenceState::Offline));

        let back = house.connect(user(2), &[]);
        settle().await;
        assert!(watcher.connection.unwatch(user(2).id));
        assert!(
            watcher.connection.noticed().is_empty(),
            "he is followed no longer"
        );
        drop(back);
        seconds(2).await;
        assert_eq!(watcher.socket.looks.get(), 3);
        assert!(watcher.heard().is_empty(), "the wire format is not asked");
    });
}

#[test]
fn who_may_be_followed_is_asked_again_when_somebody_shows_it_to_others() {
    run(async {
        let house = House::new(Settings::default());
        let (watcher, other) = (house.connect(user(1), &[]), house.connect(user(3), &[]));
        house.connect(user(2), &[]);
        watcher.connection.watch(user(2).id);
        other.connection.watch(user(1).id);
        let told = What::PrivacyChanged {
            private: false,
            presence: Audience::Nobody,
        };
        house.append(user(2).id, told);
        settle().await;
        assert_eq!(watcher.connection.doubted(), [user(2).id]);
        assert!(other.connection.doubted().is_empty());
    });
}

#[test]
fn marks_are_told_at_most_twice_a_second() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        seconds(1).await;
        for _ in 0..3 {
            for _ in 0..5 {
                let update = house.commit_marks(room(1));
                house.publish_marks(&update);
                settle().await;
            }
            seconds(1).await;
        }
        let told = ["marks:0-1:1", "marks:1-5:1", "marks:5-10:1", "marks:10-15:1"];
        assert_eq!(device.heard(), told);
    });
}

#[test]
fn marks_that_wait_are_not_lost_with_the_ring() {
    run(async {
        let settings = Settings {
            ring_age: Duration::ZERO,
            ..Settings::default()
        };
        let house = House::new(settings);
        let device = house.connect(user(1), &[room(1)]);
        house.append(room(1), text("hello"));
        for _ in 0..2 {
            let update = house.commit_marks(room(1));
            house.publish_marks(&update);
        }
        settle().await;
        seconds(1).await;
        assert_eq!(device.heard()[1..], ["marks:0-1:1", "marks:1-2:1"]);
    });
}

#[test]
fn in_private_mode_marks_do_not_tell_what_was_read() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        for private in [false, true, false] {
            let presence = Audience::Everyone;
            house.append(user(1).id, What::PrivacyChanged { private, presence });
            settle().await;
            let update = house.commit_marks(room(1));
            house.publish_marks(&update);
            seconds(1).await;
        }
        let heard = device.heard();
        let marks: Vec<_> = heard.iter().filter(|line| line.starts_with("marks")).collect();
        assert_eq!(marks, ["marks:0-1:1", "marks:1-2:0", "marks:2-3:1"]);
    });
}

#[test]
fn whoever_left_a_room_may_not_be_followed_for_long() {
    run(async {
        let house = House::new(Settings::default());
        let watcher = house.connect(user(1), &[room(1), room(2)]);
        watcher.connection.watch(user(2).id);
        let leaves = |number| What::MemberLeft {
            user: user(number),
            reason: LeaveReason::Left,
        };
        house.append(room(1), leaves(3));
        settle().await;
        assert!(watcher.connection.doubted().is_empty(), "nobody who is followed");
        house.append(room(1), leaves(2));
        settle().await;
        assert_eq!(watcher.connection.doubted(), [user(2).id]);
        assert!(watcher.connection.doubted().is_empty(), "looked into");
        house.append(room(2), leaves(1));
        settle().await;
        assert_eq!(watcher.connection.doubted(), [user(2).id]);
        assert!(watcher.connection.unwatch(user(2).id));
        assert!(
            !watcher.connection.unwatch(user(2).id),
            "ended once, however often asked"
        );
    });
}

#[test]
fn who_is_a_contact_no_more_may_not_be_followed_for_long() {
    run(async {
        let house = House::new(Settings::default());
        let [owner, former, other] = [1, 2, 3].map(|n| house.connect(user(n), &[]));
        former.connection.watch(user(1).id);
        other.connection.watch(user(1).id);
        owner.connection.watch(user(2).id);
        house.append(user(1).id, What::ContactRemoved { user: user(2) });
        settle().await;
        assert_eq!(former.connection.doubted(), [user(1).id]);
        for device in [&owner, &other] {
            assert!(device.connection.doubted().is_empty());
        }
    });
}

#[test]
fn who_ceases_to_follow_somebody_hears_no_more_of_him() {
    run(async {
        let house = House::new(Settings::default());
        let watcher = house.connect(user(1), &[]);
        for followed in [2, 3] {
            watcher.connection.watch(user(followed).id);
        }
        let _devices = [2, 3].map(|n| house.connect(user(n), &[]));
        watcher.connection.unwatch(user(2).id);
        seconds(2).await;
        assert_eq!(watcher.heard(), ["presence:3:online"]);
        watcher.connection.watch(user(2).id);
        watcher.connection.unwatch(user(3).id);
        seconds(2).await;
        assert_eq!(
            watcher.heard(),
            ["presence:3:online"],
            "nothing is kept for later"
        );
    });
}

#[test]
fn a_block_puts_the_follows_of_both_into_doubt() {
    run(async {
        let house = House::new(Settings::default());
        let [blocker, target, other] = [1, 2, 3].map(|n| house.connect(user(n), &[]));
        for (device, of) in [(&blocker, 2), (&target, 1), (&other, 1), (&other, 2)] {
            assert!(device.connection.watch(user(of).id).is_some());
        }
        for on in [false, true] {
            let told = What::BlockChanged {
                user: user(2),
                blocked: on,
            };
            house.append(user(1).id, told);
            settle().await;
            let doubted = |device: &Device| device.connection.doubted().len();
            assert_eq!([&blocker, &target].map(doubted), [usize::from(on); 2]);
        }
        assert!(other.connection.doubted().is_empty());
    });
}

/// Types in a room, as a client does that tells of every key.
fn type_in(typist: &Device, room: RoomId) {
    if typist.connection.may_type(room.into()) {
        typist.connection.typing(room.into());
    }
}

#[test]
fn a_room_is_not_told_of_every_key() {
    run(async {
        let house = House::new(Settings::default());
        let (typist, other) = (
            house.connect(user(1), &[room(1)]),
            house.connect(user(2), &[room(1)]),
        );
        for _ in 0..10 {
            type_in(&typist, room(1));
        }
        settle().await;
        assert_eq!(other.heard(), ["typing:1"]);
        seconds(3).await;
        type_in(&typist, room(1));
        settle().await;
        assert_eq!(other.heard(), ["typing:1"; 2]);
    });
}

#[test]
fn typing_reaches_the_others_in_the_room() {
    run(async {
        let house = House::new(Settings::default());
        let (typist, other, stuck) = (
            house.connect(user(1), &[room(1)]),
            house.connect(user(2), &[room(1)]),
            house.connect(user(3), &[room(1)]),
        );
        stuck.take(0);
        house.append(room(1), crate::fixture::text("a"));
        settle().await;
        type_in(&typist, room(1));
        type_in(&typist, room(2));
        settle().await;
        stuck.take(usize::MAX);
        settle().await;
        assert_eq!(typist.heard(), ["1001:1:a"]);
        assert_eq!(other.heard(), ["1001:1:a", "typing:1"]);
        assert_eq!(stuck.heard(), ["1001:1:a"], "what is not kept is not repeated");
    });
}

#[test]
fn everybody_is_told_to_move_within_the_window() {
    run(async {
        let house = House::new(Settings::default());
        let devices = [1, 2, 3, 4].map(|number| house.connect(user(number), &[]));
        house.hub.ask_to_leave(1000);
        settle().await;
        let told: Vec<_> = devices.iter().flat_map(|device| device.heard()).collect();
        assert_eq!(told, ["leave:0", "leave:250", "leave:500", "leave:750"]);
        house.hub.stop();
        settle().await;
        assert!(
            devices
                .iter()
                .all(|device| device.connection.closing() == Some(CloseReason::Stopping))
        );
    });
}

#[test]
fn a_dropped_connection_leaves_nothing_behind() {
    run(async {
        let house = House::new(Settings {
            connections: 2,
            ..Settings::default()
        });
        for _ in 0..10 {
            let devices = [
                house.connect(user(1), &[room(1), room(2)]),
                house.connect(user(2), &[room(1)]),
            ];
            assert_eq!(house.hub.sockets(), 2);
            drop(devices);
        }
        assert_eq!(house.hub.sockets(), 0);
    });
}
