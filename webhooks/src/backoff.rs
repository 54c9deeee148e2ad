//! How long to wait before an event is sent again.

use std::time::Duration;

use uuid::Uuid;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_hours(1);
/// A receiver may ask for more, and not for ever.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// After so many failures in a row: twice as long each time, of which half is left to chance, so that those who failed
/// together do not come back together. At least what the receiver has asked for.
pub(crate) fn wait(failures: i32, asked: Option<Duration>, chance: Uuid) -> Duration {
    let doublings = u32::try_from(failures.clamp(1, 20) - 1).unwrap_or_default();
    let whole = (FIRST * 2_u32.pow(doublings)).min(LONGEST);
    let half = whole / 2;
    let milliseconds = chance.as_u128() % (half.as_millis() + 1);
    let wait = half + Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default());
    wait.max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_CHANCE: Uuid = Uuid::nil();

    #[test]
    fn it_grows_to_an_hour_and_no_further() {
        let waits = [1, 2, 3, 12, 13, 14, i32::MAX].map(|n| wait(n, None, NO_CHANCE).as_millis());
        assert_eq!(
            waits,
            [
                500, 1_000, 2_000, 1_024_000, 1_800_000, 1_800_000, 1_800_000
            ]
        );
        let longest = (0..10_000).map(|n| wait(99, None, Uuid::from_u128(n * 997)));
        assert!(longest.max().unwrap() <= LONGEST);
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_and_not_for_less() {
        let asked = |seconds| wait(3, Some(Duration::from_secs(seconds)), NO_CHANCE).as_secs();
        assert_eq!([asked(0), asked(60), asked(u64::MAX)], [2, 60, 86_400]);
    }
}
