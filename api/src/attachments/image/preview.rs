//! A smaller picture, for lists and previews.

use std::io::Cursor;

use image::{
    DynamicImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};

/// The widest and highest.
const SIDE: u32 = 640;
const QUALITY: u8 = 80;

/// Media type and bytes: PNG where something can be seen through, otherwise JPEG. Never larger than the picture itself in
/// pixels.
pub(super) fn of(image: &DynamicImage) -> Option<(&'static str, Vec<u8>)> {
    let small = if image.width().max(image.height()) > SIDE {
        image.thumbnail(SIDE, SIDE)
    } else {
        image.clone()
    };
    let mut bytes = Cursor::new(Vec::new());
    let (media_type, written) = if small.color().has_alpha() {
        let small = DynamicImage::from(small.into_rgba8());
        let encoder = PngEncoder::new(&mut bytes);
        ("image/png", small.write_with_encoder(encoder))
    } else {
        let small = DynamicImage::from(small.into_rgb8());
        let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        ("image/jpeg", small.write_with_encoder(encoder))
    };
    written.ok().map(|()| (media_type, bytes.into_inner()))
}
