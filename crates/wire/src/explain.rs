//! What is wrong with input that does not read as a type, in words for the person who wrote it.

use crate::FieldError;

impl FieldError {
    /// Turns the path and the message of a failed deserialization into the name of a field and what it must be.
    ///
    /// What was sent is not repeated but for the name of a field: it may be long, or a password.
    pub fn explain(path: &str, message: &str) -> Self {
        let message = message.split(" at line ").next().unwrap_or_default();
        let named = message.split('`').nth(1).unwrap_or_default();
        let expected = message.rsplit_once("expected ").map(|(_, expected)| expected);
        let inside = path.trim_start_matches('.');
        if message.starts_with("missing field") {
            return wrong(&inner(inside, named), "is missing");
        }
        if message.starts_with("unknown field") {
            let allowed = expected.map_or_else(
                || "must be left out".to_owned(),
                |names| {
                    format!(
                        "is not known; known here: {}",
                        names.trim_start_matches("one of ")
                    )
                },
            );
            return wrong(&inner(inside, named), &allowed);
        }
        if message.starts_with("duplicate field") {
            return wrong(&inner(inside, named), "must be given once");
        }
        let rule = match expected {
            // The UUID's parser says what it expected at which byte.
            _ if message.starts_with("UUID") => "must be a UUID".to_owned(),
            Some(expected) => format!("must be {}", plain(expected)),
            None if message.starts_with("must ") => message.to_owned(),
            // How a number in a query fails.
            None if message.contains("digit")
                || message.contains("integer")
                || message.contains("number") =>
            {
                format!("must be {}", plain("u64"))
            }
            None => "is not valid".to_owned(),
        };
        wrong(inside, &rule)
    }
}

fn wrong(field: &str, message: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

/// The path of a field that the message names, which the path to the failure may end with or not.
fn inner(path: &str, name: &str) -> String {
    const LONGEST: usize = 64;
    let name: String = name.chars().take(LONGEST).collect();
    match path {
        "" => name,
        path if path.len() <= LONGEST && (path == name || path.ends_with(&format!(".{name}"))) => {
            path.to_owned()
        }
        path if path.starts_with(&name) => name,
        path => format!("{path}.{name}"),
    }
}

/// Names of Rust's types in plain words.
fn plain(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "i64" | "i32" => "a whole number",
        "a sequence" => "a list",
        "a formatted UUID string" => "a UUID",
        object if object.starts_with("struct ") => "an object",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what it refuses is looked at")]
    struct Outer {
        name: String,
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what it refuses is looked at")]
    struct Inner {
        id: Uuid,
        count: u32,
    }

    fn explained(json: &str) -> String {
        let mut json = serde_json::Deserializer::from_str(json);
        let error = serde_path_to_error::deserialize::<_, Outer>(&mut json).unwrap_err();
        let FieldError { field, message } =
            FieldError::explain(&error.path().to_string(), &error.inner().to_string());
        format!("{field}: {message}")
    }

    #[test]
    fn the_field_and_the_rule_are_named_and_the_value_is_not() {
        let cases = [
            ("{}", "name: is missing"),
            (r#"{"name":7}"#, "name: must be a string"),
            (r#"{"name":null}"#, "name: must be a string"),
            (r#"{"name":"a","name":"b"}"#, "name: must be given once"),
            (
                r#"{"nome":"a"}"#,
                "nome: is not known; known here: `name` or `inner`",
            ),
            (r#"{"name":"a","inner":"secret"}"#, "inner: must be a list"),
            (
                r#"{"name":"a","inner":["secret"]}"#,
                "inner[0]: must be an object",
            ),
            (r#"{"name":"a","inner":[{}]}"#, "inner[0].id: is missing"),
            (
                r#"{"name":"a","inner":[{"id":"secret"}]}"#,
                "inner[0].id: must be a UUID",
            ),
            (
                r#"{"name":"a","inner":[{"id":7}]}"#,
                "inner[0].id: must be a UUID",
            ),
            (
                r#"{"name":"a","inner":[{"count":-1}]}"#,
                "inner[0].count: must be a whole number that is not negative",
            ),
            (
                r#"{"name":"a","inner":[{"x":-1}]}"#,
                "inner[0].x: is not known; known here: `id` or `count`",
            ),
            ("[]", ": must be an object"),
            ("7", ": must be an object"),
        ];
        for (json, expected) in cases {
            assert_eq!(explained(json), expected, "{json}");
        }
    }
}
