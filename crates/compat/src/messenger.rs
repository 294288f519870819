//! `messenger`: log in with a mailed code, chats of two, groups and broadcast lists, statuses, presence.
//!
//! After a7k4a6s3h0/api-for-social-media-application. Who registers is given a register id, which each log in names beside address and
//! password; a code that is mailed completes it. The token follows any word in the header, and stands in the query of the socket.
//! Calls, as the original has them, are not wanted: their paths are none.

mod accounts;
mod callers;
mod chats;
mod files;
mod format;
mod people;
mod profile;
mod search;
mod socket;
mod statuses;
mod welcome;

use std::time::Duration;

use actix_web::http::Method;
use parlor_services::Lives;

pub(crate) use self::accounts::register_as;
pub(crate) use self::format::MessengerFormat;
pub(crate) use self::socket::MessengerSocket;
use crate::drf::View;
use crate::links::Folders;

/// How long its tokens are good.
const LIVES: Lives = Lives {
    access: Duration::from_secs(6 * 24 * 60 * 60),
    refresh: Duration::from_secs(7 * 24 * 60 * 60),
};

/// Under which key an answer says what is about no field.
const NO_FIELD: &str = "non_field_errors";

/// Where its media are: those of messages, and people's pictures.
const FOLDERS: Folders = Folders {
    image: "images",
    audio: "audios",
    video: "videos",
    text: "files",
    other: "files",
};

/// Its paths.
pub(crate) fn views() -> Vec<View> {
    let mut views = views_beside_others();
    views.extend([View::at("/").get(welcome::show), register()]);
    views
}

/// Those of its paths that are neither another dialect's nor Parlor's own.
pub(crate) fn views_beside_others() -> Vec<View> {
    let parts = [
        accounts::views(),
        chats::views(),
        profile::views(),
        search::views(),
        statuses::views(),
    ];
    parts.into_iter().flatten().collect()
}

/// `/api/register/`
pub(crate) fn register() -> View {
    View::at("/api/register/").on(Method::POST, accounts::register)
}
