//! The hub is a hint: whatever it misses, doubles or hears out of order, readers see the log.

use std::time::Duration;

use parlor_domain::{Seq, What};
use parlor_hub::Settings;
use proptest::prelude::*;

use crate::fixture::{House, room, run, settle, text, user};

#[test]
fn a_gap_is_filled_from_the_log() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        house.append(room(1), text("a"));
        house.commit(room(1), text("lost"));
        house.append(room(1), text("c"));
        settle().await;
        assert_eq!(device.heard(), ["1001:1:a", "1001:2:lost", "1001:3:c"]);
    });
}

#[test]
fn what_is_published_between_the_snapshot_and_the_start_is_not_lost() {
    run(async {
        let house = House::new(Settings::default());
        let event = house.commit(room(1), text("a"));
        let head = house.head(room(1));
        house.publish(&event, None);
        let late = house.append(room(1), text("b"));
        // As if the snapshot had been read before the second message.
        let device = house.connect_at(user(1), &[room(1)], Some(head.seq));
        settle().await;
        assert_eq!(device.seqs(room(1)), [late.seq.0]);
    });
}

#[test]
fn lost_marks_are_read_from_the_database() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        let updates: Vec<_> = (0..4).map(|_| house.commit_marks(room(1))).collect();
        house.publish_marks(&updates[0]);
        settle().await;
        house.publish_marks(&updates[3]);
        // They wait until the second is over.
        tokio::time::sleep(Duration::from_secs(1)).await;
        settle().await;
        assert_eq!(device.heard(), ["marks:0-1:1", "marks:1-4:0"]);
    });
}

#[test]
fn many_who_are_behind_share_the_pages() {
    run(async {
        let house = House::new(Settings::default());
        for number in 0..640 {
            house.commit(room(1), text(&number.to_string()));
        }
        let devices: Vec<_> = (0..100)
            .map(|number| house.connect_at(user(number), &[room(1)], Some(Seq(number as u64))))
            .collect();
        settle().await;
        for (number, device) in devices.iter().enumerate() {
            assert_eq!(
                device.seqs(room(1)),
                (number as u64 + 1..=640).collect::<Vec<_>>()
            );
        }
        let reads = house.log.reads.load(std::sync::atomic::Ordering::Relaxed);
        assert!(reads <= 12, "640 events are 10 pages, read {reads} times");
    });
}

/// One thing that happens in a test.
#[derive(Debug, Clone)]
enum Step {
    Say,
    SayLost,
    SaySwapped,
    SayTwice,
    Delete(u8),
    Take(u8, u16),
    Settle,
    Connect(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Say),
        2 => Just(Step::SayLost),
        1 => Just(Step::SaySwapped),
        1 => Just(Step::SayTwice),
        1 => any::<u8>().prop_map(Step::Delete),
        4 => (any::<u8>(), 0..200_u16).prop_map(|(device, bytes)| Step::Take(device, bytes)),
        3 => Just(Step::Settle),
        1 => any::<u8>().prop_map(Step::Connect),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_reader_sees_the_log_whatever_hints_get_lost(
        steps in prop::collection::vec(step(), 1..120),
        ring_bytes in prop_oneof![Just(2000_usize), Just(1 << 20)],
    ) {
        run(async move {
            let house = House::new(Settings { ring_bytes, ..Settings::default() });
            let mut devices = vec![(house.connect(user(1), &[room(1)]), 0)];
            for step in steps {
                let last = house.head(room(1)).seq.0;
                match step {
                    Step::Say => drop(house.append(room(1), text(&format!("m{last}")))),
                    Step::SayLost => drop(house.commit(room(1), text(&format!("m{last}")))),
                    Step::SaySwapped => {
                        let (a, b) = (house.commit(room(1), text("a")), house.commit(room(1), text("b")));
                        house.publish(&b, None);
                        house.publish(&a, None);
                    }
                    Step::SayTwice => {
                        let event = house.append(room(1), text("twice"));
                        house.publish(&event, None);
                    }
                    Step::Delete(target) if last > 0 => {
                        let target = Seq(u64::from(target) % last + 1);
                        house.append(room(1), What::MessageDeleted { target });
                    }
                    Step::Take(device, bytes) => {
                        let number = usize::from(device) % devices.len();
                        devices[number].0.take(bytes.into());
                    }
                    Step::Settle => settle().await,
                    Step::Connect(has) => {
                        let has = u64::from(has) % (last + 1);
                        let number = devices.len() as u128 + 1;
                        devices.push((house.connect_at(user(number), &[room(1)], Some(Seq(has))), has));
                    }
                    Step::Delete(_) => {}
                }
            }
            // The next event is heard, and with it everybody learns of what was lost.
            house.append(room(1), text("end"));
            let last = house.head(room(1)).seq.0;
            for _ in 0..4 {
                settle().await;
                for (device, _) in &devices {
                    device.take(usize::MAX);
                }
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
            for (device, has) in &devices {
                assert_eq!(device.seqs(room(1)), (has + 1..=last).collect::<Vec<_>>());
            }
        });
    }
}
