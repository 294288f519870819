//! Whatever was missed, and however pages and events arrive, the state is the same in the end.

use parlor_client::{State, Update};
use parlor_domain::Timestamp;
use parlor_wire::{EventBody, EventView, RoleName, StreamKind, Time, Verdict};
use proptest::prelude::*;

use crate::log::{Act, Log, ROOM, person};

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (0..4_u8).prop_map(Act::Say),
        2 => any::<usize>().prop_map(Act::Edit),
        1 => any::<usize>().prop_map(Act::Delete),
        2 => (1..4_u8).prop_map(Act::Join),
        1 => (1..4_u8).prop_map(Act::Leave),
        1 => (0..4_u8).prop_map(Act::Promote),
        1 => any::<u8>().prop_map(Act::Rename),
        1 => (0..4_u8).prop_map(Act::HandOver),
    ];
    prop::collection::vec(act, 1..40)
}

/// A moment between `from` and `to`, both included.
fn between(from: u64, to: u64, chance: u16) -> u64 {
    from + u64::from(chance) % (to - from + 1)
}

fn see_the_same(one: &State, other: &State) {
    assert_eq!(one.rooms(), other.rooms());
    let unread = |state: &State| state.rooms()[&ROOM].unread(state.me());
    assert_eq!(unread(one), unread(other), "unread");
    assert!(one.stale().is_empty());
}

proptest! {
    #[test]
    fn a_resumed_client_sees_what_a_fresh_one_sees(acts in acts(), chances in any::<[u16; 9]>()) {
        let log = Log::of(&acts);
        let head = log.head();
        let begun = between(1, head, chances[0]);
        let mut state = log.fresh(begun);
        // Pages are read at some moment, and arrive when the client is at some other.
        let page = |n: usize| (between(begun, head, chances[n]), between(begun, head, chances[n + 1]));
        let (view, members, messages) = (page(1), page(3), page(5));
        for at in begun..=head {
            if at > begun {
                // Live, or replayed a while later.
                let read_at = between(at, head, chances[7].wrapping_mul(at as u16));
                state.apply(&log.event(at, read_at));
            }
            if view.1 == at {
                log.load_view(&mut state, view.0);
            }
            if members.1 == at {
                log.load_members(&mut state, members.0);
            }
            if messages.1 == at {
                log.load_messages(&mut state, messages.0);
            }
        }
        let mut fresh = log.fresh(head);
        log.load(&mut fresh, head);
        see_the_same(&state, &fresh);
    }
}

#[test]
fn an_old_page_does_not_bring_back_the_old_text() {
    let log = Log::of(&[Act::Say(0), Act::Edit(0)]);
    let mut state = log.fresh(2);
    state.apply(&log.event(3, 3));
    log.load(&mut state, 2);
    let message = state.rooms()[&ROOM].messages().at(2).unwrap();
    assert_eq!(message.body.as_deref(), Some("edited at 3"));
}

#[test]
fn an_old_page_does_not_bring_back_who_left() {
    let log = Log::of(&[Act::Join(1), Act::Leave(1)]);
    let mut state = log.fresh(2);
    state.apply(&log.event(3, 3));
    log.load(&mut state, 2);
    let members: Vec<_> = state.rooms()[&ROOM].members().map(|(user, _)| user).collect();
    assert_eq!(members, [person(0).id]);
}

#[test]
fn a_page_of_the_same_moment_knows_better_who_owns_the_room() {
    let log = Log::of(&[]);
    let mut state = log.fresh(0);
    state.apply(&log.event(1, 1));
    log.load(&mut state, 1);
    let members: Vec<_> = state.rooms()[&ROOM].members().collect();
    assert_eq!(members, [(person(0).id, RoleName::Owner)]);
}

#[test]
fn an_event_that_comes_twice_counts_once() {
    let log = Log::of(&[Act::Join(1), Act::Say(1)]);
    let mut state = log.fresh(2);
    log.load_view(&mut state, 2);
    state.apply(&log.event(3, 3));
    state.apply(&log.event(3, 3));
    assert_eq!(state.rooms()[&ROOM].unread(state.me()), 1);
}

/// A welcome that lists no room, and what one's own stream says of one that was joined.
fn without_rooms(log: &Log, own: u64) -> Update {
    let mut welcome = log.welcome(own);
    welcome.streams[0].kind = StreamKind::User;
    welcome.streams[0].stream = person(0).id;
    welcome.streams[0].verdict = Verdict::Replay;
    Update::Connected(Box::new(welcome))
}

fn joined(seq: u64) -> Update {
    let body = EventBody::RoomJoined {
        actor: None,
        at: Time(Timestamp::from_micros(0)),
        room: ROOM,
        joined: 1,
        visible_from: 1,
    };
    let (stream, tag) = (person(0).id, 0);
    Update::Event(Box::new(EventView {
        stream,
        seq,
        tag,
        body,
    }))
}

#[test]
fn a_room_that_was_deleted_before_its_first_event_came_is_not_kept() {
    let log = Log::of(&[]);
    let mut state = log.fresh(0);
    state.apply(&joined(1));
    state.apply(&without_rooms(&log, 1));
    assert!(state.rooms().is_empty());
}

#[test]
fn a_room_that_one_joined_before_the_welcome_and_that_is_not_in_it_is_gone() {
    let mut state = State::default();
    state.apply(&without_rooms(&Log::of(&[]), 1));
    state.apply(&joined(1));
    assert!(state.rooms().is_empty());
    state.apply(&joined(2));
    assert_eq!(state.stale(), [ROOM], "this came after the welcome");
}

#[test]
fn a_page_from_before_the_hand_over_does_not_bring_back_the_former_owner() {
    let log = Log::of(&[Act::Join(1), Act::HandOver(1)]);
    let mut state = log.fresh(2);
    state.apply(&log.event(3, 3));
    log.load(&mut state, 2);
    let members: Vec<_> = state.rooms()[&ROOM].members().collect();
    let expected = [(person(0).id, RoleName::Admin), (person(1).id, RoleName::Owner)];
    assert_eq!(members, expected);
}
