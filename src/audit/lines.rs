//! Lines out of whatever comes in pieces.

/// Cuts what comes into lines.
#[derive(Default)]
pub struct Lines {
    unread: Vec<u8>,
}

impl Lines {
    /// Takes a piece, and gives each line that is whole, without its end.
    pub fn take(
        &mut self,
        piece: &[u8],
        mut line: impl FnMut(&[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            if self.unread.is_empty() {
                line(&rest[..end])?;
            } else {
                self.unread.extend_from_slice(&rest[..end]);
                line(&self.unread)?;
                self.unread.clear();
            }
            rest = &rest[end + 1..];
        }
        self.unread.extend_from_slice(rest);
        Ok(())
    }

    /// What is left without a line's end.
    pub fn rest(self) -> Vec<u8> {
        self.unread
    }
}
