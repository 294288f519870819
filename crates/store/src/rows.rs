//! What stands in the tables, and its way to and from the domain.

mod account;
mod challenge;
mod detail;
mod digest;
mod event;
mod invite;
mod letter;
mod media;
mod proof;
mod room;
mod upload;

pub(crate) use account::{AccountRow, ProfileColumns, SessionRow};
pub(crate) use challenge::{ChallengeRow, NewChallengeRow};
pub(crate) use detail::{blank_people, blank_settings, joined_room};
pub(crate) use digest::{digest, room_digest};
pub(crate) use event::{EventRow, NewEvent, Target};
pub(crate) use invite::{InviteRow, NewInviteRow};
pub(crate) use letter::{GivenUpRow, LetterRow, NewLetterRow};
pub(crate) use media::{BlobRow, FileRow, MediaRow, key as blob_key};
pub(crate) use proof::ProofRow;
pub(crate) use room::{MemberRow, Place, RoomRow, StreamRow};
pub(crate) use upload::{Ending, UploadRow};
