//! The description of the REST interface: OpenAPI 3.1, from the handlers and the types of `wire`.

mod habits;

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use self::habits::Habits;
use crate::extract::COOKIE;
use crate::routes::{
    accounts, admission, api_keys, backends, broadcasts, challenges, channels, contacts, downloads, invites,
    me, media, members, messages, moderation, notifications, proofs, reactions, rooms, second_steps,
    sessions, statuses, system, uploads,
};

/// The description, as `/openapi.json` serves it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Parlor",
        description = "A chat server. What happens is told over the socket (/asyncapi.json); everything can also be \
            read and done here. docs/API.md says it in prose.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        accounts::register, accounts::users, accounts::user, accounts::change_user, accounts::delete_user,
        invites::invite, invites::list, invites::withdraw,
        api_keys::make, api_keys::list, api_keys::revoke,
        backends::publish, backends::post, backends::upload,
        notifications::list, notifications::read,
        me::show, me::change, me::change_password, me::change_email, me::verify_again, me::change_mobile, me::delete,
        second_steps::show, second_steps::set_mailed_code, second_steps::enrol_app, second_steps::confirm_app,
        second_steps::remove_app, second_steps::replace_recovery_codes,
        proofs::verify_email, proofs::confirm_email, proofs::ask_for_reset, proofs::reset_password,
        sessions::log_in, sessions::refresh, sessions::list, sessions::end_others, sessions::log_out, sessions::end,
        challenges::begin, challenges::complete, challenges::resend,
        contacts::list, contacts::put, contacts::remove, contacts::requests, contacts::ask, contacts::withdraw,
        contacts::accept, contacts::decline, contacts::blocks, contacts::block, contacts::unblock,
        statuses::own, statuses::list, statuses::post, statuses::find, statuses::remove, statuses::mark_viewed,
        statuses::views, statuses::reply,
        broadcasts::create, broadcasts::lists, broadcasts::find, broadcasts::change, broadcasts::delete,
        broadcasts::recipients, broadcasts::add, broadcasts::remove, broadcasts::send, broadcasts::history,
        broadcasts::sent, broadcasts::fates,
        channels::list, rooms::create, rooms::list, rooms::find, rooms::change, rooms::delete, rooms::open_direct,
        rooms::set_avatar, rooms::remove_avatar, rooms::set_notify,
        admission::join, admission::ask, admission::requests, admission::own_requests, admission::accept,
        admission::decline, admission::create_link, admission::links, admission::revoke_link, admission::follow,
        admission::join_by_link, moderation::mute, moderation::unmute, moderation::bans, moderation::ban,
        moderation::lift_ban,
        members::list, members::add, members::leave, members::remove, members::change_role,
        members::hand_over,
        messages::list, messages::send, messages::find, messages::edit, messages::delete, messages::revisions,
        messages::mark, reactions::mark_played, reactions::plays, reactions::receipts,
        reactions::react, reactions::unreact, reactions::reactions, reactions::pins, reactions::pin, reactions::unpin,
        media::upload, media::delete, media::link, media::usage, media::set_avatar, media::remove_avatar,
        downloads::whole, downloads::picture,
        uploads::describe, uploads::begin, uploads::show, uploads::add, uploads::overridden, uploads::end,
        system::live, system::ready, system::version, system::keys,
    ),
    components(schemas(parlor_wire::Problem)),
    security(("token" = []), ("cookie" = [])),
    tags(
        (name = "accounts", description = "People"),
        (name = "me", description = "One's own account"),
        (name = "second step", description = "What one shows besides the password"),
        (name = "proofs", description = "Links that were mailed, and forgotten passwords"),
        (name = "sessions", description = "Logging in and out"),
        (name = "administration", description = "For administrators"),
        (name = "contacts", description = "Whom one knows, and whom one has blocked"),
        (name = "statuses", description = "What one shows for a day"),
        (name = "broadcasts", description = "One message for many, each of whom gets it alone"),
        (name = "rooms", description = "Conversations of two, and groups"),
        (name = "members", description = "Who is in a group"),
        (name = "messages", description = "What is said, and how far one has read"),
        (name = "notifications", description = "What one is notified of"),
        (name = "backends", description = "For programs with an API key"),
        (name = "media", description = "Pictures, sound, videos and files"),
        (name = "server", description = "The server itself"),
    ),
    modifiers(&Security, &Habits),
)]
struct Description;

/// How one proves who one is.
struct Security;

impl Modify for Security {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_default();
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT");
        components.add_security_scheme("token", SecurityScheme::Http(token.build()));
        let key = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("parlor_…")
            .description(Some(
                "An API key, for the paths of backends and for nothing else.",
            ));
        components.add_security_scheme("key", SecurityScheme::Http(key.build()));
        let cookie = ApiKeyValue::with_description(
            COOKIE,
            "For browsers. Changes need an Origin of this server and Content-Type: application/json.",
        );
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::routes;

    /// Methods by path.
    type Table = BTreeMap<String, Vec<String>>;

    #[test]
    fn description_and_router_have_the_same_operations() {
        let mut routed = Table::new();
        for endpoint in routes::resources() {
            let mut methods: Vec<String> = endpoint.allowed().split(", ").map(str::to_owned).collect();
            if methods.iter().any(|method| method == "GET") {
                methods.retain(|method| method != "HEAD");
            }
            methods.sort();
            routed.insert(endpoint.path().to_owned(), methods);
        }
        let document = serde_json::to_value(openapi()).unwrap();
        let mut described = Table::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let mut methods: Vec<String> = item
                .as_object()
                .unwrap()
                .keys()
                .map(|m| m.to_uppercase())
                .collect();
            methods.sort();
            described.insert(path.clone(), methods);
        }
        assert_eq!(described, routed);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = serde_json::to_value(openapi()).unwrap();
        let text = document.to_string();
        for part in text.split("\"$ref\":\"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn every_operation_is_explained() {
        let document = serde_json::to_value(openapi()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let explained = ["summary", "operationId"]
                    .iter()
                    .all(|key| operation[key].is_string());
                assert!(explained && operation["tags"][0].is_string(), "{method} {path}");
                let segments = path.matches('{').count();
                let parameters = operation["parameters"].as_array().map_or(0, |parameters| {
                    parameters
                        .iter()
                        .filter(|parameter| parameter["in"] == "path")
                        .count()
                });
                assert_eq!(parameters, segments, "{method} {path}");
            }
        }
    }

    #[test]
    fn the_page_for_people_names_every_path_and_code() {
        let page = include_str!("../../../docs/API.md");
        let document = serde_json::to_value(openapi()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            assert!(page.contains(&format!("| `{path}` |")), "{path}");
            for operation in item.as_object().unwrap().values() {
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    let text = answer["description"].as_str().unwrap();
                    let codes = text
                        .split('`')
                        .skip(1)
                        .step_by(2)
                        .filter(|code| code.contains('_'));
                    for code in codes.filter(|_| status.starts_with('4') || status.starts_with('5')) {
                        assert!(
                            page.contains(&format!("| {status} | `{code}` |")),
                            "{status} {code}"
                        );
                    }
                }
            }
        }
    }
}
