//! Counters as the databases keep them.

use parlor_domain::{MsgNo, Rev, Seq, Tag};

/// A counter as the database keeps it. None can reach 2^63 in the life of a machine.
pub(crate) trait Counter: Sized {
    fn stored(self) -> i64;
    fn loaded(stored: i64) -> Self;
}

macro_rules! counters {
    ($($type:ident),*) => { $(
        impl Counter for $type {
            fn stored(self) -> i64 {
                i64::try_from(self.0).unwrap_or(i64::MAX)
            }

            fn loaded(stored: i64) -> Self {
                Self(u64::try_from(stored).unwrap_or(0))
            }
        }
    )* };
}

counters!(Seq, MsgNo, Rev);

/// An amount, of bytes or milliseconds, as the databases keep it.
pub(crate) fn stored_amount(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

/// The amount that was stored.
pub(crate) fn loaded_amount(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

/// So many rows, as the databases count them.
pub(crate) fn rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A tag as the databases keep it: the same 32 bits, signed.
pub(crate) fn stored_tag(tag: Tag) -> i32 {
    tag.0.cast_signed()
}

/// The tag that was stored.
pub(crate) fn loaded_tag(stored: i32) -> Tag {
    Tag(stored.cast_unsigned())
}
