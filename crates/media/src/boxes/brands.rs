//! The brands of a file: `ftyp` and `styp` (ISO/IEC 14496-12, 4.3).

use super::Top;
use crate::fault::{Fault, broken};
use crate::tape::Tape;

/// The longest list of brands, in bytes.
const LONGEST: u64 = 256;

/// Takes out of a list of brands what is none. The version behind the first one is a number.
pub(crate) fn clean(tape: &mut Tape, top: &Top) -> Result<(), Fault> {
    let mut bytes = read(tape, top)?;
    for (number, brand) in bytes.chunks_mut(4).enumerate() {
        let is_brand = brand.len() == 4 && brand.iter().all(|letter| (b' '..=b'~').contains(letter));
        if number != 1 && !is_brand {
            brand.fill(0);
        }
    }
    tape.write(top.body, &bytes)
}

/// The content of a list of brands.
pub(crate) fn read(tape: &mut Tape, top: &Top) -> Result<Vec<u8>, Fault> {
    if top.end - top.body > LONGEST {
        return Err(broken("it has too many brands"));
    }
    tape.bytes(top.body, top.end)
}
