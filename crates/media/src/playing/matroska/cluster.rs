//! A cluster: blocks of some seconds.

use super::blocks::{Block, Blocks, Owner};
use super::element::{Element, id, unsigned};
use super::segment::Next;
use crate::fault::{Fault, broken};
use crate::tape::Tape;

/// Walks over the blocks of a cluster, of which nothing lies behind `limit`, and cleans it.
pub(super) fn walk(
    tape: &mut Tape,
    cluster: &Element,
    limit: u64,
    blocks: &mut Blocks,
) -> Result<Next, Fault> {
    let before = blocks.count();
    let end = cluster.end.unwrap_or(limit).min(limit);
    let mut at = cluster.body;
    blocks.begin_cluster();
    while at < end {
        let Some(element) = Element::read(tape, at)? else {
            break;
        };
        if cluster.end.is_none() && ends_a_cluster(element.id) {
            return Ok(Next { at, is_end: false });
        }
        let Some(next) = element.end.filter(|next| *next <= end) else {
            break;
        };
        take(tape, &element, next, blocks)?;
        at = next;
    }
    let is_whole = at == cluster.end.unwrap_or(limit);
    if is_whole {
        return Ok(Next { at, is_end: false });
    }
    // What does not go on here is cut off, and a cluster without blocks with it.
    if blocks.count() == before {
        at = cluster.start;
    } else {
        cluster.resize(tape, at)?;
    }
    Ok(Next { at, is_end: true })
}

/// Whether this element begins something that is in no cluster, and so ends one that does not say where it ends.
const fn ends_a_cluster(id: u32) -> bool {
    matches!(
        id,
        id::EBML
            | id::SEGMENT
            | id::SEEK_HEAD
            | id::INFO
            | id::TRACKS
            | id::CLUSTER
            | id::CUES
            | id::CHAPTERS
            | id::TAGS
            | id::ATTACHMENTS
    )
}

fn take(tape: &mut Tape, element: &Element, end: u64, blocks: &mut Blocks) -> Result<(), Fault> {
    let Element { start, body, .. } = *element;
    let is_kept = match element.id {
        id::TIMESTAMP => {
            blocks.cluster_begins_at(number(tape, body, end)?);
            true
        }
        id::POSITION | id::PREVIOUS_SIZE => number(tape, body, end).is_ok(),
        id::SIMPLE_BLOCK => {
            let duration = None;
            blocks.add(tape, &Block { body, end, duration })? != Owner::Other
        }
        id::BLOCK_GROUP => group(tape, body, end, blocks)?,
        _ => false,
    };
    if !is_kept {
        blocks.blank(tape, start, end)?;
    }
    Ok(())
}

/// Takes a group of a block and what is said of it. Returns whether it is kept.
fn group(tape: &mut Tape, body: u64, end: u64, blocks: &mut Blocks) -> Result<bool, Fault> {
    let mut block = None;
    let mut duration = None;
    let mut additions = None;
    each(tape, body, end, |tape, element, next| {
        match element.id {
            id::BLOCK if block.is_some() => return Err(broken("a group of it has two blocks")),
            id::BLOCK => block = Some((element.body, next)),
            id::BLOCK_DURATION => duration = Some(number(tape, element.body, next)?),
            id::ADDITIONS if additions.is_none() => additions = Some((element, next)),
            // What it refers to, its priority, and how much of it is not heard.
            0xFB | 0xFA | 0x75A2 if next - element.body <= 8 => {}
            _ => blocks.blank(tape, element.start, next)?,
        }
        Ok(())
    })?;
    let (body, end) = block.ok_or_else(|| broken("a group of it has no block"))?;
    let owner = blocks.add(tape, &Block { body, end, duration })?;
    match additions {
        Some((additions, end)) if owner == Owner::KeptWithAlpha => alpha(tape, additions.body, end, blocks)?,
        Some((additions, end)) => blocks.blank(tape, additions.start, end)?,
        None => {}
    }
    Ok(owner != Owner::Other)
}

/// Cleans what is added to a block: how transparent it is has the id 1, and nothing else is kept.
fn alpha(tape: &mut Tape, body: u64, end: u64, blocks: &mut Blocks) -> Result<(), Fault> {
    each(tape, body, end, |tape, element, next| {
        let mut is_alpha = element.id == id::ADDITION;
        if is_alpha {
            let mut seen = Vec::new();
            each(tape, element.body, next, |tape, inner, next| {
                match inner.id {
                    // Readers differ in which of two they take.
                    twice if seen.contains(&twice) => blocks.blank(tape, inner.start, next)?,
                    id::ADDITION_ID => is_alpha &= number(tape, inner.body, next)? == 1,
                    id::ADDITIONAL => {}
                    _ => blocks.blank(tape, inner.start, next)?,
                }
                seen.push(inner.id);
                Ok(())
            })?;
        }
        if !is_alpha {
            blocks.blank(tape, element.start, next)?;
        }
        Ok(())
    })
}

/// Tells of each element from `body` to `end`, and where it ends.
fn each(
    tape: &mut Tape,
    body: u64,
    end: u64,
    mut tell: impl FnMut(&mut Tape, Element, u64) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut at = body;
    while at < end {
        let element = Element::read(tape, at)?;
        let element = element.and_then(|element| Some((element, element.end.filter(|last| *last <= end)?)));
        let (element, next) = element.ok_or_else(|| broken("a block of it has a size that cannot be"))?;
        tell(tape, element, next)?;
        at = next;
    }
    Ok(())
}

fn number(tape: &mut Tape, from: u64, to: u64) -> Result<u64, Fault> {
    if to - from > 8 {
        return Err(broken("a number of it is too long"));
    }
    unsigned(&tape.bytes(from, to)?)
}

impl Element {
    /// Writes that it ends here, earlier than it said, if it said where.
    pub(super) fn resize(&self, tape: &mut Tape, end: u64) -> Result<(), Fault> {
        if self.end.is_none() {
            return Ok(());
        }
        let len = (self.body - self.size_at) as usize;
        let size = (end - self.body) | 1 << (7 * len);
        tape.write(self.size_at, &size.to_be_bytes()[8 - len..])
    }
}
