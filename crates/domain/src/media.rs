//! Pictures, sound, videos and files.

use std::fmt;

use crate::MediaId;
use crate::invisible::{hides, is_blank};
use crate::name::is_forbidden;

/// A picture, a sound, a video or a file that was uploaded and examined. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// What it is.
    pub kind: MediaKind,
    /// Its media type (IANA), decided by its content.
    pub mime: Box<str>,
    /// What the sender calls the file.
    pub name: Option<FileName>,
    /// How large it is, in bytes.
    pub bytes: u64,
    /// How large it is shown: images and videos.
    pub dimensions: Option<Dimensions>,
    /// How long it plays, in milliseconds.
    pub duration_ms: Option<u64>,
    /// How loud it is.
    pub waveform: Option<Waveform>,
    /// What it looks like: images, and videos with a poster.
    pub thumbhash: Option<Thumbhash>,
    /// Whether there is a picture to be shown in its place: of images, and of videos with a poster.
    pub picture: bool,
}

/// What a piece of media is, as people tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// A picture that clients show: JPEG, PNG, GIF or WebP.
    Image,
    /// A message that was spoken.
    Voice,
    /// Other sound.
    Audio,
    /// Pictures that move, with or without sound.
    Video,
    /// Anything else, which clients offer to save.
    File,
}

impl MediaKind {
    /// The word for it, as in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::File => "file",
        }
    }
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Width and height in pixels, both at least 1, as a picture is shown: upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dimensions {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// How loud a sound is over its length: the greatest amplitude in each of 64 equal parts, where 255 is full scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waveform(pub [u8; Self::PEAKS]);

impl Waveform {
    /// In how many parts a sound is cut.
    pub const PEAKS: usize = 64;
}

/// A picture in at most 25 bytes, to be shown until it has come (<https://evanw.github.io/thumbhash/>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbhash(pub Box<[u8]>);

/// What a file is called: one line of up to 200 characters without path, and nothing that hides or turns text around.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileName(Box<str>);

impl FileName {
    /// Most characters (Unicode scalar values).
    pub const MAX: usize = 200;

    /// Makes a name of what somebody says, however hostile: folders are left out, what may not be in a name becomes `_`, and
    /// what is too long is cut in front of its ending. `None` if nothing remains to be seen.
    pub fn tame(text: &str) -> Option<Self> {
        let base = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let harmless = |c: char| {
            if is_forbidden(c) || matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?') {
                '_'
            } else {
                c
            }
        };
        let name: String = base.chars().map(harmless).collect();
        let name = name.trim().trim_matches('.');
        if is_blank(name) || hides(name) {
            return None;
        }
        Some(Self(shorten(name).into()))
    }

    /// A name that was tamed before it was stored.
    pub fn stored(name: impl Into<Box<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name of at most [`FileName::MAX`] characters with the same ending, if that is a short one.
fn shorten(name: &str) -> String {
    let length = name.chars().count();
    if length <= FileName::MAX {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let ending = if ending.chars().count() > 16 { "" } else { ending };
    let kept = FileName::MAX - ending.chars().count();
    name.chars().take(kept).chain(ending.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_tamed() {
        for (text, name) in [
            ("photo.jpg", "photo.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ann\\tax.pdf", "tax.pdf"),
            ("x\r\nSet-Cookie: a", "x__Set-Cookie_ a"),
            ("a\"b<c>.txt", "a_b_c_.txt"),
            (" .hidden ", "hidden"),
            ("Bj\u{f6}rn \u{1f600}.png", "Bj\u{f6}rn \u{1f600}.png"),
            ("exe\u{202e}gpj.scr", "exe_gpj.scr"),
        ] {
            assert_eq!(FileName::tame(text).unwrap().as_str(), name, "{text:?}");
        }
        for nothing in ["", "..", "/", "a/", " ", "\u{200b}"] {
            assert_eq!(FileName::tame(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let name = FileName::tame(&format!("{}.jpeg", "\u{e9}".repeat(500))).unwrap();
        assert_eq!(name.as_str().chars().count(), 200);
        assert!(name.as_str().ends_with("\u{e9}.jpeg"));
        let name = FileName::tame(&format!("a.{}", "b".repeat(500))).unwrap();
        assert_eq!(name.as_str().chars().count(), 200);
    }
}
