//! Forms with files.

/// The header that goes with a [`form`].
pub(crate) const MULTIPART: (&str, &str) = ("content-type", "multipart/form-data; boundary=parts");

/// A part of a form.
pub(crate) enum Part<'a> {
    /// A name and a text.
    Text(&'a str, &'a str),
    /// A name, what the file is called, what it is said to be, and what is in it.
    File(&'a str, &'a str, &'a str, &'a [u8]),
}

/// A form, as a browser sends it.
pub(crate) fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut form = Vec::new();
    for part in parts {
        let (head, bytes) = match part {
            Part::Text(name, text) => (format!("name=\"{name}\"\r\n"), text.as_bytes()),
            Part::File(name, called, said, bytes) => (
                format!("name=\"{name}\"; filename=\"{called}\"\r\ncontent-type: {said}\r\n"),
                *bytes,
            ),
        };
        let head = format!("--parts\r\ncontent-disposition: form-data; {head}\r\n");
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(bytes);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(b"--parts--\r\n");
    form
}
