//! What an EBML document says that it is.

use super::element::{Element, children, id, unsigned};
use super::strip;
use crate::fault::{Fault, broken};
use crate::tape::Tape;

/// The longest header, in bytes.
const LONGEST: u64 = 4_096;

/// The header of the document.
pub(super) struct Header {
    pub(super) is_webm: bool,
    body: u64,
    pub(super) end: u64,
}

impl Header {
    pub(super) fn read(tape: &mut Tape) -> Result<Self, Fault> {
        let element = Element::read(tape, 0)?.filter(|element| element.id == id::EBML);
        let element = element.ok_or_else(|| broken("its header is missing"))?;
        let body = element.body;
        let end = element.end.filter(|end| end - body <= LONGEST);
        let end = end.ok_or_else(|| broken("its header is too long"))?;
        let bytes = tape.bytes(body, end)?;
        let mut is_webm = None;
        for child in children(&bytes, 0, bytes.len() as u64)? {
            let content = child.of(&bytes);
            match child.id {
                id::DOC_TYPE => {
                    is_webm = match content.trim_ascii_end() {
                        b"webm" => Some(true),
                        b"matroska" => Some(false),
                        _ => None,
                    }
                }
                // The lengths of ids and sizes that every reader can do.
                0x42F2 if unsigned(content)? > 4 => {
                    return Err(broken("its header asks for what is not supported"));
                }
                0x42F3 if unsigned(content)? > 8 => {
                    return Err(broken("its header asks for what is not supported"));
                }
                _ => {}
            }
        }
        let is_webm = is_webm.ok_or_else(|| broken("it is a document that nobody knows"))?;
        Ok(Self { is_webm, body, end })
    }

    /// Takes out of it what nobody needs.
    pub(super) fn strip(&self, tape: &mut Tape) -> Result<(), Fault> {
        let mut bytes = tape.bytes(self.body, self.end)?;
        let all = (0, bytes.len() as u64);
        strip::contents(&mut bytes, id::EBML, all, &|_, _| true)?;
        tape.write(self.body, &bytes)
    }
}
