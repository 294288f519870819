//! The scanner of CPython's `json`, for what it says.

/// How deep lists and objects may stand in each other, as `serde_json` has it.
const DEEPEST: usize = 127;

/// What Python says of a text that is no JSON; `None` if it could read it.
pub(super) fn complaint(text: &str) -> Option<String> {
    let mut scanner = Scanner {
        text: text.chars().collect(),
        depth: 0,
    };
    scanner.document().err()
}

/// Goes through a text in the steps of Modules/_json.c. Positions count characters.
struct Scanner {
    text: Vec<char>,
    depth: usize,
}

/// Where something ends, or what is wrong with it.
type Scanned = Result<usize, String>;

impl Scanner {
    fn document(&mut self) -> Scanned {
        if self.peek(0) == Some('\u{feff}') {
            return Err(self.wrong("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0));
        }
        let start = self.skip(0);
        let end = self.value(start)?;
        let end = self.skip(end);
        if end < self.text.len() {
            return Err(self.wrong("Extra data", end));
        }
        Ok(end)
    }

    fn value(&mut self, at: usize) -> Scanned {
        match self.peek(at) {
            Some('"') => self.string(at),
            Some('{') => self.within("object", at + 1, Self::object),
            Some('[') => self.within("array", at + 1, Self::array),
            _ => self.word(at),
        }
    }

    fn within(&mut self, what: &str, at: usize, scan: fn(&mut Self, usize) -> Scanned) -> Scanned {
        if self.depth == DEEPEST {
            return Err(format!(
                "maximum recursion depth exceeded while decoding a JSON {what} from a unicode string"
            ));
        }
        self.depth += 1;
        let end = scan(self, at);
        self.depth -= 1;
        end
    }

    fn object(&mut self, at: usize) -> Scanned {
        let mut at = self.skip(at);
        if self.peek(at) == Some('}') {
            return Ok(at + 1);
        }
        loop {
            if self.peek(at) != Some('"') {
                return Err(self.wrong("Expecting property name enclosed in double quotes", at));
            }
            let end = self.string(at)?;
            at = self.skip(end);
            if self.peek(at) != Some(':') {
                return Err(self.wrong("Expecting ':' delimiter", at));
            }
            let start = self.skip(at + 1);
            let end = self.value(start)?;
            at = self.skip(end);
            match self.peek(at) {
                Some('}') => return Ok(at + 1),
                Some(',') => at = self.skip(at + 1),
                _ => return Err(self.wrong("Expecting ',' delimiter", at)),
            }
        }
    }

    fn array(&mut self, at: usize) -> Scanned {
        let mut at = self.skip(at);
        if self.peek(at) == Some(']') {
            return Ok(at + 1);
        }
        loop {
            let end = self.value(at)?;
            at = self.skip(end);
            match self.peek(at) {
                Some(']') => return Ok(at + 1),
                Some(',') => at = self.skip(at + 1),
                _ => return Err(self.wrong("Expecting ',' delimiter", at)),
            }
        }
    }

    /// A string that begins here with its quotation mark.
    fn string(&self, begin: usize) -> Scanned {
        let mut at = begin + 1;
        loop {
            at = match self.peek(at) {
                Some('"') => return Ok(at + 1),
                Some('\\') => self.escape(begin, at + 1)?,
                Some('\0'..='\u{1f}') => return Err(self.wrong("Invalid control character at", at)),
                Some(_) => at + 1,
                None => return Err(self.wrong("Unterminated string starting at", begin)),
            };
        }
    }

    /// What follows a backslash, in a string that begins there.
    fn escape(&self, begin: usize, at: usize) -> Scanned {
        match self.peek(at) {
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => Ok(at + 1),
            Some('u') => {
                let end = at + 5;
                let digits = self.text.get(at + 1..end);
                let are_hex = digits.is_some_and(|digits| digits.iter().all(char::is_ascii_hexdigit));
                // A string that ends in the digits is not looked at for its own end.
                if are_hex && end < self.text.len() {
                    Ok(end)
                } else {
                    Err(self.wrong("Invalid \\uXXXX escape", at))
                }
            }
            Some(_) => Err(self.wrong("Invalid \\escape", at - 1)),
            None => Err(self.wrong("Unterminated string starting at", begin)),
        }
    }

    fn word(&self, at: usize) -> Scanned {
        if let Some(word) = ["null", "true", "false"]
            .iter()
            .find(|word| self.begins(at, word))
        {
            return Ok(at + word.len());
        }
        let beyond = ["NaN", "Infinity", "-Infinity"];
        match beyond.iter().find(|word| self.begins(at, word)) {
            Some(word) => Err(format!(
                "Out of range float values are not JSON compliant: '{word}'"
            )),
            None => self.number(at),
        }
    }

    /// A number, as far as it is one.
    fn number(&self, at: usize) -> Scanned {
        let first = at + usize::from(self.peek(at) == Some('-'));
        let mut end = match self.peek(first) {
            Some('0') => first + 1,
            Some('1'..='9') => self.digits(first),
            _ => return Err(self.wrong("Expecting value", at)),
        };
        if self.peek(end) == Some('.') && self.digits(end + 1) > end + 1 {
            end = self.digits(end + 1);
        }
        if matches!(self.peek(end), Some('e' | 'E')) {
            let sign = usize::from(matches!(self.peek(end + 1), Some('+' | '-')));
            let exponent = end + 1 + sign;
            if self.digits(exponent) > exponent {
                end = self.digits(exponent);
            }
        }
        Ok(end)
    }

    fn peek(&self, at: usize) -> Option<char> {
        self.text.get(at).copied()
    }

    fn begins(&self, at: usize, word: &str) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.len() >= word.len() && rest.iter().copied().zip(word.chars()).all(|(a, b)| a == b)
    }

    /// Where what follows white space begins.
    fn skip(&self, at: usize) -> usize {
        self.while_is(at, |c| matches!(c, ' ' | '\t' | '\n' | '\r'))
    }

    /// Where what follows digits begins.
    fn digits(&self, at: usize) -> usize {
        self.while_is(at, |c| c.is_ascii_digit())
    }

    fn while_is(&self, at: usize, is: impl Fn(char) -> bool) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|c| is(**c)).count()
    }

    /// What Python says of this place.
    fn wrong(&self, what: &str, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.iter().filter(|c| **c == '\n').count() + 1;
        let column = before.iter().rev().position(|c| *c == '\n').unwrap_or(at) + 1;
        format!("{what}: line {line} column {column} (char {at})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_wrong_is_told_in_the_words_of_python() {
        for (text, expected) in [
            ("  ", "Expecting value: line 1 column 3 (char 2)"),
            (
                "{",
                "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            ),
            ("nul", "Expecting value: line 1 column 1 (char 0)"),
            ("{\"a\"", "Expecting ':' delimiter: line 1 column 5 (char 4)"),
            ("{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
            ("{\"a\":", "Expecting value: line 1 column 6 (char 5)"),
            ("{\"a\":1", "Expecting ',' delimiter: line 1 column 7 (char 6)"),
            (
                "{\"a\":1 \"b\"}",
                "Expecting ',' delimiter: line 1 column 8 (char 7)",
            ),
            (
                "{\"a\":1,}",
                "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)",
            ),
            (
                "{'a':1}",
                "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            ),
            ("[1,]", "Expecting value: line 1 column 4 (char 3)"),
            ("[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"),
            ("[1.e5]", "Expecting ',' delimiter: line 1 column 3 (char 2)"),
            ("[1e]", "Expecting ',' delimiter: line 1 column 3 (char 2)"),
            ("{} x", "Extra data: line 1 column 4 (char 3)"),
            ("01", "Extra data: line 1 column 2 (char 1)"),
            ("1.", "Extra data: line 1 column 2 (char 1)"),
            ("-", "Expecting value: line 1 column 1 (char 0)"),
            (
                "\"abc",
                "Unterminated string starting at: line 1 column 1 (char 0)",
            ),
            (
                "\"\\",
                "Unterminated string starting at: line 1 column 1 (char 0)",
            ),
            (
                "\"a\nb\"",
                "Invalid control character at: line 1 column 3 (char 2)",
            ),
            ("\"a\\x\"", "Invalid \\escape: line 1 column 3 (char 2)"),
            ("\"\\u12\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
            ("\"\\u1234", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
            ("\"\\u12g4\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
            (
                "{\"a\":NaN}",
                "Out of range float values are not JSON compliant: 'NaN'",
            ),
            (
                "[-Infinity]",
                "Out of range float values are not JSON compliant: '-Infinity'",
            ),
            (
                "\n\n{\"\u{e9}\": nil}",
                "Expecting value: line 3 column 7 (char 8)",
            ),
            (
                "\u{feff}{}",
                "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)",
            ),
        ] {
            assert_eq!(complaint(text).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn what_is_right_is_no_complaint() {
        for text in [
            "{}",
            " [ ] ",
            r#"{"a": [1, -0.5e+3, 1E5, true, false, null], "b": {"c": "\u00e9\n"}}"#,
            r#""\ud83d\ude00""#,
            "0",
        ] {
            assert_eq!(complaint(text), None, "{text:?}");
        }
    }

    #[test]
    fn nobody_digs_too_deep() {
        let text = "[".repeat(100_000);
        let complaint = complaint(&text).unwrap();
        assert!(
            complaint.starts_with("maximum recursion depth exceeded"),
            "{complaint}"
        );
    }

    proptest! {
        #[test]
        fn what_serde_reads_is_no_complaint(text in r#"(null|true|[\[\]{}",:0-9eE.+\- \\]){0,12}"#) {
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                prop_assert_eq!(complaint(&text), None);
            }
        }
    }
}
