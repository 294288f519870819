//! The boxes of a file.

use super::found::Found;
use super::fragment::Fragments;
use super::movie::Movie;
use super::spans::Span;
use super::{bytes_of, strip};
use crate::boxes::{Atom, Top, brands};
use crate::fault::{Fault, broken, cut_short};
use crate::tape::Tape;

/// How many boxes a file may have. A recording has two for each fragment.
const MOST: usize = 400_000;

/// The boxes of the file in their order, without what follows the last one that is whole.
pub(super) struct Layout {
    tops: Vec<Top>,
    pub(super) is_quicktime: bool,
    end: u64,
}

impl Layout {
    pub(super) fn read(tape: &mut Tape) -> Result<Self, Fault> {
        let mut tops: Vec<Top> = Vec::new();
        let mut end = 0;
        while let Some(top) = Top::read(tape, end)? {
            end = top.end;
            tops.push(top);
            if tops.len() > MOST {
                return Err(broken("it has too many boxes"));
            }
        }
        let brand = tops.iter().find(|top| top.name == *b"ftyp");
        let is_quicktime = match brand {
            Some(top) => brands::read(tape, top)?.starts_with(b"qt  "),
            None => true,
        };
        Ok(Self {
            tops,
            is_quicktime,
            end,
        })
    }

    /// The box of this name, if there is exactly one.
    pub(super) fn only(&self, name: &[u8; 4]) -> Option<Top> {
        let mut all = self.all(name);
        let first = all.next().copied();
        first.filter(|_| all.next().is_none())
    }

    /// The boxes of this name.
    pub(super) fn all(&self, name: &[u8; 4]) -> impl Iterator<Item = &Top> {
        self.tops.iter().filter(move |top| top.name == *name)
    }

    /// Finds the samples that fragments name. One that is not whole, and what follows it, is no longer part of this.
    pub(super) fn fragments(
        &mut self,
        tape: &mut Tape,
        movie: &Movie,
        moov: &[u8],
        found: &mut Found,
    ) -> Result<(), Fault> {
        if !movie.is_fragmented {
            return Ok(());
        }
        let mut fragments = Fragments::of(movie, moov)?;
        for number in 0..self.tops.len() {
            let moof = self.tops[number];
            if moof.name != *b"moof" {
                continue;
            }
            let bytes = bytes_of(tape, &moof)?;
            if !fragments.add(&bytes, moof.start, self.end, found)? {
                self.tops.truncate(number);
                self.end = moof.start;
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether every piece lies in one of the boxes that are for samples.
    pub(super) fn has(&self, spans: &[Span]) -> Result<(), Fault> {
        let mut boxes = self.all(b"mdat").peekable();
        for span in spans {
            while boxes.next_if(|mdat| mdat.end <= span.start).is_some() {}
            let fits = boxes
                .peek()
                .is_some_and(|mdat| mdat.body <= span.start && span.end <= mdat.end);
            if !fits {
                let is_behind = span.end > self.end;
                return Err(if is_behind {
                    cut_short()
                } else {
                    broken("its samples lie outside of it")
                });
            }
        }
        Ok(())
    }

    /// Takes out of the file what is not kept: boxes, what is in them, and bytes that are part of no sample. `moov` is
    /// left to the caller.
    pub(super) fn strip(&self, tape: &mut Tape, movie: &Movie, spans: &[Span]) -> Result<(), Fault> {
        let mut spans = spans.iter().peekable();
        let mut seen = Vec::new();
        for top in &self.tops {
            match &top.name {
                b"moov" => {}
                // One of each is read.
                b"ftyp" | b"styp" if !seen.contains(&top.name) => {
                    seen.push(top.name);
                    brands::clean(tape, top)?;
                }
                b"moof" | b"mfra" | b"sidx" => {
                    let mut bytes = bytes_of(tape, top)?;
                    let content = Atom {
                        name: top.name,
                        start: 0,
                        body: 0,
                        end: bytes.len(),
                    };
                    strip::contents(&mut bytes, &content, movie)?;
                    tape.write(top.body, &bytes)?;
                }
                b"mdat" => {
                    let mut at = top.body;
                    while let Some(span) = spans.next_if(|span| span.end <= top.end) {
                        tape.wipe(at, span.start)?;
                        at = span.end;
                    }
                    tape.wipe(at, top.end)?;
                }
                _ => top.free(tape)?,
            }
        }
        tape.cut(self.end)
    }
}
