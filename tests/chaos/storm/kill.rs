//! `kill -9`.

use house::{Node, Role, Stopwatch};

use super::{Storm, Struck};
use crate::chaos::{prober::Through, victim::Victim};

impl Storm {
    /// All at once, and at once again.
    pub(super) async fn kill(&mut self, victims: &[Victim]) -> anyhow::Result<Struck> {
        let since = Stopwatch::start();
        let is_killed =
            |wanted: Victim| victims.contains(&wanted) || victims.contains(&Victim::Everything);
        let killed = self.chosen(victims);
        if is_killed(Victim::Postgres) {
            self.cluster.kill()?;
        }
        if is_killed(Victim::Nats) {
            self.house.nats.kill();
        }
        for number in &killed {
            self.house.nodes[*number].kill();
        }
        if is_killed(Victim::Postgres) {
            self.cluster.start().await?;
        }
        if is_killed(Victim::Nats) {
            self.house.nats.start_again().await?;
        }
        for number in &killed {
            self.house.nodes[*number].launch()?;
        }
        for number in &killed {
            self.house.nodes[*number].is_ready().await?;
        }
        // The first of the apis that were killed has to work again, too.
        let through = killed.first().map(|number| Through::both(*number));
        Ok(Struck {
            since,
            through: through.unwrap_or_else(|| self.any_way()),
        })
    }

    /// The numbers of the processes that are meant: of two of a kind one, and now and then both.
    fn chosen(&mut self, victims: &[Victim]) -> Vec<usize> {
        let both = self.random.percent(50);
        let first = usize::try_from(self.random.below(2)).unwrap_or(0);
        let is_everything = victims.contains(&Victim::Everything);
        let is_meant = |node: &Node, nth: usize| {
            is_everything
                || victims.iter().any(|victim| {
                    victim.role() == Some(node.role)
                        && (node.role == Role::Notifier || both || nth == first)
                })
        };
        let nodes = &self.house.nodes;
        let nth = |number: usize| {
            let role = nodes[number].role;
            nodes[..number].iter().filter(|it| it.role == role).count()
        };
        (0..nodes.len())
            .filter(|number| is_meant(&nodes[*number], nth(*number)))
            .collect()
    }
}
