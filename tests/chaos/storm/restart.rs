//! Postgres is restarted by its operator.

use house::Stopwatch;

use super::{Storm, Struck};
use crate::chaos::fault::Shutdown;

impl Storm {
    pub(super) async fn restart(&mut self, shutdown: Shutdown) -> anyhow::Result<Struck> {
        let since = Stopwatch::start();
        self.cluster.stop(shutdown).await?;
        self.cluster.start().await?;
        Ok(Struck {
            since,
            through: self.any_way(),
        })
    }
}
