//! Where in a stream somebody is.

use std::fmt;

macro_rules! counter {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u64);

        impl $name {
            /// Before the first.
            pub const ZERO: Self = Self(0);

            /// The one after this.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

counter!(
    /// The number of an event in its stream: 1, 2, 3 … without gaps. 0 stands before the first.
    Seq
);
counter!(
    /// The number of a message among the messages of its room: 1, 2, 3 … without gaps. On any other event: how
    /// many messages the room had by then.
    MsgNo
);
counter!(
    /// The number of a change to the last-wins values of a stream (its members' marks).
    Rev
);

/// A random number drawn for an event, by which a log that was replaced (an old backup restored) is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tag(pub u32);

/// What a reader has of a stream: everything up to `seq` and `rev`. `tag` belongs to the event at `seq`, and is 0 at
/// the very beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Position {
    /// The last event read.
    pub seq: Seq,
    /// The tag of that event.
    pub tag: Tag,
    /// The last change of marks read.
    pub rev: Rev,
}

/// How far a stream has grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The position of a reader who has everything.
    pub position: Position,
    /// Messages so far.
    pub msg_no: MsgNo,
}
