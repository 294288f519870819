//! Whether dialects answer as their documents say. Every answer that a test gets is looked at.

use std::sync::LazyLock;

use jsonschema::Draft;
use parlor_domain::Dialect;
use serde_json::{Value, json};

use crate::world::Answer;

/// What a server of Parlor says of what is not a dialect's.
const PROBLEM: &str = "application/problem+json";

/// The documents.
static DOCUMENTS: LazyLock<Vec<(Dialect, Document)>> = LazyLock::new(|| {
    let dialects = Dialect::ALL.into_iter();
    dialects
        .map(|dialect| {
            let document = parlor_compat::openapi(dialect);
            (dialect, Document(serde_json::from_str(&document).unwrap()))
        })
        .collect()
});

/// The same, where an object has no key that is not named.
static CLOSED: LazyLock<Vec<(Dialect, Document)>> = LazyLock::new(|| {
    let documents = DOCUMENTS.iter();
    documents
        .map(|(dialect, document)| {
            let mut document = document.0.clone();
            close(&mut document);
            (*dialect, Document(document))
        })
        .collect()
});

/// Passes if the document of the dialect says that this may be answered. At the root, where dialects share paths, it is enough that
/// one document says so, of those that know the path.
pub(crate) fn check(path: &str, method: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    let below = CLOSED.iter().find_map(|(dialect, document)| {
        let rest = path.strip_prefix("/compat/")?.strip_prefix(dialect.name())?;
        rest.starts_with('/').then_some((document, rest))
    });
    let objection = match below {
        Some((document, rest)) => document.objection(rest, method, answer).err(),
        None => at_root(path, method, answer),
    };
    if let Some(objection) = objection {
        panic!("{method} {path}: {objection}: {answer:?}");
    }
}

/// What all documents that know the path have against an answer at the root.
fn at_root(path: &str, method: &str, answer: &Answer) -> Option<String> {
    // This one is Parlor's own. And whose root it is, is for other tests.
    if path == "/" || answer.status == 404 {
        return None;
    }
    let documents = DOCUMENTS.iter().map(|(_, document)| document);
    let knowing = documents.filter(|document| document.item(path).is_some());
    let objections: Vec<_> = knowing
        .map(|document| document.objection(path, method, answer))
        .collect();
    if objections.is_empty() || objections.iter().any(Result::is_ok) {
        return None;
    }
    let objections: Vec<String> = objections.into_iter().filter_map(Result::err).collect();
    Some(objections.join("; "))
}

/// An OpenAPI document.
struct Document(Value);

impl Document {
    /// What is wrong with an answer.
    fn objection(&self, path: &str, method: &str, answer: &Answer) -> Result<(), String> {
        let is_off = answer.status == 404 && answer.media_type() == PROBLEM;
        let place = answer.header("location").unwrap_or_default();
        let wants_slash = answer.status == 301 && place.contains(&format!("{path}/"));
        if is_off || wants_slash || ["HEAD", "OPTIONS"].contains(&method) {
            return Ok(());
        }
        let status = answer.status.to_string();
        let item = self.item(path).unwrap_or(&Value::Null);
        let own = &item[method.to_lowercase()]["responses"][&status];
        let anybodys = &self.0["components"]["responses"][&status];
        let mut objections = Vec::new();
        for response in [own, anybodys] {
            if response.is_null() {
                continue;
            }
            match self.compare(self.resolve(response), answer) {
                Ok(()) => return Ok(()),
                Err(objection) => objections.push(objection),
            }
        }
        if objections.is_empty() {
            objections.push("the status is not described".to_owned());
        }
        Err(objections.join(", and "))
    }

    /// What is said of a path, which may be meant with a slash at its end.
    fn item(&self, path: &str) -> Option<&Value> {
        let paths = self.0["paths"].as_object().unwrap();
        let ways = [path.to_owned(), format!("{path}/")];
        if let Some(item) = ways.iter().find_map(|path| paths.get(path)) {
            return Some(item);
        }
        ways.iter().find_map(|path| {
            let fitting = paths.iter().find(|(template, _)| fits(template, path));
            fitting.map(|(_, item)| item)
        })
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    /// What is wrong with an answer that should be this one.
    fn compare(&self, response: &Value, answer: &Answer) -> Result<(), String> {
        let Some(content) = response["content"].as_object() else {
            let is_bare = answer.text.is_empty();
            return is_bare.then_some(()).ok_or_else(|| "it has a body".to_owned());
        };
        let media_type = answer.media_type();
        let ways = [media_type, "*/*"];
        let media = ways.into_iter().find_map(|way| content.get(way));
        let media = media.ok_or_else(|| format!("the type `{media_type}` is not described"))?;
        let value = if media_type.ends_with("json") {
            serde_json::from_str(&answer.text).map_err(|error| error.to_string())?
        } else {
            Value::from(&*answer.text)
        };
        match media.get("schema") {
            Some(schema) => self.validate(schema, &value),
            None => Ok(()),
        }
    }

    fn validate(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let mut schema = schema.clone();
        schema["components"] = self.0["components"].clone();
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        let errors = validator.iter_errors(value);
        let errors: Vec<String> = errors
            .map(|error| format!("{error} at `{}`", error.instance_path()))
            .collect();
        errors.is_empty().then_some(()).ok_or_else(|| errors.join(", "))
    }
}

/// Whether a path is one of this template.
fn fits(template: &str, path: &str) -> bool {
    let is_one = |(part, is): (&str, &str)| part == is || part.starts_with('{') && !is.is_empty();
    template.split('/').count() == path.split('/').count()
        && template.split('/').zip(path.split('/')).all(is_one)
}

/// Lets no object have keys that are not named.
fn close(value: &mut Value) {
    if value["type"] == "object" && value["properties"].is_object() && value["additionalProperties"].is_null()
    {
        value["additionalProperties"] = json!(false);
    }
    match value {
        Value::Object(values) => values.values_mut().for_each(close),
        Value::Array(values) => values.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn every_example_is_what_it_is_an_example_of() {
    for (dialect, document) in &*CLOSED {
        let mut media = Vec::new();
        find_media(&document.0, &mut media);
        assert!(media.len() > 10, "{}", dialect.name());
        for media in media {
            let one = media.get("example");
            let several = media["examples"].as_object().into_iter().flatten();
            for example in one
                .into_iter()
                .chain(several.map(|(_, example)| &example["value"]))
            {
                let objection = document.validate(&media["schema"], example);
                assert_eq!(objection, Ok(()), "{} {example}", dialect.name());
            }
        }
    }
}

/// Finds everything that has a schema and examples of it.
fn find_media<'a>(value: &'a Value, media: &mut Vec<&'a Value>) {
    let is_media = value.get("schema").is_some();
    if is_media && (value.get("example").is_some() || value.get("examples").is_some()) {
        media.push(value);
    }
    match value {
        Value::Object(values) => values.values().for_each(|value| find_media(value, media)),
        Value::Array(values) => values.iter().for_each(|value| find_media(value, media)),
        _ => {}
    }
}
