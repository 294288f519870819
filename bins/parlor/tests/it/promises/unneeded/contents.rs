//! Files that are uploaded, some of them again and again.

use std::sync::Arc;

use parlor_client::Claims;
use parlor_ports::Entropy;
use parlor_testkit::SeededEntropy;
use parlor_wire::MediaKindName;

/// A file, which comes back as it was.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) bytes: Arc<[u8]>,
    pub(super) is_picture: bool,
}

/// Files that several people have.
pub(super) struct Contents(Vec<Content>);

impl Contents {
    pub(super) fn new() -> Self {
        let pictures = [(20, 20), (20, 20), (200, 150), (700, 500), (700, 500)];
        let pictures = (0..).zip(pictures).map(|(n, size)| picture(size, n));
        let files = [1_000, 30_000, 300_000, 900_000].map(|bytes| Content {
            bytes: (0..bytes).map(|n: u32| (n % 251) as u8).collect(),
            is_picture: false,
        });
        Self(pictures.chain(files).collect())
    }

    /// One of those that all have, or one that nobody has.
    pub(super) fn some(&self, chance: &SeededEntropy) -> Content {
        if chance.below(3) > 0 {
            return self.0[chance.below(self.0.len())].clone();
        }
        let mut bytes = vec![0; 64 + chance.below(40_000)];
        chance.fill(&mut bytes);
        // It begins like no format.
        bytes[..8].fill(b'-');
        Content {
            bytes: bytes.into(),
            is_picture: false,
        }
    }
}

impl Content {
    /// What is said about it.
    pub(super) fn claims(&self) -> Claims {
        Claims {
            kind: Some(if self.is_picture {
                MediaKindName::Image
            } else {
                MediaKindName::File
            }),
            ..Claims::default()
        }
    }
}

/// A picture in a colour of its own.
fn picture((width, height): (u32, u32), colour: u8) -> Content {
    let pixels: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| [colour, (x % 256) as u8, (y % 256) as u8]))
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    Content {
        bytes: bytes.into(),
        is_picture: true,
    }
}
