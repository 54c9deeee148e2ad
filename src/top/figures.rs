//! Numbers as people read them, short enough for a column.

/// `12`, `1,234`, `12.3 M`; under ten with a tenth.
pub fn number(value: f64) -> String {
    if value >= 1e6 {
        return format!("{:.1} M", value / 1e6);
    }
    if value > 0.0 && value < 9.95 && value.fract() > 0.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    match digits.len() {
        4..=6 => {
            let (thousands, rest) = digits.split_at(digits.len() - 3);
            format!("{thousands},{rest}")
        }
        _ => digits,
    }
}

/// `0.8 ms`, `12 ms`, `3.4 s`, `5 min`.
pub fn seconds(value: f64) -> String {
    match value {
        0.0 => "0 s".to_owned(),
        ..0.01 => format!("{:.1} ms", value * 1e3),
        ..1.0 => format!("{:.0} ms", value * 1e3),
        ..100.0 => format!("{value:.1} s"),
        _ => format!("{:.0} min", value / 60.0),
    }
}

/// `85 MB`, `1.2 GB`.
pub fn bytes(value: f64) -> String {
    match value {
        ..1e9 => format!("{:.0} MB", value / 1e6),
        ..1e12 => format!("{:.1} GB", value / 1e9),
        _ => format!("{:.1} TB", value / 1e12),
    }
}

/// The last values of something as a line of bars, the newest to the right.
pub fn bars(values: impl DoubleEndedIterator<Item = f64> + Clone, width: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.clone().fold(0.0, f64::max);
    let mut line: Vec<char> = Vec::with_capacity(width);
    for value in values.rev().take(width) {
        // Rounded up, so that a little shows; a value of nothing is the lowest bar.
        let step = BARS.iter().enumerate().skip(1).find(|(step, _)| {
            let level = f64::from(u8::try_from(*step).unwrap_or(u8::MAX)) / 7.0;
            most > 0.0 && value > 0.0 && value <= most * level
        });
        line.push(step.map_or(BARS[0], |(_, bar)| *bar));
    }
    line.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let written = [0.0, 0.25, 9.0, 9.99, 12.3, 999.6, 12_345.0, 2.5e6].map(number);
        let expected = ["0", "0.2", "9", "10", "12", "1,000", "12,345", "2.5 M"];
        assert_eq!(written, expected);
        let written = [0.0, 0.000_8, 0.012, 3.4, 300.0].map(seconds);
        assert_eq!(written, ["0 s", "0.8 ms", "12 ms", "3.4 s", "5 min"]);
        let written = [85e6, 1.23e9, 4e12].map(bytes);
        assert_eq!(written, ["85 MB", "1.2 GB", "4.0 TB"]);
    }

    #[test]
    fn bars_show_the_last_values_by_the_largest_of_all() {
        let values = [0.0, 1.0, 4.0, 7.0];
        assert_eq!(bars(values.into_iter(), 10), "▁▂▅█");
        assert_eq!(bars(values.into_iter(), 2), "▅█");
        assert_eq!(bars([0.0, 0.0].into_iter(), 4), "▁▁");
    }
}
