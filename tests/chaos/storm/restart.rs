//! Postgres is restarted by its operator.

use tokio::time::Instant;

use super::{Storm, Struck};
use crate::chaos::fault::Shutdown;

impl Storm {
    pub(super) async fn restart(&mut self, shutdown: Shutdown) -> anyhow::Result<Struck> {
        let since = Instant::now();
        self.cluster.stop(shutdown).await?;
        self.cluster.start().await?;
        Ok(Struck {
            since,
            through: self.any_way(),
        })
    }
}
