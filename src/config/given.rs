//! What was given beneath the variables and the flags.

use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    fmt, fs,
    path::PathBuf,
};

use clap::{Arg, Command};

use super::{
    file,
    setting::{Setting, nearest},
};

/// Where systemd puts what `LoadCredential=` names.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// Which file holds the settings.
const CONFIG: &str = "TIDINGS_CONFIG";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    File(PathBuf, usize),
    Credential(PathBuf),
    /// The file that a variable with `_FILE` at its end names.
    FileOf(String),
}

impl fmt::Display for Source {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, line) => write!(to, "{}, line {line}", path.display()),
            Self::Credential(path) => write!(to, "the credential {}", path.display()),
            Self::FileOf(variable) => write!(to, "the file of {variable}"),
        }
    }
}

/// The values, by setting.
pub struct Given {
    pub settings: Vec<Setting>,
    pub values: BTreeMap<String, (String, Source)>,
    /// The file, if there is one.
    pub file: Option<PathBuf>,
}

impl Given {
    /// Reads the file and the credentials. All that is wrong is told at once.
    pub fn look(command: &Command, arguments: &[OsString]) -> Result<Self, Vec<String>> {
        let settings = Setting::all(command);
        let (mut values, mut problems) = (BTreeMap::new(), misspelt(&settings));
        let named = flag(arguments, "--config").or_else(|| variable(CONFIG));
        let place = file::place(named.map(PathBuf::from));
        if let Some((path, is_needed)) = &place {
            match file::read(path, *is_needed, &settings) {
                Ok(lines) => values.extend(lines.into_iter().map(|line| {
                    let source = Source::File(path.clone(), line.number);
                    (line.name, (line.value, source))
                })),
                Err(wrong) => problems.extend(wrong),
            }
        }
        for setting in &settings {
            match secret(setting) {
                Ok(Some(found)) => {
                    values.insert(setting.name.clone(), found);
                }
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        if flag(arguments, "--data").is_some() {
            // Another service is meant than the one that these lead to.
            for name in ["database-url", "nats-url", "nats-token"] {
                values.remove(name);
            }
        }
        if problems.is_empty() {
            let file = place.map(|(path, _)| path).filter(|path| path.exists());
            Ok(Self {
                settings,
                values,
                file,
            })
        } else {
            Err(problems)
        }
    }

    /// The command, and all below it, with these values for defaults.
    pub fn beneath(&self, command: Command) -> Command {
        let below: Vec<String> = command
            .get_subcommands()
            .map(|below| below.get_name().to_owned())
            .collect();
        let command = command.mut_args(|arg| self.under(arg));
        below.into_iter().fold(command, |command, name| {
            command.mut_subcommand(name, |below| self.beneath(below))
        })
    }

    fn under(&self, arg: Arg) -> Arg {
        let Some(setting) = Setting::of(&arg) else {
            return arg;
        };
        // Another command's flag of the same name, which is no setting, has another variable.
        let is_known = (self.settings.iter()).any(|known| known.variable == setting.variable);
        match self.values.get(&setting.name) {
            Some((value, _)) if is_known => arg
                .default_value(value.clone())
                .hide_default_value(setting.is_secret),
            _ => arg,
        }
    }
}

/// What a credential of the setting's name says, or the file that its variable with `_FILE` names.
fn secret(setting: &Setting) -> Result<Option<(String, Source)>, String> {
    let indirect = format!("{}_FILE", setting.variable);
    let named = variable(&indirect).map(|path| (PathBuf::from(path), Source::FileOf(indirect)));
    let credential = || {
        let path = PathBuf::from(variable(CREDENTIALS)?).join(&setting.name);
        path.exists()
            .then(|| (path.clone(), Source::Credential(path)))
    };
    let Some((path, source)) = named.filter(|_| setting.is_secret).or_else(credential) else {
        return Ok(None);
    };
    if setting.is_path() {
        return Ok(Some((path.display().to_string(), source)));
    }
    let value = fs::read_to_string(&path)
        .map_err(|error| format!("{source}: {} cannot be read: {error}", path.display()))?;
    let value = value.trim_end_matches('\n').to_owned();
    // What was refused may be a secret: only that it was, is told.
    match setting.refusal(&value) {
        Some(_) => Err(format!("{source} is not what `{}` can be", setting.name)),
        None => Ok(Some((value, source))),
    }
}

/// Variables that were meant as settings. Others of the same beginning belong to somebody else.
fn misspelt(settings: &[Setting]) -> Vec<String> {
    let known = || settings.iter().map(|setting| setting.variable.as_str());
    env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("TIDINGS_"))
        .filter(|name| !known().any(|known| known == name))
        .filter_map(|name| {
            let meant = nearest(&name, known())?;
            Some(format!("there is no setting {name}; did you mean {meant}?"))
        })
        .collect()
}

/// A flag's value, wherever it stands.
fn flag(arguments: &[OsString], name: &str) -> Option<OsString> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == name {
            return arguments.next().cloned();
        }
        if let Some(path) = argument
            .to_str()
            .and_then(|text| text.strip_prefix(name)?.strip_prefix('='))
        {
            return Some(path.into());
        }
        if argument == OsStr::new("--") {
            return None;
        }
    }
    None
}

/// Empty counts: it says that there is no file.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}
