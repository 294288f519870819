//! What an import tells: how far it is, and what is not as it was.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Error;

/// How often it is told how far the import is.
const OFTEN: Duration = Duration::from_secs(3);
/// So much of what is not as it was is told of each kind of thing; a file has all of it.
const SHOWN: usize = 20;
/// Most characters of a line that is told.
const LINE: usize = 400;

/// A kind of thing that is brought over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// Accounts.
    Person,
    /// Pictures that stand for people.
    Picture,
    /// Groups, conversations and lists.
    Room,
    /// Messages.
    Message,
    /// Stable keys.
    Key,
    /// Statuses.
    Status,
}

impl Thing {
    /// The word for one of them.
    pub const fn one(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Picture => "profile picture",
            Self::Room => "room",
            Self::Message => "message",
            Self::Key => "key",
            Self::Status => "status",
        }
    }

    const fn many(self) -> &'static str {
        match self {
            Self::Person => "people",
            Self::Picture => "profile pictures",
            Self::Room => "rooms",
            Self::Message => "messages",
            Self::Key => "keys",
            Self::Status => "statuses",
        }
    }
}

/// How many of a kind have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// For the first time.
    pub new: u64,
    /// Before.
    pub known: u64,
    /// Not at all.
    pub lost: u64,
}

impl Count {
    fn all(self) -> u64 {
        self.new + self.known + self.lost
    }
}

/// What was told of a kind of thing.
#[derive(Default)]
struct Told {
    count: Count,
    /// The first of what is not as it was, and how many there are.
    notes: Vec<String>,
    noted: u64,
}

/// Tells how far an import is, and writes down what is not as it was.
pub struct Report<'a> {
    out: &'a mut dyn Write,
    file: Option<BufWriter<File>>,
    told: BTreeMap<Thing, Told>,
    since: Instant,
}

impl<'a> Report<'a> {
    /// Tells people on `out`, and programs in a file, if there is one: a JSON object a line.
    pub fn new(out: &'a mut dyn Write, file: Option<File>) -> Self {
        Self {
            out,
            file: file.map(BufWriter::new),
            told: BTreeMap::new(),
            since: Instant::now(),
        }
    }

    /// How many of a kind have come.
    pub fn count(&self, thing: Thing) -> Count {
        self.told.get(&thing).map(|told| told.count).unwrap_or_default()
    }

    pub(crate) fn came(&mut self, thing: Thing) -> Result<(), Error> {
        self.of(thing).count.new += 1;
        self.tell_how_far(thing)
    }

    pub(crate) fn knew(&mut self, thing: Thing) -> Result<(), Error> {
        self.of(thing).count.known += 1;
        self.tell_how_far(thing)
    }

    /// Something that did not come, and why.
    pub(crate) fn lost(&mut self, thing: Thing, key: &str, why: &str) -> Result<(), Error> {
        self.of(thing).count.lost += 1;
        self.note(thing, key, &format!("was not brought over: {why}"))?;
        self.tell_how_far(thing)
    }

    /// What of something is not as it was, or is to be known of it.
    pub(crate) fn note(&mut self, thing: Thing, key: &str, what: &str) -> Result<(), Error> {
        let told = self.of(thing);
        told.noted += 1;
        if told.notes.len() < SHOWN {
            let line = format!("{} {}: {what}", thing.one(), harmless(key));
            told.notes.push(line.chars().take(LINE).collect());
        }
        if let Some(file) = &mut self.file {
            let line = json!({ "kind": thing.one(), "key": key, "note": what });
            writeln!(file, "{line}").map_err(|why| Error::file("cannot write the report", why))?;
        }
        Ok(())
    }

    /// Says something to people.
    pub(crate) fn say(&mut self, text: impl fmt::Display) -> Result<(), Error> {
        writeln!(self.out, "{text}").map_err(|why| Error::file("cannot write", why))
    }

    fn of(&mut self, thing: Thing) -> &mut Told {
        self.told.entry(thing).or_default()
    }

    fn tell_how_far(&mut self, thing: Thing) -> Result<(), Error> {
        if self.since.elapsed() < OFTEN {
            return Ok(());
        }
        self.since = Instant::now();
        let all = self.count(thing).all();
        self.say(format_args!("{} so far: {all}", thing.many()))
    }

    /// Tells what has become of everything.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written.
    pub fn finish(mut self) -> Result<(), Error> {
        for (thing, told) in std::mem::take(&mut self.told) {
            let Count { new, known, lost } = told.count;
            self.say(format_args!(
                "{}: {new} new, {known} were here before, {lost} not brought over",
                thing.many()
            ))?;
            for note in &told.notes {
                self.say(format_args!("  {note}"))?;
            }
            let more = told.noted.saturating_sub(SHOWN as u64);
            if more > 0 {
                self.say(format_args!(
                    "  and {more} more like these, all of which --report writes into a file"
                ))?;
            }
        }
        if let Some(mut file) = self.file {
            file.flush()
                .map_err(|why| Error::file("cannot write the report", why))?;
        }
        Ok(())
    }
}

/// A text of an older server without what steers a terminal.
pub(crate) fn harmless(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_of_some_and_programs_of_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.jsonl");
        let mut out = Vec::new();
        let mut report = Report::new(&mut out, Some(File::create(&path).unwrap()));
        report.came(Thing::Person).unwrap();
        report.knew(Thing::Person).unwrap();
        for key in 0..SHOWN + 2 {
            let key = format!("{key}\u{1b}[31m");
            report.lost(Thing::Message, &key, "its room is gone").unwrap();
        }
        assert_eq!(report.count(Thing::Message).lost, SHOWN as u64 + 2);
        report.finish().unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(
            out.starts_with("people: 1 new, 1 were here before, 0 not brought over\n"),
            "{out}"
        );
        assert!(
            out.contains("  message 0 [31m: was not brought over: its room is gone\n"),
            "{out}"
        );
        assert!(out.contains("  and 2 more like these"), "{out}");
        let file = std::fs::read_to_string(&path).unwrap();
        assert_eq!(file.lines().count(), SHOWN + 2);
        let line: serde_json::Value = serde_json::from_str(file.lines().next().unwrap()).unwrap();
        assert_eq!(
            (&line["kind"], &line["note"]),
            (
                &json!("message"),
                &json!("was not brought over: its room is gone")
            )
        );
    }
}
