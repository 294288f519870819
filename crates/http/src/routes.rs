//! Every path of the API.
//!
//! To add one: a handler in the file of its resource, its line here, and its name in `openapi.rs`. A test holds the
//! two lists to each other.

pub(crate) mod account_page;
pub(crate) mod accounts;
pub(crate) mod admission;
pub(crate) mod api_keys;
pub(crate) mod backends;
pub(crate) mod broadcasts;
pub(crate) mod challenges;
pub(crate) mod channels;
pub(crate) mod contacts;
pub(crate) mod documents;
pub(crate) mod downloads;
pub(crate) mod invites;
pub(crate) mod me;
pub(crate) mod media;
pub(crate) mod members;
pub(crate) mod messages;
pub(crate) mod moderation;
pub(crate) mod notifications;
pub(crate) mod proofs;
pub(crate) mod reactions;
pub(crate) mod rooms;
pub(crate) mod second_steps;
pub(crate) mod sessions;
pub(crate) mod statuses;
pub(crate) mod system;
pub(crate) mod uploads;

use actix_web::http::Method;

use crate::endpoint::Endpoint;
use crate::tus::{TUS_RESUMABLE, VERSION};

/// What users do. Of paths that fit, the first is taken.
pub(crate) fn resources() -> Vec<Endpoint> {
    const DELETE: Method = Method::DELETE;
    const HEAD: Method = Method::HEAD;
    const OPTIONS: Method = Method::OPTIONS;
    const PATCH: Method = Method::PATCH;
    const POST: Method = Method::POST;
    const PUT: Method = Method::PUT;
    vec![
        Endpoint::at("/v1/users")
            .get(accounts::users)
            .on(POST, accounts::register),
        Endpoint::at("/v1/users/{user}")
            .get(accounts::user)
            .on(PATCH, accounts::change_user)
            .on(DELETE, accounts::delete_user),
        Endpoint::at("/v1/invites")
            .get(invites::list)
            .on(POST, invites::invite),
        Endpoint::at("/v1/invites/{invite}").on(DELETE, invites::withdraw),
        Endpoint::at("/v1/admin/keys")
            .get(api_keys::list)
            .on(POST, api_keys::make),
        Endpoint::at("/v1/admin/keys/{key}").on(DELETE, api_keys::revoke),
        Endpoint::at("/v1/server/notifications").on(POST, backends::publish),
        Endpoint::at("/v1/server/rooms/{room}/messages").on(POST, backends::post),
        Endpoint::at("/v1/server/media").on(POST, backends::upload),
        Endpoint::at("/v1/notifications").get(notifications::list),
        Endpoint::at("/v1/notifications/read").on(PUT, notifications::read),
        Endpoint::at("/v1/me").get(me::show).on(PATCH, me::change),
        Endpoint::at("/v1/me/password").on(PUT, me::change_password),
        Endpoint::at("/v1/me/email").on(PUT, me::change_email),
        Endpoint::at("/v1/me/email/verification").on(POST, me::verify_again),
        Endpoint::at("/v1/me/mobile").on(PUT, me::change_mobile),
        Endpoint::at("/v1/me/deletion").on(POST, me::delete),
        Endpoint::at("/v1/me/avatar")
            .on(PUT, media::set_avatar)
            .on(DELETE, media::remove_avatar),
        Endpoint::at("/v1/me/media").get(media::usage),
        Endpoint::at("/v1/me/join-requests").get(admission::own_requests),
        Endpoint::at("/v1/me/second-step").get(second_steps::show),
        Endpoint::at("/v1/me/second-step/mailed-code").on(PUT, second_steps::set_mailed_code),
        Endpoint::at("/v1/me/second-step/app")
            .on(POST, second_steps::enrol_app)
            .on(PUT, second_steps::confirm_app),
        Endpoint::at("/v1/me/second-step/app/remove").on(POST, second_steps::remove_app),
        Endpoint::at("/v1/me/second-step/recovery-codes").on(POST, second_steps::replace_recovery_codes),
        Endpoint::at("/v1/proofs/verify-email").on(POST, proofs::verify_email),
        Endpoint::at("/v1/proofs/confirm-email").on(POST, proofs::confirm_email),
        Endpoint::at("/v1/password-resets").on(POST, proofs::ask_for_reset),
        Endpoint::at("/v1/password-resets/complete").on(POST, proofs::reset_password),
        Endpoint::at("/v1/challenges").on(POST, challenges::begin),
        Endpoint::at("/v1/challenges/complete").on(POST, challenges::complete),
        Endpoint::at("/v1/challenges/resend").on(POST, challenges::resend),
        Endpoint::at("/v1/sessions")
            .get(sessions::list)
            .on(POST, sessions::log_in)
            .on(DELETE, sessions::end_others),
        Endpoint::at("/v1/sessions/refresh").on(POST, sessions::refresh),
        Endpoint::at("/v1/sessions/current").on(DELETE, sessions::log_out),
        Endpoint::at("/v1/sessions/{session}").on(DELETE, sessions::end),
        Endpoint::at("/v1/contacts").get(contacts::list),
        Endpoint::at("/v1/contacts/requests")
            .get(contacts::requests)
            .on(POST, contacts::ask),
        Endpoint::at("/v1/contacts/requests/{user}").on(DELETE, contacts::withdraw),
        Endpoint::at("/v1/contacts/requests/{user}/accept").on(POST, contacts::accept),
        Endpoint::at("/v1/contacts/requests/{user}/decline").on(POST, contacts::decline),
        Endpoint::at("/v1/contacts/{user}")
            .on(PUT, contacts::put)
            .on(DELETE, contacts::remove),
        Endpoint::at("/v1/blocks").get(contacts::blocks),
        Endpoint::at("/v1/blocks/{user}")
            .on(PUT, contacts::block)
            .on(DELETE, contacts::unblock),
        Endpoint::at("/v1/me/statuses").get(statuses::own),
        Endpoint::at("/v1/statuses")
            .get(statuses::list)
            .on(POST, statuses::post),
        Endpoint::at("/v1/statuses/{status}")
            .get(statuses::find)
            .on(DELETE, statuses::remove),
        Endpoint::at("/v1/statuses/{status}/viewed").on(PUT, statuses::mark_viewed),
        Endpoint::at("/v1/statuses/{status}/views").get(statuses::views),
        Endpoint::at("/v1/statuses/{status}/replies").on(POST, statuses::reply),
        Endpoint::at("/v1/broadcast-lists")
            .get(broadcasts::lists)
            .on(POST, broadcasts::create),
        Endpoint::at("/v1/broadcast-lists/{list}")
            .get(broadcasts::find)
            .on(PATCH, broadcasts::change)
            .on(DELETE, broadcasts::delete),
        Endpoint::at("/v1/broadcast-lists/{list}/recipients")
            .get(broadcasts::recipients)
            .on(POST, broadcasts::add),
        Endpoint::at("/v1/broadcast-lists/{list}/recipients/remove").on(POST, broadcasts::remove),
        Endpoint::at("/v1/broadcast-lists/{list}/messages")
            .get(broadcasts::history)
            .on(POST, broadcasts::send),
        Endpoint::at("/v1/broadcasts/{broadcast}").get(broadcasts::sent),
        Endpoint::at("/v1/broadcasts/{broadcast}/recipients").get(broadcasts::fates),
        Endpoint::at("/v1/directs/{user}").on(PUT, rooms::open_direct),
        Endpoint::at("/v1/channels").get(channels::list),
        Endpoint::at("/v1/rooms").get(rooms::list).on(POST, rooms::create),
        Endpoint::at("/v1/rooms/{room}")
            .get(rooms::find)
            .on(PATCH, rooms::change)
            .on(DELETE, rooms::delete),
        Endpoint::at("/v1/rooms/{room}/avatar")
            .on(PUT, rooms::set_avatar)
            .on(DELETE, rooms::remove_avatar),
        Endpoint::at("/v1/rooms/{room}/notify").on(PUT, rooms::set_notify),
        Endpoint::at("/v1/rooms/{room}/owner").on(PUT, members::hand_over),
        Endpoint::at("/v1/rooms/{room}/members")
            .get(members::list)
            .on(POST, members::add),
        Endpoint::at("/v1/rooms/{room}/members/me")
            .on(PUT, admission::join)
            .on(DELETE, members::leave),
        Endpoint::at("/v1/rooms/{room}/members/{user}").on(DELETE, members::remove),
        Endpoint::at("/v1/rooms/{room}/members/{user}/role").on(PUT, members::change_role),
        Endpoint::at("/v1/rooms/{room}/members/{user}/mute")
            .on(PUT, moderation::mute)
            .on(DELETE, moderation::unmute),
        Endpoint::at("/v1/rooms/{room}/bans").get(moderation::bans),
        Endpoint::at("/v1/rooms/{room}/bans/{user}")
            .on(PUT, moderation::ban)
            .on(DELETE, moderation::lift_ban),
        Endpoint::at("/v1/rooms/{room}/requests")
            .get(admission::requests)
            .on(POST, admission::ask),
        Endpoint::at("/v1/rooms/{room}/requests/{user}").on(DELETE, admission::decline),
        Endpoint::at("/v1/rooms/{room}/requests/{user}/accept").on(POST, admission::accept),
        Endpoint::at("/v1/rooms/{room}/links")
            .get(admission::links)
            .on(POST, admission::create_link),
        Endpoint::at("/v1/rooms/{room}/links/{code}").on(DELETE, admission::revoke_link),
        Endpoint::at("/v1/links/{code}").get(admission::follow),
        Endpoint::at("/v1/links/{code}/join").on(POST, admission::join_by_link),
        Endpoint::at("/v1/rooms/{room}/messages")
            .get(messages::list)
            .on(POST, messages::send),
        Endpoint::at("/v1/rooms/{room}/messages/{seq}")
            .get(messages::find)
            .on(PATCH, messages::edit)
            .on(DELETE, messages::delete),
        Endpoint::at("/v1/rooms/{room}/messages/{seq}/revisions").get(messages::revisions),
        Endpoint::at("/v1/rooms/{room}/messages/{seq}/reactions/{emoji}")
            .get(reactions::reactions)
            .on(PUT, reactions::react)
            .on(DELETE, reactions::unreact),
        Endpoint::at("/v1/rooms/{room}/pins").get(reactions::pins),
        Endpoint::at("/v1/rooms/{room}/pins/{seq}")
            .on(PUT, reactions::pin)
            .on(DELETE, reactions::unpin),
        Endpoint::at("/v1/rooms/{room}/messages/{seq}/played")
            .get(reactions::plays)
            .on(PUT, reactions::mark_played),
        Endpoint::at("/v1/rooms/{room}/messages/{seq}/receipts").get(reactions::receipts),
        Endpoint::at("/v1/rooms/{room}/marks").on(PUT, messages::mark),
        Endpoint::at("/v1/media").on(POST, media::upload),
        Endpoint::at("/v1/media/{media}")
            .get(downloads::whole)
            .on(DELETE, media::delete),
        Endpoint::at("/v1/media/{media}/link").on(POST, media::link),
        Endpoint::at("/v1/media/{media}/{file}").get(downloads::picture),
        Endpoint::at("/v1/uploads")
            .always((TUS_RESUMABLE, VERSION))
            .on(OPTIONS, uploads::describe)
            .on(POST, uploads::begin),
        Endpoint::at("/v1/uploads/{upload}")
            .always((TUS_RESUMABLE, VERSION))
            .on(HEAD, uploads::show)
            .on(PATCH, uploads::add)
            .on(POST, uploads::overridden)
            .on(DELETE, uploads::end),
        Endpoint::at("/healthz").get(system::live),
        Endpoint::at("/readyz").get(system::ready),
        Endpoint::at("/version").get(system::version),
        Endpoint::at("/.well-known/jwks.json").get(system::keys),
    ]
}

/// What people who were mailed a link open in a browser.
pub(crate) fn pages() -> Vec<Endpoint> {
    vec![Endpoint::at("/account").get(account_page::show)]
}

/// What people read about the API.
pub(crate) fn documents() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/openapi.json").get(documents::openapi),
        Endpoint::at("/asyncapi.json").get(documents::asyncapi),
        Endpoint::at("/docs").get(documents::to_pages),
        Endpoint::at("/docs/{file:.*}").get(documents::page),
    ]
}
