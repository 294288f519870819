//! Pictures, sound, videos and files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use parlor_domain::{Media, MediaKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Time;
use crate::names::names;

names!(
    /// What a piece of media is.
    MediaKindName = MediaKind {
        /// A picture that clients show: JPEG, PNG, GIF or WebP.
        Image,
        /// A message that was spoken.
        Voice,
        /// Other sound.
        Audio,
        /// Pictures that move, with or without sound.
        Video,
        /// Anything else, which clients offer to save.
        File
    }
);

/// A picture, a sound, a video or a file that was uploaded and examined. It never changes. Its bytes are at
/// `/v1/media/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MediaView {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub kind: MediaKindName,
    /// Its media type, decided by its content.
    #[schema(example = "image/jpeg")]
    pub mime: String,
    /// What the sender calls the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "lake.jpg")]
    pub name: Option<String>,
    /// How large it is, in bytes.
    pub bytes: u64,
    /// How wide it is shown, in pixels: images and videos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 1600)]
    pub width: Option<u32>,
    /// How high it is shown, in pixels: images and videos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 1200)]
    pub height: Option<u32>,
    /// How long it plays, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// How loud it is: the greatest amplitude in each of 64 equal parts, one byte each, where 255 is full scale. Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waveform: Option<String>,
    /// What it looks like, until the picture has come: a thumbhash (<https://evanw.github.io/thumbhash/>). Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbhash: Option<String>,
    /// Whether there is a picture at `/v1/media/{id}/small` and `/large`: of images, and of videos with a poster.
    pub picture: bool,
}

impl From<&Media> for MediaView {
    fn from(media: &Media) -> Self {
        Self {
            id: media.id.uuid(),
            kind: media.kind.into(),
            mime: media.mime.to_string(),
            name: media.name.as_ref().map(|name| name.as_str().to_owned()),
            bytes: media.bytes,
            width: media.dimensions.map(|size| size.width),
            height: media.dimensions.map(|size| size.height),
            duration_ms: media.duration_ms,
            waveform: media.waveform.map(|waveform| BASE64.encode(waveform.0)),
            thumbhash: media.thumbhash.as_ref().map(|hash| BASE64.encode(&hash.0)),
            picture: media.picture,
        }
    }
}

/// A small file as text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadMedia {
    /// Its bytes as base64, with the standard or the URL-safe alphabet, padded or not; or a `data:` URL. Up to 128 KiB
    /// before encoding (the server's setting).
    #[schema(
        example = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    )]
    pub data: String,
    /// What it is; without this its content decides, and sound is `audio`.
    #[serde(default)]
    pub kind: Option<MediaKindName>,
    /// What the file is called.
    #[serde(default)]
    #[schema(example = "dot.png")]
    pub name: Option<String>,
    /// Its media type. One that does not fit the content is refused.
    #[serde(default)]
    #[schema(example = "image/png")]
    pub mime: Option<String>,
}

/// A way to have a piece of media without a token, for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MediaLinkView {
    /// Where it is. The same query opens its pictures, at `/small`, `/large` and `/poster`.
    #[schema(example = "/v1/media/01890a5d-ac96-774b-bcce-b302099a8057?signature=AAZIUA")]
    pub url: String,
    /// Until when.
    pub expires_at: Time,
}

/// How much one has uploaded that is still kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MediaUsage {
    /// In bytes.
    pub used: u64,
    /// How much it may be, in bytes.
    pub quota: u64,
}

/// Another avatar.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeAvatar {
    /// An image that one has uploaded. Everybody with an account can see it.
    pub media: Uuid,
}

#[cfg(test)]
mod tests {
    use parlor_domain::{FileName, MediaId, Thumbhash, Waveform};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_piece_of_media_does_not_have_is_left_out() {
        let mut media = Media {
            id: MediaId::new(Uuid::from_u128(7)),
            kind: MediaKind::File,
            mime: "application/pdf".into(),
            name: None,
            bytes: 9,
            dimensions: None,
            duration_ms: None,
            waveform: None,
            thumbhash: None,
            picture: false,
        };
        let id = "00000000-0000-0000-0000-000000000007";
        let shown = serde_json::to_value(MediaView::from(&media)).unwrap();
        assert_eq!(
            shown,
            json!({"id": id, "kind": "file", "mime": "application/pdf", "bytes": 9, "picture": false})
        );
        media.kind = MediaKind::Voice;
        media.name = FileName::tame("a.ogg");
        media.waveform = Some(Waveform([255; 64]));
        media.thumbhash = Some(Thumbhash([1, 2, 3].into()));
        let view = MediaView::from(&media);
        let shown = serde_json::to_value(&view).unwrap();
        assert_eq!(
            (&shown["kind"], &shown["name"]),
            (&json!("voice"), &json!("a.ogg"))
        );
        assert_eq!(shown["waveform"].as_str().unwrap().len(), 88);
        assert_eq!(shown["thumbhash"], "AQID");
        assert_eq!(serde_json::from_value::<MediaView>(shown).unwrap(), view);
    }
}
