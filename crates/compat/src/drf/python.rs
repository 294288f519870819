//! JSON as Python reads it, and what it says of a text that it cannot read.

mod scanner;
mod value;

use serde_json::Value;

pub(super) use self::value::{integer, number, strip, text, type_name};
use crate::pick::pick;

/// Reads a body of JSON.
///
/// # Errors
/// What Python's `json` says of it, strict as DRF makes it: `Expecting value: line 1 column 1 (char 0)`
pub(super) fn json(body: &[u8]) -> Result<Value, String> {
    let text = decode(body)?;
    serde_json::from_str(text).map_err(|error| {
        // What Python could read may still be nothing that can be stored or answered.
        scanner::complaint(text).unwrap_or_else(|| {
            if error.to_string().starts_with("number out of range") {
                "Out of range float values are not JSON compliant: inf".to_owned()
            } else {
                "Surrogate characters are not allowed.".to_owned()
            }
        })
    })
}

/// Whether Python reads this text as JSON, though what it says may be nothing that can be stored: half of a letter, or a number beyond
/// all bounds.
pub(crate) fn is_python(text: &str) -> bool {
    scanner::complaint(text).is_none()
}

/// Reads a long body of JSON: of an object these fields, as [`pick`] does.
///
/// # Errors
/// What is wrong with it, in other words than Python's: to find those, the text would be gone through letter by letter.
pub(super) fn long_json(body: &[u8], fields: &[&str]) -> Result<Value, String> {
    pick(decode(body)?, fields).map_err(|error| error.to_string())
}

/// A text of UTF-8. Python waits in vain for the rest of a letter that breaks off at the end, and passes it over.
fn decode(body: &[u8]) -> Result<&str, String> {
    let error = match std::str::from_utf8(body) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let (good, bad) = body.split_at(error.valid_up_to());
    let Some(length) = error.error_len() else {
        return Ok(std::str::from_utf8(good).expect("it is valid up to here"));
    };
    let why = match bad {
        [0x80..=0xc1 | 0xf5..=0xff, ..] => "invalid start byte",
        _ => "invalid continuation byte",
    };
    let (first, last) = (good.len(), good.len() + length - 1);
    let what = match bad {
        [byte, ..] if length == 1 => format!("byte {byte:#04x} in position {first}"),
        _ => format!("bytes in position {first}-{last}"),
    };
    Err(format!("'utf-8' codec can't decode {what}: {why}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json as value;

    use super::*;

    #[test]
    fn the_last_of_two_values_counts() {
        assert_eq!(json(br#" {"a": 1, "a": "b"} "#).unwrap(), value!({ "a": "b" }));
    }

    #[test]
    fn what_cannot_be_read_is_told_in_the_words_of_python() {
        let cases: [(&[u8], &str); 3] = [
            (b"[1,]", "Expecting value: line 1 column 4 (char 3)"),
            (
                b"[1e999]",
                "Out of range float values are not JSON compliant: inf",
            ),
            (br#""\ud800""#, "Surrogate characters are not allowed."),
        ];
        for (body, why) in cases {
            assert_eq!(json(body).unwrap_err(), why);
        }
    }

    #[test]
    fn what_is_no_text_is_told_by_its_bytes() {
        let cases: [(&[u8], &str); 4] = [
            (b"\xff{}", "byte 0xff in position 0: invalid start byte"),
            (
                b"{\"a\":\"\xe2(\"}",
                "byte 0xe2 in position 6: invalid continuation byte",
            ),
            (
                b"{\"a\":\"\xf0\x9f\x98x\"}",
                "bytes in position 6-8: invalid continuation byte",
            ),
            (
                b"\"\xed\xa0\x80\"",
                "byte 0xed in position 1: invalid continuation byte",
            ),
        ];
        for (body, why) in cases {
            let expected = format!("'utf-8' codec can't decode {why}");
            assert_eq!(json(body).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_letter_that_breaks_off_at_the_end_is_passed_over() {
        assert_eq!(json(b"{}\xc3").unwrap(), value!({}));
        assert_eq!(
            json(b"\"\xc3").unwrap_err(),
            "Unterminated string starting at: line 1 column 1 (char 0)"
        );
    }
}
