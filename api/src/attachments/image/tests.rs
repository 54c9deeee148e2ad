use std::io::Cursor;

use image::{AnimationDecoder, Delay, Frame, Rgb, RgbImage, RgbaImage, codecs::gif};

use super::*;

/// What nobody may find in a picture.
const SECRET: &[u8] = b"52.5200N 13.4050E";

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn cleaned(bytes: &[u8], format: ImageFormat) -> Result<(Vec<u8>, Picture), Unfit> {
    let (cleaned, picture) = clean(&file(bytes), format, tempfile::tempfile)?;
    Ok((read(&cleaned)?, picture))
}

/// A picture whose left upper corner is red.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        if x < width / 2 && y < height / 2 {
            Rgb([250, 0, 0])
        } else {
            Rgb([0, 0, 250])
        }
    })
}

/// Turned by 90 degrees, and with a place.
fn exif() -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    exif.extend(b"\x0e\x01\x02\0\x11\0\0\0\x26\0\0\0\0\0\0\0");
    exif.extend(SECRET);
    exif
}

fn encoded(mut encoder: impl ImageEncoder, exif: Option<Vec<u8>>) {
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).unwrap();
    }
    DynamicImage::from(picture(40, 20))
        .write_with_encoder(encoder)
        .unwrap();
}

fn all(exif: Option<&[u8]>) -> [(ImageFormat, Vec<u8>); 3] {
    let exif = || exif.map(<[u8]>::to_vec);
    let (mut jpeg, mut png, mut webp) = (Vec::new(), Vec::new(), Vec::new());
    encoded(JpegEncoder::new(&mut jpeg), exif());
    encoded(PngEncoder::new(&mut png), exif());
    encoded(WebPEncoder::new_lossless(&mut webp), exif());
    [
        (ImageFormat::Jpeg, jpeg),
        (ImageFormat::Png, png),
        (ImageFormat::WebP, webp),
    ]
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|part| part == what)
}

#[test]
fn where_a_picture_was_taken_is_gone_and_it_stands_upright() {
    for (format, bytes) in all(Some(&exif())) {
        assert!(holds(&bytes, SECRET), "{format:?}");
        let (cleaned, picture) = cleaned(&bytes, format).unwrap();
        assert!(!holds(&cleaned, SECRET), "{format:?}");
        assert!(!holds(&cleaned, b"Exif") && !holds(&cleaned, b"EXIF"));
        assert_eq!((picture.width, picture.height), (20, 40), "{format:?}");
        let (_, preview) = picture.preview.unwrap();
        for bytes in [cleaned, preview] {
            let image = image::load_from_memory(&bytes).unwrap().into_rgb8();
            assert_eq!(image.dimensions(), (20, 40));
            // The left upper corner is the right upper one now.
            assert!(image.get_pixel(15, 5)[0] > 200, "{format:?}");
            assert!(image.get_pixel(5, 5)[0] < 50, "{format:?}");
        }
    }
}

#[test]
fn what_stands_behind_a_picture_is_gone() {
    for (format, mut bytes) in all(None) {
        bytes.extend(b"PK\x03\x04<script>alert(1)</script>");
        let (cleaned, _) = cleaned(&bytes, format).unwrap();
        assert!(!holds(&cleaned, b"<script>"), "{format:?}");
        assert_eq!(image::guess_format(&cleaned).unwrap(), format);
    }
}

#[test]
fn a_webp_keeps_its_pixels_when_its_metadata_goes() {
    let mut upright = exif();
    upright[18] = 1;
    let [.., (format, bytes)] = all(Some(&upright));
    let (cleaned, _) = cleaned(&bytes, format).unwrap();
    assert!(!holds(&cleaned, SECRET));
    let decoded = |bytes: &[u8]| image::load_from_memory(bytes).unwrap();
    assert_eq!(decoded(&cleaned), decoded(&bytes));
    // Its own picture, byte for byte.
    let pixels = bytes.windows(4).position(|name| name == b"VP8L").unwrap();
    assert!(holds(&cleaned, &bytes[pixels..pixels + 40]));
}

fn animation() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = gif::GifEncoder::new(&mut bytes);
    encoder.set_repeat(gif::Repeat::Infinite).unwrap();
    for shade in [0, 120, 240] {
        let image = RgbaImage::from_pixel(30, 30, image::Rgba([shade, shade, 0, 255]));
        let delay = Delay::from_numer_denom_ms(100, 1);
        encoder
            .encode_frame(Frame::from_parts(image, 0, 0, delay))
            .unwrap();
    }
    drop(encoder);
    bytes
}

fn frames(bytes: &[u8]) -> Vec<(RgbaImage, Delay)> {
    let decoder = gif::GifDecoder::new(Cursor::new(bytes)).unwrap();
    let frames = decoder.into_frames().collect_frames().unwrap();
    frames
        .into_iter()
        .map(|frame| (frame.buffer().clone(), frame.delay()))
        .collect()
}

#[test]
fn a_gif_keeps_its_animation_and_loses_what_was_written_into_it() {
    let plain = animation();
    let behind_loop = plain
        .windows(4)
        .position(|it| it == b"\x03\x01\0\0")
        .unwrap()
        + 5;
    let mut bytes = plain[..behind_loop].to_vec();
    bytes.extend(b"\x21\xfe\x11");
    bytes.extend(SECRET);
    bytes.extend(b"\0\x21\xff\x0bXMP DataXMP\x11");
    bytes.extend(SECRET);
    bytes.push(0);
    bytes.extend(&plain[behind_loop..]);
    bytes.extend(b"<script>alert(1)</script>");
    assert_eq!(frames(&bytes).len(), 3);

    let (cleaned, picture) = cleaned(&bytes, ImageFormat::Gif).unwrap();
    assert_eq!(cleaned, plain);
    assert_eq!(frames(&cleaned), frames(&plain));
    assert_eq!((picture.width, picture.height), (30, 30));
    assert!(picture.preview.is_some());
}

#[test]
fn a_script_that_begins_like_a_gif_is_no_picture() {
    let polyglot = b"GIF89a/*\0\0\0\0\0*/=1;alert(document.domain)//;";
    assert!(matches!(
        cleaned(polyglot, ImageFormat::Gif),
        Err(Unfit::Broken)
    ));
}

#[test]
fn what_is_cut_off_or_garbled_is_no_picture_and_no_panic() {
    let formats = all(Some(&exif()))
        .into_iter()
        .chain([(ImageFormat::Gif, animation())]);
    for (format, bytes) in formats {
        for length in 0..bytes.len() {
            let _ = cleaned(&bytes[..length], format);
            let mut garbled = bytes.clone();
            garbled[length] ^= 0xff;
            let _ = cleaned(&garbled, format);
        }
        assert!(matches!(cleaned(&bytes[..20], format), Err(Unfit::Broken)));
    }
}

#[test]
fn a_bomb_is_not_opened() {
    for (width, height) in [(60_000, 60_000), (16_385, 1), (16_000, 16_000)] {
        let bytes = png_that_says(width, height);
        assert!(
            matches!(cleaned(&bytes, ImageFormat::Png), Err(Unfit::TooLarge)),
            "{width} × {height}"
        );
    }
    // The canvas of a GIF costs four bytes a pixel, however little the file is.
    let mut gif = animation();
    gif[6..10].copy_from_slice(&[0xff, 0x3f, 0xff, 0x3f]);
    assert!(matches!(
        cleaned(&gif, ImageFormat::Gif),
        Err(Unfit::TooLarge)
    ));
}

/// A small PNG that claims to be large.
fn png_that_says(width: u32, height: u32) -> Vec<u8> {
    let [_, (_, mut png), _] = all(None);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn a_preview_fits_into_its_frame_and_shows_what_is_see_through() {
    let wide = DynamicImage::from(picture(1300, 200));
    let (media_type, bytes) = preview::of(&wide).unwrap();
    assert_eq!(media_type, "image/jpeg");
    let small = image::load_from_memory(&bytes).unwrap();
    assert_eq!((small.width(), small.height()), (640, 98));

    let glass = DynamicImage::from(RgbaImage::new(10, 700));
    let (media_type, bytes) = preview::of(&glass).unwrap();
    assert_eq!(media_type, "image/png");
    let small = image::load_from_memory(&bytes).unwrap();
    assert_eq!(small.height(), 640);
    assert!(small.color().has_alpha());
}
