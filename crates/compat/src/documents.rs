//! What people read about a dialect: its OpenAPI document, and a page that shows it.
//!
//! A document is two files in `openapi/`: what it says in prose, the socket included, and the rest. Where they are shown is where the
//! original shows its own; of its viewers there is one, to which the paths of the others lead.

use actix_web::http::header::{CACHE_CONTROL, ContentType, LOCATION};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use parlor_domain::Dialect;
use parlor_http::viewer;
use serde_json::json;
use url::form_urlencoded;

use crate::drf::{Refusal, View};
use crate::mount::Mount;

/// Where the documentation of a dialect is.
#[derive(Clone, Copy)]
struct Place {
    /// The page.
    page: &'static str,
    /// The files that the page looks for beside it, whose names have a dot.
    files: &'static str,
    /// The document, if it is not the page in another format alone.
    document: Option<&'static str>,
    /// Where the original has another viewer.
    other: Option<&'static str>,
}

fn place(dialect: Dialect) -> Place {
    match dialect {
        // The original has none.
        Dialect::Relay => Place {
            page: "/swagger/",
            files: "/swagger/{file:[^/]+[.][a-z]+}",
            document: Some("/swagger.json"),
            other: None,
        },
        Dialect::Messenger => Place {
            page: "/api_documentation/",
            files: "/api_documentation/{file:[^/]+[.][a-z]+}",
            document: None,
            other: Some("/api_docs/"),
        },
        Dialect::Greeter => Place {
            page: "/swagger/",
            files: "/swagger/{file:[^/]+[.][a-z]+}",
            document: Some("/swagger.json"),
            other: Some("/redoc/"),
        },
        Dialect::Conversations => Place {
            page: "/api/docs/",
            files: "/api/docs/{file:[^/]+[.][a-z]+}",
            document: Some("/api/schema/"),
            other: None,
        },
        Dialect::Rooms => Place {
            page: "/api/v1/",
            files: "/api/v1/{file:[^/]+[.][a-z]+}",
            document: Some("/api/v1/schema/"),
            other: Some("/api/v1/redoc/"),
        },
    }
}

/// The paths at which a dialect is described.
pub(crate) fn views(dialect: Dialect) -> Vec<View> {
    let place = place(dialect);
    let page = View::at(place.page).get(move |request: HttpRequest| async move {
        if wants_document(&request) {
            document(&request, dialect)
        } else {
            file(&request, dialect, "")
        }
    });
    let files = View::at(place.files)
        .get(move |request: HttpRequest, name: Path<String>| async move { file(&request, dialect, &name) });
    let alone = place.document.map(|path| {
        View::at(path).get(move |request: HttpRequest| async move { document(&request, dialect) })
    });
    let other = place.other.map(|path| {
        View::at(path).get(move |request: HttpRequest| async move {
            if wants_document(&request) {
                document(&request, dialect)
            } else {
                Ok(to_page(&request, place.page))
            }
        })
    });
    [page, files].into_iter().chain(alone).chain(other).collect()
}

/// Those of these dialects that are described at the root where all are served there. `relay` has paths of its own invention for
/// that, which are those of `greeter`.
pub(crate) fn beside_others(dialects: &[Dialect]) -> Vec<Dialect> {
    let is_first = |one: &Dialect| *one != Dialect::Relay || !dialects.contains(&Dialect::Greeter);
    dialects.iter().copied().filter(is_first).collect()
}

/// The OpenAPI document of a dialect, as JSON, with the URL of its own prefix.
pub fn openapi(dialect: Dialect) -> String {
    written(dialect, Mount::Prefix(dialect))
}

/// Whether the document is asked for where the page is.
fn wants_document(request: &HttpRequest) -> bool {
    let mut pairs = form_urlencoded::parse(request.query_string().as_bytes());
    pairs.any(|(name, value)| name == "format" && value == "openapi")
}

fn document(request: &HttpRequest, dialect: Dialect) -> Result<HttpResponse, Refusal> {
    Ok(HttpResponse::Ok()
        .content_type(ContentType::json())
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(written(dialect, Mount::of(request))))
}

/// A file of the page: the page itself if it has no name.
fn file(request: &HttpRequest, dialect: Dialect, name: &str) -> Result<HttpResponse, Refusal> {
    let place = place(dialect);
    let prefix = Mount::of(request).prefix();
    let document = match place.document {
        Some(document) => format!("{prefix}{document}"),
        None => format!("{prefix}{}?format=openapi", place.page),
    };
    viewer(name, &document).ok_or_else(Refusal::no_page)
}

fn to_page(request: &HttpRequest, page: &str) -> HttpResponse {
    let place = format!("{}{page}", Mount::of(request).prefix());
    HttpResponse::Found().insert_header((LOCATION, place)).finish()
}

/// The document, with what stands in braces in its file: what it says in prose, the version, and where the dialect is.
fn written(dialect: Dialect, mount: Mount) -> String {
    let (document, description) = source(dialect);
    let prefix = mount.prefix();
    let server = if prefix.is_empty() { "/" } else { &*prefix };
    let blanks = [
        (r#""{description}""#, description),
        (r#""{version}""#, env!("CARGO_PKG_VERSION")),
        (r#""{server}""#, server),
    ];
    blanks.iter().fold(document.to_owned(), |text, (blank, value)| {
        text.replacen(*blank, &json!(value).to_string(), 1)
    })
}

/// The files of a document: the document, and what it says in prose.
fn source(dialect: Dialect) -> (&'static str, &'static str) {
    macro_rules! files {
        ($name:literal) => {
            (
                include_str!(concat!("../openapi/", $name, ".json")),
                include_str!(concat!("../openapi/", $name, ".md")),
            )
        };
    }
    match dialect {
        Dialect::Relay => files!("relay"),
        Dialect::Messenger => files!("messenger"),
        Dialect::Greeter => files!("greeter"),
        Dialect::Conversations => files!("conversations"),
        Dialect::Rooms => files!("rooms"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use actix_web::http::Method;
    use serde_json::Value;

    use super::*;
    use crate::SERVED;

    fn parsed(dialect: Dialect) -> Value {
        let document = serde_json::from_str(&openapi(dialect));
        document.unwrap_or_else(|error| panic!("{}: {error}", dialect.name()))
    }

    /// The operations of a document: path, method, and what is said of it.
    fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let item = item.as_object().unwrap().iter();
            for (method, operation) in item.filter(|(key, _)| *key != "parameters") {
                operations.push((&**path, &**method, operation));
            }
        }
        operations
    }

    /// A path without the names of its parts.
    fn shape(path: &str) -> String {
        let mut pieces = path.split('{');
        let mut shape = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (_, rest) = piece.split_once('}').unwrap();
            shape.push_str("{}");
            shape.push_str(rest);
        }
        shape
    }

    #[test]
    fn a_document_and_the_views_of_its_dialect_have_the_same_operations() {
        for dialect in SERVED {
            let document = parsed(dialect);
            let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (path, method, _) in operations(&document) {
                let methods = described.entry(shape(path)).or_default();
                methods.insert(method.to_uppercase());
            }
            for view in crate::views(dialect).into_iter().chain(views(dialect)) {
                let path = view.path();
                let methods = described.remove(&shape(path));
                let methods =
                    methods.unwrap_or_else(|| panic!("{} does not describe {path}", dialect.name()));
                let served = view.methods().iter().filter(|method| **method != Method::HEAD);
                let served: BTreeSet<String> = served.map(ToString::to_string).collect();
                // A view that answers any method may describe more than have handlers of their own.
                if view.has_otherwise() {
                    assert!(served.is_subset(&methods), "{} {path}", dialect.name());
                } else {
                    assert_eq!(methods, served, "{} {path}", dialect.name());
                }
            }
            let rest: Vec<&String> = described.keys().collect();
            assert!(rest.is_empty(), "{} does not serve {rest:?}", dialect.name());
        }
    }

    #[test]
    fn every_operation_is_explained() {
        for dialect in Dialect::ALL {
            let document = parsed(dialect);
            let mut ids = BTreeSet::new();
            for (path, method, operation) in operations(&document) {
                let what = format!("{} {method} {path}", dialect.name());
                assert!(operation["summary"].is_string(), "{what}");
                assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{what}");
                let mut tags = document["tags"].as_array().unwrap().iter();
                assert!(
                    tags.any(|tag| tag["name"] == operation["tags"][0]),
                    "{what}: its tag"
                );
                let named = path.split('{').skip(1);
                let named: BTreeSet<&str> = named.map(|part| part.split('}').next().unwrap()).collect();
                let explained = document["paths"][path]["parameters"].as_array();
                let explained = explained.into_iter().flatten();
                let explained: BTreeSet<&str> = explained
                    .map(|parameter| parameter["name"].as_str().unwrap())
                    .collect();
                assert_eq!(explained, named, "{what}");
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        for dialect in Dialect::ALL {
            let document = parsed(dialect);
            for part in document.to_string().split("\"$ref\":\"#").skip(1) {
                let pointer = part.split('"').next().unwrap();
                assert!(
                    document.pointer(pointer).is_some(),
                    "{} {pointer}",
                    dialect.name()
                );
            }
        }
    }

    #[test]
    fn the_blanks_of_a_document_are_filled_in() {
        for dialect in Dialect::ALL {
            let document = parsed(dialect);
            assert_eq!(document["openapi"], "3.1.0");
            assert_eq!(document["info"]["title"], dialect.name());
            assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
            assert_eq!(document["info"]["description"], source(dialect).1);
            let prefix = format!("/compat/{}", dialect.name());
            assert_eq!(document["servers"], json!([{ "url": prefix }]));
            let at_root: Value = serde_json::from_str(&written(dialect, Mount::Root)).unwrap();
            assert_eq!(at_root["servers"], json!([{ "url": "/" }]));
        }
    }

    #[test]
    fn all_describe_the_same_refusals_of_any_request() {
        for dialect in Dialect::ALL {
            let document = parsed(dialect);
            let responses = &document["components"]["responses"];
            for status in ["404", "405", "408", "409", "413", "415", "429", "500", "503"] {
                assert!(
                    responses[status]["description"].is_string(),
                    "{} {status}",
                    dialect.name()
                );
            }
        }
    }
}
