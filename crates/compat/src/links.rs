//! URLs by which anybody can have a piece of media, and texts that name them.

use std::sync::Arc;

use parlor_domain::{Media, MediaId, MediaKind, MessageBody};
use parlor_services::Services;

use crate::mount::Mount;

/// Makes URLs of media for one dialect at one mount.
#[derive(Clone)]
pub(crate) struct Links {
    services: Arc<Services>,
    mount: Mount,
    /// Scheme and host, or nothing for a URL that is only a path.
    base: String,
    folders: Folders,
}

/// The folders in which a dialect's front end would look for media. They are for the eye: a file is found by its name alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Folders {
    pub(crate) image: &'static str,
    pub(crate) audio: &'static str,
    pub(crate) video: &'static str,
    pub(crate) text: &'static str,
    pub(crate) other: &'static str,
}

/// The first halves of media types.
const BY_TYPE: Folders = Folders {
    image: "image",
    audio: "audio",
    video: "video",
    text: "text",
    other: "application",
};

impl Links {
    pub(crate) fn new(services: Arc<Services>, mount: Mount, base: String) -> Self {
        Self {
            services,
            mount,
            base,
            folders: BY_TYPE,
        }
    }

    /// The same, with the folders of a dialect that has others.
    pub(crate) fn in_folders(mut self, folders: Folders) -> Self {
        self.folders = folders;
        self
    }

    /// The URL of a piece of media.
    pub(crate) fn url(&self, media: &Media) -> String {
        self.url_in(self.folders.of(media), media)
    }

    /// The URL of a piece of media, for a front end that looks for it in this folder.
    pub(crate) fn url_in(&self, folder: &str, media: &Media) -> String {
        format!("{}{}", self.bare(folder, media.id), extension(media))
    }

    /// The URL of a picture that stands for somebody.
    pub(crate) fn avatar(&self, media: MediaId) -> String {
        self.bare(self.folders.image, media)
    }

    /// A URL that does not say what it is of.
    fn bare(&self, folder: &str, media: MediaId) -> String {
        let name = self.services.dialects.media_name(media);
        format!("{}{}/media/{folder}/{name}", self.base, self.mount.prefix())
    }

    /// What a message says, with a line for each piece of media: for dialects that know text alone.
    pub(crate) fn text_with_media(&self, body: &MessageBody, media: &[Media]) -> String {
        let text = Some(body.as_str().to_owned()).filter(|text| !text.is_empty());
        let lines = text.into_iter().chain(media.iter().map(|media| self.url(media)));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The same text without those lines, which whoever edits it sends back; as it is if it does not end with all of them.
    pub(crate) fn text_without_media<'a>(&self, text: &'a str, media: &[Media]) -> &'a str {
        let lines: Vec<String> = media.iter().map(|media| self.url(media)).collect();
        if lines.is_empty() {
            return text;
        }
        match text.strip_suffix(&lines.join("\n")) {
            Some("") => "",
            Some(rest) => rest.strip_suffix('\n').unwrap_or(text),
            None => text,
        }
    }
}

/// The ends of names of files that are text.
const TEXTS: [&str; 16] = [
    "txt", "text", "log", "md", "csv", "tsv", "json", "js", "css", "py", "ini", "yml", "yaml", "toml", "sql",
    "srt",
];
/// Most letters of the end of a file's name.
const LONGEST_END: usize = 8;

/// The media type that a dialect is told: that of the content, or that of text where nothing is known of that and the file is called
/// so.
pub(crate) fn media_type(media: &Media) -> &str {
    match &*media.mime {
        "application/octet-stream" if end(media).is_some_and(|end| TEXTS.contains(&&*end)) => "text/plain",
        mime => mime,
    }
}

/// The end of the name that a file was given, if it is a usual one.
fn end(media: &Media) -> Option<String> {
    let (_, end) = media.name.as_ref()?.as_str().rsplit_once('.')?;
    let is_usual =
        (1..=LONGEST_END).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_usual.then(|| end.to_ascii_lowercase())
}

impl Folders {
    /// That of a piece of media.
    fn of(self, media: &Media) -> &'static str {
        match media.kind {
            MediaKind::Image => self.image,
            MediaKind::Voice | MediaKind::Audio => self.audio,
            MediaKind::Video => self.video,
            MediaKind::File if media_type(media).starts_with("text/") => self.text,
            MediaKind::File => self.other,
        }
    }
}

/// The end of a file's name by which people see what it is: that of its content, or else that of its name.
fn extension(media: &Media) -> String {
    let known = match &*media.mime {
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
        _ => return end(media).map(|end| format!(".{end}")).unwrap_or_default(),
    };
    known.to_owned()
}
