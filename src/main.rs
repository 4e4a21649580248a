//! The binary: what was typed is parsed, settings are resolved, and exactly one frontend runs.

mod cli;
mod wire;

use clap::{Parser, error::ErrorKind};
use cli::Cli;
use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};
use swarmwarden::headless::Exit;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    // A hook must never disturb its agent: whatever goes wrong, it went well.
    if args.get(1).is_some_and(|a| a == "beat") && !args.iter().any(|a| a == "--help") {
        if let Ok(cli) = Cli::try_parse_from(args) {
            let _whatever = wire::run(cli);
        }
        return ExitCode::SUCCESS;
    }
    // Reports of panics; the dashboard puts its own hook before this one, which gives the terminal back first.
    if color_eyre::install().is_err() {
        say(
            &mut io::stderr(),
            "swarmwarden: panics are reported without their places",
            Exit::Ok,
        );
    }
    let monitored = is_monitored(&args);
    let exit = match Cli::try_parse_from(args) {
        Ok(cli) => wire::run(cli).unwrap_or_else(|failure| {
            if failure.exit() == Exit::BrokenPipe {
                return Exit::BrokenPipe;
            }
            if monitored {
                let (line, exit) = swarmwarden::headless::check::unreadable(&failure.to_string());
                return say(&mut io::stdout(), &line, exit);
            }
            say(
                &mut io::stderr(),
                &format!("swarmwarden: {failure}"),
                failure.exit(),
            )
        }),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            say(
                &mut io::stdout(),
                error.render().to_string().trim_end(),
                Exit::Ok,
            )
        }
        Err(error) => {
            let exit = if monitored {
                Exit::Unknown
            } else {
                Exit::Usage
            };
            say(
                &mut io::stderr(),
                error.render().to_string().trim_end(),
                exit,
            )
        }
    };
    ExitCode::from(exit.code())
}

/// A monitor reads what comes: `check`, but not `config check`.
fn is_monitored(args: &[OsString]) -> bool {
    let named = args.iter().any(|a| a == "check");
    named
        && !args
            .windows(2)
            .any(|w| matches!(w, [a, b] if a == "config" && b == "check"))
}

/// Writes a line; the code tells when that fails.
fn say(out: &mut dyn Write, line: &str, exit: Exit) -> Exit {
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_or_else(|e| Exit::of_write(&e), |()| exit)
}
