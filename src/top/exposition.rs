//! Prometheus' text format, as far as this service writes it.

/// Everything that a process shows.
#[derive(Clone, Debug, Default)]
pub struct Page(Vec<Series>);

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: String,
    pub labels: Vec<(String, String)>,
    pub value: f64,
}

impl Page {
    /// Lines that cannot be read are passed over: another version may show what this one does not know.
    pub fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(lines.filter_map(Series::read).collect())
    }

    /// The series of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Series> {
        self.0.iter().filter(move |series| series.name == name)
    }

    /// Their sum, of those that carry all of some labels; `None` if there are none.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let carries = |series: &&Series| labels.iter().all(|(of, is)| series.label(of) == Some(is));
        let values = self.all(name).filter(carries).map(|series| series.value);
        values.reduce(|sum, value| sum + value)
    }

    /// A histogram's buckets: up to which value, and how many in all up to there.
    pub fn buckets(&self, name: &str) -> Vec<(f64, f64)> {
        let mut buckets: Vec<(f64, f64)> = Vec::new();
        for series in self.all(&format!("{name}_bucket")) {
            let bound = series.label("le").and_then(|le| le.parse().ok());
            let Some(bound): Option<f64> = bound else {
                continue;
            };
            match buckets
                .iter_mut()
                .find(|(own, _)| own.total_cmp(&bound).is_eq())
            {
                Some((_, count)) => *count += series.value,
                None => buckets.push((bound, series.value)),
            }
        }
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        buckets
    }
}

impl Series {
    fn read(line: &str) -> Option<Self> {
        let (series, value) = line.rsplit_once(' ')?;
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        Some(Self {
            name: name.to_owned(),
            labels: labels_of(labels),
            value: value.parse().ok()?,
        })
    }

    /// A label's value.
    pub fn label(&self, name: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// `a="1",b="2"}`, values with escapes in them included.
fn labels_of(text: &str) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    let mut rest = text;
    while let Some((name, quoted)) = rest.split_once("=\"") {
        let mut value = String::new();
        let mut characters = quoted.char_indices();
        let mut end = quoted.len();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => match characters.next() {
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, escaped)) => value.push(escaped),
                    None => {}
                },
                other => value.push(other),
            }
        }
        labels.push((name.trim_start_matches(',').to_owned(), value));
        rest = &quoted[end..];
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# HELP x What it is.
# TYPE x counter
x{a=\"1\",b=\"say \\\"hi\\\", {twice}\"} 2
x{a=\"1\",b=\"other\"} 3.5
x{a=\"2\"} 10

y 1e3
not a line
h_bucket{a=\"1\",le=\"0.5\"} 1
h_bucket{a=\"1\",le=\"+Inf\"} 2
h_bucket{a=\"2\",le=\"0.5\"} 3
h_bucket{a=\"2\",le=\"+Inf\"} 4
";

    #[test]
    fn values_are_added_up_by_the_labels_that_are_asked_for() {
        let page = Page::read(PAGE);
        assert_eq!(page.sum("x", &[]), Some(15.5));
        assert_eq!(page.sum("x", &[("a", "1")]), Some(5.5));
        assert_eq!(page.sum("x", &[("a", "1"), ("b", "other")]), Some(3.5));
        assert_eq!(page.sum("x", &[("a", "3")]), None);
        assert_eq!(page.sum("y", &[]), Some(1000.0));
        assert_eq!(page.sum("z", &[]), None);
    }

    #[test]
    fn a_label_may_hold_anything() {
        let page = Page::read(PAGE);
        let first = page.all("x").next().unwrap();
        assert_eq!(first.label("b"), Some("say \"hi\", {twice}"));
        assert_eq!(first.label("c"), None);
    }

    #[test]
    fn buckets_of_all_labels_are_one_histogram() {
        let buckets = Page::read(PAGE).buckets("h");
        assert_eq!(buckets, [(0.5, 4.0), (f64::INFINITY, 6.0)]);
    }
}
