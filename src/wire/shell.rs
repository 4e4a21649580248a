//! `completions`, `man`: both made from the command line itself, without what is hidden in it.

use super::{Failure, config, keys};
use crate::cli::{Cli, Common, Interpreter, Shell};
use clap::{Command, CommandFactory};
use clap_complete::aot;
use std::{
    fs,
    io::{self, Write},
    path::Path,
};
use swarmwarden::headless::Exit;

/// Runs what needs no settings.
pub(super) fn run(common: &Common, asked: &Shell) -> Result<Exit, Failure> {
    match asked {
        Shell::Completions(asked) => completions(asked.shell),
        Shell::Man(asked) => match &asked.dir {
            Some(dir) => pages(dir),
            None => page(),
        },
        Shell::Config(asked) => config::run(common, asked.command),
        Shell::Keys(asked) => keys::run(common, asked.output),
    }
}

fn completions(shell: Interpreter) -> Result<Exit, Failure> {
    let mut command = visible(&Cli::command());
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    match shell {
        Interpreter::Bash => aot::generate(aot::Bash, &mut command, name, &mut script),
        Interpreter::Zsh => aot::generate(aot::Zsh, &mut command, name, &mut script),
        Interpreter::Fish => aot::generate(aot::Fish, &mut command, name, &mut script),
    }
    // Written at once: the generators panic when their reader goes away.
    io::stdout().write_all(&script)?;
    Ok(Exit::Ok)
}

fn page() -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(visible(&Cli::command())).render(&mut page)?;
    io::stdout().write_all(&page)?;
    Ok(Exit::Ok)
}

/// One page for each command, those in commands included.
fn pages(dir: &Path) -> Result<Exit, Failure> {
    fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(visible(&Cli::command()), dir))
        .map_err(|e| Failure::Place(dir.to_owned(), e))?;
    Ok(Exit::Ok)
}

/// The command without what is hidden in it. The generators of completions do not look at that mark.
fn visible(from: &Command) -> Command {
    let mut to = Command::new(from.get_name().to_owned())
        .disable_help_subcommand(true)
        .args(from.get_arguments().filter(|a| !a.is_hide_set()))
        .visible_aliases(
            from.get_visible_aliases()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        )
        .subcommand_required(from.is_subcommand_required_set())
        .subcommands(
            from.get_subcommands()
                .filter(|c| !c.is_hide_set())
                .map(visible),
        );
    if let Some(text) = from.get_about() {
        to = to.about(text.clone());
    }
    if let Some(text) = from.get_long_about() {
        to = to.long_about(text.clone());
    }
    if let Some(text) = from.get_after_help() {
        to = to.after_help(text.clone());
    }
    if let Some(version) = from.get_version() {
        to = to.version(version.to_owned());
    }
    to
}
