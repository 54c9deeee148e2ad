//! Settings. What a flag says, a variable, a credential or a file may say as well.
//!
//! Weakest first: the default, the file, a credential, the variable, the flag. There is no second list of settings: a setting
//! is a flag of `up` that has a variable, and what a file says becomes that flag's default.

mod file;
mod given;
mod setting;
mod show;
mod template;

use std::{env, ffi::OsString, process};

use clap::{CommandFactory, FromArgMatches, Parser, parser::ArgMatches};

use crate::cli::{Cli, ConfigArgs};
use given::Given;

/// Of `sysexits.h`, as systemd shows it: something is wrong with the settings.
const EX_CONFIG: i32 = 78;

/// What was asked for, by flags and by everything beneath them. Ends the process where that cannot be understood.
pub fn parse() -> Cli {
    let arguments: Vec<OsString> = env::args_os().collect();
    // A child of `up` takes nothing from the settings, and must not fail by them.
    if arguments.get(1).is_some_and(|first| first == "child") {
        return Cli::parse_from(arguments);
    }
    let (_, matches) = gather(arguments);
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// `tidings config`: the settings, and where each comes from.
#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub fn run(args: &ConfigArgs) -> anyhow::Result<()> {
    if args.template {
        print!("{}", template::template(&Cli::command()));
        return Ok(());
    }
    let (given, matches) = gather(env::args_os().collect());
    let own = matches.subcommand_matches("config").unwrap_or(&matches);
    let table = show::Table::of(&given, own);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&table)?);
    } else {
        print!("{table}");
    }
    Ok(())
}

/// What lies beneath the flags, and what comes out with them.
#[expect(clippy::print_stderr, reason = "there is no log yet")]
fn gather(arguments: Vec<OsString>) -> (Given, ArgMatches) {
    let given = Given::look(&Cli::command(), &arguments).unwrap_or_else(|problems| {
        for problem in problems {
            eprintln!("tidings: {problem}");
        }
        process::exit(EX_CONFIG)
    });
    let matches = given.beneath(Cli::command()).get_matches_from(arguments);
    (given, matches)
}
