//! What an import tells: how far it is, and what is not as it was.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Error;

/// How often it is told how far the import is.
const OFTEN: Duration = Duration::from_secs(3);
/// So much of what is not as it was is told of each kind of thing; a file has all of it.
const SHOWN: usize = 20;
/// Most characters of a line that is told.
const LINE: usize = 400;

/// A kind of thing that is brought over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
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
    pub(crate) const fn one(self) -> &'static str {
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
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Count {
    /// For the first time.
    new: u64,
    /// Before.
    known: u64,
    /// Not at all.
    lost: u64,
    /// Not for themselves: each repeats another.
    copies: u64,
}

impl Count {
    fn all(self) -> u64 {
        self.new + self.known + self.lost + self.copies
    }
}

/// What was told of a kind of thing.
#[derive(Default)]
struct Told {
    count: Count,
    /// How many there are; 0 if that was not counted.
    expected: u64,
    /// The first of what is not as it was, and how many there are.
    notes: Vec<String>,
    noted: u64,
}

/// Tells how far an import is, and writes down what is not as it was.
pub struct Report<'a> {
    out: &'a mut dyn Write,
    file: Option<(PathBuf, File)>,
    told: BTreeMap<Thing, Told>,
    since: Instant,
}

impl<'a> Report<'a> {
    /// Tells people on `out`, and programs in a file, if there is one: a JSON object a line, as soon as it is known.
    pub fn new(out: &'a mut dyn Write, file: Option<(PathBuf, File)>) -> Self {
        Self {
            out,
            file,
            told: BTreeMap::new(),
            since: Instant::now(),
        }
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

    /// So many of a kind that only repeat others.
    pub(crate) fn copied(&mut self, thing: Thing, count: usize) -> Result<(), Error> {
        self.of(thing).count.copies += count as u64;
        self.tell_how_far(thing)
    }

    /// So many of a kind are to come.
    pub(crate) fn expect(&mut self, thing: Thing, count: u64) {
        self.of(thing).expected = count;
    }

    /// What of something is not as it was, or is to be known of it.
    pub(crate) fn note(&mut self, thing: Thing, key: &str, what: &str) -> Result<(), Error> {
        let line = json!({ "kind": thing.one(), "key": key, "note": what });
        self.add(thing, key, what, &line)
    }

    /// The same of something that has a name besides its key.
    pub(crate) fn note_named(
        &mut self,
        thing: Thing,
        (key, name): (&str, &str),
        what: &str,
    ) -> Result<(), Error> {
        let line = json!({ "kind": thing.one(), "key": key, "name": name, "note": what });
        self.add(thing, &format!("{key} ({name})"), what, &line)
    }

    fn add(&mut self, thing: Thing, label: &str, what: &str, line: &Value) -> Result<(), Error> {
        let told = self.of(thing);
        told.noted += 1;
        if told.notes.len() < SHOWN {
            let line = format!("{} {}: {what}", thing.one(), harmless(label));
            told.notes.push(line.chars().take(LINE).collect());
        }
        if let Some((_, file)) = &mut self.file {
            // What has come is not told again: nothing of it waits in memory for the end.
            let line = format!("{line}\n");
            file.write_all(line.as_bytes())
                .map_err(|why| Error::file("cannot write the report", why))?;
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

    /// Says how many of a kind have come, if nothing was said for a while.
    pub(crate) fn tell_how_far(&mut self, thing: Thing) -> Result<(), Error> {
        let told = self.of(thing);
        let (all, expected, many) = (told.count.all(), told.expected, thing.many());
        match expected {
            0 => self.tell_at_times(format_args!("{many} so far: {all}")),
            expected => self.tell_at_times(format_args!("{many} so far: {all} of {expected}")),
        }
    }

    /// Says something, if nothing was said for a while.
    pub(crate) fn tell_at_times(&mut self, text: impl fmt::Display) -> Result<(), Error> {
        if self.since.elapsed() < OFTEN {
            return Ok(());
        }
        self.since = Instant::now();
        self.say(text)
    }

    /// Says how many rows of a dump were read, if nothing was said for a while.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written.
    pub fn tell_read(&mut self, rows: u64) -> Result<(), Error> {
        self.tell_at_times(format_args!("rows of the dump so far: {rows}"))
    }

    /// Tells what has become of everything.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written.
    pub fn finish(mut self) -> Result<(), Error> {
        for (thing, told) in std::mem::take(&mut self.told) {
            if told.count == Count::default() && told.noted == 0 {
                continue;
            }
            self.tell_all(thing, &told)?;
        }
        let Some((path, file)) = &self.file else {
            return Ok(());
        };
        let path = path.display().to_string();
        let written = file
            .metadata()
            .map_err(|why| Error::file(format!("cannot read {path}"), why))?;
        if written.len() > 0 {
            self.say(format_args!("All that is not as it was stands in {path}"))?;
        }
        Ok(())
    }

    fn tell_all(&mut self, thing: Thing, told: &Told) -> Result<(), Error> {
        let Count {
            new,
            known,
            lost,
            copies,
        } = told.count;
        let copies = match copies {
            0 => String::new(),
            copies => format!(", {copies} left out as copies"),
        };
        self.say(format_args!(
            "{}: {new} new, {known} were here before, {lost} not brought over{copies}",
            thing.many()
        ))?;
        for note in &told.notes {
            self.say(format_args!("  {note}"))?;
        }
        let more = told.noted.saturating_sub(SHOWN as u64);
        let how = if self.file.is_some() {
            ""
        } else {
            ", all of which --report writes into a file"
        };
        if more > 0 {
            self.say(format_args!("  and {more} more like these{how}"))?;
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
        let file = File::create(&path).unwrap();
        let mut report = Report::new(&mut out, Some((path.clone(), file)));
        report.expect(Thing::Key, 7);
        report.came(Thing::Person).unwrap();
        report.knew(Thing::Person).unwrap();
        report
            .note_named(Thing::Person, ("7", "ann"), "is called \"ann2\" now")
            .unwrap();
        report.copied(Thing::Message, 3).unwrap();
        for key in 0..SHOWN + 2 {
            let key = format!("{key}\u{1b}[31m");
            report.lost(Thing::Message, &key, "its room is gone").unwrap();
        }
        assert_eq!(report.of(Thing::Message).count.lost, SHOWN as u64 + 2);
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written.lines().count(), SHOWN + 3, "nothing waits for the end");
        report.finish().unwrap();
        let out = String::from_utf8(out).unwrap();
        for told in [
            "people: 1 new, 1 were here before, 0 not brought over\n  person 7 (ann): is called \"ann2\" now\n",
            "messages: 0 new, 0 were here before, 22 not brought over, 3 left out as copies\n",
            "  message 0 [31m: was not brought over: its room is gone\n",
            "  and 2 more like these\n",
            &format!("All that is not as it was stands in {}\n", path.display()),
        ] {
            assert!(out.contains(told), "{told:?}: {out}");
        }
        assert!(!out.contains("keys"), "{out}");
        let lines: Vec<Value> = written
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let renamed =
            json!({ "kind": "person", "key": "7", "name": "ann", "note": "is called \"ann2\" now" });
        assert_eq!(lines[0], renamed);
        let lost = json!({
            "kind": "message", "key": "0\u{1b}[31m", "note": "was not brought over: its room is gone",
        });
        assert_eq!(lines[1], lost);
    }

    #[test]
    fn who_has_no_file_is_told_how_to_get_one() {
        let mut out = Vec::new();
        let mut report = Report::new(&mut out, None);
        for _ in 0..=SHOWN {
            report.note(Thing::Room, "1", "has the number 2 now").unwrap();
        }
        report.finish().unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(
            out.contains("  and 1 more like these, all of which --report writes"),
            "{out}"
        );
    }
}
