//! A process's wire to one of the engines.

use std::time::Duration;

use anyhow::Context;
use house::{Role, Stopwatch};

use super::{Storm, Struck, pass};
use crate::chaos::{
    fault::{Engine, Spoilt},
    prober::Through,
};

impl Storm {
    /// Spoilt for one to three seconds, and mended.
    pub(super) async fn spoil(
        &mut self,
        role: Role,
        engine: Engine,
        spoilt: Spoilt,
    ) -> anyhow::Result<Struck> {
        let time = Duration::from_millis(1_000 + self.random.below(2_000));
        let (number, node) = self.one_of(role)?;
        let links = node.links.as_ref().context("it has no wires of its own")?;
        let wire = match engine {
            Engine::Postgres => &links.postgres,
            Engine::Nats => &links.nats,
        };
        match spoilt {
            Spoilt::Cut => wire.cut(),
            Spoilt::HalfOpen => wire.half_open(),
            Spoilt::Slow => wire.slow(),
            Spoilt::Reset => wire.reset(),
        }
        if spoilt != Spoilt::Reset {
            pass(time).await;
        }
        wire.mend();
        Ok(Struck {
            since: Stopwatch::start(),
            through: Through::both(number),
        })
    }
}
