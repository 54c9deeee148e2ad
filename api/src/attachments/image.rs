//! Pictures are opened under limits and kept without what they say about their maker: where, when and with what they were
//! taken, and what somebody hid in them.
//!
//! JPEG and PNG are encoded anew, upright; of an animated PNG the first picture stays. GIF and WebP would lose their
//! animation or grow many times over that way, so their containers are written anew instead, with the parts that make
//! the picture and no others.

mod colours;
mod gif;
mod preview;
mod webp;

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, Write},
};

use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
        webp::WebPEncoder,
    },
    metadata::Orientation,
};

/// The widest and highest picture.
const SIDE: u32 = 16_384;
/// The largest picture in memory, in bytes. Some decoders need as much again.
const OPENED: u64 = 192 * 1024 * 1024;
/// Hardly to be told from the original.
const QUALITY: u8 = 90;

/// What a cleaned picture is like.
pub(super) struct Picture {
    pub width: u32,
    pub height: u32,
    /// Media type and bytes of a smaller one.
    pub preview: Option<(&'static str, Vec<u8>)>,
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum Unfit {
    /// It would take more memory than a picture may.
    TooLarge,
    /// It is no whole picture.
    Broken,
    /// A file could not be read or written.
    File(io::Error),
}

/// Cleans a picture, into a new file. Takes seconds and memory: not on an async thread, and not many at once.
pub(super) fn clean(
    file: &File,
    format: ImageFormat,
    spool: impl FnOnce() -> io::Result<File>,
) -> Result<(File, Picture), Unfit> {
    let mut decoder = open(file, format)?;
    let orientation = decoder.orientation()?;
    let colours = decoder.icc_profile()?.filter(|it| colours::are_plain(it));
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    let mut cleaned = spool()?;
    match format {
        ImageFormat::Gif => cleaned.write_all(&gif::strip(&read(file)?).ok_or(Unfit::Broken)?)?,
        ImageFormat::WebP if orientation == Orientation::NoTransforms => {
            cleaned.write_all(&webp::strip(&read(file)?).ok_or(Unfit::Broken)?)?;
        }
        format => encode(&image, format, colours, &cleaned)?,
    }
    let picture = Picture {
        width: image.width(),
        height: image.height(),
        preview: preview::of(&image),
    };
    Ok((cleaned, picture))
}

fn open(mut file: &File, format: ImageFormat) -> Result<impl ImageDecoder, Unfit> {
    file.rewind()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(OPENED);
    let mut reader = ImageReader::with_format(BufReader::new(file), format);
    reader.limits(limits);
    let decoder = reader.into_decoder()?;
    // Not every decoder heeds the limit.
    if decoder.total_bytes() > OPENED {
        return Err(Unfit::TooLarge);
    }
    Ok(decoder)
}

fn encode(
    image: &DynamicImage,
    format: ImageFormat,
    colours: Option<Vec<u8>>,
    to: &File,
) -> Result<(), Unfit> {
    let mut to = BufWriter::new(to);
    match format {
        ImageFormat::Jpeg => write(
            image,
            JpegEncoder::new_with_quality(&mut to, QUALITY),
            colours,
        ),
        ImageFormat::Png => write(image, png(&mut to), colours),
        _ => write(image, WebPEncoder::new_lossless(&mut to), colours),
    }?;
    Ok(to.flush()?)
}

/// Its default is fast, and makes files of twice the size.
fn png<W: Write>(to: W) -> PngEncoder<W> {
    PngEncoder::new_with_quality(to, CompressionType::Default, FilterType::Adaptive)
}

fn write(
    image: &DynamicImage,
    mut encoder: impl ImageEncoder,
    colours: Option<Vec<u8>>,
) -> Result<(), Unfit> {
    if let Some(colours) = colours {
        // What an encoder cannot say, it does not say: the picture is whole without it.
        let _ = encoder.set_icc_profile(colours);
    }
    Ok(image.write_with_encoder(encoder)?)
}

fn read(mut file: &File) -> Result<Vec<u8>, Unfit> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<ImageError> for Unfit {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooLarge,
            // A picture that ends too early looks like this, too.
            ImageError::IoError(error) if error.raw_os_error().is_some() => Self::File(error),
            _ => Self::Broken,
        }
    }
}

#[cfg(test)]
mod tests;
