//! Parts of a path.

use std::fmt::Display;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use parlor_domain::{
    BroadcastId, BroadcastListId, Emoji, LinkCode, MediaId, RoomId, Seq, SessionId, StatusId, UserId,
};
use parlor_services::MediaFile;
use uuid::Uuid;

use crate::ApiError;

/// The part of the path that names a thing of this type.
pub(crate) struct Path<T>(pub(crate) T);

/// What can stand in a path.
pub(crate) trait Segment: Sized {
    /// What it is called in the pattern of the path.
    const NAME: &str;

    fn read(text: &str) -> Result<Self, String>;
}

impl<T: Segment> FromRequest for Path<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().query(T::NAME);
        ready(
            T::read(text)
                .map(Self)
                .map_err(|rule| ApiError::invalid(T::NAME, &rule)),
        )
    }
}

fn parse<T>(text: &str) -> Result<T, String>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

impl Segment for RoomId {
    const NAME: &str = "room";

    fn read(text: &str) -> Result<Self, String> {
        parse(text)
    }
}

impl Segment for UserId {
    const NAME: &str = "user";

    fn read(text: &str) -> Result<Self, String> {
        parse(text)
    }
}

impl Segment for SessionId {
    const NAME: &str = "session";

    fn read(text: &str) -> Result<Self, String> {
        parse(text)
    }
}

impl Segment for MediaId {
    const NAME: &str = "media";

    fn read(text: &str) -> Result<Self, String> {
        parse(text)
    }
}

impl Segment for LinkCode {
    const NAME: &str = "code";

    fn read(text: &str) -> Result<Self, String> {
        parse(text)
    }
}

impl Segment for StatusId {
    const NAME: &str = "status";

    fn read(text: &str) -> Result<Self, String> {
        parse(text)
    }
}

impl Segment for BroadcastListId {
    const NAME: &str = "list";

    fn read(text: &str) -> Result<Self, String> {
        parse(text)
    }
}

impl Segment for BroadcastId {
    const NAME: &str = "broadcast";

    fn read(text: &str) -> Result<Self, String> {
        parse(text)
    }
}

impl Segment for Emoji {
    const NAME: &str = "emoji";

    fn read(text: &str) -> Result<Self, String> {
        parse(text)
    }
}

impl Segment for MediaFile {
    const NAME: &str = "file";

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "small" => Ok(Self::Small),
            "large" => Ok(Self::Large),
            "poster" => Ok(Self::Poster),
            _ => Err("must be small, large or poster".to_owned()),
        }
    }
}

/// The id of an upload in parts.
pub(crate) struct UploadId(pub(crate) Uuid);

impl Segment for UploadId {
    const NAME: &str = "upload";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| "must be a UUID".to_owned())
    }
}

/// The number of an invitation.
pub(crate) struct InviteNumber(pub(crate) i64);

impl Segment for InviteNumber {
    const NAME: &str = "invite";

    fn read(text: &str) -> Result<Self, String> {
        let number = text.parse().map_err(|_| "must be a whole number");
        Ok(Self(number?))
    }
}

/// The number of an API key.
pub(crate) struct ApiKeyNumber(pub(crate) i64);

impl Segment for ApiKeyNumber {
    const NAME: &str = "key";

    fn read(text: &str) -> Result<Self, String> {
        let number = text.parse().map_err(|_| "must be a whole number");
        Ok(Self(number?))
    }
}

impl Segment for Seq {
    const NAME: &str = "seq";

    fn read(text: &str) -> Result<Self, String> {
        let number = text
            .parse()
            .map_err(|_| "must be a whole number that is not negative");
        Ok(Self(number?))
    }
}
