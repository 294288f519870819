//! Numbers by which the content of a retry is told from other content: 64 bits of SHA-256. The client id is in them, so
//! that equal contents cannot be told by them.

use parlor_domain::{ClientId, Draft};
use parlor_ports::NewRoom;
use sha2::{Digest, Sha256};

use crate::appending::named;
use crate::code::{Code, Kind};

/// Of something to be appended.
pub(crate) fn digest(client_id: &ClientId, draft: &Draft) -> i64 {
    let (kind, seq, body) = match draft {
        Draft::Message { body, reply_to, .. } => (Kind::Message, *reply_to, Some(body)),
        Draft::Edit { target, body } => (Kind::MessageEdited, Some(*target), Some(body)),
        Draft::Delete { target } => (Kind::MessageDeleted, Some(*target), None),
    };
    let mut hash = Sha256::new()
        .chain_update([u8::try_from(client_id.as_str().len()).unwrap_or(u8::MAX)])
        .chain_update(client_id.as_str())
        .chain_update(kind.code().to_be_bytes())
        .chain_update(seq.map_or(0, |seq| seq.0).to_be_bytes())
        .chain_update(body.map_or("", |body| body.as_str()));
    for media in named(draft) {
        // A byte that is in no text, so that none looks like this.
        hash.update([0xff]);
        hash.update(media.uuid().as_bytes());
    }
    short(hash)
}

/// Of a group to be made, whatever the order of its members.
pub(crate) fn room_digest(client_id: &ClientId, new: &NewRoom) -> i64 {
    let mut hash = Sha256::new();
    for text in [client_id.as_str(), new.name.as_str(), new.topic.as_str()] {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    hash.update(new.kind.code().to_be_bytes());
    hash.update(new.rules.history.code().to_be_bytes());
    hash.update(new.rules.join.code().to_be_bytes());
    hash.update(new.rules.posting.code().to_be_bytes());
    hash.update(new.rules.adding.code().to_be_bytes());
    hash.update(new.rules.slow_mode.seconds().to_be_bytes());
    hash.update(new.capacity.members().to_be_bytes());
    let mut members = new.members.clone();
    members.sort_unstable();
    for member in members {
        hash.update(member.uuid().as_bytes());
    }
    short(hash)
}

fn short(hash: Sha256) -> i64 {
    let hash = hash.finalize();
    i64::from_be_bytes(std::array::from_fn(|n| hash[n]))
}
