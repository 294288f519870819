//! The `meta` box (ISO/IEC 14496-12, 8.11), of which nothing is kept that no picture needs.

use crate::boxes::{Atom, children, free};
use crate::fault::{Fault, broken};
use crate::fields::name_at;

/// What may be in it once.
const KNOWN: &[&[u8; 4]] = &[
    b"hdlr", b"pitm", b"iref", b"grpl", b"iinf", b"iloc", b"idat", b"iprp",
];

/// What may be said of how a picture is decoded and shown. When it was made, and what somebody calls it, is not here.
const PROPERTIES: &[&[u8; 4]] = &[
    b"hvcC", b"lhvC", b"av1C", b"avcC", b"vvcC", b"jpgC", b"j2kH", b"cmpC", b"uncC", b"cmpd", b"ispe",
    b"pixi", b"colr", b"pasp", b"clap", b"irot", b"imir", b"iscl", b"auxC", b"lsel", b"rloc", b"rrtp",
    b"clli", b"mdcv", b"cclv", b"amve", b"ndwt", b"reve", b"a1op", b"a1lx", b"tols", b"oinf", b"ster",
    b"cmin", b"cmex", b"free", b"skip",
];

/// The boxes of `meta` that say what its items are, in its content.
pub(super) struct Boxes {
    /// `iinf`: what they are.
    pub(super) info: Option<Atom>,
    /// `iloc`: where they lie.
    pub(super) locations: Option<Atom>,
    /// `idat`: those that lie in the header itself.
    pub(super) data: Option<Atom>,
}

/// Cleans the content of the box, all but the items.
pub(super) fn clean(bytes: &mut [u8]) -> Result<Boxes, Fault> {
    let mut boxes = Boxes {
        info: None,
        locations: None,
        data: None,
    };
    let mut seen = Vec::new();
    let all = children(bytes, 4.min(bytes.len())..bytes.len())?;
    let end = all.last().map_or(4, |last| last.end);
    for atom in all {
        if KNOWN.contains(&&atom.name) {
            if seen.contains(&atom.name) {
                return Err(broken("its header says something twice"));
            }
            seen.push(atom.name);
        }
        match &atom.name {
            b"hdlr" => handler(bytes, &atom)?,
            b"pitm" | b"iref" | b"grpl" => {}
            b"iinf" => boxes.info = Some(atom),
            b"iloc" => boxes.locations = Some(atom),
            b"idat" => boxes.data = Some(atom),
            b"iprp" => properties(bytes, &atom)?,
            _ => free(bytes, &atom),
        }
    }
    bytes.get_mut(end..).unwrap_or_default().fill(0);
    Ok(boxes)
}

/// That it describes pictures, without the name of what wrote it.
fn handler(bytes: &mut [u8], atom: &Atom) -> Result<(), Fault> {
    if name_at(atom.of(bytes), 8)? != *b"pict" {
        return Err(broken("its header is for no picture"));
    }
    bytes[atom.body + 12..atom.end].fill(0);
    Ok(())
}

fn properties(bytes: &mut [u8], iprp: &Atom) -> Result<(), Fault> {
    for atom in children(bytes, iprp.range())? {
        match &atom.name {
            b"ipma" => {}
            b"ipco" => {
                for property in children(bytes, atom.range())? {
                    // They are counted, so that one that is nothing has to stay in its place.
                    if !PROPERTIES.contains(&&property.name) || [*b"free", *b"skip"].contains(&property.name)
                    {
                        free(bytes, &property);
                    }
                }
            }
            _ => free(bytes, &atom),
        }
    }
    Ok(())
}
