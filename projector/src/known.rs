//! What a projector remembers of the tables it writes: it is the only one to write them, as long as its checkpoint holds.

use crate::{blocks::Blocks, groups::Groups, names::Names};

/// What need not be asked again.
pub(crate) struct Known {
    pub names: Names,
    pub groups: Groups,
    pub blocks: Blocks,
}

impl Known {
    pub(crate) fn nothing() -> Self {
        Self {
            names: Names::new(),
            groups: Groups::new(),
            blocks: Blocks::new(),
        }
    }

    /// Forgets all that can change: somebody else may have moved the checkpoint, or a killed Postgres set it back.
    pub(crate) fn forget(&self) {
        self.names.forget();
        self.groups.forget();
        self.blocks.forget();
    }
}
