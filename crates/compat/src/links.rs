//! URLs by which anybody can have a piece of media, and texts that name them.

use std::sync::Arc;

use parlor_domain::{Media, MediaKind, MessageBody};
use parlor_services::Services;

use crate::mount::Mount;

/// Makes URLs of media for one dialect at one mount.
#[derive(Clone)]
pub(crate) struct Links {
    services: Arc<Services>,
    mount: Mount,
    /// Scheme and host, or nothing for a URL that is only a path.
    base: String,
}

impl Links {
    pub(crate) fn new(services: Arc<Services>, mount: Mount, base: String) -> Self {
        Self {
            services,
            mount,
            base,
        }
    }

    /// The URL of a piece of media.
    pub(crate) fn url(&self, media: &Media) -> String {
        let name = self.services.dialects.media_name(media.id);
        let folder = folder(media);
        let extension = extension(media_type(media));
        format!(
            "{}{}/media/{folder}/{name}{extension}",
            self.base,
            self.mount.prefix()
        )
    }

    /// What a message says, with a line for each piece of media: for dialects that know text alone.
    pub(crate) fn text_with_media(&self, body: &MessageBody, media: &[Media]) -> String {
        let text = Some(body.as_str().to_owned()).filter(|text| !text.is_empty());
        let lines = text.into_iter().chain(media.iter().map(|media| self.url(media)));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The media type that a dialect is told: that of the content, or that of text where nothing is known of that and the file is called
/// so.
pub(crate) fn media_type(media: &Media) -> &str {
    let name = media.name.as_ref().map(|name| name.as_str().to_ascii_lowercase());
    let is_text = name.is_some_and(|name| name.ends_with(".txt"));
    match &*media.mime {
        "application/octet-stream" if is_text => "text/plain",
        mime => mime,
    }
}

/// The folder in which a dialect's front end would look for it: the first half of its media type.
fn folder(media: &Media) -> &'static str {
    match media.kind {
        MediaKind::Image => "image",
        MediaKind::Voice | MediaKind::Audio => "audio",
        MediaKind::Video => "video",
        MediaKind::File if media_type(media).starts_with("text/") => "text",
        MediaKind::File => "application",
    }
}

/// The end of a file's name by which people see what it is.
fn extension(mime: &str) -> &'static str {
    match mime {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/gif" => ".gif",
        "image/webp" => ".webp",
        "audio/wav" | "audio/x-wav" | "audio/vnd.wave" => ".wav",
        "audio/mpeg" => ".mp3",
        "audio/ogg" | "audio/opus" => ".ogg",
        "audio/mp4" | "audio/m4a" => ".m4a",
        "video/mp4" => ".mp4",
        "video/webm" => ".webm",
        "application/pdf" => ".pdf",
        "text/plain" => ".txt",
        _ => "",
    }
}
