//! From what was counted at two moments to what goes on between them.

/// How much of a counter came a second. One that is smaller than before began anew.
pub fn per_second(before: f64, now: f64, seconds: f64) -> Option<f64> {
    let came = if now < before { now } else { now - before };
    (seconds > 0.0).then(|| came / seconds)
}

/// The value below which a part of what came in between lies, as Prometheus estimates it: even within a bucket. `None` if
/// nothing came.
pub fn quantile(part: f64, before: &[(f64, f64)], now: &[(f64, f64)]) -> Option<f64> {
    let buckets = between(before, now);
    let all = buckets.last().map(|(_, count)| *count)?;
    if all <= 0.0 {
        return None;
    }
    let rank = part * all;
    let place = buckets.iter().position(|(_, count)| *count >= rank)?;
    let (bound, count) = buckets[place];
    let (lower, below) = match place {
        0 => (0.0, 0.0),
        place => buckets[place - 1],
    };
    if bound.is_infinite() {
        return Some(lower);
    }
    let share = if count > below {
        (rank - below) / (count - below)
    } else {
        1.0
    };
    Some(lower + (bound - lower) * share)
}

/// Buckets of what came in between; of everything, if the process began anew.
fn between(before: &[(f64, f64)], now: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let at = |buckets: &[(f64, f64)], bound: f64| {
        let found = buckets
            .iter()
            .find(|(own, _)| own.total_cmp(&bound).is_eq());
        found.map_or(0.0, |(_, count)| *count)
    };
    let is_anew = now.iter().any(|(bound, count)| *count < at(before, *bound));
    let came = now.iter().map(|(bound, count)| {
        let known = if is_anew { 0.0 } else { at(before, *bound) };
        (*bound, count - known)
    });
    came.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: [(f64, f64); 3] = [(1.0, 0.0), (2.0, 0.0), (f64::INFINITY, 0.0)];

    fn near(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
    }

    #[test]
    fn a_rate_is_what_came_over_the_time_it_took() {
        near(per_second(10.0, 30.0, 2.0), 10.0);
        near(per_second(10.0, 10.0, 2.0), 0.0);
        assert_eq!(per_second(10.0, 30.0, 0.0), None);
    }

    #[test]
    fn a_counter_that_began_anew_is_no_negative_rate() {
        near(per_second(1_000.0, 6.0, 2.0), 3.0);
        let anew = [(1.0, 2.0), (2.0, 2.0), (f64::INFINITY, 2.0)];
        let before = [(1.0, 50.0), (2.0, 90.0), (f64::INFINITY, 99.0)];
        near(quantile(0.5, &before, &anew), 0.5);
    }

    #[test]
    fn a_quantile_lies_evenly_within_its_bucket() {
        let now = [(1.0, 5.0), (2.0, 10.0), (f64::INFINITY, 10.0)];
        near(quantile(0.5, &NOTHING, &now), 1.0);
        near(quantile(0.75, &NOTHING, &now), 1.5);
        near(quantile(1.0, &NOTHING, &now), 2.0);
    }

    #[test]
    fn only_what_came_in_between_counts() {
        let before = [(1.0, 1000.0), (2.0, 1000.0), (f64::INFINITY, 1000.0)];
        let now = [(1.0, 1000.0), (2.0, 1010.0), (f64::INFINITY, 1010.0)];
        near(quantile(0.5, &before, &now), 1.5);
        assert_eq!(quantile(0.5, &now, &now), None);
        assert_eq!(quantile(0.5, &[], &[]), None);
    }

    #[test]
    fn beyond_the_last_bucket_the_answer_is_its_lower_end() {
        let now = [(1.0, 0.0), (2.0, 0.0), (f64::INFINITY, 7.0)];
        near(quantile(0.99, &NOTHING, &now), 2.0);
    }
}
