//! What must be true of the logs of all who took part.

use std::collections::{HashMap, HashSet};

use parlor_wire::{EventBody, EventView, MessageView};

use super::talker::Talker;

fn message(event: &EventView) -> &MessageView {
    match &event.body {
        EventBody::Message(message) => message,
        other => panic!("{other:?} is no message"),
    }
}

pub(super) fn acknowledged_messages_are_there_once(talker: &Talker, history: &[EventView]) {
    let mut places: HashMap<&str, Vec<(u64, u32)>> = HashMap::new();
    for event in history {
        places
            .entry(&message(event).client_id)
            .or_default()
            .push((event.seq, event.tag));
    }
    for (client_id, success) in &talker.acknowledged {
        let acknowledged = (success.seq.unwrap(), success.tag.unwrap());
        let found = places.get(&**client_id).map_or(&[][..], Vec::as_slice);
        assert_eq!(found, [acknowledged], "{client_id}");
    }
    assert_eq!(talker.acknowledged.len(), talker.sent);
}

pub(super) fn in_the_order_sent(talker: &Talker, history: &[EventView]) {
    let prefix = format!("{}-", talker.name);
    let mine = history
        .iter()
        .map(|event| &message(event).client_id)
        .filter(|client_id| client_id.starts_with(&prefix));
    let sent = (0..talker.sent).map(|n| talker.client_id(n));
    assert!(mine.eq(sent.collect::<Vec<_>>().iter()), "{}", talker.name);
}

/// Every event came once and in order, whatever happened to the connection, and says what the history says.
pub(super) fn heard_as_in_the_history(talker: &Talker, history: &[EventView]) {
    for pair in talker.heard.windows(2) {
        let (before, next) = (pair[0].seq, pair[1].seq);
        let follows = next == before + 1;
        let after_reset = talker
            .resets
            .iter()
            .any(|reset| (before..next).contains(reset) && next == reset + 1);
        assert!(follows || after_reset, "{}: {next} after {before}", talker.name);
    }
    let messages = talker
        .heard
        .iter()
        .filter(|event| matches!(event.body, EventBody::Message(_)));
    let by_seq: HashMap<u64, &EventView> = history.iter().map(|event| (event.seq, event)).collect();
    for event in messages {
        assert_eq!(by_seq.get(&event.seq), Some(&event), "{}", talker.name);
    }
    assert!(talker.lost > 0, "{} noticed no kill", talker.name);
}

pub(super) fn nothing_is_missing_or_there_twice(history: &[EventView]) {
    let mut client_ids = HashSet::new();
    for event in history {
        let client_id = &message(event).client_id;
        assert!(client_ids.insert(client_id), "{client_id} is there twice");
    }
    for pair in history.windows(2) {
        assert_eq!(pair[1].seq, pair[0].seq + 1);
        assert_eq!(message(&pair[1]).msg_no, message(&pair[0]).msg_no + 1);
    }
}
