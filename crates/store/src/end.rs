//! From which end a history is read.

/// One end of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

impl End {
    /// The order of numbers in SQL.
    pub(crate) fn order(self) -> &'static str {
        match self {
            Self::Newest => "DESC",
            Self::Oldest => "ASC",
        }
    }
}
