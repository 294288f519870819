//! Values that parse, and what is said when one does not.

use std::fmt;
use std::str::FromStr;

/// A field whose value is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field, with dots between levels.
    pub field: String,
    /// What is allowed: "must be …".
    pub message: String,
}

/// Parses the value of a named field into a domain type.
pub fn parse<T>(field: &str, value: &str) -> Result<T, FieldError>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    value.parse().map_err(|error: T::Err| FieldError {
        field: field.to_owned(),
        message: error.to_string(),
    })
}
