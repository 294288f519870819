//! What the examination of a picture costs.
//!
//! `cargo bench -p parlor-media --bench examine -- [FILE...]` examines copies of the files, or, if there are none,
//! pictures that it makes: one of 12 million pixels as from a phone, the largest that are kept, and some that mean
//! harm. Prints one line of JSON for each: what came of it, the processor's time in milliseconds (the median of three),
//! and the peak of memory in MiB, of which a few are the program's own.

#![expect(clippy::print_stdout, reason = "the figures are its output")]

use std::fs;
use std::io::{self, Cursor, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use parlor_media::{Claim, Limits, Stop, examine};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the `main` that reads the command line"
    )]
    let files: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let folder = tempfile::tempdir()?;
    if files.is_empty() {
        for (name, make) in MADE {
            let original = folder.path().join(name);
            fs::write(&original, make()?)?;
            measure(name, &original, folder.path())?;
        }
    }
    for file in &files {
        measure(file, Path::new(file), folder.path())?;
    }
    Ok(())
}

type Make = fn() -> Result<Vec<u8>, Failure>;

const MADE: [(&str, Make); 8] = [
    ("photo of 12 megapixels.jpg", || jpeg(&photo(4000, 3000))),
    ("screenshot of 2 megapixels.png", || {
        encoded(&screenshot(1920, 1080).into(), ImageFormat::Png)
    }),
    ("photo of 50 megapixels.jpg", || jpeg(&photo(8660, 5770))),
    ("50 megapixels in 64 bits.png", || {
        encoded(
            &DynamicImage::from(screenshot(8660, 5770)).into_rgba16().into(),
            ImageFormat::Png,
        )
    }),
    ("50 megapixels.webp", || {
        encoded(&screenshot(8660, 5770).into(), ImageFormat::WebP)
    }),
    ("50 megapixels.gif", || {
        encoded(&DynamicImage::new_rgb8(8660, 5770), ImageFormat::Gif)
    }),
    ("50,000 by 50,000.png", || {
        png(50_000, 50_000, "IDAT", &zeros(2_400)?)
    }),
    ("19 MiB that unpack to 19 GiB.png", || {
        png(4, 4, "IDAT", &zeros(19 * 1024)?)
    }),
];

fn measure(name: &str, original: &Path, folder: &Path) -> Result<(), Failure> {
    let copy = folder.join("copy");
    let mut costs = Vec::new();
    let mut peak = 0;
    let mut verdict = String::new();
    for _ in 0..3 {
        fs::copy(original, &copy)?;
        fs::write("/proc/self/clear_refs", "5")?;
        let before = processor_time()?;
        let result = examine(&copy, &Claim::default(), &Limits::default(), &Stop::default());
        costs.push(processor_time()? - before);
        peak = peak.max(peak_of_memory()?);
        verdict = match result {
            Ok(examined) => format!("{} with {} thumbnails", examined.mime, examined.thumbnails.len()),
            Err(refusal) => refusal.to_string(),
        };
    }
    costs.sort_unstable();
    println!(
        r#"{{"file":"{name}","bytes":{},"verdict":"{verdict}","cpu_ms":{},"peak_mib":{}}}"#,
        fs::metadata(original)?.len(),
        costs[1] / 1_000_000,
        peak / 1024,
    );
    Ok(())
}

/// Of this thread, in nanoseconds.
fn processor_time() -> Result<u64, Failure> {
    let line = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(line.split_whitespace().next().ok_or("no figures")?.parse()?)
}

/// Since it was reset, in KiB.
fn peak_of_memory() -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("no figures")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// Soft shapes and a little noise.
fn photo(width: u32, height: u32) -> RgbImage {
    let mut noise = 1u32;
    RgbImage::from_fn(width, height, |x, y| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (noise >> 28) as u8;
        let wave = |by: u32| ((x / by) ^ (y / by)) as u8 / 2;
        Rgb([wave(9) + grain, wave(17) + grain, wave(31) + grain])
    })
}

/// Flat areas and sharp edges.
fn screenshot(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        Luma([if (x / 7 + y / 11) % 5 == 0 { 20 } else { 240 }])
    })
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 85))?;
    Ok(bytes)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>, Failure> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format)?;
    Ok(bytes.into_inner())
}

/// As many MiB of zeros, packed.
fn zeros(mebibytes: usize) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..mebibytes {
        encoder.write_all(&[0; 1024 * 1024])?;
    }
    encoder.finish()
}

/// A PNG of 8 bits of grey with one chunk between its header and its end.
fn png(width: u32, height: u32, name: &str, data: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut png = b"\x89PNG\r\n\x1A\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    for (name, data) in [("IHDR", &header[..]), (name, data), ("IEND", &[])] {
        png.extend_from_slice(&u32::try_from(data.len())?.to_be_bytes());
        let start = png.len();
        png.extend_from_slice(name.as_bytes());
        png.extend_from_slice(data);
        let mut checksum = flate2::Crc::new();
        checksum.update(&png[start..]);
        png.extend_from_slice(&checksum.sum().to_be_bytes());
    }
    Ok(png)
}
