//! Words of strangers, made fit to stand in a mail that bears the server's name.
//!
//! Anybody can register with somebody else's address and a name like `You won! http://evil.example`, and mail programs
//! make links of whatever looks like one. So a letter calls nobody by a name that says more than a name.

/// Most characters of a name that is used.
const NAME_CHARS: usize = 40;
/// Most digits: more could be a telephone number, which mail programs make links of as well.
const NAME_DIGITS: usize = 4;
/// Most characters of a detail that are shown.
const DETAIL_CHARS: usize = 200;

/// U+2060 WORD JOINER: nothing is seen of it, and no link goes across it.
const JOINER: char = '\u{2060}';

/// The name, unless it could be, or could be made, anything but a name.
pub(crate) fn name(name: &str) -> Option<&str> {
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    let harmless = name.chars().map(plain).all(|c| match c {
        c if c.is_control() || is_hidden(c) => false,
        c if c.is_ascii() => c.is_ascii_alphanumeric() || " '-.,&()".contains(c),
        _ => true,
    });
    let fits = name.chars().count() <= NAME_CHARS && digits <= NAME_DIGITS;
    (fits && harmless && !has_dotted_word(name)).then_some(name)
}

/// Whether a dot stands before anything but a space, as in `evil.example`. `J. R. Smith` is a name.
fn has_dotted_word(text: &str) -> bool {
    let mut before = ' ';
    text.chars().map(plain).any(|c| {
        let dotted = before == '.' && c != ' ';
        before = c;
        dotted
    })
}

/// The detail as one line in which nothing becomes a link.
pub(crate) fn detail(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    for c in text.chars().take(DETAIL_CHARS) {
        match c {
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => inert.push(' '),
            c if is_hidden(c) => {}
            c => {
                inert.push(c);
                if ".:/@".contains(plain(c)) {
                    inert.push(JOINER);
                }
            }
        }
    }
    inert.trim().trim_end_matches(JOINER).to_owned()
}

/// A text as one line: what a header may hold.
pub(crate) fn line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.trim().to_owned()
}

/// The ASCII character that this one is taken for by those who look for links, or itself.
fn plain(c: char) -> char {
    match c {
        '\u{3002}' | '\u{ff61}' | '\u{2024}' | '\u{fe52}' => '.',
        '\u{2044}' | '\u{2215}' | '\u{29f8}' => '/',
        '\u{2236}' | '\u{a789}' | '\u{fe55}' => ':',
        '\u{fe6b}' => '@',
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xfee0).expect("full width forms mirror ASCII in its order")
        }
        _ => c,
    }
}

/// Characters that turn the direction of what follows.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_are_used() {
        for good in [
            "Ann",
            "Jürgen Müller-Lüdenscheidt",
            "J. R. Smith",
            "O'Neill, Dr.",
            "Ann & Bob (home)",
            "می\u{200c}خواهم",
            "李小龙",
            "👩\u{200d}❤\u{fe0f}\u{200d}👨",
            "Ann 2",
        ] {
            assert_eq!(name(good), Some(good));
        }
    }

    #[test]
    fn names_that_say_more_are_left_out() {
        for bad in [
            "http://evil.example",
            "www.evil.example",
            "evil.example",
            "evil。example",
            "evil．example",
            "ｅｖｉｌ．ｅｘａｍｐｌｅ",
            "evil\u{2024}example",
            "tel:0900",
            "ann@evil.example",
            "Ann/evil",
            "<b>Ann</b>",
            "Ann \"the\" <x>",
            "=?utf-8?b?QW5u?=",
            "Ann\r\nBcc: v@x.org",
            "call 0900 123456",
            "Ann\u{202e}nnA",
            "[click](x)",
            &"x".repeat(41),
        ] {
            assert_eq!(name(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn nothing_in_a_detail_is_a_link_or_a_second_line() {
        assert_eq!(detail("Firefox on Linux"), "Firefox on Linux");
        assert_eq!(
            detail("Phone, 203.0.113.7"),
            "Phone, 203.\u{2060}0.\u{2060}113.\u{2060}7"
        );
        assert_eq!(
            detail("http://evil.example\r\n\u{202e}"),
            "http:\u{2060}/\u{2060}/\u{2060}evil.\u{2060}example"
        );
        assert_eq!(detail(&"x".repeat(1000)).len(), DETAIL_CHARS);
    }

    #[test]
    fn a_line_stays_one() {
        assert_eq!(line(" a\r\nBcc: b\0 "), "a  Bcc: b");
    }
}
