//! The configuration file: where it is, what it comes to, what is wrong with it.

use super::{Failure, keys, resolve, text_of, theme, warn};
use crate::cli::{Cli, Common, ConfigCommand};
use clap::{CommandFactory, parser::ValueSource};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::text,
    headless::Exit,
    settings::{self, File, SettingsError},
    tui,
};

/// Settings that can be typed: the argument, its variable, the key of the file.
const TYPED: [(&str, &str, &str); 9] = [
    ("db", "SWARMWARDEN_DB", "bridge.path"),
    ("via", "SWARMWARDEN_VIA", "bridge.via"),
    ("read_only", "", "bridge.read_only"),
    ("git", "", "git.path"),
    ("with", "", "workers.with"),
    ("theme", "SWARMWARDEN_THEME", "ui.theme"),
    ("preset", "", "ui.preset"),
    ("symbols", "", "ui.symbols"),
    ("no_mouse", "", "ui.mouse"),
];

/// Runs `config`.
pub(super) fn run(common: &Common, asked: ConfigCommand) -> Result<Exit, Failure> {
    let named = common.config.as_deref();
    match asked {
        ConfigCommand::Path => path(named),
        ConfigCommand::Print => print(common),
        ConfigCommand::Check => check(common),
    }
}

/// Every place with what is there; the one in use is marked.
fn path(named: Option<&Path>) -> Result<Exit, Failure> {
    let typed = origin("config", "SWARMWARDEN_CONFIG");
    let mut out = String::new();
    let named = named.map(|path| {
        (
            typed.unwrap_or_else(|| "--config".to_owned()),
            path.to_owned(),
        )
    });
    let looked = named.is_some();
    if let Some((how, path)) = named {
        let _ = writeln!(out, "{} {}", state(&path, true), place(&path, &how));
    } else {
        out.push_str("not named   --config, $SWARMWARDEN_CONFIG\n");
    }
    if let Some(path) = usual() {
        let _ = writeln!(
            out,
            "{} {}",
            state(&path, !looked),
            place(&path, "usual place")
        );
    }
    io::stdout().write_all(out.as_bytes())?;
    Ok(Exit::Ok)
}

/// Whether a file is there and counts, in a column of its own.
fn state(path: &Path, counts: bool) -> &'static str {
    match (path.exists(), counts) {
        (true, true) => "in use     ",
        (false, _) => "not there  ",
        (true, false) => "not read   ",
    }
}

fn place(path: &Path, how: &str) -> String {
    let shown = path.to_string_lossy();
    format!("{}  ({how})", text::line(&shown))
}

/// What is in force, on standard output; what is wrong, on stderr.
fn print(common: &Common) -> Result<Exit, Failure> {
    let (file, warnings) = whole(common)?;
    warn(&warnings)?;
    let mut settings = resolve(common, &file)?;
    let live = tui::live(&settings.preset, &keys::rebinds(&settings.keys));
    let rows = live.places.iter().flat_map(|place| &place.rows);
    let own: BTreeSet<&str> = rows.filter(|row| row.own).map(|row| row.action).collect();
    settings
        .keys
        .retain(|wanted| own.contains(wanted.action.as_str()));
    let mut typed: BTreeMap<&str, String> = TYPED
        .into_iter()
        .filter_map(|(id, variable, key)| Some((key, origin(id, variable)?)))
        .collect();
    let worker = env::var("SWARMWARDEN_WORKER").ok();
    if worker.is_some_and(|n| n.trim().parse::<u32>().is_ok_and(|n| n > 0)) {
        typed.insert("credentials.worker", "$SWARMWARDEN_WORKER".to_owned());
    }
    let text = settings::effective(&settings, &file, &typed);
    io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Ok)
}

/// What is wrong, one line each, and [`Exit::Config`]; or that nothing is.
fn check(common: &Common) -> Result<Exit, Failure> {
    let path = common.config.clone().or_else(usual);
    let shown = path.as_ref().map_or_else(
        || "no configuration".to_owned(),
        |p| text::line(&p.to_string_lossy()).into_owned(),
    );
    let (file, mut wrong) = whole(common)?;
    if file.path.is_some() && file.via.is_some() {
        wrong.push(SettingsError::Two.to_string());
    }
    let mut out = String::new();
    for flaw in &wrong {
        let _ = writeln!(out, "{shown}: {flaw}");
    }
    if wrong.is_empty() {
        let there = path.as_ref().is_some_and(|p| p.exists());
        let words = if there {
            "nothing is wrong"
        } else {
            "there is none; every setting has its default"
        };
        let _ = writeln!(out, "{shown}: {words}");
    }
    io::stdout().write_all(out.as_bytes())?;
    Ok(if wrong.is_empty() {
        Exit::Ok
    } else {
        Exit::Config
    })
}

/// The file with everything that is wrong with it.
pub(super) fn whole(common: &Common) -> Result<(File, Vec<String>), Failure> {
    let (mut file, mut warnings) = read(common.config.as_deref())?;
    theme::settle(&mut file, &mut warnings);
    warnings.extend(super::errands::flaws(&file));
    warnings.extend(keys::flaws(&file).into_iter().map(|flaw| flaw.words));
    Ok((file, warnings))
}

/// The flag or the variable that set an argument, when one did.
fn origin(id: &str, variable: &str) -> Option<String> {
    let matches = Cli::command().try_get_matches_from(env::args_os()).ok()?;
    match matches.value_source(id)? {
        ValueSource::CommandLine => Some(format!("--{}", id.replace('_', "-"))),
        ValueSource::EnvVariable => Some(format!("${variable}")),
        _ => None,
    }
}

/// Where the configuration lies when none is named.
pub(super) fn usual() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.config_dir().join("swarmwarden").join("config.toml"))
}

/// The configuration that was named, or the one at the usual place when there is one.
pub(super) fn read(named: Option<&Path>) -> Result<(File, Vec<String>), Failure> {
    let path = named.map(Path::to_owned).or_else(usual);
    let Some(path) = path else {
        return Ok((File::default(), Vec::new()));
    };
    match fs::read(&path) {
        Ok(raw) => Ok(settings::read(&String::from_utf8_lossy(&raw))),
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => {
            Ok((File::default(), Vec::new()))
        }
        // A file that nobody named never keeps the program from starting.
        Err(error) if named.is_none() => Ok((File::default(), vec![text_of(&path, &error)])),
        Err(source) => Err(settings::SettingsError::File { path, source }.into()),
    }
}
