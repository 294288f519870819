//! What people are notified of, as JSON.

use diesel::QueryResult;
use parlor_domain::{MessageBody, Notice, Publication, RoomId, Seq};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::media::Piece;
use crate::error::parse;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Noticed {
    Mention {
        room: Uuid,
        target: u64,
    },
    Direct {
        room: Uuid,
        target: u64,
    },
    StatusReply {
        room: Uuid,
        target: u64,
    },
    Published {
        from: String,
        title: Option<String>,
        text: String,
        media: Vec<Piece>,
    },
    Over,
}

impl From<&Notice> for Noticed {
    fn from(notice: &Notice) -> Self {
        match notice {
            Notice::Mention { room, target } => Self::Mention {
                room: room.uuid(),
                target: target.0,
            },
            Notice::Direct { room, target } => Self::Direct {
                room: room.uuid(),
                target: target.0,
            },
            Notice::StatusReply { room, target } => Self::StatusReply {
                room: room.uuid(),
                target: target.0,
            },
            Notice::Published(said) => Self::Published {
                from: said.from.to_string(),
                title: said.title.as_ref().map(ToString::to_string),
                text: said.text.as_str().to_owned(),
                media: said.media.iter().map(Piece::from).collect(),
            },
            Notice::Over => Self::Over,
        }
    }
}

impl Noticed {
    pub(super) fn notice(self) -> QueryResult<Notice> {
        Ok(match self {
            Self::Mention { room, target } => Notice::Mention {
                room: RoomId::new(room),
                target: Seq(target),
            },
            Self::Direct { room, target } => Notice::Direct {
                room: RoomId::new(room),
                target: Seq(target),
            },
            Self::StatusReply { room, target } => Notice::StatusReply {
                room: RoomId::new(room),
                target: Seq(target),
            },
            Self::Published {
                from,
                title,
                text,
                media,
            } => Notice::Published(Box::new(Publication {
                from: parse("key's name", &from)?,
                title: title.map(|title| parse("title", &title)).transpose()?,
                text: MessageBody::stored(text),
                media: media.into_iter().map(Piece::media).collect::<QueryResult<_>>()?,
            })),
            Self::Over => Notice::Over,
        })
    }
}
