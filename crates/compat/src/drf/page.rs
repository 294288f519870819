//! Lists by pages, as `rooms` has them.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Refusal, python};

/// How many are on a page if nothing is said, or nonsense.
const USUAL: u64 = 10;
/// Most that are on a page. More means so many.
const MOST: u64 = 100;

/// Which page is wanted: `?page=N` or `?page=last`, and `?page_size=N`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageQuery {
    page: Page,
    size: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Page {
    Number(u64),
    Last,
    /// No number that a page can have.
    Nonsense,
}

impl PageQuery {
    /// Reads a query string. What is wrong with it is told when it is known how many there are.
    pub(crate) fn parse(query: &str) -> Self {
        let value = |name: &str| {
            let pairs = form_urlencoded::parse(query.as_bytes());
            let named = pairs.filter(|(key, _)| key == name);
            named.last().map(|(_, value)| value)
        };
        let page = match value("page").as_deref() {
            None | Some("") => Page::Number(1),
            Some("last") => Page::Last,
            Some(text) => positive(text).map_or(Page::Nonsense, Page::Number),
        };
        let size = value("page_size").and_then(|text| positive(&text));
        Self {
            page,
            size: size.map_or(USUAL, |size| size.min(MOST)),
        }
    }

    /// How many are on a page.
    fn limit(&self) -> usize {
        usize::try_from(self.size).expect("pages are small")
    }

    /// How many are before the page, as far as that is known before it is known how many there are.
    fn guess(&self) -> u64 {
        match self.page {
            Page::Number(number) => (number - 1).saturating_mul(self.size),
            Page::Last | Page::Nonsense => 0,
        }
    }

    /// How many of the whole list, which has so many, are before the page.
    ///
    /// # Errors
    /// 404 if there is no such page.
    fn skip(&self, count: u64) -> Result<u64, Refusal> {
        let pages = self.pages(count);
        match self.page {
            Page::Number(number) if number <= pages => Ok((number - 1) * self.size),
            Page::Last => Ok((pages - 1) * self.size),
            Page::Number(_) | Page::Nonsense => Err(Refusal::detail(StatusCode::NOT_FOUND, "Invalid page.")),
        }
    }

    /// How many pages there are: one where there is nothing.
    fn pages(&self, count: u64) -> u64 {
        count.div_ceil(self.size).max(1)
    }
}

impl FromRequest for PageQuery {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::parse(request.query_string())))
    }
}

/// Reads the page that is wanted of a list, which gives some after so many and says how many there are in all.
///
/// # Errors
/// 404 if there is no such page, and what the list refuses.
pub(crate) async fn read<T, E: Into<Refusal>>(
    query: &PageQuery,
    list: impl AsyncFn(u64, usize) -> Result<(Vec<T>, u64), E>,
) -> Result<(Vec<T>, u64), Refusal> {
    let guessed = query.guess();
    let read = list(guessed, query.limit()).await;
    let (items, count) = read.map_err(Into::<Refusal>::into)?;
    let skip = query.skip(count)?;
    if skip == guessed {
        return Ok((items, count));
    }
    list(skip, query.limit()).await.map_err(Into::into)
}

/// A page, of a list of so many.
pub(crate) fn shape(results: Vec<Value>, count: u64, query: &PageQuery) -> Value {
    json!({
        "page_metadata": {
            "total_pages": query.pages(count),
            "count": count,
            "page_size": query.size,
        },
        "results": results,
    })
}

fn positive(text: &str) -> Option<u64> {
    let number = python::integer(text)?;
    u64::try_from(number).ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_bounded_and_nonsense_is_the_usual() {
        for (query, size) in [
            ("", 10),
            ("page_size=7", 7),
            ("page_size=100", 100),
            ("page_size=101", 100),
            ("page_size=99999999999999999999", 100),
            ("page_size=0", 10),
            ("page_size=-3", 10),
            ("page_size=many", 10),
            ("page_size=", 10),
            ("page_size=3&page_size=4", 4),
        ] {
            assert_eq!(PageQuery::parse(query).limit(), size, "{query}");
        }
    }

    #[test]
    fn pages_are_counted_from_one() {
        for (query, count, skip) in [
            ("", 0, Some(0)),
            ("page=", 25, Some(0)),
            ("page=1", 0, Some(0)),
            ("page=3", 25, Some(20)),
            ("page=last", 25, Some(20)),
            ("page=last", 0, Some(0)),
            ("page=last&page_size=5", 25, Some(20)),
            ("page=2", 10, None),
            ("page=4", 25, None),
            ("page=0", 25, None),
            ("page=-1", 25, None),
            ("page=1.0", 25, None),
            ("page=first", 25, None),
            ("page=99999999999999999999", 25, None),
        ] {
            assert_eq!(
                PageQuery::parse(query).skip(count).ok(),
                skip,
                "{query} of {count}"
            );
        }
    }

    #[test]
    fn a_page_that_is_not_there_is_not_found() {
        let refusal = PageQuery::parse("page=9").skip(0).unwrap_err();
        assert_eq!(refusal.to_string(), r#"{"detail":"Invalid page."}"#);
    }

    #[tokio::test]
    async fn a_page_is_read_at_its_place() {
        let cases: [(&str, Option<&[u64]>); 5] = [
            ("page=2&page_size=3", Some(&[3, 4, 5])),
            ("page=last&page_size=3", Some(&[6])),
            ("page=last&page_size=7", Some(&[0, 1, 2, 3, 4, 5, 6])),
            ("page=4&page_size=3", None),
            ("page=0", None),
        ];
        for (query, expected) in cases {
            let list = async |skip: u64, most: usize| {
                let items: Vec<u64> = (0..7).filter(|item| *item >= skip).take(most).collect();
                Ok::<_, Refusal>((items, 7))
            };
            let read = read(&PageQuery::parse(query), list).await.ok();
            assert_eq!(read, expected.map(|items| (items.to_vec(), 7)), "{query}");
        }
    }

    #[test]
    fn an_empty_list_is_one_page() {
        let expected = json!({
            "page_metadata": { "total_pages": 1, "count": 0, "page_size": 10 },
            "results": [],
        });
        assert_eq!(shape(Vec::new(), 0, &PageQuery::parse("")), expected);
        let page = shape(vec![json!(1)], 21, &PageQuery::parse("page=3"));
        assert_eq!(page["page_metadata"]["total_pages"], 3);
    }
}
