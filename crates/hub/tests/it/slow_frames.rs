//! Frames that take a while to make.

use std::sync::atomic::Ordering;
use std::time::Duration;

use parlor_domain::{Seq, What};
use parlor_hub::Settings;

use crate::fixture::{House, room, run, settle, text, user};

/// Lets a second pass, in which a slow frame is made.
async fn second() {
    seconds(1).await;
}

async fn seconds(number: u32) {
    for _ in 0..number {
        tokio::time::sleep(Duration::from_secs(1)).await;
        settle().await;
    }
}

#[test]
fn what_comes_after_a_slow_frame_waits_for_it_and_nothing_else_does() {
    run(async {
        let house = House::new(Settings::default());
        let devices = [
            house.connect(user(1), &[room(1), room(2)]),
            house.connect(user(2), &[room(1), room(2)]),
        ];
        house.append(room(1), text("before"));
        house.append(room(1), text("slow picture"));
        house.append(room(1), text("after"));
        house.append(room(2), text("elsewhere"));
        settle().await;
        for device in &devices {
            assert_eq!(device.seqs(room(1)), [1]);
            assert_eq!(device.seqs(room(2)), [1]);
        }
        second().await;
        for device in &devices {
            assert_eq!(device.seqs(room(1)), [1, 2, 3]);
        }
        assert_eq!(house.lines.begun.load(Ordering::Relaxed), 1, "it is made for all");
    });
}

#[test]
fn a_slow_frame_is_made_for_who_reads_it_from_the_log() {
    run(async {
        let house = House::new(Settings::default());
        house.commit(room(1), text("slow picture"));
        house.commit(room(1), text("after"));
        let device = house.connect_at(user(1), &[room(1)], Some(Seq::ZERO));
        settle().await;
        assert_eq!(device.seqs(room(1)), [0; 0]);
        second().await;
        assert_eq!(device.seqs(room(1)), [1, 2]);
    });
}

#[test]
fn a_frame_is_told_although_its_page_went_while_it_was_made() {
    run(async {
        let house = House::new(Settings::default());
        house.commit(room(1), text("slow 3"));
        house.commit(room(1), text("after"));
        let device = house.connect_at(user(1), &[room(1)], Some(Seq::ZERO));
        settle().await;
        seconds(5).await;
        assert_eq!(device.seqs(room(1)), [1, 2]);
        assert_eq!(house.lines.begun.load(Ordering::Relaxed), 1, "it is made once");
    });
}

#[test]
fn frames_are_told_that_the_ring_forgot_while_they_were_made() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        house.append(room(1), text("slow 20"));
        house.append(room(1), text("slow 20 again"));
        house.append(room(1), text("after"));
        settle().await;
        seconds(45).await;
        assert_eq!(device.seqs(room(1)), [1, 2, 3]);
        assert_eq!(house.lines.begun.load(Ordering::Relaxed), 2, "each is made once");
    });
}

#[test]
fn a_frame_is_made_for_one_format_after_the_other() {
    run(async {
        let house = House::new(Settings::default());
        let devices = [
            house.connect(user(1), &[room(1)]),
            house.connect_otherwise(user(2), &[room(1)]),
        ];
        house.append(room(1), text("slow 20"));
        house.append(room(1), text("after"));
        settle().await;
        seconds(45).await;
        for device in &devices {
            assert_eq!(device.seqs(room(1)), [1, 2]);
        }
        assert_eq!(
            house.lines.begun.load(Ordering::Relaxed),
            2,
            "once for each format"
        );
    });
}

#[test]
fn a_frame_that_cannot_be_made_holds_up_nobody() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        house.append(room(1), text("slow 0"));
        house.append(room(1), text("after"));
        second().await;
        assert_eq!(device.heard(), ["1001:1:slow 0", "1001:2:after"]);
    });
}

#[test]
fn what_is_deleted_after_its_frame_was_made_is_told_to_nobody_new() {
    run(async {
        let house = House::new(Settings::default());
        let stays = house.connect(user(1), &[room(1)]);
        let message = house.append(room(1), text("slow picture"));
        settle().await;
        second().await;
        let target = message.seq;
        house.append(room(1), What::MessageDeleted { target });
        settle().await;
        let new = house.connect_at(user(2), &[room(1)], Some(Seq::ZERO));
        settle().await;
        assert_eq!(stays.heard(), ["1001:1:slow picture", "1001:2:deletes"]);
        assert_eq!(new.heard(), ["1001:1:deleted", "1001:2:deletes"]);
    });
}

#[test]
fn what_is_deleted_while_its_frame_is_made_is_not_told() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[room(1)]);
        let message = house.append(room(1), text("slow picture"));
        settle().await;
        let target = message.seq;
        house.append(room(1), What::MessageDeleted { target });
        settle().await;
        second().await;
        assert_eq!(device.heard(), ["1001:1:deleted", "1001:2:deletes"]);
    });
}

#[test]
fn who_goes_while_a_frame_is_made_leaves_nothing_behind() {
    run(async {
        let house = House::new(Settings::default());
        let gone = house.connect(user(1), &[room(1)]);
        let stays = house.connect(user(2), &[room(1)]);
        house.append(room(1), text("slow picture"));
        settle().await;
        drop(gone);
        let new = house.connect(user(3), &[room(1)]);
        second().await;
        assert_eq!(stays.seqs(room(1)), [1]);
        house.append(room(1), text("after"));
        settle().await;
        assert_eq!(new.seqs(room(1)), [2]);
    });
}

#[test]
fn a_command_that_is_worked_on_alone_keeps_others_from_being_read() {
    run(async {
        let house = House::new(Settings::default());
        let device = house.connect(user(1), &[]);
        settle().await;
        device.connection.hold();
        assert!(!device.connection.may_read());
        let looks = device.socket.looks.get();
        device.connection.let_go();
        assert!(device.socket.looks.get() > looks, "its owner is told to look");
        assert!(device.connection.may_read());
    });
}
