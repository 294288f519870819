//! A slow reader costs only himself.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use parlor_domain::Seq;
use parlor_hub::{CloseReason, Settings};

use crate::fixture::{House, edit, room, run, settle, text, user};

#[test]
fn who_never_reads_delays_nobody_and_loses_nothing() {
    run(async {
        let house = House::new(Settings {
            ring_bytes: 100_000,
            ..Settings::default()
        });
        let (slow, quick) = (
            house.connect(user(1), &[room(1)]),
            house.connect(user(2), &[room(1)]),
        );
        slow.take(100);
        for number in 0..5000 {
            house.append(room(1), text(&format!("{number:0>100}")));
            if number % 20 == 0 {
                settle().await;
            }
        }
        settle().await;
        assert_eq!(quick.seqs(room(1)).len(), 5000);
        assert_eq!(slow.heard().len(), 1, "only what its socket took");
        slow.take(usize::MAX);
        for _ in 0..200 {
            settle().await;
        }
        assert_eq!(slow.seqs(room(1)), (1..=5000).collect::<Vec<_>>());
    });
}

#[test]
fn edits_do_not_keep_a_reader_from_catching_up() {
    run(async {
        let house = House::new(Settings {
            ring_bytes: 1,
            ..Settings::default()
        });
        let message = house.append(room(1), text("first"));
        house.append(room(2), text("pushes the other out of the ring"));
        house.log.slow.store(true, Ordering::Relaxed);
        let device = house.connect_at(user(1), &[room(1)], Some(Seq::ZERO));
        settle().await;
        for seq in 2..6 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            house.append(room(1), edit(message.seq, Seq(seq), &format!("as of {seq}")));
            settle().await;
        }
        assert_eq!(
            device.heard(),
            ["1001:1:as of 4"],
            "the first read is not thrown away"
        );
        tokio::time::sleep(Duration::from_secs(10)).await;
        settle().await;
        assert_eq!(device.seqs(room(1)), [1, 2, 3, 4, 5]);
    });
}

#[test]
fn who_keeps_a_frame_for_long_is_closed_where_memory_is_short() {
    run(async {
        let house = House::new(Settings::default());
        let (slow, quick) = (
            house.connect(user(1), &[room(1)]),
            house.connect(user(2), &[room(1)]),
        );
        slow.take(3);
        house.append(room(1), text("a large picture"));
        settle().await;
        let reads_a_little = async |seconds| {
            for _ in 0..seconds {
                slow.take(0);
                tokio::time::sleep(Duration::from_secs(1)).await;
                settle().await;
            }
        };
        reads_a_little(40).await;
        assert_eq!(slow.connection.closing(), None, "there is memory enough");
        house.lines.short.store(true, Ordering::Relaxed);
        reads_a_little(2).await;
        assert_eq!(slow.connection.closing(), Some(CloseReason::Stalled));
        assert_eq!(quick.connection.closing(), None);
    });
}

#[test]
fn who_has_just_begun_with_a_frame_may_go_on_where_memory_is_short() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        house.lines.short.store(true, Ordering::Relaxed);
        device.take(3);
        house.append(room(1), text("first"));
        settle().await;
        tokio::time::sleep(Duration::from_secs(20)).await;
        house.append(room(1), text("second"));
        // The rest of the first, and something of the second.
        device.take("1001:1:first\n".len());
        settle().await;
        tokio::time::sleep(Duration::from_secs(20)).await;
        settle().await;
        assert_eq!(device.connection.closing(), None);
        device.take(usize::MAX);
        settle().await;
        assert_eq!(device.seqs(room(1)), [1, 2]);
    });
}

#[test]
fn frames_are_never_torn() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        for number in 0..50 {
            house.append(room(1), text(&"x".repeat(number)));
        }
        for bytes in 0..300 {
            device.take(bytes % 13);
            settle().await;
        }
        device.take(usize::MAX);
        settle().await;
        let expected: Vec<_> = (0..50)
            .map(|number| format!("1001:{}:{}", number + 1, "x".repeat(number)))
            .collect();
        assert_eq!(device.heard(), expected);
    });
}

#[test]
fn answers_wait_in_order_and_stop_the_reading() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        device.take(0);
        assert!(device.connection.may_read());
        for id in 0..40 {
            let command = device.connection.command(id);
            device
                .connection
                .answer(command, |id| format!("{id:0>1000}\n").into());
        }
        settle().await;
        assert!(!device.connection.may_read(), "40,000 bytes of answers wait");
        device.take(usize::MAX);
        settle().await;
        assert!(device.connection.may_read());
        let ids: Vec<u64> = device
            .heard()
            .iter()
            .map(|word| word.parse().expect("a number"))
            .collect();
        assert_eq!(ids, (0..40).collect::<Vec<_>>());
    });
}

#[test]
fn commands_that_are_answered_with_nothing_do_not_stop_the_reading() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        let mut commands = Vec::new();
        while device.connection.may_read() {
            commands.push(device.connection.command(0));
        }
        for command in commands {
            device.connection.answer(command, |_| Bytes::new());
        }
        settle().await;
        assert_eq!(device.socket.looks.get(), 1, "it is told to read again");
        assert!(device.connection.may_read());
    });
}
