//! `tidings manual`: the manual pages and the shells' completions, made of the same definitions that read the command line.

use std::{
    fs::{self, File},
    path::PathBuf,
};

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;

/// Where distributions look for them, below `/usr/share`.
const COMPLETIONS: [(Shell, &str); 3] = [
    (Shell::Bash, "bash-completion/completions/tidings"),
    (Shell::Zsh, "zsh/vendor-completions/_tidings"),
    (Shell::Fish, "fish/vendor_completions.d/tidings.fish"),
];

#[derive(Args)]
pub struct ManualArgs {
    /// What stands for `/usr/share`.
    directory: PathBuf,
}

/// Writes a page for every command, and a file for each shell.
pub fn run(args: &ManualArgs) -> anyhow::Result<()> {
    let pages = args.directory.join("man/man1");
    fs::create_dir_all(&pages).with_context(|| format!("cannot make {}", pages.display()))?;
    clap_mangen::generate_to(Cli::command(), &pages)?;
    for (shell, place) in COMPLETIONS {
        let file = args.directory.join(place);
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory)?;
        }
        let mut writer =
            File::create(&file).with_context(|| format!("cannot write {}", file.display()))?;
        clap_complete::generate(shell, &mut Cli::command(), "tidings", &mut writer);
    }
    Ok(())
}
