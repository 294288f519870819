//! What looks into files for malware.

use std::path::Path;

use async_trait::async_trait;

/// Looks through files.
#[async_trait]
pub trait Scanner: Send + Sync {
    /// What is in a file, which stays as it is.
    async fn scan(&self, file: &Path) -> Result<Scanned, ScanError>;
}

/// What a scanner says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// Nothing that it knows.
    Clean,
    /// Something bad, and what it is called, for the log: see [`Scanned::found`].
    Found(String),
}

impl Scanned {
    /// Something bad under a name that nobody vouches for: at most 100 visible ASCII characters of it are kept, and others
    /// become `?`.
    pub fn found(name: &[u8]) -> Self {
        let visible = |&byte: &u8| if byte.is_ascii_graphic() { byte.into() } else { '?' };
        let name: String = name.trim_ascii().iter().take(100).map(visible).collect();
        Self::Found(if name.is_empty() {
            "unnamed".to_owned()
        } else {
            name
        })
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The scanner takes no file of this size, now or later.
    #[error("the file is larger than the scanner takes")]
    TooLarge,
    /// It is away, or could not make up its mind: another try may help.
    #[error("the scanner failed: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tamed() {
        for (name, kept) in [
            (&b" Win.Test.EICAR_HDB-1 \n"[..], "Win.Test.EICAR_HDB-1"),
            (b"a b\x1b[31m\xff", "a?b?[31m?"),
            (b"\n", "unnamed"),
        ] {
            assert_eq!(Scanned::found(name), Scanned::Found(kept.to_owned()));
        }
        assert_eq!(Scanned::found(&[b'x'; 1000]), Scanned::Found("x".repeat(100)));
    }
}
