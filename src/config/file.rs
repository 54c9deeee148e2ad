//! The file: `name = value`, a line each, in TOML.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use super::setting::{Setting, nearest};

/// Where a package puts it.
pub const PLACE: &str = "/etc/tidings/tidings.toml";

/// A setting as a file has it.
pub struct Line {
    pub name: String,
    pub value: String,
    pub number: usize,
}

/// What a file says; nothing, where there need not be one and is none.
pub fn read(path: &Path, is_needed: bool, settings: &[Setting]) -> Result<Vec<Line>, Vec<String>> {
    match fs::read_to_string(path) {
        Ok(text) => understand(&text, settings).map_err(|problems| {
            let told = |problem| format!("{}, {problem}", path.display());
            problems.into_iter().map(told).collect()
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_needed => Ok(Vec::new()),
        Err(error) => Err(vec![format!(
            "the settings in {} cannot be read: {error} (--config names another file, --config='' none)",
            path.display()
        )]),
    }
}

/// All that is wrong is told at once.
fn understand(text: &str, settings: &[Setting]) -> Result<Vec<Line>, Vec<String>> {
    let line_of = |offset: usize| text[..offset].matches('\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(span.start));
        vec![format!("line {line}: {}", error.message())]
    })?;
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for (name, value) in table.get_ref() {
        let number = line_of(name.span().start);
        match line(name.get_ref(), value.get_ref(), settings) {
            Ok(value) => lines.push(Line {
                name: name.get_ref().to_string(),
                value,
                number,
            }),
            Err(problem) => problems.push((number, problem)),
        }
    }
    problems.sort();
    if problems.is_empty() {
        Ok(lines)
    } else {
        let told = |(number, problem)| format!("line {number}: {problem}");
        Err(problems.into_iter().map(told).collect())
    }
}

/// A value, as its flag would take it.
fn line(name: &str, value: &DeValue<'_>, settings: &[Setting]) -> Result<String, String> {
    let Some(setting) = settings.iter().find(|setting| setting.name == name) else {
        let known = settings.iter().map(|setting| setting.name.as_str());
        return Err(match nearest(&name.replace('_', "-"), known) {
            Some(meant) => format!("there is no setting `{name}`; did you mean `{meant}`?"),
            None if matches!(value, DeValue::Table(_)) => {
                format!("settings are not in sections, so [{name}] has no meaning here")
            }
            None => format!("there is no setting `{name}`; `tidings config` shows all of them"),
        });
    };
    let text = written(value)
        .ok_or_else(|| format!("`{name}` is a text, a number, or a list of texts"))?;
    match setting.refusal(&text) {
        Some(refusal) => Err(refusal),
        None => Ok(text),
    }
}

/// As on a command line: a list with commas between its members, yes and no as `on` and `off`.
fn written(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Boolean(is_on) => if *is_on { "on" } else { "off" }.to_owned(),
        DeValue::Array(members) => {
            let written: Option<Vec<_>> = members
                .iter()
                .map(|member| written(member.get_ref()))
                .collect();
            written?.join(",")
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => return None,
    })
}

/// Which file is meant, and whether there has to be one.
pub fn place(named: Option<PathBuf>) -> Option<(PathBuf, bool)> {
    match named {
        Some(path) if path.as_os_str().is_empty() => None,
        Some(path) => Some((path, true)),
        None => Some((PLACE.into(), false)),
    }
}
