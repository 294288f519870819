//! Which passwords are taken here.

use parlor_domain::Password;

use crate::drf::{Form, Text};
use crate::passwords;

const WRONG: &str = "Password must contain at least 8 characters, including both letters and digits";

/// The password of somebody new, which has letters and digits alone; `None` if something is wrong with it, which the form knows then.
pub(super) fn of_newcomer(form: &mut Form, field: &str) -> Option<Password> {
    read(form, field, |text| {
        is_mixed(text) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Another password, which may have more than letters and digits; `None` if something is wrong with it, which the form knows then.
pub(super) fn another(form: &mut Form, field: &str) -> Option<Password> {
    read(form, field, is_mixed)
}

fn is_mixed(text: &str) -> bool {
    text.chars().count() >= Password::MIN_CHARS
        && text.chars().any(char::is_alphabetic)
        && text.chars().any(char::is_numeric)
}

fn read(form: &mut Form, field: &str, is_good: impl FnOnce(&str) -> bool) -> Option<Password> {
    let text = form.text(field, Text::new().untrimmed());
    if form.is_refused(field) {
        return None;
    }
    if !is_good(&text) {
        form.refuse(field, WRONG);
        return None;
    }
    passwords::read(form, field, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_letters_and_digits() {
        for (text, expected) in [
            ("train2Bern", true),
            ("a train 2 Bern", true),
            ("trainBern", false),
            ("12345678", false),
            ("tra1n", false),
            ("", false),
        ] {
            assert_eq!(is_mixed(text), expected, "{text}");
        }
    }
}
