//! The description of the socket, AsyncAPI 3.0, made from the types.

use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{Command, Push};

/// The AsyncAPI document of the socket at `/v1/socket`.
pub fn asyncapi() -> Value {
    let mut schemas = Vec::new();
    schemas.push((Command::name().into_owned(), Command::schema()));
    schemas.push((Push::name().into_owned(), Push::schema()));
    Command::schemas(&mut schemas);
    Push::schemas(&mut schemas);
    let message = |name: &str, title: &str| {
        json!({"name": name, "title": title, "contentType": "application/json",
               "payload": {"$ref": format!("#/components/schemas/{name}")}})
    };
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Parlor socket",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "One socket per device; every stream of the user comes over it. The rules stand in docs/PROTOCOL.md.",
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/v1/socket",
                "description": "Text frames, each one JSON object.",
                "messages": {
                    "command": {"$ref": "#/components/messages/Command"},
                    "push": {"$ref": "#/components/messages/Push"},
                },
            },
        },
        "operations": {
            "command": {
                "action": "receive",
                "summary": "What a client says.",
                "channel": {"$ref": "#/channels/socket"},
                "messages": [{"$ref": "#/channels/socket/messages/command"}],
            },
            "push": {
                "action": "send",
                "summary": "What the server says.",
                "channel": {"$ref": "#/channels/socket"},
                "messages": [{"$ref": "#/channels/socket/messages/push"}],
            },
        },
        "components": {
            "messages": {
                "Command": message("Command", "A frame from a client"),
                "Push": message("Push", "A frame from the server"),
            },
            "schemas": components(schemas),
        },
    })
}

fn components(schemas: Vec<(String, RefOr<Schema>)>) -> Map<String, Value> {
    schemas
        .into_iter()
        .map(|(name, schema)| (name, serde_json::to_value(schema).expect("a schema is JSON")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let document = asyncapi();
        let text = document.to_string();
        for part in text.split("\"$ref\":\"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
        for name in [
            "Command",
            "Push",
            "Welcome",
            "EventBody",
            "MessageView",
            "Failure",
        ] {
            assert!(
                document.pointer(&format!("/components/schemas/{name}")).is_some(),
                "{name}"
            );
        }
    }
}
