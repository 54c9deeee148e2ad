//! What happens to the copy that NATS holds.

use std::time::Duration;

use house::{Stopwatch, until};

use super::{Storm, Struck, pass};
use crate::chaos::{fault::Disaster, prober::Through};

/// How far the log goes on between a copy of the store and its return.
const LATER: i64 = 100;

impl Storm {
    pub(super) async fn ruin(&mut self, disaster: Disaster) -> anyhow::Result<Struck> {
        match disaster {
            Disaster::RolledBack => self.roll_back().await?,
            Disaster::Wiped => {
                self.house.nats.kill();
                self.house.nats.wipe()?;
            }
            Disaster::Flipped => {
                self.house.nats.kill();
                self.house.nats.flip_a_bit(&mut self.random)?;
            }
            Disaster::Full => self.fill().await?,
        }
        self.house.is_refilled = true;
        let since = Stopwatch::start();
        self.house.nats.start_again().await?;
        let through = self.any_way();
        // Whoever waits for the stream finds it there.
        Ok(Struck { since, through })
    }

    /// To what it was a hundred events ago.
    async fn roll_back(&mut self) -> anyhow::Result<()> {
        self.house.nats.kill();
        self.house.nats.keep_copy()?;
        self.house.nats.start_again().await?;
        let later = self.house.head().await? + LATER;
        until("the stream has gone on", async || {
            let last = self.house.relayed().await;
            Ok(last.is_ok_and(|last| last >= later).then_some(()))
        })
        .await?;
        self.house.nats.kill();
        self.house.nats.roll_back()
    }

    /// For a while there is no room: messages are sent and read as ever.
    async fn fill(&mut self) -> anyhow::Result<()> {
        self.house.nats.kill();
        self.house.nats.start_with_room(Some(1)).await?;
        for api in 0..2 {
            let through = Through::both(api);
            self.prober.send_without_nats(through).await?;
        }
        pass(Duration::from_secs(1)).await;
        self.house.nats.kill();
        Ok(())
    }
}
