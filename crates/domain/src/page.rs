//! How much of a list is asked for.

/// How many rows a page has at most: from 1 to 200, 50 where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u16);

impl PageSize {
    /// The largest page.
    pub const MAX: Self = Self(200);

    /// What was asked for, brought into the allowed range.
    pub fn clamped(rows: u64) -> Self {
        Self(u16::try_from(rows).unwrap_or(u16::MAX).clamp(1, Self::MAX.0))
    }

    /// The number of rows.
    pub fn rows(self) -> usize {
        self.0.into()
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(50)
    }
}
