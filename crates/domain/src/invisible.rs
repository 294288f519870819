//! Characters of which nothing is seen.

use icu_properties::CodePointSetData;
use icu_properties::props::{DefaultIgnorableCodePoint, VariationSelector};

const BLACK_FLAG: char = '\u{1f3f4}';
const BRAILLE_BLANK: char = '\u{2800}';

/// Whether nothing in this text can be seen.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || is_ignorable(c) || c == BRAILLE_BLANK)
}

/// Whether a text has invisible characters where they do nothing but hide.
///
/// What they are needed for: the joiners inside words (Persian, Hindi, Sinhala) and emoji, variation selectors after what
/// they vary, and the tags of the flags of England, Scotland and Wales.
pub(crate) fn hides(text: &str) -> bool {
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let after_something = before.is_some_and(|c| is_seen(c) || is_variation(c));
        let needed = match c {
            '\u{200c}' | '\u{200d}' => after_something && rest.peek().is_some_and(|next| is_seen(*next)),
            '\u{e0020}'..='\u{e007f}' => before.is_some_and(|c| c == BLACK_FLAG || is_tag(c)),
            _ => !is_ignorable(c) || is_variation(c) && before.is_some_and(is_seen),
        };
        if !needed {
            return true;
        }
        before = Some(c);
    }
    false
}

fn is_seen(c: char) -> bool {
    !c.is_whitespace() && !is_ignorable(c)
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

fn is_variation(c: char) -> bool {
    CodePointSetData::new::<VariationSelector>().contains(c)
}

/// `Default_Ignorable_Code_Point` (The Unicode Standard, section 5.21).
pub(crate) fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_blank() {
        for text in [
            "",
            " \t",
            "\u{200b}\u{200b}",
            "\u{3164}",
            "\u{2800} \u{ad}",
            "\u{fe0f}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in [".", "\u{200b}a", "❤\u{fe0f}"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn joiners_and_variations_stand_where_they_are_needed() {
        for text in [
            "می\u{200c}خواهم",
            "ක්\u{200d}ෂ",
            "👩\u{200d}❤\u{fe0f}\u{200d}👨",
            "1\u{fe0f}\u{20e3}",
            "葛\u{e0100}",
        ] {
            assert!(!hides(text), "{text:?}");
        }
        assert!(
            !hides("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"),
            "the flag of England"
        );
        for text in [
            "\u{200d}ann",
            "ann\u{200c}",
            "an\u{200d}\u{200d}n",
            "an\u{200d} n",
            "\u{fe0f}ann",
            "an\u{fe0f}\u{fe0f}n",
            "an\u{200b}n",
            "an\u{ad}n",
            "an\u{2060}n",
            "ann\u{e0067}",
            "\u{3164}",
        ] {
            assert!(hides(text), "{text:?}");
        }
    }
}
