//! Pictures that are kept and not shown: HEIC, AVIF, TIFF, JPEG 2000, JPEG XL.

use std::fs;
use std::path::Path;

use parlor_domain::MediaKind;
use proptest::prelude::*;

use crate::examining::{look, position};
use crate::playing::{mp4_box, tells};

/// 47 degrees, as Exif writes them.
const DEGREES: &[u8] = b"\0\0\0\x2F\0\0\0\x01";

fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/plain");
    fs::read(folder.join(name)).unwrap()
}

const SAMPLES: [(&str, &str); 3] = [
    ("gps.avif", "image/avif"),
    ("gps.tif", "image/tiff"),
    ("moving.avif", "image/avif"),
];

/// A full box: one that begins with its version and flags.
fn full_box(name: &[u8; 4], version: u8, content: &[u8]) -> Vec<u8> {
    mp4_box(name, &[&[version, 0, 0, 0], content].concat())
}

/// What is different about a HEIC from another one.
struct Heic {
    infe: u8,
    iloc: u8,
    /// Whether the picture and what it tells lie in `idat`.
    is_inside: bool,
}

const PICTURE: &[u8] = b"coded picture";
const TOLD: &[u8] = b"\0\0\0\0MM\0*Canary +47.1234";

impl Heic {
    fn entry(&self, id: u8, kind: &[u8; 4]) -> Vec<u8> {
        let id: &[u8] = if self.infe == 3 { &[0, 0, 0, id] } else { &[0, id] };
        full_box(b"infe", self.infe, &[id, &[0, 0], kind, b"near_\0"].concat())
    }

    fn location(&self, id: u8, offset: u32, bytes: &[u8]) -> Vec<u8> {
        let id: &[u8] = if self.iloc == 2 { &[0, 0, 0, id] } else { &[0, id] };
        let method: &[u8] = match (self.iloc, self.is_inside) {
            (0, _) => &[],
            (_, is_inside) => &[0, u8::from(is_inside)],
        };
        let place = [
            offset.to_be_bytes(),
            u32::try_from(bytes.len()).unwrap().to_be_bytes(),
        ]
        .concat();
        [id, method, &[0, 0], &[0, 1], &place].concat()
    }

    fn meta(&self, at: u32) -> Vec<u8> {
        let count: &[u8] = if self.iloc == 2 { &[0, 0, 0, 3] } else { &[0, 3] };
        let told = at + 13;
        let locations = [
            &[0x44, 0],
            count,
            &self.location(1, at, PICTURE),
            &self.location(2, told, TOLD),
            &self.location(3, told + 24, TOLD),
        ]
        .concat();
        let entries = [
            &[0, 3],
            &self.entry(1, b"hvc1")[..],
            &self.entry(2, b"Exif"),
            &self.entry(3, b"mime"),
        ]
        .concat();
        let properties = [mp4_box(b"hvcC", b"config"), full_box(b"udes", 0, b"Canary")].concat();
        let mut boxes = vec![
            full_box(b"hdlr", 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0Canary\0"),
            full_box(b"pitm", 0, &[0, 1]),
            full_box(b"iinf", 0, &entries),
            full_box(b"iloc", self.iloc, &locations),
            mp4_box(b"iprp", &mp4_box(b"ipco", &properties)),
            mp4_box(b"uuid", b"Canary"),
            mp4_box(b"uuid", b"Canary"),
        ];
        if self.is_inside {
            boxes.push(mp4_box(b"idat", &data()));
        }
        full_box(b"meta", 0, &boxes.concat())
    }

    fn bytes(&self) -> Vec<u8> {
        let brands = mp4_box(b"ftyp", b"heic\0\0\0\0mif1heic");
        if self.is_inside {
            return [brands, self.meta(0)].concat();
        }
        let at = brands.len() + self.meta(0).len() + 8;
        let meta = self.meta(u32::try_from(at).unwrap());
        let more = mp4_box(b"mpvd", b"Canary");
        [&brands[..], &meta, &mp4_box(b"mdat", &data()), &more, b"Canary"].concat()
    }
}

fn data() -> Vec<u8> {
    [PICTURE, TOLD, TOLD, b"Canary behind"].concat()
}

fn heics() -> Vec<Vec<u8>> {
    let mut heics = Vec::new();
    for infe in [2, 3] {
        for (iloc, is_inside) in [(0, false), (1, false), (1, true), (2, false), (2, true)] {
            heics.push(
                Heic {
                    infe,
                    iloc,
                    is_inside,
                }
                .bytes(),
            );
        }
    }
    heics
}

fn all() -> Vec<(String, Vec<u8>)> {
    let names = SAMPLES.iter();
    let mut all: Vec<_> = names
        .map(|(name, _)| ((*name).to_owned(), sample(name)))
        .collect();
    all.extend(
        heics()
            .into_iter()
            .enumerate()
            .map(|(number, bytes)| (format!("heic {number}"), bytes)),
    );
    all
}

/// Whatever is kept is kept again, as it is, and as long as it was.
fn holds(name: &str, bytes: &[u8]) {
    let once = look(bytes);
    if once.result.is_err() {
        return;
    }
    let twice = look(&once.left);
    assert_eq!(twice.examined(), once.examined(), "{name}");
    assert!(twice.left == once.left, "{name}");
}

#[test]
fn they_are_plain_files() {
    for (name, mime) in SAMPLES {
        let outcome = look(&sample(name));
        let found = outcome.examined();
        assert_eq!((found.kind, found.mime), (MediaKind::File, mime), "{name}");
        assert_eq!(found.dimensions, None, "{name}");
    }
    for heic in heics() {
        assert_eq!(look(&heic).examined().mime, "image/heic");
    }
}

#[test]
fn a_place_in_them_is_in_nothing_that_is_left() {
    for (name, bytes) in all() {
        assert!(tells(&bytes), "{name}");
        let outcome = look(&bytes);
        assert!(outcome.result.is_ok(), "{name}: {:?}", outcome.result);
        assert!(!tells(&outcome.left), "{name}");
        assert_eq!(
            position(&bytes, DEGREES).is_some(),
            name.starts_with("gps"),
            "{name}"
        );
        assert!(position(&outcome.left, DEGREES).is_none(), "{name}");
    }
}

/// Readers refuse a picture if what is called Exif is none.
#[test]
fn an_item_that_is_zeros_is_called_nothing_else() {
    let mut files = heics();
    files.push(sample("gps.avif"));
    for (number, bytes) in files.into_iter().enumerate() {
        let left = look(&bytes).left;
        for kind in [b"Exif", b"mime"] {
            let at = position(&bytes, kind).unwrap();
            assert_eq!(&left[at..at + 4], b"skip", "{number}");
        }
        assert!(position(&left, b"Exif").is_none() && position(&left, b"mime").is_none());
    }
}

/// A HEIC that moves: a track of `count` pictures of `size` bytes each in a chunk, behind which something is told.
fn moving(count: u32, size: u32) -> Vec<u8> {
    let table = |name, numbers: &[u32]| {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        full_box(name, 0, &bytes)
    };
    let moov = |at| {
        let tables = [
            table(b"stsz", &[size, count]),
            table(b"stsc", &[1, 1, count, 1]),
            table(b"stco", &[1, at]),
        ];
        let info = mp4_box(b"minf", &mp4_box(b"stbl", &tables.concat()));
        let handler = full_box(b"hdlr", 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0Canary\0");
        let media = mp4_box(b"mdia", &[handler, info].concat());
        let told = full_box(b"meta", 0, b"Canary");
        mp4_box(b"moov", &mp4_box(b"trak", &[told, media].concat()))
    };
    let brands = mp4_box(b"ftyp", b"hevc\0\0\0\0msf1hevc");
    let at = brands.len() + moov(0).len() + 8;
    let moov = moov(u32::try_from(at).unwrap());
    [brands, moov, mp4_box(b"mdat", &data())].concat()
}

#[test]
fn what_is_no_picture_of_an_animation_is_gone() {
    let bytes = moving(1, 13);
    let at = position(&bytes, PICTURE).unwrap();
    let outcome = look(&bytes);
    assert_eq!(outcome.examined().mime, "image/heic");
    let mut left = PICTURE.to_vec();
    left.resize(bytes.len() - at, 0);
    assert_eq!(outcome.left[at..], left);
    holds("moving", &bytes);
    assert!(look(&moving(2, 6)).left[at..].starts_with(b"coded pictur\0\0\0"));
}

#[test]
fn an_animation_whose_pictures_nobody_finds_is_refused() {
    for (count, size, why) in [
        (1, 1_000, "outside of it"),
        (u32::MAX, u32::MAX, "outside of it"),
        (2, 0, "longer than its box"),
    ] {
        let refusal = look(&moving(count, size)).refusal();
        assert!(refusal.contains(why), "{count} {size}: {refusal}");
    }
    for name in [b"stsz", b"stbl", b"stsc", b"stco"] {
        let mut bytes = moving(1, 13);
        let at = position(&bytes, name).unwrap();
        bytes[at..at + 4].copy_from_slice(b"none");
        assert!(look(&bytes).result.is_err(), "{name:?}");
    }
}

/// A JPEG 2000 or JPEG XL of these boxes.
fn boxed(kind: &[u8; 4], brand: &[u8; 4], boxes: &[Vec<u8>]) -> Vec<u8> {
    let start = mp4_box(kind, b"\r\n\x87\n");
    let brands = mp4_box(b"ftyp", &[&brand[..], &[0; 4], brand].concat());
    [start, brands, boxes.concat()].concat()
}

#[test]
fn pictures_in_other_boxes_tell_nothing_either() {
    let exif = mp4_box(b"Exif", TOLD);
    let xml = mp4_box(b"xml ", b"Canary");
    let header = [mp4_box(b"ihdr", b"sizes"), xml.clone()].concat();
    let jp2 = [
        mp4_box(b"jp2h", &header),
        xml.clone(),
        mp4_box(b"jp2c", PICTURE),
        mp4_box(b"uuid", TOLD),
    ];
    let jxl = [
        exif.clone(),
        mp4_box(b"jxlp", PICTURE),
        mp4_box(b"brob", TOLD),
        mp4_box(b"jxlp", PICTURE),
        mp4_box(b"jbrd", TOLD),
        xml.clone(),
    ];
    for (mime, bytes) in [
        ("image/jp2", boxed(b"jP  ", b"jp2 ", &jp2)),
        ("image/jxl", boxed(b"JXL ", b"jxl ", &jxl)),
    ] {
        let outcome = look(&bytes);
        let found = outcome.examined();
        assert_eq!((found.kind, found.mime), (MediaKind::File, mime));
        assert!(tells(&bytes) && !tells(&outcome.left), "{mime}");
        let at = position(&bytes, PICTURE).unwrap();
        assert_eq!(&outcome.left[at..at + PICTURE.len()], PICTURE, "{mime}");
        assert_eq!(outcome.left.len(), bytes.len(), "{mime}");
        // What follows the last box is no part of it.
        assert_eq!(
            look(&[&bytes[..], b"Canary"].concat()).left,
            outcome.left,
            "{mime}"
        );
        holds(mime, &bytes);
    }
    for bytes in [
        boxed(b"jP  ", b"mjp2", &jp2),
        boxed(b"jP  ", b"jpx ", &[mp4_box(b"ftbl", b"")]),
        boxed(b"jP  ", b"jp2 ", &[mp4_box(b"moov", b"")]),
    ] {
        assert!(look(&bytes).refusal().contains("more than a picture"));
    }
    let many = mp4_box(b"free", b"").repeat(100_000);
    let refusal = look(&boxed(b"JXL ", b"jxl ", &[many])).refusal();
    assert!(refusal.contains("too many boxes"), "{refusal}");
}

#[test]
fn raw_pictures_of_cameras_are_refused() {
    for head in [
        &b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom"[..],
        b"FUJIFILMCCD-RAW 0201FF383501X100V",
        b"IIU\0\x18\0\0\0",
        b"IIRO\x08\0\0\0",
    ] {
        let refusal = look(&[head, TOLD].concat()).refusal();
        assert!(refusal.starts_with("the raw picture cannot be read"), "{refusal}");
    }
}

#[test]
fn the_picture_stays_where_it_is() {
    for heic in heics() {
        let at = position(&heic, PICTURE).unwrap();
        assert_eq!(&look(&heic).left[at..at + PICTURE.len()], PICTURE);
    }
    for (name, bytes) in all() {
        let left = look(&bytes).left;
        // What is no box at the end is cut off.
        assert!(bytes.len() - left.len() <= 6, "{name}");
    }
    let tiff = sample("gps.tif");
    let strip = 3_590..3_590 + 1_395;
    assert_eq!(look(&tiff).left[strip.clone()], tiff[strip]);
}

#[test]
fn they_are_left_just_so_again() {
    for (name, bytes) in all() {
        assert!(look(&bytes).result.is_ok());
        holds(&name, &bytes);
    }
}

#[test]
fn what_they_tell_is_found_wherever_it_lies_or_they_are_refused() {
    let heic = |iloc, is_inside| {
        Heic {
            infe: 2,
            iloc,
            is_inside,
        }
        .bytes()
    };
    let refused = |change: &dyn Fn(&mut Vec<u8>), bytes: Vec<u8>| {
        let mut bytes = bytes;
        change(&mut bytes);
        look(&bytes).refusal()
    };
    let location = |bytes: &[u8]| position(bytes, b"iloc").unwrap() + 4;
    // As part of another item, and in another file.
    let method = |bytes: &mut Vec<u8>| {
        let at = location(bytes);
        bytes[at + 11] = 2;
    };
    assert!(refused(&method, heic(1, false)).contains("lie where nobody looks"));
    let reference = |bytes: &mut Vec<u8>| {
        let at = location(bytes);
        bytes[at + 11] = 1;
    };
    assert!(refused(&reference, heic(0, false)).contains("lie in another file"));
    for (what, name, at, value) in [
        ("where nobody looks", b"iloc", 4, 3),
        ("where nobody looks", b"iloc", 8, 0x33),
        ("of a kind that nobody knows", b"infe", 4, 4),
        ("is for no picture", b"hdlr", 12, b'm'),
        // The Exif lies behind the file, and has all of it.
        ("outside of it", b"iloc", 32, 0xFF),
        ("has no length", b"iloc", 39, 0),
        ("a size that cannot be", b"iinf", 13, 0xFF),
    ] {
        let mut bytes = heic(0, false);
        let at = position(&bytes, name).unwrap() + at;
        bytes[at] = value;
        let refusal = look(&bytes).refusal();
        assert!(refusal.contains(what), "{name:?} {at}: {refusal}");
    }
    let jpeg = |bytes: &mut Vec<u8>| {
        let at = position(bytes, b"hvc1").unwrap();
        bytes[at..at + 4].copy_from_slice(b"jpeg");
    };
    assert!(refused(&jpeg, heic(0, false)).contains("a file of its own"));
    let inside = heic(1, true);
    let at = position(&inside, b"idat").unwrap();
    let mut without = inside;
    without[at..at + 4].copy_from_slice(b"skip");
    assert!(look(&without).refusal().contains("lie where nobody looks"));
}

#[test]
fn an_item_that_is_its_picture_as_well_is_refused() {
    let bytes = Heic {
        infe: 2,
        iloc: 0,
        is_inside: false,
    }
    .bytes();
    let at = position(&bytes, b"iloc").unwrap() + 4;
    // The second item has the place of the first one, but one byte.
    let mut lie = bytes;
    let first = u32::from_be_bytes(lie[at + 14..at + 18].try_into().unwrap());
    lie[at + 28..at + 32].copy_from_slice(&(first + 1).to_be_bytes());
    assert!(look(&lie).refusal().contains("lies in its picture"));
}

#[test]
fn pictures_with_a_header_that_is_none_are_refused() {
    let brands = mp4_box(b"ftyp", b"heic\0\0\0\0mif1heic");
    assert!(look(&brands).refusal().contains("it has no header"));
    let meta = |content: &[u8]| look(&[&brands[..], &full_box(b"meta", 0, content)].concat()).refusal();
    let many = mp4_box(b"free", b"").repeat(100_000);
    assert!(meta(&many).contains("too many boxes"));
    let huge = full_box(
        b"iloc",
        2,
        &[&[0x44, 0, 0xFF, 0xFF, 0xFF, 0xFF][..], &[0; 100]].concat(),
    );
    assert!(meta(&huge).contains("too many parts"));
    let mut nested = Vec::new();
    for _ in 0..10_000 {
        nested = full_box(b"meta", 0, &nested);
    }
    // What is no item is nothing.
    assert!(look(&[&brands[..], &nested].concat()).result.is_ok());
    assert!(
        look(&[&brands[..], &mp4_box(b"moov", &nested)].concat())
            .result
            .is_ok()
    );
    let metadata = mp4_box(b"mdia", &full_box(b"hdlr", 0, b"\0\0\0\0meta\0\0\0\0"));
    let track = mp4_box(b"moov", &mp4_box(b"trak", &metadata));
    assert!(
        look(&[&brands[..], &track].concat())
            .refusal()
            .contains("a track that is no picture")
    );
}

/// A TIFF of one directory with these fields, each of a tag, a type, a number of values and a value.
fn tiff(fields: &[(u16, u16, u32, u32)], more: &[u8]) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    tiff.extend_from_slice(&u16::try_from(fields.len()).unwrap().to_be_bytes());
    for (tag, kind, count, value) in fields {
        tiff.extend_from_slice(&tag.to_be_bytes());
        tiff.extend_from_slice(&kind.to_be_bytes());
        tiff.extend_from_slice(&count.to_be_bytes());
        tiff.extend_from_slice(&value.to_be_bytes());
    }
    tiff.extend_from_slice(&[0; 4]);
    tiff.extend_from_slice(more);
    tiff
}

#[test]
fn fields_of_a_tiff_that_no_picture_needs_are_gone() {
    // Behind two fields: 8 + 2 + 24 + 4.
    let bytes = tiff(
        &[(254, 4, 1, 0), (700, 1, 12, 38)],
        b"Canary-Title and what nobody names",
    );
    let outcome = look(&bytes);
    let mut left = tiff(&[(254, 4, 1, 0)], &[]);
    left.resize(bytes.len(), 0);
    assert_eq!(outcome.left, left);
    // What a short value leaves over.
    let bytes = tiff(&[(259, 3, 1, 0x0001_4361)], b"");
    assert_eq!(look(&bytes).left, tiff(&[(259, 3, 1, 0x0001_0000)], b""));
}

#[test]
fn a_jpeg_in_a_tiff_loses_its_segments() {
    let jpeg =
        b"\xFF\xD8\xFF\xE1\0\x0ACanary-T\xFF\xDB\0\x03q\xFF\xFE\0\x08near_!\xFF\xDA\0\x03s\x01\x02\xFF\xD9";
    let fields = [
        (259, 3, 1, 7 << 16),
        (273, 4, 1, 50),
        (279, 4, 1, u32::try_from(jpeg.len()).unwrap()),
    ];
    let bytes = tiff(&fields, jpeg);
    let outcome = look(&bytes);
    assert!(!tells(&outcome.left));
    assert!(outcome.left.ends_with(b"\xFF\xDA\0\x03s\x01\x02\xFF\xD9"));
    holds("jpeg", &bytes);
}

#[test]
fn what_jpegs_in_a_tiff_have_in_common_loses_its_segments() {
    let tables = b"\xFF\xD8\xFF\xE1\0\x0ACanary-T\xFF\xDB\0\x03q\xFF\xF0\0\x08near_!\xFF\xD9Canary";
    let count = u32::try_from(tables.len()).unwrap();
    // Behind two fields: 8 + 2 + 24 + 4.
    let bytes = tiff(&[(259, 3, 1, 7 << 16), (347, 7, count, 38)], tables);
    let outcome = look(&bytes);
    assert!(outcome.result.is_ok() && !tells(&outcome.left));
    assert!(position(&outcome.left, b"\xFF\xDB\0\x03q\xFF\xF0").is_some());
    holds("tables", &bytes);
    // What is as short as that is no table.
    let short = tiff(&[(259, 3, 1, 7 << 16), (347, 7, 4, 0x4361_6E61)], b"");
    assert!(position(&look(&short).left, b"Cana").is_none());
}

#[test]
fn a_jpeg_in_a_tiff_that_is_none_is_refused() {
    for jpeg in [
        &b"Canary-Title"[..],
        b"\xFF\xD8Canary",
        b"\xFF\xD8\xFF\xFF\xFF\xE1\0\x08Canary",
        b"\xFF\xD8\xFF\xE1\0\xFFCanary",
        b"\xFF\xD8\xFF",
    ] {
        let count = u32::try_from(jpeg.len()).unwrap();
        let fields = [(259, 3, 1, 7 << 16), (273, 4, 1, 50), (279, 4, 1, count)];
        assert!(look(&tiff(&fields, jpeg)).result.is_err(), "{jpeg:?}");
    }
}

#[test]
fn a_tiff_that_cannot_be_read_is_refused() {
    for (what, fields) in [
        ("compressed in a way", &[(259, 3, 1, 34_713 << 16)][..]),
        ("a type that nobody knows", &[(256, 99, 1, 0)]),
        ("how long its parts are", &[(273, 4, 1, 8)]),
        ("outside of it", &[(273, 4, 1, 8), (279, 4, 1, 1_000)]),
        ("lie in each other", &[(273, 4, 1, 8), (279, 4, 1, 20)]),
        ("comes twice", &[(256, 4, 1, 8), (256, 4, 1, 8)]),
        ("a directory of it comes twice", &[(330, 4, 1, 8)]),
        ("too long", &[(256, 4, u32::MAX, 8)]),
        ("outside of it", &[(256, 4, 100, 8)]),
    ] {
        let refusal = look(&tiff(fields, &[])).refusal();
        assert!(refusal.contains(what), "{fields:?}: {refusal}");
    }
    assert!(
        look(b"II\x2A\0\x08\0\0\0\0\0\0\0")
            .refusal()
            .contains("cut short")
    );
    assert!(
        look(b"II\x2B\0\x07\0\0\0\0\0\0\0")
            .refusal()
            .contains("contradicts")
    );
}

#[test]
fn pictures_cut_short_are_refused_or_hold() {
    for (name, bytes) in all() {
        let step = bytes.len() / 200 + 1;
        for len in (1..bytes.len()).step_by(step) {
            holds(&name, &bytes[..len]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_picture_with_other_bytes_is_refused_or_holds(
        number in 0_usize..13,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        is_in_front in any::<bool>(),
    ) {
        let (name, mut bytes) = all().swap_remove(number);
        for (index, value) in changes {
            let within = if is_in_front { bytes.len().min(600) } else { bytes.len() };
            let at = index.index(within);
            bytes[at] = value;
        }
        holds(&name, &bytes);
    }
}
