//! Where a list goes on, as a text that means nothing to clients.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlor_domain::{RoomId, Seq, StatusId, StreamId, Timestamp, UserId};
use parlor_services::{ChannelCursor, NotificationCursor, RoomCursor, StatusCursor};
use uuid::Uuid;

use crate::ApiError;

/// The parameter that most lists call it.
const CURSOR: &str = "cursor";

/// The text of a place among rooms.
pub(crate) fn write(cursor: RoomCursor) -> String {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&cursor.active_at.micros().to_be_bytes());
    bytes[8..].copy_from_slice(cursor.room.uuid().as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place among rooms that a client brings back.
pub(crate) fn read(text: &str) -> Result<RoomCursor, ApiError> {
    let bytes: [u8; 24] = bytes(CURSOR, text)?;
    let (at, room) = bytes.split_at(8);
    Ok(RoomCursor {
        active_at: Timestamp::from_micros(i64::from_be_bytes(at.try_into().expect("8 bytes"))),
        room: RoomId::new(uuid(room)),
    })
}

/// The text of a place among channels.
pub(crate) fn write_channel(cursor: &ChannelCursor) -> String {
    let (room, key) = match cursor {
        ChannelCursor::Listed(at, room) => (room, at.micros().to_be_bytes().to_vec()),
        ChannelCursor::Found(key, room) => (room, key.as_bytes().to_vec()),
    };
    URL_SAFE_NO_PAD.encode([room.uuid().as_bytes(), &*key].concat())
}

/// The place among channels that a client brings back: among those that were found by a name, or among all.
pub(crate) fn read_channel(text: &str, found: bool) -> Result<ChannelCursor, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| changed(CURSOR))?;
    let (room, key) = bytes.split_at_checked(16).ok_or_else(|| changed(CURSOR))?;
    let room = RoomId::new(uuid(room));
    if found {
        let key = String::from_utf8(key.to_vec()).map_err(|_| changed(CURSOR))?;
        return Ok(ChannelCursor::Found(key, room));
    }
    let at = key.try_into().map_err(|_| changed(CURSOR))?;
    let at = Timestamp::from_micros(i64::from_be_bytes(at));
    Ok(ChannelCursor::Listed(at, room))
}

/// The text of a place among statuses.
pub(crate) fn write_status(cursor: StatusCursor) -> String {
    let ids = [cursor.author.uuid(), cursor.status.uuid()];
    URL_SAFE_NO_PAD.encode(ids.map(Uuid::into_bytes).concat())
}

/// The place among statuses that a client brings back.
pub(crate) fn read_status(text: &str) -> Result<StatusCursor, ApiError> {
    let bytes: [u8; 32] = bytes(CURSOR, text)?;
    let (author, status) = bytes.split_at(16);
    Ok(StatusCursor {
        author: UserId::new(uuid(author)),
        status: StatusId::new(uuid(status)),
    })
}

/// The text of a cursor in a list of notifications.
pub(crate) fn write_notification(cursor: NotificationCursor) -> String {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&cursor.at.micros().to_be_bytes());
    bytes[8..24].copy_from_slice(cursor.stream.uuid().as_bytes());
    bytes[24..].copy_from_slice(&cursor.seq.0.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The cursor in a list of notifications that a client brings back.
pub(crate) fn read_notification(text: &str) -> Result<NotificationCursor, ApiError> {
    let bytes: [u8; 32] = bytes("after", text)?;
    let number = |at: usize| <[u8; 8]>::try_from(&bytes[at..at + 8]).expect("8 bytes");
    Ok(NotificationCursor {
        at: Timestamp::from_micros(i64::from_be_bytes(number(0))),
        stream: StreamId::new(uuid(&bytes[8..24])),
        seq: Seq(u64::from_be_bytes(number(24))),
    })
}

/// The bytes of a text that a client brings back in this parameter.
fn bytes<const N: usize>(parameter: &str, text: &str) -> Result<[u8; N], ApiError> {
    let mut bytes = [0; N];
    match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
        Ok(length) if length == N => Ok(bytes),
        _ => Err(changed(parameter)),
    }
}

fn changed(parameter: &str) -> ApiError {
    ApiError::invalid(parameter, "must be the `next` of the page before, unchanged")
}

fn uuid(bytes: &[u8]) -> Uuid {
    Uuid::from_bytes(bytes.try_into().expect("16 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_of_notifications_reads_back_and_others_are_refused() {
        let cursor = NotificationCursor {
            at: Timestamp::from_micros(1_763_700_000_123_456),
            stream: StreamId::new(Uuid::from_u128(7)),
            seq: Seq(9),
        };
        let text = write_notification(cursor);
        assert_eq!(read_notification(&text).unwrap(), cursor);
        for other in ["", "AAAA", &text[1..], &format!("{text}AAAA")] {
            assert!(read_notification(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_cursor_reads_back_and_others_are_refused() {
        let cursor = RoomCursor {
            active_at: Timestamp::from_micros(1_763_700_000_123_456),
            room: RoomId::new(Uuid::from_u128(7)),
        };
        let text = write(cursor);
        assert_eq!(read(&text).unwrap(), cursor);
        for other in [
            "",
            "'",
            "AAAA",
            &format!("{text}AAAA"),
            &format!("{text}="),
            &text[1..],
        ] {
            assert!(read(other).is_err(), "{other}");
        }
    }
    #[test]
    fn a_place_among_channels_reads_back() {
        let room = RoomId::new(Uuid::from_u128(7));
        let listed = ChannelCursor::Listed(Timestamp::from_micros(1_763_700_000_123_456), room);
        let found = ChannelCursor::Found("tea".to_owned(), room);
        for (cursor, is_found) in [(&listed, false), (&found, true)] {
            let text = write_channel(cursor);
            assert_eq!(&read_channel(&text, is_found).unwrap(), cursor);
        }
        assert!(read_channel(&write_channel(&found), false).is_err());
        for other in ["", "'", "AAAA"] {
            assert!(read_channel(other, true).is_err(), "{other}");
        }
    }

    #[test]
    fn a_place_among_statuses_reads_back() {
        let cursor = StatusCursor {
            author: UserId::new(Uuid::from_u128(7)),
            status: StatusId::new(Uuid::from_u128(u128::MAX)),
        };
        let text = write_status(cursor);
        assert_eq!(read_status(&text).unwrap(), cursor);
        assert!(read_status(&text[1..]).is_err() && read(&text).is_err());
    }
}
