//! Where a list goes on, as a text that means nothing to clients.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlor_domain::{RoomId, Timestamp};
use parlor_services::RoomCursor;
use uuid::Uuid;

use crate::ApiError;

/// The text of a cursor.
pub(crate) fn write(cursor: RoomCursor) -> String {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&cursor.active_at.micros().to_be_bytes());
    bytes[8..].copy_from_slice(cursor.room.uuid().as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The cursor that a client brings back.
pub(crate) fn read(text: &str) -> Result<RoomCursor, ApiError> {
    let mut bytes = [0; 24];
    match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
        Ok(24) => {
            let (at, room) = bytes.split_at(8);
            Ok(RoomCursor {
                active_at: Timestamp::from_micros(i64::from_be_bytes(at.try_into().expect("8 bytes"))),
                room: RoomId::new(Uuid::from_bytes(room.try_into().expect("16 bytes"))),
            })
        }
        _ => Err(ApiError::invalid(
            "cursor",
            "must be the `next` of the page before, unchanged",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
