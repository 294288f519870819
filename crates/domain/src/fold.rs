//! What texts are found by.

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;

/// What a text is found by where case does not matter: full case folding, with one form for all compatible characters (The
/// Unicode Standard, section 3.13, D146). By way of the capitals, since there are small letters that share one.
pub fn fold(text: &str) -> String {
    let folded = |text: String| UniCase::unicode(text).to_folded_case();
    let capital = folded(text.nfkd().collect()).to_uppercase();
    let compatible: String = folded(capital).nfkd().collect();
    folded(compatible).nfkd().collect()
}
