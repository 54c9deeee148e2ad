//! The file that a package installs: every setting with what `--help` says of it, all of them as they are by default.

use std::fmt::Write;

use clap::{Arg, Command};

use super::setting::Setting;

const WIDTH: usize = 100;

const HEAD: &str = "\
# The settings of tidings. A variable is stronger than what stands here, a flag than both, and a
# credential of a setting's name (systemd's LoadCredential=) stronger than the file.
# `tidings config` shows what holds, and where it comes from. A change needs a restart.
";

const SECRET: &str = "\
# May hold a secret, and everybody on the machine can read this file: a credential of this name
# (LoadCredential=) or the file that the variable with _FILE at its end names is the better place.
";

/// The file's text.
pub fn template(command: &Command) -> String {
    let mut text = HEAD.to_owned();
    for setting in Setting::all(command) {
        text.push('\n');
        for line in wrapped(&description(setting.arg())) {
            let _ = writeln!(text, "# {line}");
        }
        if setting.is_secret {
            text.push_str(SECRET);
        }
        let _ = writeln!(text, "# ({}, --{})", setting.variable, setting.name);
        let _ = writeln!(text, "#{} = {}", setting.name, value(setting.arg()));
    }
    text
}

/// What `--help` says, and what can be said.
fn description(arg: &Arg) -> String {
    let help = arg.get_long_help().or_else(|| arg.get_help());
    let mut text = help.map(ToString::to_string).unwrap_or_default();
    // clap leaves the last full stop off.
    if !text.ends_with('.') {
        text.push('.');
    }
    let choices = arg.get_possible_values();
    let choices: Vec<_> = choices
        .iter()
        .map(|choice| match choice.get_help() {
            Some(help) => format!("`{}` ({help})", choice.get_name()),
            None => format!("`{}`", choice.get_name()),
        })
        .collect();
    if !choices.is_empty() {
        let _ = write!(text, " One of {}.", choices.join(", "));
    }
    text
}

/// As TOML: the default, or what kind of value is meant.
fn value(arg: &Arg) -> String {
    let default = arg.get_default_values().first();
    match default.and_then(|value| value.to_str()) {
        Some(number) if number.parse::<i64>().is_ok() => number.to_owned(),
        Some(text) => format!("{text:?}"),
        None => {
            let kind = arg.get_value_names().and_then(<[_]>::first);
            format!("{:?}", kind.map(ToString::to_string).unwrap_or_default())
        }
    }
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let is_full = lines
            .last()
            .is_some_and(|line| line.len() + word.len() + 3 > WIDTH);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
