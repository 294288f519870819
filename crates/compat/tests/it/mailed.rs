//! Letters, as they lie in the folder of a server without a mail server.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::world::World;

/// After so long no letter comes any more.
const PATIENCE: Duration = Duration::from_secs(20);

/// The nth letter of this kind (`login_code`, …) to this address, counted from 1, as soon as it has come.
pub(crate) async fn letter(world: &World, to: &str, kind: &str, nth: usize) -> String {
    letter_in(&world.app.app().data().outbox(), to, kind, nth).await
}

/// The first letter of this kind to this address in a folder, as soon as it has come.
pub(crate) async fn first(folder: &Path, to: &str, kind: &str) -> String {
    letter_in(folder, to, kind, 1).await
}

async fn letter_in(folder: &Path, to: &str, kind: &str, nth: usize) -> String {
    let begun = Instant::now();
    loop {
        let letters = letters(folder, to, kind);
        if let Some(letter) = letters.get(nth - 1) {
            return letter.clone();
        }
        assert!(begun.elapsed() < PATIENCE, "no {nth}. {kind} for {to} comes");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How many letters of this kind have come to this address.
pub(crate) fn count(world: &World, to: &str, kind: &str) -> usize {
    letters(&world.app.app().data().outbox(), to, kind).len()
}

/// The code in a letter.
pub(crate) fn code(letter: &str) -> String {
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let code = letter.split_whitespace().find(is_code);
    code.unwrap_or_else(|| panic!("no code in {letter}")).to_owned()
}

/// What stands alone in a letter, further in than the rest.
pub(crate) fn indented(letter: &str) -> &str {
    let line = letter.lines().find_map(|line| line.strip_prefix("    "));
    line.unwrap_or_else(|| panic!("nothing is indented in {letter}"))
}

/// The line in a letter that begins so.
pub(crate) fn line<'a>(letter: &'a str, beginning: &str) -> &'a str {
    let mut lines = letter.lines().map(str::trim);
    let line = lines.find(|line| line.starts_with(beginning));
    line.unwrap_or_else(|| panic!("no line {beginning} in {letter}"))
}

/// A letter without what quoted-printable (RFC 2045, section 6.7) has done to it.
fn readable(letter: &str) -> String {
    if !letter.contains("quoted-printable") {
        return letter.to_owned();
    }
    let whole = letter.replace("=\r\n", "");
    let mut parts = whole.split('=');
    let mut read: Vec<u8> = parts.next().unwrap_or_default().into();
    for part in parts {
        match part.get(..2).map(|hex| u8::from_str_radix(hex, 16)) {
            Some(Ok(byte)) => {
                read.push(byte);
                read.extend(&part.as_bytes()[2..]);
            }
            _ => read.extend([b"=", part.as_bytes()].concat()),
        }
    }
    String::from_utf8(read).unwrap()
}

/// In the order in which they were written.
fn letters(folder: &Path, to: &str, kind: &str) -> Vec<String> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut found: Vec<(u64, String)> = entries
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name()?.to_str()?.strip_suffix(".eml")?;
            let (_, rest) = name.split_once('-')?;
            let (number, of_kind) = rest.split_once('-')?;
            let letter = readable(&std::fs::read_to_string(&path).unwrap());
            let fits = of_kind == kind && letter.contains(to);
            fits.then(|| (number.parse().unwrap(), letter))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, letter)| letter).collect()
}
