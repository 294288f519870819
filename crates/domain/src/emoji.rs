//! Emoji, one at a time.

use std::fmt;
use std::str::FromStr;

use icu_properties::CodePointSetData;
use icu_properties::props::{Emoji as IsEmoji, EmojiModifier, EmojiPresentation, RegionalIndicator};

/// Joins emoji into one.
const JOINER: char = '\u{200d}';
/// Has what stands before it shown as a picture.
const PICTURE: char = '\u{fe0f}';
/// Makes a key of a digit before it.
const KEYCAP: char = '\u{20e3}';
/// The end of a flag that is spelled out.
const TAG_END: char = '\u{e007f}';

/// One emoji as people see it, perhaps of several characters (UTS #51): a flag, a family, a hand in some colour. Those that
/// look the same are the same, however they were typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Emoji(Box<str>);

/// A text that is no emoji, or more than one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one emoji")]
pub struct EmojiError;

impl Emoji {
    /// Most bytes of UTF-8.
    pub const MAX: usize = 64;

    /// An emoji that was read before it was stored.
    pub fn stored(emoji: impl Into<Box<str>>) -> Self {
        Self(emoji.into())
    }

    /// Its characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Emoji {
    type Err = EmojiError;

    fn from_str(text: &str) -> Result<Self, EmojiError> {
        if text.len() > Self::MAX {
            return Err(EmojiError);
        }
        // Whether this character is there is a matter of the keyboard: it is put where it belongs.
        let characters: Vec<char> = text.chars().filter(|c| *c != PICTURE).collect();
        let mut emoji = String::with_capacity(text.len());
        let mut rest = &characters[..];
        loop {
            rest = element(rest, &mut emoji).ok_or(EmojiError)?;
            match rest {
                [] if emoji.len() <= Self::MAX => return Ok(Self(emoji.into())),
                [JOINER, more @ ..] => {
                    emoji.push(JOINER);
                    rest = more;
                }
                _ => return Err(EmojiError),
            }
        }
    }
}

impl fmt::Display for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes what one picture is made of, writes it as it should be, and gives what stands behind it; `None` if it is none.
fn element<'a>(characters: &'a [char], to: &mut String) -> Option<&'a [char]> {
    let is_letter_of_flags = |c: char| CodePointSetData::new::<RegionalIndicator>().contains(c);
    let (&first, rest) = characters.split_first()?;
    if is_letter_of_flags(first) {
        let (&second, rest) = rest.split_first().filter(|(c, _)| is_letter_of_flags(**c))?;
        to.extend([first, second]);
        return Some(rest);
    }
    if !CodePointSetData::new::<IsEmoji>().contains(first) {
        return None;
    }
    to.push(first);
    match rest {
        [KEYCAP, rest @ ..] if first.is_ascii() => {
            to.extend([PICTURE, KEYCAP]);
            Some(rest)
        }
        // Digits and signs are emoji only as keys.
        _ if first.is_ascii() => None,
        [colour, rest @ ..] if CodePointSetData::new::<EmojiModifier>().contains(*colour) => {
            to.push(*colour);
            Some(rest)
        }
        [tag, ..] if is_tag(*tag) => {
            let length = rest.iter().take_while(|c| is_tag(**c)).count();
            let (tags, rest) = rest.split_at(length);
            to.extend(tags);
            let (end, rest) = rest.split_first()?;
            to.push(*end);
            (*end == TAG_END).then_some(rest)
        }
        rest => {
            if !CodePointSetData::new::<EmojiPresentation>().contains(first) {
                to.push(PICTURE);
            }
            Some(rest)
        }
    }
}

/// Whether it spells out a flag.
fn is_tag(c: char) -> bool {
    ('\u{e0020}'..='\u{e007e}').contains(&c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn emoji_of_every_make_are_one() {
        for (typed, meant) in [
            ("\u{1f44d}", "\u{1f44d}"),
            ("\u{1f44d}\u{1f3fd}", "\u{1f44d}\u{1f3fd}"),
            ("\u{2764}", "\u{2764}\u{fe0f}"),
            ("\u{2764}\u{fe0f}", "\u{2764}\u{fe0f}"),
            ("\u{2764}\u{200d}\u{1f525}", "\u{2764}\u{fe0f}\u{200d}\u{1f525}"),
            ("\u{261d}\u{fe0f}\u{1f3fd}", "\u{261d}\u{1f3fd}"),
            ("\u{1f1e8}\u{1f1ed}", "\u{1f1e8}\u{1f1ed}"),
            ("1\u{20e3}", "1\u{fe0f}\u{20e3}"),
            ("#\u{fe0f}\u{20e3}", "#\u{fe0f}\u{20e3}"),
            (
                "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}",
                "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}",
            ),
            (
                "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
                "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            ),
            (
                "\u{1f441}\u{200d}\u{1f5e8}",
                "\u{1f441}\u{fe0f}\u{200d}\u{1f5e8}\u{fe0f}",
            ),
        ] {
            let emoji: Emoji = typed.parse().unwrap();
            assert_eq!(emoji.as_str(), meant, "{typed}");
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "",
            "a",
            "1",
            "#",
            "\u{fe0f}",
            "\u{20e3}",
            "\u{200d}",
            "\u{1f44d}\u{1f44d}",
            "\u{1f44d} ",
            "\u{1f44d}\u{200d}",
            "\u{200d}\u{1f44d}",
            "\u{1f1e8}",
            "\u{1f1e8}\u{1f1ed}\u{1f1e8}",
            "\u{1f3f4}\u{e0067}",
            "\u{1f3f4}\u{e007f}",
            "a\u{20e3}",
            "<b>",
        ] {
            assert_eq!(text.parse::<Emoji>(), Err(EmojiError), "{text:?}");
        }
        assert!("\u{1f468}\u{200d}".repeat(30).parse::<Emoji>().is_err());
    }

    proptest! {
        #[test]
        fn what_is_one_stays_the_same(text in "[\u{1f44d}\u{1f3fd}\u{2764}\u{fe0f}\u{200d}1#\u{20e3}\u{1f1e8}\u{1f1ed}a]{0,8}") {
            if let Ok(emoji) = text.parse::<Emoji>() {
                prop_assert_eq!(emoji.as_str().parse::<Emoji>().unwrap(), emoji.clone());
                prop_assert!(emoji.as_str().len() <= Emoji::MAX);
            }
        }
    }
}
