//! How much text a page holds.

/// So much text ends a page of the log early. In bytes, like the others.
pub(crate) const EVENTS: usize = 64 * 1024;
/// So much text ends a page early that a person reads: of messages, of rooms with their last message, of revisions.
pub(crate) const PAGE: usize = 256 * 1024;

/// How many rows fit, from the first one on, given how much text each of them has. The first that has any always does,
/// however much it is, so that whoever reads page by page comes to the end.
pub(crate) fn fitting(budget: usize, texts: impl IntoIterator<Item = usize>) -> usize {
    let mut sum = 0;
    texts
        .into_iter()
        .take_while(|text| {
            let first = sum == 0;
            sum += text;
            first || sum <= budget
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_with_the_last_row_that_fits() {
        assert_eq!(fitting(10, []), 0);
        assert_eq!(fitting(10, [0, 4, 6, 0, 1]), 4);
        assert_eq!(fitting(10, [0, 11, 0, 1]), 2);
        assert_eq!(fitting(10, [1, 1, 1]), 3);
    }
}
