//! Who hears what.

use parlor_domain::{LeaveReason, Origin, Seq, What};
use parlor_hub::{Lead, Settings};

use crate::fixture::{House, edit, room, run, settle, text, user};

fn joined(number: u128) -> What {
    What::MembersJoined {
        users: vec![user(number)],
    }
}

fn left(number: u128) -> What {
    What::MemberLeft {
        user: user(number),
        reason: LeaveReason::Removed,
    }
}

fn room_joined(number: u128, joined: Seq, visible_from: Seq) -> What {
    What::RoomJoined {
        room: room(number),
        joined,
        visible_from,
    }
}

/// This channel is left: its own stream does not tell.
fn channel_left(number: u128) -> What {
    What::RoomLeft {
        room: room(number),
        left: None,
        reason: LeaveReason::Left,
    }
}

#[test]
fn who_leaves_a_channel_hears_no_more_of_it() {
    run(async {
        let house = House::new(Settings::default());
        let devices = [
            house.connect(user(1), &[room(1)]),
            house.connect(user(2), &[room(1)]),
        ];
        house.append(room(1), text("before"));
        settle().await;
        house.append(user(1).id, channel_left(1));
        house.append(room(1), text("after"));
        settle().await;
        assert_eq!(devices[0].seqs(room(1)), [1]);
        assert_eq!(devices[1].seqs(room(1)), [1, 2]);

        house.append(user(1).id, room_joined(1, Seq(3), Seq(3)));
        settle().await;
        house.append(room(1), text("again"));
        settle().await;
        assert_eq!(devices[0].seqs(room(1)), [1, 3]);
    });
}

#[test]
fn a_channel_left_behind_a_slow_socket_is_left_at_once() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        device.socket.room.set(Some(0));
        house.append(user(1).id, text("something of one's own"));
        house.append(user(1).id, channel_left(1));
        house.append(room(1), text("secret"));
        settle().await;
        device.take(10_000);
        settle().await;
        assert_eq!(device.seqs(room(1)), [0; 0]);
    });
}

#[test]
fn a_channel_is_left_though_the_hint_is_lost() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        house.commit(user(1).id, channel_left(1));
        house.append(user(1).id, text("something of one's own"));
        settle().await;
        house.append(room(1), text("secret"));
        settle().await;
        assert_eq!(device.seqs(room(1)), [0; 0]);
    });
}

#[test]
fn all_followers_hear_all_events_once_and_in_order() {
    run(async {
        let house = House::new(Settings::default());
        let devices = [
            house.connect(user(1), &[room(1)]),
            house.connect(user(2), &[room(1)]),
        ];
        for number in 0..100 {
            house.append(room(1), text(&number.to_string()));
            if number % 10 == 0 {
                settle().await;
            }
        }
        settle().await;
        for device in &devices {
            assert_eq!(device.seqs(room(1)), (1..=100).collect::<Vec<_>>());
        }
        assert_eq!(house.log.reads.load(std::sync::atomic::Ordering::Relaxed), 0);
    });
}

#[test]
fn events_that_pile_up_are_written_together() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1), room(2)]);
        for _ in 0..10 {
            house.append(room(1), text("a"));
            house.append(room(2), text("b"));
        }
        settle().await;
        assert_eq!(device.heard().len(), 20);
        assert_eq!(device.socket.writes.get(), 1);
    });
}

#[test]
fn strangers_hear_nothing() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        house.append(room(2), text("secret"));
        settle().await;
        assert!(device.heard().is_empty());
    });
}

#[test]
fn a_join_takes_effect_on_the_open_socket() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[]);
        house.append(room(1), text("before"));
        let join = house.append(room(1), joined(1));
        house.append(user(1).id, room_joined(1, join.seq, join.seq));
        settle().await;
        house.append(room(1), text("after"));
        settle().await;
        assert_eq!(
            device.heard(),
            ["1:1:RoomJoined", "1001:2:MembersJoined", "1001:3:after"]
        );
    });
}

#[test]
fn a_join_of_long_ago_is_followed_to_the_end_of_the_log() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[]);
        let join = house.append(room(1), joined(1));
        for number in 0..200 {
            house.commit(room(1), text(&number.to_string()));
        }
        // Nobody knows any more what was published: the log does.
        house.hub.forget_old();
        house.hub.forget_old();
        house.append(user(1).id, room_joined(1, join.seq, join.seq));
        settle().await;
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        settle().await;
        assert_eq!(device.seqs(room(1)), (1..=201).collect::<Vec<_>>());
    });
}

#[test]
fn a_new_member_hears_what_comes_after_the_join_and_reads_the_rest_in_pages() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[]);
        for number in 0..20 {
            house.append(room(1), text(&number.to_string()));
        }
        let join = house.append(room(1), joined(1));
        house.append(user(1).id, room_joined(1, join.seq, Seq(1)));
        settle().await;
        house.append(room(1), text("new"));
        settle().await;
        assert_eq!(
            device.heard(),
            ["1:1:RoomJoined", "1001:21:MembersJoined", "1001:22:new"]
        );
    });
}

#[test]
fn who_hears_late_of_a_join_begins_at_the_end_of_a_long_stream() {
    run(async {
        let house = House::new(Settings {
            replay: 10,
            ..Settings::default()
        });
        let device = house.connect(user(1), &[]);
        device.take(0);
        let join = house.append(room(1), joined(1));
        house.append(user(1).id, room_joined(1, join.seq, Seq(1)));
        for number in 0..20 {
            house.append(room(1), text(&number.to_string()));
        }
        settle().await;
        device.take(usize::MAX);
        settle().await;
        house.append(room(1), text("new"));
        settle().await;
        assert_eq!(device.heard(), ["1:1:RoomJoined", "reset:1001:21", "1001:22:new"]);
    });
}

#[test]
fn nothing_is_heard_after_leaving_whatever_shares_the_batch() {
    run(async {
        let house = House::new(Settings::default());
        let (gone, stays) = (
            house.connect(user(1), &[room(1)]),
            house.connect(user(2), &[room(1)]),
        );
        house.append(room(1), text("a"));
        house.append(room(1), left(1));
        house.append(room(1), text("b"));
        settle().await;
        house.append(room(1), text("c"));
        settle().await;
        assert_eq!(gone.seqs(room(1)), [1, 2]);
        assert_eq!(stays.seqs(room(1)), [1, 2, 3, 4]);
        assert_eq!(gone.connection.follows(room(1).into()), None);
    });
}

#[test]
fn who_comes_back_is_heard_from_the_second_join_on() {
    // Whether the user's own stream or the room's is written first is open, so both are tried.
    for room_first in [true, false] {
        run(async {
            let house = House::new(Settings::default());
            let device = house.connect(user(1), &[room(1)]);
            let events = [left(1), text("missed"), joined(1)].map(|what| house.commit(room(1), what));
            let mine = house.commit(user(1).id, room_joined(1, Seq(3), Seq(1)));
            let (first, second) = if room_first {
                (&events[..], vec![mine])
            } else {
                (&[mine][..], events.to_vec())
            };
            for event in first {
                house.publish(event, None);
            }
            settle().await;
            for event in &second {
                house.publish(event, None);
            }
            settle().await;
            house.append(room(1), text("heard"));
            settle().await;
            assert_eq!(device.seqs(room(1)), [1, 3, 4], "room first: {room_first}");
        });
    }
}

#[test]
fn what_an_event_is_about_must_be_visible() {
    run(async {
        let house = House::new(Settings::default());
        let (old, new) = (house.connect(user(1), &[room(1)]), house.connect(user(2), &[]));
        let message = house.append(room(1), text("secret"));
        let join = house.append(room(1), joined(2));
        house.append(user(2).id, room_joined(1, join.seq, join.seq));
        settle().await;
        house.append(room(1), What::MessageDeleted { target: message.seq });
        settle().await;
        assert_eq!(old.heard().last().map(String::as_str), Some("1001:3:deletes"));
        assert_eq!(new.heard().last().map(String::as_str), Some("1001:3:hidden"));
    });
}

#[test]
fn a_deleted_message_is_not_shown_any_more() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        device.take(0);
        house.append(room(1), text("first"));
        let message = house.append(room(1), text("regretted"));
        house.append(room(1), edit(message.seq, Seq(3), "worse"));
        settle().await;
        house.append(room(1), What::MessageDeleted { target: message.seq });
        settle().await;
        device.take(usize::MAX);
        settle().await;
        assert_eq!(
            device.heard(),
            [
                "1001:1:first",
                "1001:2:deleted",
                "1001:3:edits deleted",
                "1001:4:deletes"
            ]
        );
    });
}

#[test]
fn whoever_is_told_first_the_answers_stand_in_the_order_of_the_log() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        let commands = [1, 2].map(|id| device.connection.command(id));
        for command in commands {
            let event = house.commit(room(1), text("mine"));
            let connection = device.connection.id();
            house.publish(&event, Some(Origin { connection, command }));
        }
        // The sender of the second hears from the store before the worker has looked into its inbox.
        device
            .connection
            .answer(commands[1], |_| unreachable!("the hub has answered"));
        settle().await;
        assert_eq!(device.heard()[..2], ["done:1:1", "done:2:2"]);
    });
}

#[test]
fn the_answer_comes_before_the_echo_and_once() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        let command = device.connection.command(77);
        let event = house.commit(room(1), text("mine"));
        house.publish(
            &event,
            Some(Origin {
                connection: device.connection.id(),
                command,
            }),
        );
        settle().await;
        device.connection.answer(command, |_| panic!("answered twice"));
        settle().await;
        assert_eq!(device.heard(), ["done:77:1", "1001:1:mine"]);
    });
}

#[test]
fn a_deleted_room_is_followed_by_nobody() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        house.append(room(1), What::RoomDeleted);
        settle().await;
        assert_eq!(device.seqs(room(1)), [1]);
        assert_eq!(device.connection.follows(room(1).into()), None);
    });
}

#[test]
fn who_leads_follows_what_he_decides() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect_led(user(1), &[room(1)], Lead::Owner);
        house.append(room(1), text("one"));
        settle().await;
        assert_eq!(device.socket.looks.get(), 0, "that is nothing of his own stream");
        house.append(room(2), joined(1));
        house.append(user(1).id, room_joined(2, Seq(1), Seq(1)));
        house.append(room(2), text("two"));
        settle().await;
        assert_eq!(device.seqs(room(2)), [0; 0]);
        assert_eq!(device.socket.looks.get(), 1);
        let own = device.connection.reached(user(1).id.into());
        assert_eq!(own, Some(Seq(1)), "he knows how far to look");

        device.connection.follow(room(2).into(), Seq(1), Seq(1));
        settle().await;
        assert_eq!(device.seqs(room(2)), [1, 2]);
        device.connection.unfollow_after(room(1).into(), Seq(1));
        house.append(room(1), text("three"));
        house.append(room(2), text("four"));
        settle().await;
        assert_eq!(device.seqs(room(1)), [1]);
        assert_eq!(device.seqs(room(2)), [1, 2, 3]);
        assert_eq!(device.connection.reached(room(1).into()), None);
    });
}

#[test]
fn who_leads_all_is_told_of_all() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect_led(user(1), &[room(1)], Lead::OwnerOfAll);
        house.append(room(1), text("one"));
        settle().await;
        assert_eq!(device.socket.looks.get(), 1);
        assert_eq!(device.connection.reached(room(1).into()), Some(Seq(1)));
    });
}

#[test]
fn who_leads_all_learns_how_many_messages_there_were() {
    run(async {
        let house = House::new(Settings {
            ring_bytes: 1,
            ..Settings::default()
        });
        let device = house.connect_led(user(1), &[room(1)], Lead::OwnerOfAll);
        let other = house.connect_led(user(2), &[room(1)], Lead::Owner);
        device.take(0);
        let first = house.append(room(1), text("one"));
        settle().await;
        assert_eq!(device.connection.said(), 0, "that is still to be read");
        house.append(room(1), edit(first.seq, Seq(2), "as of 2"));
        let gone = house.append(room(1), text("two"));
        house.append(room(1), What::MessageDeleted { target: gone.seq });
        house.append(room(1), joined(3));
        for _ in 0..100 {
            house.append(room(1), text("more"));
        }
        settle().await;
        device.take(usize::MAX);
        for _ in 0..100 {
            settle().await;
        }
        assert_eq!(device.connection.reached(room(1).into()), Some(Seq(105)));
        assert_eq!(device.connection.said(), 101, "what was deleted is none");
        assert_eq!(device.connection.said(), 0);
        assert_eq!(other.connection.said(), 0, "he is told of his own stream alone");
    });
}

#[test]
fn who_leads_and_comes_in_again_hears_both_memberships_in_order() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect_led(user(1), &[room(1)], Lead::Owner);
        device.socket.room.set(Some(0));
        house.append(room(1), text("before"));
        house.append(room(1), left(1));
        house.append(room(1), text("meanwhile"));
        house.append(room(1), joined(1));
        settle().await;
        device.connection.follow(room(1).into(), Seq(4), Seq(4));
        house.append(room(1), text("after"));
        device.take(10_000);
        settle().await;
        assert_eq!(device.seqs(room(1)), [1, 2, 4, 5]);
    });
}

#[test]
fn who_leads_and_comes_and_goes_hears_all_that_he_wants_and_nothing_else() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect_led(user(1), &[room(1)], Lead::Owner);
        device.socket.room.set(Some(0));
        for number in 1..=9 {
            house.append(room(1), text(&number.to_string()));
        }
        settle().await;
        let stream = room(1).into();
        for (last, next) in [(2, 4), (5, 7), (7, 9)] {
            device.connection.unfollow_after(stream, Seq(last));
            device.connection.follow(stream, Seq(next), Seq(1));
        }
        device.take(10_000);
        settle().await;
        assert_eq!(device.seqs(room(1)), [1, 2, 4, 5, 7, 9]);
        device.connection.unfollow_after(stream, Seq(3));
        house.append(room(1), text("10"));
        settle().await;
        assert_eq!(
            device.connection.reached(stream),
            None,
            "what was read was enough"
        );
        assert_eq!(device.seqs(room(1)), [1, 2, 4, 5, 7, 9]);
    });
}
