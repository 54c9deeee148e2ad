//! Settings, as the operator meets them: what is stronger than what, what is refused, and what is not shown.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::{
    collections::BTreeMap,
    env::temp_dir,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

#[test]
fn a_flag_is_stronger_than_a_variable_a_credential_a_file_and_a_default_in_this_order() {
    let place = Place::new();
    let file = place.file("nats-token = \"of the file\"\nlisten = \"10.0.0.1:80\"\n");
    place.credential("nats-token", "of the credential\n");
    let nats_token = |command: &mut Command| from(command, "nats-token");

    assert_eq!(nats_token(&mut place.config("")), "default");
    let mut with_file = place.config(&file);
    assert_eq!(nats_token(&mut with_file), format!("{file}, line 1"));
    let with_credential = with_file.env("CREDENTIALS_DIRECTORY", place.credentials());
    let credential = place.credentials().join("nats-token");
    assert_eq!(
        nats_token(with_credential),
        format!("the credential {}", credential.display())
    );
    let indirect = with_credential.env("TIDINGS_NATS_TOKEN_FILE", &credential);
    assert_eq!(nats_token(indirect), "the file of TIDINGS_NATS_TOKEN_FILE");
    let with_variable = indirect.env("TIDINGS_NATS_TOKEN", "of the variable");
    assert_eq!(nats_token(with_variable), "TIDINGS_NATS_TOKEN");
    let with_flag = with_variable.arg("--nats-token=of the command line");
    assert_eq!(nats_token(with_flag), "the command line");
    assert_eq!(from(with_flag, "listen"), format!("{file}, line 2"));
}

#[test]
fn a_list_is_read_before_anything_starts() {
    let place = Place::new();
    for line in [
        "trusted-proxies = \"127.0.0.l\"",
        "cors-origins = [\"https://chat.example.com\", \"not an origin\"]",
        "webhooks-allow = \"10.0.0.0/99\"",
    ] {
        let output = place.config(&place.file(line)).output().unwrap();
        assert_eq!(output.status.code(), Some(78), "{line}");
        assert!(told(&output).contains("line 1"), "{}", told(&output));
    }
}

#[test]
fn a_directory_on_the_command_line_is_another_service_than_the_files() {
    let place = Place::new();
    let file = place.file("database-url = \"postgres:///log\"\nnats-url = \"nats://db\"\n");
    let mut command = place.config(&file);
    let settings = settings(command.args(["--data", "/elsewhere"]));
    assert_eq!(settings["database-url"]["value"], Value::Null);
    assert_eq!(settings["nats-url"]["value"], Value::Null);
    assert_eq!(settings["data"]["value"], "/elsewhere");
}

#[test]
fn a_credential_is_a_value_or_the_path_of_a_file_that_a_setting_names() {
    let place = Place::new();
    place.credential("database-url", "postgres:///log\n");
    place.credential("master-key-file", "32 secret bytes");
    let mut command = place.config("");
    let settings = settings(command.env("CREDENTIALS_DIRECTORY", place.credentials()));
    assert_eq!(settings["database-url"]["value"], "postgres:///log");
    let path = place.credentials().join("master-key-file");
    assert_eq!(
        settings["master-key-file"]["value"],
        path.display().to_string()
    );
}

#[test]
fn what_a_file_says_is_what_a_flag_would_take() {
    let place = Place::new();
    let file = place.file(
        "classic = false\nthrottle = \"off\"\nsessions-per-account = 5\ntrusted-proxies = [\"10.0.0.0/8\", \"::1\"]\n",
    );
    let settings = settings(&mut place.config(&file));
    let value = |name: &str| settings[name]["value"].as_str().unwrap().to_owned();
    assert_eq!(value("classic"), "off");
    assert_eq!(value("throttle"), "off");
    assert_eq!(value("sessions-per-account"), "5");
    assert_eq!(value("trusted-proxies"), "10.0.0.0/8,::1");
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_line_and_what_was_meant() {
    let place = Place::new();
    let file = place.file(
        "lisen = \"127.0.0.1:1\"\nregistration = \"clsed\"\n\nsessions-per-account = \"many\"\npasword_rule = true\n[rules]\nx = 1\n",
    );
    let output = place.config(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    let told: Vec<_> = told(&output).lines().map(str::to_owned).collect();
    let line = |number: usize| format!("tidings: {file}, line {number}: ");
    assert_eq!(told.len(), 5, "{told:#?}");
    for (told, (number, words)) in told.iter().zip([
        (1, "did you mean `listen`?"),
        (2, "a similar value exists: 'closed'"),
        (4, "invalid value 'many'"),
        (5, "did you mean `password-rule`?"),
        (6, "not in sections"),
    ]) {
        assert!(
            told.starts_with(&line(number)) && told.contains(words),
            "{told}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_understood_or_read_is_refused_by_every_command() {
    let place = Place::new();
    let broken = place.file("listen = \"127.0.0.1:80\nclassic = true\n");
    for (file, words) in [
        (broken.as_str(), ", line 1: "),
        ("/nowhere.toml", "cannot be read: No such file"),
    ] {
        let output = place
            .tidings(file)
            .args(["doctor", "--json"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(78));
        assert!(told(&output).contains(words), "{}", told(&output));
    }
}

#[test]
fn a_variable_that_is_nearly_a_settings_is_refused_and_somebody_elses_is_not() {
    let place = Place::new();
    let mut command = place.config("");
    // As Kubernetes sets them for a service of that name.
    command.env("TIDINGS_PORT", "tcp://10.0.0.1:80");
    command.env("TIDINGS_ADMIN_SERVICE_HOST", "10.0.0.1");
    assert!(command.output().unwrap().status.success());
    let output = command
        .env("TIDINGS_REGISTRATON", "closed")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(78));
    assert_eq!(
        told(&output).trim(),
        "tidings: there is no setting TIDINGS_REGISTRATON; did you mean TIDINGS_REGISTRATION?"
    );
}

#[test]
fn no_secret_is_shown_wherever_it_was_given() {
    let place = Place::new();
    let file = place
        .file("nats-token = \"opensesame\"\ndatabase-url = \"postgres://me:opensesame@db/log\"\n");
    place.credential("nats-url", "not a url: opensesame");
    for arguments in [
        &["config"][..],
        &["config", "--json"],
        &["up", "--help"],
        &["help", "up"],
    ] {
        let mut command = place.tidings(&file);
        let output = command.args(arguments).output().unwrap();
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8(all).unwrap();
        assert!(!all.contains("opensesame"), "{all}");
        assert!(all.len() > 100, "{all}");
    }
}

#[test]
fn the_packages_file_has_every_setting_as_it_is_without_a_file() {
    let place = Place::new();
    let mut command = place.tidings("");
    let output = command.args(["config", "--template"]).output().unwrap();
    let template = String::from_utf8(output.stdout).unwrap();
    let packaged = include_str!("../deploy/tidings.toml");
    assert_eq!(
        packaged, template,
        "`tidings config --template > deploy/tidings.toml` mends it"
    );

    // Each setting that has a default stands there in a form that is taken, and changes nothing.
    let given: String = template
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| !line.starts_with(' '))
        .filter(|line| {
            !line.split('"').nth(1).is_some_and(|kind| {
                !kind.is_empty()
                    && kind == kind.to_uppercase()
                    && kind.chars().all(char::is_alphabetic)
            })
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let file = place.file(&given);
    let (without, with) = (
        settings(&mut place.config("")),
        settings(&mut place.config(&file)),
    );
    assert!(given.lines().count() > 10, "{given}");
    for (name, setting) in without {
        assert_eq!(setting["value"], with[&name]["value"], "{name}");
    }
}

/// A directory for a file and credentials.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let path = temp_dir().join(format!("tidings-config-{}", house::id().simple()));
        fs::create_dir_all(path.join("credentials")).unwrap();
        Self(path)
    }

    fn file(&self, text: &str) -> String {
        let path = self.0.join("tidings.toml");
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn credentials(&self) -> PathBuf {
        self.0.join("credentials")
    }

    fn credential(&self, name: &str, text: &str) {
        fs::write(self.credentials().join(name), text).unwrap();
    }

    /// With nothing in its environment that this machine set.
    fn tidings(&self, config: impl AsRef<Path>) -> Command {
        let mut command = Command::new(TIDINGS);
        command
            .env_clear()
            .env("TIDINGS_CONFIG", config.as_ref())
            .current_dir(&self.0);
        command
    }

    fn config(&self, file: &str) -> Command {
        let mut command = self.tidings(file);
        command.args(["config", "--json"]);
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn settings(command: &mut Command) -> BTreeMap<String, Value> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let table: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = table["settings"].as_array().unwrap();
    rows.iter()
        .map(|row| (row["name"].as_str().unwrap().to_owned(), row.clone()))
        .collect()
}

fn from(command: &mut Command, name: &str) -> String {
    settings(command)[name]["from"].as_str().unwrap().to_owned()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
