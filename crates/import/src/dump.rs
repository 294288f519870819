//! Dumps that `manage.py dumpdata` writes: a list of objects `{"model", "pk", "fields"}`, however long, as it is or made smaller with
//! gzip.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use parlor_domain::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer as _, Error as _, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Deserializer, Map, Value};

use crate::Error;
use crate::dialects::{KEYED_BY_TEXT, LISTS, REFERENCES, SAID_IN_TIME, SHOWN_BY_PERSON};
use crate::row::time;

/// Most bytes of an entry. The rest of what memory it takes goes with it.
const LONGEST: usize = 16 << 20;
/// Within so many bytes from its beginning an entry names its model.
const HEAD: usize = 200;
/// So many bytes are read from the file at a time.
const AT_ONCE: usize = 1 << 20;
/// How a file of gzip begins.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// How files of `pg_dump` begin: its archives, and its SQL.
const OF_POSTGRES: [&[u8]; 2] = [b"PGDMP", b"--\n-- PostgreSQL database"];

/// A row of a dump, as it stands in the table that its model has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpedRow {
    /// Of which table.
    pub table: String,
    /// Where it stands in its table, before its key.
    pub sort: i64,
    /// Its key, if that is a whole number; else 0.
    pub number: i64,
    /// Its key as text.
    pub key: String,
    /// All of it, as a JSON object.
    pub line: String,
    /// Whether it names other rows by what they are called, as `--natural-foreign` makes it, and not by their keys.
    pub by_name: bool,
}

#[derive(Deserialize)]
struct Entry {
    model: String,
    pk: Value,
    fields: Map<String, Value>,
}

/// Reads a dump from its beginning to its end, and gives its rows one by one. Blocks the thread.
///
/// # Errors
/// [`Error::File`] if it cannot be read, [`Error::PostgresDump`] and [`Error::Dump`] if it is none; and what `each` fails with.
pub fn read(path: &Path, each: impl FnMut(DumpedRow) -> Result<(), Error>) -> Result<(), Error> {
    let file = open(path)?;
    let (mut failed, begun) = (None, Begun::default());
    let rows = Rows {
        each,
        failed: &mut failed,
        begun: &begun,
    };
    let mut json = Deserializer::from_reader(Bounded { file, begun: &begun });
    let done = json.deserialize_seq(rows).and_then(|()| json.end());
    match (failed, done) {
        (Some(error), _) => Err(error),
        (None, Ok(())) => Ok(()),
        (None, Err(why)) => Err(Error::Dump {
            path: path.to_owned(),
            why: told(&why),
        }),
    }
}

/// The text of a dump.
fn open(path: &Path) -> Result<Box<dyn Read>, Error> {
    let unreadable = |why| Error::file(format!("cannot read {}", path.display()), why);
    let mut file = BufReader::with_capacity(AT_ONCE, File::open(path).map_err(unreadable)?);
    let head = file.fill_buf().map_err(unreadable)?;
    if OF_POSTGRES.iter().any(|beginning| head.starts_with(beginning)) {
        return Err(Error::PostgresDump {
            path: path.to_owned(),
        });
    }
    Ok(if head.starts_with(GZIP) {
        Box::new(BufReader::with_capacity(AT_ONCE, MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    })
}

/// What is wrong with a dump, without what stands in it.
fn told(why: &serde_json::Error) -> String {
    let what = match why.classify() {
        Category::Io => return why.to_string(),
        Category::Syntax => "it is no JSON",
        Category::Data => "it is no list of objects with model, pk and fields",
        Category::Eof => "it ends too early",
    };
    format!("{what} (line {}, column {})", why.line(), why.column())
}

/// What was read of an entry by now.
#[derive(Default)]
struct Begun {
    bytes: Cell<usize>,
    head: RefCell<Vec<u8>>,
}

impl Begun {
    fn add(&self, read: &[u8]) {
        let before = self.bytes.get();
        self.bytes.set(before + read.len());
        if before < HEAD {
            let first = read.len().min(HEAD - before);
            self.head.borrow_mut().extend_from_slice(&read[..first]);
        }
    }

    fn clear(&self) {
        self.bytes.set(0);
        self.head.borrow_mut().clear();
    }

    /// Its model, if it has been named.
    fn model(&self) -> Option<String> {
        let head = self.head.borrow();
        let head = String::from_utf8_lossy(&head);
        let mut texts = head.split('"').skip_while(|text| *text != "model").skip(2);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
        texts
            .next()
            .filter(|model| !model.is_empty() && model.chars().all(plain))
            .map(str::to_owned)
    }

    fn too_long(&self) -> String {
        let most = LONGEST >> 20;
        match self.model() {
            Some(model) => format!(
                "an entry of {model} has more than {most} MiB (if none of these is to come over, leave them out with --exclude {model})"
            ),
            None => format!("one of its entries has more than {most} MiB"),
        }
    }
}

/// A file of which no more is read than one entry may have, until somebody says that another begins.
struct Bounded<'a, R> {
    file: R,
    begun: &'a Begun,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.begun.add(&buffer[..read]);
        if self.begun.bytes.get() > LONGEST {
            return Err(io::Error::other(self.begun.too_long()));
        }
        Ok(read)
    }
}

struct Rows<'a, F> {
    each: F,
    failed: &'a mut Option<Error>,
    begun: &'a Begun,
}

impl<'de, F: FnMut(DumpedRow) -> Result<(), Error>> Visitor<'de> for Rows<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects with model, pk and fields")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(entry) = list.next_element::<Entry>()? {
            self.begun.clear();
            if let Err(error) = (self.each)(row(entry)) {
                *self.failed = Some(error);
                return Err(A::Error::custom("it was not wanted any more"));
            }
        }
        Ok(())
    }
}

fn row(entry: Entry) -> DumpedRow {
    let Entry {
        model,
        pk,
        mut fields,
    } = entry;
    let table = model.replace('.', "_");
    let sort = sort(&table, &fields);
    let by_name = by_name(&fields);
    let number = pk.as_i64().unwrap_or(0);
    let key = match &pk {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let column = if KEYED_BY_TEXT.contains(&&*table) {
        "key"
    } else {
        "id"
    };
    fields.insert(column.to_owned(), pk);
    DumpedRow {
        table,
        sort,
        number,
        key,
        line: Value::Object(fields).to_string(),
        by_name,
    }
}

/// Whether a list stands where a key should.
fn by_name(fields: &Map<String, Value>) -> bool {
    let one = REFERENCES.iter().filter_map(|field| fields.get(*field));
    let lists = LISTS.iter().filter_map(|field| fields.get(*field)?.as_array());
    one.chain(lists.flatten()).any(Value::is_array)
}

/// Where a row stands in its table, before its key.
fn sort(table: &str, fields: &Map<String, Value>) -> i64 {
    if SAID_IN_TIME.contains(&table) {
        let at = fields.get("created_at").and_then(Value::as_str).and_then(time);
        return at.map_or(0, Timestamp::micros);
    }
    let by_person = SHOWN_BY_PERSON.iter().find(|(shown, _)| *shown == table);
    let person = by_person.and_then(|(_, field)| fields.get(*field)?.as_i64());
    person.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn rows(text: impl AsRef<[u8]>) -> Result<Vec<DumpedRow>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dump.json");
        std::fs::write(&path, text).unwrap();
        let mut rows = Vec::new();
        read(&path, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    #[test]
    fn entries_become_rows_of_their_tables() {
        let read = rows(
            r#"[{"model": "chat.room", "pk": 7, "fields": {"name": "tea", "users": [1]}},
               {"model": "authtoken.token", "pk": "abc", "fields": {"user": 1}},
               {"model": "app.conversationmessage", "pk": "x", "fields": {"created_at": "1970-01-01T00:00:01Z"}}]"#,
        )
        .unwrap();
        let places: Vec<_> = read
            .iter()
            .map(|row| (&*row.table, row.sort, row.number, &*row.key))
            .collect();
        assert_eq!(
            places,
            [
                ("chat_room", 0, 7, "7"),
                ("authtoken_token", 0, 0, "abc"),
                ("app_conversationmessage", 1_000_000, 0, "x"),
            ]
        );
        let line: Value = serde_json::from_str(&read[0].line).unwrap();
        assert_eq!(line, serde_json::json!({ "id": 7, "name": "tea", "users": [1] }));
        assert!(read[1].line.contains(r#""key":"abc""#));
        assert!(rows("[]").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_dump_is_refused_with_its_place() {
        for text in ["", "{}", "[", r#"[{"model": "a.b"}]"#, "[] []", "[7]", "\u{1}"] {
            let error = rows(text).unwrap_err();
            assert!(matches!(&error, Error::Dump { .. }), "{text}: {error}");
            assert!(error.to_string().contains("line"), "{error}");
        }
    }

    #[test]
    fn nothing_of_what_is_wrong_is_told() {
        let error = rows(r#"[{"model": "a.b", "pk": 1, "fields": "a secret"}]"#).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn an_entry_has_an_end() {
        let entry = |text: &str| format!(r#"{{"model": "a.b", "pk": 1, "fields": {{"text": "{text}"}}}}"#);
        let long = entry(&"x".repeat(LONGEST / 2));
        assert_eq!(rows(format!("[{long}, {long}, {long}]")).unwrap().len(), 3);
        let longer = entry(&"x".repeat(LONGEST));
        let short = entry("x").replace("a.b", "a.c");
        let error = rows(format!("[{short}, {longer}]")).unwrap_err();
        let told = "an entry of a.b has more than 16 MiB (if none of these is to come over, leave them out with --exclude a.b)";
        assert!(error.to_string().contains(told), "{error}");
        let unnamed = longer.replace("model", "x");
        let error = rows(format!("[{unnamed}]")).unwrap_err();
        assert!(
            error.to_string().contains("one of its entries has more"),
            "{error}"
        );
    }

    #[test]
    fn names_in_place_of_keys_are_noticed() {
        for (fields, expected) in [
            (r#"{"owner": 1, "users": [1, 2]}"#, false),
            (r#"{"initiator": null, "group_members": "[\"1\"]"}"#, false),
            (r#"{"groups": [["staff"]]}"#, false),
            (r#"{"owner": ["ann"], "users": []}"#, true),
            (r#"{"owner": 1, "users": [["ann"], ["ben"]]}"#, true),
        ] {
            let read = rows(format!(r#"[{{"model": "a.b", "pk": 1, "fields": {fields}}}]"#)).unwrap();
            assert_eq!(read[0].by_name, expected, "{fields}");
        }
    }

    #[test]
    fn who_wants_no_more_is_given_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dump.json");
        std::fs::write(&path, r#"[{"model": "a.b", "pk": 1, "fields": {}}, nonsense"#).unwrap();
        let refused = || Error::NotOne {
            table: "a_b",
            dialect: "rooms",
        };
        let error = read(&path, |_| Err(refused())).unwrap_err();
        assert!(matches!(error, Error::NotOne { .. }), "{error}");
        let none = folder.path().join("none.json");
        assert!(matches!(read(&none, |_| Ok(())), Err(Error::File { .. })));
    }

    fn smaller(text: &str) -> Vec<u8> {
        let mut file = GzEncoder::new(Vec::new(), Compression::default());
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap()
    }

    #[test]
    fn what_was_made_smaller_is_read_to_its_end() {
        let text = r#"[{"model": "a.b", "pk": 1, "fields": {}}, {"model": "a.b", "pk": 2, "fields": {}}]"#;
        let (first, second) = text.split_at(50);
        let whole = smaller(text);
        assert_eq!(rows(&whole).unwrap(), rows(text).unwrap());
        let in_two = [smaller(first), smaller(second)].concat();
        assert_eq!(rows(in_two).unwrap(), rows(text).unwrap());
        for cut in [&whole[..whole.len() / 2], GZIP] {
            let error = rows(cut).unwrap_err();
            assert!(matches!(&error, Error::Dump { .. }), "{error}");
        }
    }

    #[test]
    fn what_pg_dump_made_is_no_such_dump() {
        for text in ["PGDMP\u{1}\u{e}", "--\n-- PostgreSQL database dump\n--\n"] {
            let error = rows(text).unwrap_err();
            assert!(matches!(&error, Error::PostgresDump { .. }), "{error}");
        }
    }
}
