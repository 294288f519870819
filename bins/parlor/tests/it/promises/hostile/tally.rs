//! What was tried, and which answers were not the documented ones.

use std::fmt::Debug;

/// Counts inputs, and keeps those that were answered otherwise than they should be.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) tried: usize,
    pub(super) wrong: Vec<String>,
}

impl Tally {
    /// Counts one input, and compares its answer.
    pub(super) fn expect<T: Debug + PartialEq>(&mut self, input: &str, answer: &T, expected: &T) {
        self.tried += 1;
        if answer != expected {
            let input: String = input.chars().take(200).collect();
            self.wrong
                .push(format!("{input:?} was answered {answer:?}, not {expected:?}"));
        }
    }
}
