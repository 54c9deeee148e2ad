//! What a file is, by its bytes. What the client calls it is not asked.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    os::unix::fs::FileExt,
};

use image::ImageFormat;

/// What has no name here, or might be run as a page: SVG, HTML and XML among it.
pub(super) const ANYTHING: &str = "application/octet-stream";
/// UTF-8 without control characters, and no markup.
pub(super) const TEXT: &str = "text/plain";

/// How much of a file tells what it is.
const HEAD: usize = 8 * 1024;

/// What `infer` finds, and what it is called here. What is not listed is [`ANYTHING`].
const KNOWN: [(&str, &str); 28] = [
    ("image/jpeg", "image/jpeg"),
    ("image/png", "image/png"),
    ("image/gif", "image/gif"),
    ("image/webp", "image/webp"),
    ("audio/mpeg", "audio/mpeg"),
    ("audio/ogg", "audio/ogg"),
    ("audio/opus", "audio/ogg"),
    ("audio/x-wav", "audio/wav"),
    ("audio/m4a", "audio/mp4"),
    ("audio/x-flac", "audio/flac"),
    ("audio/aac", "audio/aac"),
    ("video/mp4", "video/mp4"),
    ("video/x-m4v", "video/mp4"),
    ("video/webm", "video/webm"),
    ("video/quicktime", "video/quicktime"),
    ("application/pdf", "application/pdf"),
    ("application/rtf", "application/rtf"),
    ("application/zip", "application/zip"),
    ("application/gzip", "application/gzip"),
    ("application/x-7z-compressed", "application/x-7z-compressed"),
    ("application/epub+zip", "application/epub+zip"),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    (
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.text",
    ),
    (
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    (
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.presentation",
    ),
    // A script has to be text to be one.
    ("text/x-shellscript", TEXT),
];

/// What a file is. Reads it where it may be text, and never opens an archive.
pub(super) fn of(file: &File) -> io::Result<&'static str> {
    let mut head = vec![0; HEAD];
    let mut length = 0;
    while length < HEAD {
        match file.read_at(&mut head[length..], length as u64)? {
            0 => break,
            read => length += read,
        }
    }
    head.truncate(length);
    let found = infer::get(&head).map(|found| found.mime_type());
    let known = found.and_then(|found| KNOWN.iter().find(|(name, _)| *name == found));
    match (found, known) {
        (None, _) | (_, Some((_, TEXT))) => Ok(if is_text(&head, file)? {
            TEXT
        } else {
            ANYTHING
        }),
        (Some(_), Some((_, name))) => Ok(name),
        (Some(_), None) => Ok(ANYTHING),
    }
}

/// The picture that has to be cleaned before it is kept.
pub(super) fn picture(media_type: &str) -> Option<ImageFormat> {
    match media_type {
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/png" => Some(ImageFormat::Png),
        "image/gif" => Some(ImageFormat::Gif),
        "image/webp" => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// What a browser may show instead of saving it: nothing that can carry a program.
pub(super) fn is_shown(media_type: &str) -> bool {
    ["image/", "audio/", "video/"]
        .iter()
        .any(|kind| media_type.starts_with(kind))
}

fn is_text(head: &[u8], file: &File) -> io::Result<bool> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    // A document that begins with a tag is a page, or a picture made of one.
    if head.trim_ascii_start().starts_with(b"<") {
        return Ok(false);
    }
    let mut reader = BufReader::new(At { file, place: 0 });
    let mut chunk = vec![0; 64 * 1024];
    let mut kept = 0;
    loop {
        let read = reader.read(&mut chunk[kept..])?;
        if read == 0 {
            return Ok(kept == 0);
        }
        let filled = kept + read;
        let valid = match std::str::from_utf8(&chunk[..filled]) {
            Ok(_) => filled,
            // A letter that ends in the next chunk.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        let text = std::str::from_utf8(&chunk[..valid]).unwrap_or("\0");
        if text
            .chars()
            .any(|letter| letter.is_control() && !"\t\n\r\u{c}".contains(letter))
        {
            return Ok(false);
        }
        chunk.copy_within(valid..filled, 0);
        kept = filled - valid;
    }
}

/// Reads a file from its beginning, whatever its cursor says.
struct At<'a> {
    file: &'a File,
    place: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.place)?;
        self.place += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn type_of(bytes: &[u8]) -> &'static str {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        of(&file).unwrap()
    }

    #[test]
    fn a_page_is_never_called_one() {
        for page in [
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
            "<?xml version=\"1.0\"?><svg/>",
            "<!DOCTYPE html><script>alert(1)</script>",
            "\u{feff}  <html>",
            "\n\n<script>alert(1)</script>",
        ] {
            assert_eq!(type_of(page.as_bytes()), ANYTHING, "{page}");
        }
    }

    #[test]
    fn text_is_utf8_without_control_characters_to_its_end() {
        for text in ["Hello", "Grüße\r\n\tдом 🙂", "#!/bin/sh\nls", "a,b\n1,2"] {
            assert_eq!(type_of(text.as_bytes()), TEXT, "{text}");
        }
        // Letters that lie across the edges of what is read at once.
        assert_eq!(type_of("€".repeat(100_000).as_bytes()), TEXT);
        for bytes in [
            &b"\xff\xfeh\0i\0"[..],
            b"a\0b",
            b"a\x1b[31m",
            b"caf\xe9",
            "€".as_bytes().split_at(2).0,
        ] {
            assert_eq!(type_of(bytes), ANYTHING, "{bytes:?}");
        }
        let mut late = vec![b'a'; 200_000];
        late.push(0);
        assert_eq!(type_of(&late), ANYTHING);
    }

    #[test]
    fn what_is_listed_is_known_by_its_bytes() {
        for (bytes, name) in [
            (&b"%PDF-1.7\n"[..], "application/pdf"),
            (b"PK\x03\x04\x14\0\0\0\x08\0", "application/zip"),
            (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
            (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
            (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom", "audio/mp4"),
            (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41", "video/mp4"),
            (b"GIF89a", "image/gif"),
            (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff", ANYTHING),
            (b"\x7fELF\x02\x01\x01\0", ANYTHING),
        ] {
            assert_eq!(type_of(bytes), name, "{bytes:?}");
        }
    }

    #[test]
    fn short_and_cut_heads_do_not_panic() {
        for start in [
            &b"PK\x03\x04"[..],
            b"\x89PNG",
            b"RIFF",
            b"\0\0\0\x20ftyp",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"GIF8",
            b"\x1a\x45\xdf\xa3",
            b"{\\rtf",
        ] {
            for length in 0..600 {
                let mut bytes = start.to_vec();
                bytes.extend(b"[Content_Types].xml".iter().cycle().take(length));
                type_of(&bytes);
                bytes.truncate(start.len());
                bytes.resize(start.len() + length, 0xff);
                type_of(&bytes);
            }
        }
    }
}
