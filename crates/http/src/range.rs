//! Which bytes of a file a request wants (RFC 9110, section 14).

use std::ops::Range;

use actix_web::http::header::{HeaderMap, IF_RANGE, RANGE};

/// What is wanted of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes, at least one.
    Part(Range<u64>),
    /// Nothing that is there.
    Nothing,
}

/// What is wanted of a file of this length, whose strong tag is this. Several ranges at once, and what cannot be read, are
/// answered with the whole file, as is who has had another version of it.
pub(crate) fn wanted(headers: &HeaderMap, tag: &str, length: u64) -> Wanted {
    let condition = headers.get(IF_RANGE);
    if condition.is_some_and(|known| known.as_bytes() != tag.as_bytes()) {
        return Wanted::Whole;
    }
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    range
        .and_then(|range| parse(range, length))
        .unwrap_or(Wanted::Whole)
}

fn parse(range: &str, length: u64) -> Option<Wanted> {
    let (unit, set) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = set.trim().split_once('-')?;
    let range = match (first, last) {
        ("", suffix) => length.saturating_sub(number(suffix)?)..length,
        (first, "") => number(first)?..length,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(length)
        }
    };
    Some(if range.is_empty() {
        Wanted::Nothing
    } else {
        Wanted::Part(range)
    })
}

/// A number of digits alone; one that is too large for us is as good as the largest.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn of_ten(range: &str, condition: Option<&'static str>) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_str(range).unwrap());
        if let Some(condition) = condition {
            headers.insert(IF_RANGE, HeaderValue::from_static(condition));
        }
        wanted(&headers, "\"tag\"", 10)
    }

    #[test]
    fn ranges_are_read_as_the_standard_has_them() {
        let huge = "99999999999999999999999";
        for (range, wanted) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=2-5", Wanted::Part(2..6)),
            ("bytes=2-99", Wanted::Part(2..10)),
            ("bytes=9-", Wanted::Part(9..10)),
            ("bytes=0-", Wanted::Part(0..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-99", Wanted::Part(0..10)),
            ("Bytes=1-1", Wanted::Part(1..2)),
            (&*format!("bytes=0-{huge}"), Wanted::Part(0..10)),
            (&*format!("bytes=-{huge}"), Wanted::Part(0..10)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=10-20", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            (&*format!("bytes={huge}-"), Wanted::Nothing),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=1--2", Wanted::Whole),
            ("rows=1-2", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            assert_eq!(of_ten(range, None), wanted, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_version_is_no_good() {
        assert_eq!(of_ten("bytes=1-2", Some("\"tag\"")), Wanted::Part(1..3));
        for other in ["W/\"tag\"", "\"other\"", "Sun, 06 Nov 1994 08:49:37 GMT", ""] {
            assert_eq!(of_ten("bytes=1-2", Some(other)), Wanted::Whole, "{other}");
        }
    }
}
