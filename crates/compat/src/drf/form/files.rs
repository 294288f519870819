//! Files.

use serde_json::Value;

use super::Form;
use crate::drf::FilePart;

const NOT_A_FILE: &str = "The submitted data was not a file. Check the encoding type on the form.";
const EMPTY: &str = "The submitted file is empty.";

impl Form {
    /// A file; `None` if it is refused, or if there is none, which is never wrong: nothing, `null`, or an empty text in a form.
    pub(crate) fn file_or_none(&mut self, field: &str) -> Option<FilePart> {
        let wrong = match (self.files.remove(field), self.value(field)) {
            (Some(file), _) if file.bytes() > 0 => return Some(file),
            (Some(_), _) => EMPTY,
            (None, None | Some(Value::Null)) => return None,
            (None, Some(Value::String(text))) if self.is_form && text.is_empty() => return None,
            (None, Some(_)) => NOT_A_FILE,
        };
        self.refuse(field, wrong);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::{Map, json};

    use super::*;
    use crate::drf::Text;
    use crate::drf::file::tests::file;

    async fn form(name: &str, bytes: &[u8]) -> Form {
        let part = file("a.txt", None, bytes).await;
        Form::new(Map::new(), HashMap::from([(name.to_owned(), part)]), true)
    }

    #[tokio::test]
    async fn a_file_is_taken_out() {
        let mut form = form("photo", b"abc").await;
        assert_eq!(form.file_or_none("photo").unwrap().bytes(), 3);
        form.finish().unwrap();
    }

    #[tokio::test]
    async fn an_empty_file_is_refused() {
        let mut form = form("photo", b"").await;
        assert!(form.file_or_none("photo").is_none());
        assert_eq!(form.said(), r#"{"photo":["The submitted file is empty."]}"#);
    }

    #[tokio::test]
    async fn a_file_is_no_text() {
        let mut form = form("name", b"abc").await;
        assert_eq!(form.text("name", Text::new()), "");
        assert_eq!(form.said(), r#"{"name":["Not a valid string."]}"#);
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let mut form = Form::of_json(json!({ "a": "x", "b": "" }));
        for field in ["a", "b"] {
            assert!(form.file_or_none(field).is_none());
        }
        let errors = json!({
            "a": ["The submitted data was not a file. Check the encoding type on the form."],
            "b": ["The submitted data was not a file. Check the encoding type on the form."],
        });
        assert_eq!(form.errors(), Some(errors));
    }

    #[test]
    fn a_file_may_be_left_out() {
        let mut form = Form::of_fields(&[("a", ""), ("b", "x")]);
        assert!(form.file_or_none("a").is_none());
        assert!(form.file_or_none("c").is_none());
        form.refuse("d", "No.");
        assert!(form.file_or_none("b").is_none());
        assert!(form.is_refused("b"));
        let mut form = Form::of_json(json!({ "a": null }));
        assert!(form.file_or_none("a").is_none());
        form.finish().unwrap();
    }
}
