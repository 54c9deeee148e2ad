//! The table of `tidings config`.

use std::fmt;

use clap::parser::{ArgMatches, ValueSource};
use serde::Serialize;
use url::Url;

use super::given::Given;

/// The settings as they are, and where each comes from.
#[derive(Serialize)]
pub struct Table {
    /// The file that was read.
    config: Option<String>,
    settings: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    /// `null`: not set, so what the setting's description says holds. Of a secret, only that it is set.
    value: Option<String>,
    from: String,
}

impl Table {
    pub fn of(given: &Given, matches: &ArgMatches) -> Self {
        let settings = given.settings.iter().map(|setting| {
            let id = setting.arg().get_id().as_str();
            let from = match (matches.value_source(id), given.values.get(&setting.name)) {
                (Some(ValueSource::CommandLine), _) => "the command line".to_owned(),
                (Some(ValueSource::EnvVariable), _) => setting.variable.clone(),
                (_, Some((_, source))) => source.to_string(),
                _ => "default".to_owned(),
            };
            let value = matches
                .get_raw(id)
                .and_then(|mut values| values.next())
                .map(|value| value.to_string_lossy().into_owned());
            Row {
                name: setting.name.clone(),
                value: value.map(|value| {
                    if setting.is_secret {
                        masked(&value)
                    } else {
                        value
                    }
                }),
                from,
            }
        });
        Self {
            config: given.file.as_ref().map(|file| file.display().to_string()),
            settings: settings.collect(),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |row: &Row| match row.value.as_deref() {
            None => "-".to_owned(),
            Some("") => "\"\"".to_owned(),
            Some(value) => value.to_owned(),
        };
        let widest = self
            .settings
            .iter()
            .map(|row| shown(row).chars().count())
            .max();
        let width = widest.unwrap_or_default();
        for row in &self.settings {
            writeln!(to, "{:<24} {:<width$}  {}", row.name, shown(row), row.from)?;
        }
        match &self.config {
            Some(file) => writeln!(to, "\nThe file is {file}."),
            None => writeln!(
                to,
                "\nThere is no file; `tidings config --template` writes one."
            ),
        }
    }
}

/// Where it leads, without what lets one in.
fn masked(value: &str) -> String {
    let each = value.split(',').map(|address| one_masked(address.trim()));
    each.collect::<Vec<_>>().join(",")
}

fn one_masked(value: &str) -> String {
    match Url::parse(value) {
        Ok(mut url) if url.has_host() || url.scheme().starts_with("postgres") => {
            if !url.username().is_empty() {
                let _ = url.set_username("***");
            }
            let _ = url.set_password(None);
            // Both Postgres and NATS take passwords there as well.
            if url.query().is_some() {
                url.set_query(Some("***"));
            }
            url.to_string()
        }
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn what_lets_one_in_is_not_shown() {
        for (value, shown) in [
            (
                "postgres://app:open@db.example/log",
                "postgres://***@db.example/log",
            ),
            (
                "postgres:///log?host=/run/pg&password=open",
                "postgres:///log?***",
            ),
            (
                "nats://open@nats.example:4222",
                "nats://***@nats.example:4222",
            ),
            (
                "nats://me:open@a.example,nats://me:open@b.example:4222",
                "nats://***@a.example,nats://***@b.example:4222",
            ),
            ("open", "***"),
        ] {
            assert_eq!(masked(value), shown);
        }
    }
}
