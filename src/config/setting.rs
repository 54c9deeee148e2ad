//! What can be set: every flag of `up` that has a variable.

use clap::{Arg, Command};
use strsim::damerau_levenshtein;

/// By how many typing errors a name may be off to be taken for a setting's.
const TYPING_ERRORS: usize = 3;

/// One thing that can be set.
#[derive(Clone)]
pub struct Setting {
    /// Its flag without the dashes, and its name in a file.
    pub name: String,
    /// Its variable.
    pub variable: String,
    /// Not to be shown.
    pub is_secret: bool,
    arg: Arg,
}

impl Setting {
    /// All of them, in the order of `tidings up --help`.
    pub fn all(command: &Command) -> Vec<Self> {
        let args = command
            .find_subcommand("up")
            .into_iter()
            .flat_map(Command::get_arguments);
        args.filter_map(Self::of).collect()
    }

    /// What a flag sets; nothing, where it can be given by hand alone.
    pub fn of(arg: &Arg) -> Option<Self> {
        let (name, variable) = (arg.get_long()?, arg.get_env()?);
        if name == "config" {
            return None;
        }
        Some(Self {
            name: name.to_owned(),
            variable: variable.to_str()?.to_owned(),
            is_secret: arg.is_hide_env_values_set(),
            arg: arg.clone(),
        })
    }

    pub fn arg(&self) -> &Arg {
        &self.arg
    }

    /// Names a file rather than holding a value, so a credential is that file.
    pub fn is_path(&self) -> bool {
        self.name.ends_with("-file")
    }

    /// Why a value cannot be taken: what the flag itself would say of it.
    pub fn refusal(&self, value: &str) -> Option<String> {
        let flag = format!("--{}={value}", self.name);
        let alone = Command::new("tidings").arg(self.arg.clone());
        let error = alone.try_get_matches_from(["tidings", &flag]).err()?;
        let told = error.to_string();
        let told = told.strip_prefix("error: ").unwrap_or(&told);
        let told = told
            .split("\n\nFor more information")
            .next()
            .unwrap_or(told);
        let lines = told.lines().map(str::trim).filter(|line| !line.is_empty());
        Some(lines.collect::<Vec<_>>().join(", "))
    }
}

/// The name that was probably meant.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|known| (damerau_levenshtein(name, known), known))
        .filter(|(distance, _)| *distance <= TYPING_ERRORS)
        .min()
        .map(|(_, known)| known)
}
