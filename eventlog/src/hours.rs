//! Chores that are due every hour.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::fresh;

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(10);
const HOUR: TimeDelta = TimeDelta::hours(1);

/// Due at once, and then whenever an hour has gone by the time of day: that goes on while a machine sleeps, and is what says how
/// old something is.
#[derive(Debug)]
pub struct Hours {
    looks: Interval,
    last: Option<DateTime<Utc>>,
}

impl Default for Hours {
    fn default() -> Self {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { looks, last: None }
    }
}

impl Hours {
    /// Returns when it is due again.
    pub async fn tick(&mut self) -> DateTime<Utc> {
        loop {
            self.looks.tick().await;
            let now = fresh::now();
            if is_due(self.last, now) {
                self.last = Some(now);
                return now;
            }
        }
    }
}

/// A clock that was set back starts a new hour.
fn is_due(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last.is_none_or(|last| now - last >= HOUR || now < last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_over_after_an_hour_and_when_the_clock_is_set_back() {
        let noon = DateTime::UNIX_EPOCH;
        assert!(is_due(None, noon));
        assert!(!is_due(Some(noon), noon + TimeDelta::minutes(59)));
        assert!(is_due(Some(noon), noon + TimeDelta::days(1)));
        assert!(is_due(Some(noon), noon - TimeDelta::seconds(1)));
    }
}
