//! ICC profiles (ISO 15076-1).

/// The largest that is kept, in bytes. Those for printing have about half of it.
pub(super) const MOST: usize = 1024 * 1024;

/// The profile, if it is one and no other data under its name: its size is that of its header, which has the signature.
pub(super) fn check(profile: &[u8]) -> Option<Vec<u8>> {
    let size = u32::from_be_bytes(*profile.first_chunk()?);
    let is_profile =
        profile.len() <= MOST && size as usize == profile.len() && profile.get(36..40) == Some(b"acsp");
    is_profile.then(|| profile.to_vec())
}
