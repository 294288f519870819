//! Files that people send besides those of chats.

use parlor_domain::{Media, MediaKind};
use parlor_services::{Actor, Services};

/// Media of one of these kinds. What is of none of them is forgotten, so that it takes no room of its owner's.
pub(super) async fn of_kind(
    services: &Services,
    actor: &Actor,
    media: Media,
    kinds: &[MediaKind],
) -> Option<Media> {
    if kinds.contains(&media.kind) {
        return Some(media);
    }
    if let Err(error) = services.library.delete(actor, media.id).await {
        tracing::debug!(%error, "a file that nothing uses goes by itself, later");
    }
    None
}
