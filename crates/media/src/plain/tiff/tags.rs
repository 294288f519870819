//! Which fields are kept.

use std::ops::RangeInclusive;

pub(super) const COMPRESSION: u16 = 259;
pub(super) const STRIPS: u16 = 273;
pub(super) const STRIP_LENGTHS: u16 = 279;
pub(super) const TILES: u16 = 324;
pub(super) const TILE_LENGTHS: u16 = 325;
pub(super) const INNER: u16 = 330;
/// What the strips of a picture that are JPEGs have in common: a JPEG as well.
pub(super) const JPEG_TABLES: u16 = 347;

/// Tags of TIFF 6.0 and its supplements that say how a picture is decoded and shown, profiles, filters, and those of
/// DNG that a developer of pictures needs.
const KEPT: &[RangeInclusive<u16>] = &[
    254..=259,
    262..=266,
    273..=274,
    277..=284,
    290..=293,
    296..=297,
    301..=301,
    317..=325,
    330..=330,
    332..=332,
    334..=334,
    336..=336,
    338..=342,
    347..=347,
    529..=532,
    33_421..=33_422, // of the sensor
    34_675..=34_675, // an ICC profile
    50_706..=50_734, // DNG, without serial number and private data
    50_736..=50_739,
    50_778..=50_780,
    50_829..=50_834,
    50_879..=50_879,
    50_931..=50_941,
    50_964..=50_965,
    50_970..=50_970,
    50_974..=50_975,
    50_981..=50_982,
    51_008..=51_009,
    51_022..=51_022,
    51_041..=51_041,
    51_089..=51_091,
    51_107..=51_112,
    51_125..=51_125,
    52_525..=52_552,
];

/// Not at all, by facsimile, LZW, JPEG, Deflate, `PackBits`, LZMA, Zstandard, WebP, and lossy JPEG and JPEG XL of DNG.
const COMPRESSIONS: [u64; 15] = [
    1, 2, 3, 4, 5, 7, 8, 32_771, 32_773, 32_946, 34_925, 50_000, 50_001, 34_892, 52_546,
];

pub(super) fn is_kept(tag: u16) -> bool {
    KEPT.iter().any(|tags| tags.contains(&tag))
}

pub(super) fn is_known(compression: u64) -> bool {
    COMPRESSIONS.contains(&compression)
}

/// Whether each strip is a JPEG, which may have segments of its own.
pub(super) const fn is_jpeg(compression: u64) -> bool {
    matches!(compression, 7 | 34_892)
}
