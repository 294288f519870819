//! A directory: the fields of a picture.

use super::order::Order;
use super::{Parts, tags};
use crate::fault::{Fault, broken};
use crate::tape::Tape;

/// The most fields. Cameras write about a hundred.
const MOST_FIELDS: u64 = 1_024;

/// The most strips and tiles of a picture, and the most bytes of any other value.
const MOST_STRIPS: u64 = 100_000;
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The most directories in a directory.
const MOST_INNER: u64 = 64;

/// A directory in the file.
pub(super) struct Directory {
    pub(super) at: u64,
    pub(super) len: u64,
    /// As it is to be written.
    bytes: Vec<u8>,
    /// Where the directories lie that it has in it.
    pub(super) inner: Vec<u64>,
    pub(super) next: Option<u64>,
}

/// A field, and where its value lies.
struct Field {
    tag: u16,
    width: u64,
    count: u64,
    at: u64,
}

impl Directory {
    /// Reads the directory at `at`, and notes where its values and its picture lie.
    pub(super) fn read(tape: &mut Tape, order: Order, at: u64, parts: &mut Parts) -> Result<Self, Fault> {
        let count = order.read(tape, at, order.count())?;
        if count > MOST_FIELDS {
            return Err(broken("it has too many fields"));
        }
        let fields_at = at + order.count();
        let next_at = fields_at + count * order.field();
        let all = tape.bytes(fields_at, next_at)?;
        let mut fields: Vec<Field> = Vec::new();
        let mut kept = Vec::new();
        for (bytes, number) in all.chunks(order.field() as usize).zip(0..) {
            let tag = order.number(&bytes[..2]) as u16;
            if !tags::is_kept(tag) {
                continue;
            }
            if fields.iter().any(|field| field.tag == tag) {
                return Err(broken("a field of it comes twice"));
            }
            let field = Field::read(order, bytes, fields_at + number * order.field())?;
            if field.width * field.count > order.offset() {
                let noted = if tag == tags::JPEG_TABLES {
                    &mut parts.jpegs
                } else {
                    &mut parts.kept
                };
                noted.push(field.at, field.width * field.count, tape.len())?;
                kept.extend_from_slice(bytes);
            } else if tag == tags::JPEG_TABLES {
                // No table is as short as that.
                continue;
            } else {
                // What a short value leaves over is none.
                let short = bytes.len() - (order.offset() - field.width * field.count) as usize;
                kept.extend_from_slice(&bytes[..short]);
                kept.resize(kept.len() + bytes.len() - short, 0);
            }
            fields.push(field);
        }

        let next = order.read(tape, next_at, order.offset())?;
        let mut bytes = order.written(fields.len() as u64, order.count());
        bytes.extend_from_slice(&kept);
        bytes.extend_from_slice(&order.written(next, order.offset()));
        let len = next_at + order.offset() - at;
        bytes.resize(len as usize, 0);
        let mut directory = Self {
            at,
            len,
            bytes,
            inner: Vec::new(),
            next: (next != 0).then_some(next),
        };
        directory.follow(tape, order, &fields, parts)?;
        Ok(directory)
    }

    /// Writes it without the fields that are not kept.
    pub(super) fn write(&self, tape: &mut Tape) -> Result<(), Fault> {
        tape.write(self.at, &self.bytes)
    }

    /// Follows the fields that say where something lies.
    fn follow(
        &mut self,
        tape: &mut Tape,
        order: Order,
        fields: &[Field],
        parts: &mut Parts,
    ) -> Result<(), Fault> {
        let mut numbers = |tag: u16, most: u64| match fields.iter().find(|field| field.tag == tag) {
            None => Ok(Vec::new()),
            Some(field) => field.numbers(tape, order, most),
        };
        self.inner = numbers(tags::INNER, MOST_INNER)?;
        let compression = numbers(tags::COMPRESSION, 1)?.first().copied().unwrap_or(1);
        if !tags::is_known(compression) {
            return Err(broken(
                "it is a raw picture, or compressed in a way that is not known",
            ));
        }
        let mut pieces = Vec::new();
        for (places, lengths) in [
            (tags::STRIPS, tags::STRIP_LENGTHS),
            (tags::TILES, tags::TILE_LENGTHS),
        ] {
            let (places, lengths) = (numbers(places, MOST_STRIPS)?, numbers(lengths, MOST_STRIPS)?);
            if places.len() != lengths.len() {
                return Err(broken("it does not say how long its parts are"));
            }
            pieces.extend(places.into_iter().zip(lengths));
        }
        let noted = if tags::is_jpeg(compression) {
            &mut parts.jpegs
        } else {
            &mut parts.kept
        };
        for (start, len) in pieces {
            noted.push(start, len, tape.len())?;
        }
        Ok(())
    }
}

impl Field {
    /// Reads the field that lies at `at`.
    fn read(order: Order, bytes: &[u8], at: u64) -> Result<Self, Fault> {
        let width = match order.number(&bytes[2..4]) {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            _ => return Err(broken("a field of it is of a type that nobody knows")),
        };
        let value = 4 + order.offset();
        let count = order.number(&bytes[4..value as usize]);
        if count > MOST_BYTES / width {
            return Err(broken("a field of it is too long"));
        }
        let is_here = width * count <= order.offset();
        Ok(Self {
            tag: order.number(&bytes[..2]) as u16,
            width,
            count,
            at: if is_here {
                at + value
            } else {
                order.number(&bytes[value as usize..])
            },
        })
    }

    /// Its values, of which there may be so many.
    fn numbers(&self, tape: &mut Tape, order: Order, most: u64) -> Result<Vec<u64>, Fault> {
        if self.count > most {
            return Err(broken("it has too many parts"));
        }
        let end = self.at.saturating_add(self.width * self.count);
        let bytes = tape.bytes(self.at, end)?;
        let numbers = bytes.chunks(self.width as usize);
        Ok(numbers.map(|number| order.number(number)).collect())
    }
}
