//! The end of a process between two steps.

use anyhow::Context;
use tokio::time::Instant;

use super::{Storm, Struck};
use crate::chaos::{fault::Point, prober::Through};

impl Storm {
    /// Started to end at that place, and started again when it has.
    pub(super) async fn crash(&mut self, Point(role, name): Point) -> anyhow::Result<Struck> {
        let times = self.random.below(4);
        let (number, node) = self.one_of(role)?;
        node.kill();
        node.launch_to_crash(&format!("{name}={times}*off->1*return"))?;
        node.crashes().await.context("its place was not come to")?;
        let since = Instant::now();
        node.launch()?;
        node.is_ready().await?;
        Ok(Struck {
            since,
            through: Through::both(number),
        })
    }
}
