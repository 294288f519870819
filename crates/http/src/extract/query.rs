//! Query strings.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use parlor_wire::FieldError;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::ApiError;

/// The parameters of a query string, each at most once.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<Query<T>, ApiError> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs)
        .map(Query)
        .map_err(|error| FieldError::explain(&error.path().to_string(), &error.inner().to_string()).into())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        after: Option<String>,
        limit: Option<u64>,
    }

    #[test]
    fn parameters_are_read() {
        let Query(page) = parse::<Page>("limit=7&after=a%20b").unwrap();
        assert_eq!((page.limit, page.after.as_deref()), (Some(7), Some("a b")));
        assert!(parse::<Page>("").is_ok());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, expected) in [
            ("limit=-1", "limit: must be a whole number that is not negative"),
            ("limit=", "limit: must be a whole number that is not negative"),
            ("limit=NaN", "limit: must be a whole number that is not negative"),
            (
                "limit=18446744073709551616",
                "limit: must be a whole number that is not negative",
            ),
            ("limit=1&limit=2", "limit: must be given once"),
            (
                "limit[]=1",
                "limit[]: is not known; known here: `after` or `limit`",
            ),
        ] {
            let error = parse::<Page>(query).map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), expected, "{query}");
        }
    }
}
