//! What is said of passwords that are not taken.

use parlor_domain::{Password, PasswordError};

use crate::drf::Form;

/// Passwords that are guessed first are among so many.
const COMMON: u64 = 20_000;
/// Longer ones are not guessed as a whole.
const LOOKED_AT: usize = 32;

/// What is wrong with a password, in the words of Django's validators and in their order.
pub(crate) fn weak(password: &str) -> Vec<&'static str> {
    let mut wrong = Vec::new();
    if password.chars().count() < Password::MIN_CHARS {
        wrong.push("This password is too short. It must contain at least 8 characters.");
    }
    if is_common(password) {
        wrong.push("This password is too common.");
    }
    if !password.is_empty() && password.chars().all(char::is_numeric) {
        wrong.push("This password is entirely numeric.");
    }
    wrong
}

/// A password of a length that is taken.
///
/// # Errors
/// What is wrong with its length, in the words of Django.
pub(crate) fn parse(password: String) -> Result<Password, String> {
    Password::parse(password.into()).map_err(|error| match error {
        PasswordError::TooShort { min } => {
            format!("This password is too short. It must contain at least {min} characters.")
        }
        PasswordError::TooLong { max } => {
            format!("This password is too long. It must contain at most {max} bytes.")
        }
    })
}

/// A password of a length that is taken; `None` if it is not, which the form knows then, unless it knows something else of the field.
pub(crate) fn read(form: &mut Form, field: &str, password: String) -> Option<Password> {
    match parse(password) {
        Ok(password) => Some(password),
        Err(why) => {
            if !form.is_refused(field) {
                form.refuse(field, &why);
            }
            None
        }
    }
}

/// Whether it is, as a whole, among the passwords that are guessed first. What is made of two that are, such as the one that the README of
/// `conversations` registers with, is none. The dictionary has ASCII alone.
fn is_common(password: &str) -> bool {
    let password = password.trim();
    if password.len() > LOOKED_AT || !password.is_ascii() {
        return false;
    }
    let guess = zxcvbn::zxcvbn(password, &[]);
    guess.sequence().len() == 1 && guess.guesses() <= COMMON
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_told_why() {
        const SHORT: &str = "This password is too short. It must contain at least 8 characters.";
        const COMMON: &str = "This password is too common.";
        const NUMERIC: &str = "This password is entirely numeric.";
        let cases: [(&str, &[&str]); 9] = [
            ("password", &[COMMON]),
            ("Password1", &[COMMON]),
            ("password321", &[]),
            ("          ", &[]),
            ("12345678", &[COMMON, NUMERIC]),
            ("123", &[SHORT, COMMON, NUMERIC]),
            ("85027364918", &[NUMERIC]),
            ("kq8#z", &[SHORT]),
            ("a train to Bern", &[]),
        ];
        for (password, expected) in cases {
            assert_eq!(weak(password), expected, "{password}");
        }
    }
}
