//! Ids as they stand in paths.

use uuid::Uuid;

/// A UUID in its usual form of 36 characters; other forms are no form of a path.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    Some(text).filter(|text| text.len() == 36)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_one_form() {
        let usual = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        assert_eq!(uuid(usual).unwrap().to_string(), usual);
        for other in [
            "67e5504410b1426f9247bb680e5fe0c8",
            "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
            "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8",
            "67e55044-10b1-426f-9247-bb680e5fe0cx",
            "",
        ] {
            assert_eq!(uuid(other), None, "{other}");
        }
    }
}
