//! A WebP's container, written anew: its pictures, their timing and a plain colour profile. EXIF, XMP and whatever has no
//! meaning to a player are left out, and what stands behind the end.

use super::colours;

/// In the flags of `VP8X`.
const PROFILE: u8 = 0x20;
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;

/// `None`: it is not built as a WebP is.
pub(super) fn strip(webp: &[u8]) -> Option<Vec<u8>> {
    let mut rest = webp;
    if rest.split_off(..4)? != b"RIFF" {
        return None;
    }
    let length = length_of(rest.split_off(..4)?)?;
    // Cut off or followed by something: only what belongs to it, and only if it is all there.
    let mut inside = rest.split_off(..length)?;
    if inside.split_off(..4)? != b"WEBP" {
        return None;
    }
    let mut chunks = b"WEBP".to_vec();
    keep(inside, &mut chunks)?;
    let mut stripped = b"RIFF".to_vec();
    stripped.extend(u32::try_from(chunks.len()).ok()?.to_le_bytes());
    stripped.extend(chunks);
    Some(stripped)
}

fn keep(mut chunks: &[u8], to: &mut Vec<u8>) -> Option<()> {
    let mut has_profile = false;
    let flags = to.len() + 8;
    while !chunks.is_empty() {
        let name: [u8; 4] = chunks.split_off(..4)?.try_into().ok()?;
        let length = length_of(chunks.split_off(..4)?)?;
        let content = chunks.split_off(..length)?;
        if length % 2 == 1 {
            // Some writers leave the last one's padding out.
            let _ = chunks.split_off_first();
        }
        match &name {
            b"VP8X" => {
                let mut content = content.to_vec();
                *content.first_mut()? &= !(EXIF | XMP);
                chunk(to, name, &content)?;
            }
            b"ICCP" if colours::are_plain(content) => {
                has_profile = true;
                chunk(to, name, content)?;
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" => chunk(to, name, content)?,
            b"ANMF" => {
                // Its place and timing, then chunks of its own.
                let (place, picture) = content.split_at_checked(16)?;
                let mut frame = place.to_vec();
                keep(picture, &mut frame)?;
                chunk(to, name, &frame)?;
            }
            _ => {}
        }
    }
    // `VP8X` is the first where there is one.
    if to.get(flags - 8..flags - 4) == Some(b"VP8X") && !has_profile {
        *to.get_mut(flags)? &= !PROFILE;
    }
    Some(())
}

fn chunk(to: &mut Vec<u8>, name: [u8; 4], content: &[u8]) -> Option<()> {
    to.extend(name);
    to.extend(u32::try_from(content.len()).ok()?.to_le_bytes());
    to.extend(content);
    to.extend((content.len() % 2 == 1).then_some(0));
    Some(())
}

fn length_of(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}
