//! Clients that hang up.

use std::time::Duration;

use futures::{StreamExt, stream};
use house::{Stopwatch, until};
use reqwest::Method;
use tokio::time::timeout;

use super::{Storm, Struck};
use crate::chaos::client::request;

/// How long the most patient of them waits.
const MILLISECONDS: u64 = 40;

impl Storm {
    /// At any moment. Afterwards no transaction is open that nobody ends.
    pub(super) async fn cancel(&mut self, requests: usize) -> anyhow::Result<Struck> {
        let mut asked = Vec::new();
        for n in 0..requests {
            let patience = Duration::from_millis(self.random.below(MILLISECONDS));
            let (person, body) = self.prober.left(n);
            asked.push(async move {
                let question = request(&person, Method::POST, "/api/v1/messages", &body);
                // Nobody waits for what is said.
                let _ = timeout(patience, person.ask(question)).await;
            });
        }
        stream::iter(asked)
            .for_each_concurrent(16, |asked| asked)
            .await;
        let since = Stopwatch::start();
        let open = "select count(*) from pg_stat_activity
          where application_name = 'tidings' and state like 'idle in transaction%'
            and state_change < now() - interval '1 second'";
        until("no transaction is left open", async || {
            Ok((self.house.count(open).await? == 0).then_some(()))
        })
        .await?;
        Ok(Struck {
            since,
            through: self.any_way(),
        })
    }
}
