//! What a page of metrics shows.

use std::collections::{BTreeMap, BTreeSet};

/// A metric, as it is exported.
#[derive(Debug, Default)]
pub struct Metric {
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    /// What it means.
    pub help: String,
    /// The names of its labels.
    pub labels: BTreeSet<String>,
}

/// All metrics, by name.
pub struct Exposition(pub BTreeMap<String, Metric>);

impl Exposition {
    /// Of a page.
    pub fn read(page: &str) -> Self {
        let mut all = Self(BTreeMap::new());
        for line in page.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap_or((rest, ""));
                kind.clone_into(&mut all.0.entry(name.to_owned()).or_default().kind);
            } else if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').unwrap_or((rest, ""));
                help.clone_into(&mut all.0.entry(name.to_owned()).or_default().help);
            }
        }
        for line in page.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, labels)) = line.split_once('{') else {
                continue;
            };
            let labels = label_names(labels);
            if let Some(metric) = all.of_series_mut(name) {
                metric.labels.extend(labels);
            }
        }
        all
    }

    /// The metric to which a series belongs, by its name in a query.
    pub fn of_series(&self, series: &str) -> Option<&Metric> {
        self.0.get(self.family(series))
    }

    fn of_series_mut(&mut self, series: &str) -> Option<&mut Metric> {
        let family = self.family(series).to_owned();
        self.0.get_mut(&family)
    }

    /// A histogram has three series.
    fn family<'a>(&self, series: &'a str) -> &'a str {
        let parts = ["_bucket", "_sum", "_count"];
        let base = parts.iter().find_map(|part| series.strip_suffix(part));
        let is_histogram = |name| self.0.get(name).is_some_and(|own| own.kind == "histogram");
        base.filter(|base| is_histogram(*base)).unwrap_or(series)
    }
}

/// Values with a brace or a comma and a quote in them do not occur here.
fn label_names(labels: &str) -> Vec<String> {
    let pairs = labels.split(['{', ',', '}']);
    let named = pairs.filter_map(|pair| pair.split_once("=\""));
    named.map(|(name, _)| name.to_owned()).collect()
}
