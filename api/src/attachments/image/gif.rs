//! A GIF's container, written anew: its pictures, their timing and how often they are repeated. Comments, texts and what
//! programs add (XMP among it) are left out, and what stands behind the end.

/// Repeats an animation: the one thing that a program adds which belongs to the picture.
const LOOPS: [&[u8]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

/// `None`: it is not built as a GIF is.
pub(super) fn strip(gif: &[u8]) -> Option<Vec<u8>> {
    let mut from = From { rest: gif };
    let mut to = Vec::with_capacity(gif.len());
    let head = from.take(13)?;
    to.extend(head);
    to.extend(from.take(colours(*head.get(10)?))?);
    let mut pictures = 0;
    loop {
        match from.byte() {
            // It was cut off behind a picture: players show what is there.
            None | Some(0x3b) if pictures > 0 => break,
            Some(0x2c) => {
                picture(&mut from, &mut to)?;
                pictures += 1;
            }
            Some(0x21) => extension(&mut from, &mut to)?,
            _ => return None,
        }
    }
    to.push(0x3b);
    Some(to)
}

fn picture(from: &mut From<'_>, to: &mut Vec<u8>) -> Option<()> {
    to.push(0x2c);
    let head = from.take(9)?;
    to.extend(head);
    to.extend(from.take(colours(*head.get(8)?))?);
    to.push(from.byte()?);
    to.extend(from.blocks()?);
    Some(())
}

fn extension(from: &mut From<'_>, to: &mut Vec<u8>) -> Option<()> {
    let label = from.byte()?;
    let blocks = from.blocks()?;
    // Length 11, the program's name, and three bytes that say how often.
    let is_loop = label == 0xff
        && LOOPS.iter().any(|name| blocks.get(1..12) == Some(*name))
        && blocks.len() == 17
        && blocks[12..14] == [3, 1];
    let is_timing = label == 0xf9 && blocks.len() == 6;
    if is_loop || is_timing {
        to.extend([0x21, label]);
        to.extend(blocks);
    }
    Some(())
}

/// The length of a table of colours, as a packed byte says.
fn colours(packed: u8) -> usize {
    if packed & 0x80 == 0 {
        0
    } else {
        3 << ((packed & 7) + 1)
    }
}

struct From<'a> {
    rest: &'a [u8],
}

impl<'a> From<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        self.rest.split_off(..length)
    }

    fn byte(&mut self) -> Option<u8> {
        self.rest.split_off_first().copied()
    }

    /// Blocks of up to 255 bytes to the empty one, lengths included.
    fn blocks(&mut self) -> Option<&'a [u8]> {
        let mut length = 0;
        loop {
            let block = usize::from(*self.rest.get(length)?);
            length += 1 + block;
            if block == 0 {
                return self.take(length);
            }
        }
    }
}
