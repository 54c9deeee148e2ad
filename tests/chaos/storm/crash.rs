//! The end of a process between two steps.

use anyhow::Context;
use house::{Role, Stopwatch};

use super::{Storm, Struck};
use crate::chaos::{fault::Point, prober::Through};

impl Storm {
    /// Started to end at that place, and started again when it has. It is the only relay or projector until then: of two, one
    /// may always be the later one, and never come there.
    pub(super) async fn crash(&mut self, Point(role, name): Point) -> anyhow::Result<Struck> {
        let times = self.random.below(4);
        let (number, _) = self.one_of(role)?;
        let nodes = self.house.nodes.iter_mut().filter(|node| node.role == role);
        let mut nodes: Vec<_> = nodes.collect();
        let node = nodes.swap_remove(number);
        let mut others = nodes;
        others.retain(|_| matches!(role, Role::Relay | Role::Projector));
        for other in &mut others {
            other.kill();
        }
        node.kill();
        node.launch_to_crash(&format!("{name}={times}*off->1*return"))?;
        node.crashes().await.context("its place was not come to")?;
        let since = Stopwatch::start();
        for again in others.into_iter().chain([node]) {
            again.launch()?;
            again.is_ready().await?;
        }
        Ok(Struck {
            since,
            through: Through::both(number),
        })
    }
}
