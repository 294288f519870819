//! Whether a request made something or found it made.

/// Something that a request asked for, and whether this request made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made<T> {
    /// It is new.
    New(T),
    /// It was there: made by an earlier try of the same request, or by somebody else who wanted the same.
    Known(T),
}

impl<T> Made<T> {
    /// The thing itself.
    pub fn into_inner(self) -> T {
        match self {
            Self::New(thing) | Self::Known(thing) => thing,
        }
    }

    /// Whether this request made it.
    pub fn is_new(&self) -> bool {
        matches!(self, Self::New(_))
    }
}
