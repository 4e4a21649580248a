//! The configuration file. It never keeps the program from starting: an unknown key is a warning with the nearest name, a bad value
//! keeps its default and says so, a broken file is one warning.

use super::{
    Outlet,
    credentials::{self, CredentialsFile},
    finding::{self, FindingFile},
    keys,
    record::{self, RecordFile},
    report::{self, ReportFile},
    ui::UiFile,
    workers::{self, WorkersFile},
};
use crate::domain::{
    Span,
    health::{Method, Profile},
    spelling, text,
    watchdog::Policy,
};
use std::{collections::BTreeMap, path::PathBuf};
use toml::{Table, Value};

/// What the file sets; `None` where it does not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct File {
    /// `bridge.path`.
    pub path: Option<PathBuf>,
    /// `bridge.via`.
    pub via: Option<String>,
    /// `bridge.read_only`.
    pub read_only: Option<bool>,
    /// `watchdog.policy`.
    pub policy: Option<Policy>,
    /// `watchdog.detector`.
    pub detector: Option<Method>,
    /// `watchdog.profile`.
    pub profile: Option<Profile>,
    /// `watchdog.team.NAME.detector`, by name.
    pub teams: BTreeMap<String, Method>,
    /// `watchdog.fixed_suspect`.
    pub suspect: Option<Span>,
    /// `watchdog.fixed_silent`.
    pub silent: Option<Span>,
    /// `watchdog.fixed_act`.
    pub act: Option<Span>,
    /// `watchdog.stall`.
    pub stall: Option<Span>,
    /// `watchdog.phi`.
    pub phi: Option<u8>,
    /// `git.path`.
    pub git: Option<PathBuf>,
    /// `git.every`.
    pub git_every: Option<Span>,
    /// `git.base`.
    pub git_base: Option<String>,
    /// `ui.preset`.
    pub preset: Option<String>,
    /// `[views]`, `[filters]`, `[commands]`, `[profile]`.
    pub finding: FindingFile,
    /// `ui.theme`.
    pub theme: Option<String>,
    /// `ui.symbols`.
    pub symbols: Option<String>,
    /// `ui.start`.
    pub start: Option<String>,
    /// `ui.notify`: `bell`, `osc9`, `osc777`, `title`; empty for `off`.
    pub notify: Option<Vec<String>>,
    /// Every `[[notify]]`.
    pub outlets: Vec<Outlet>,
    /// `[credentials]`.
    pub credentials: CredentialsFile,
    /// `[workers]`.
    pub workers: WorkersFile,
    /// `[report]`.
    pub report: ReportFile,
    /// `[ui]`: mouse and motion.
    pub ui: UiFile,
    /// `[record]`.
    pub record: RecordFile,
    /// `[keys]`: actions of the dashboard and the keys they shall have.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Every key that was read and understood, with its line where that is known.
    pub lines: BTreeMap<String, Option<usize>>,
}

type Lines = BTreeMap<String, usize>;

/// Views that can come first.
const VIEWS: [&str; 7] = [
    "overview", "workers", "tasks", "alerts", "messages", "sessions", "activity",
];

/// Every key there is.
const KEYS: [&str; 20] = [
    "bridge.path",
    "bridge.via",
    "bridge.read_only",
    "watchdog.policy",
    "watchdog.detector",
    "watchdog.profile",
    "watchdog.team.NAME.detector",
    "watchdog.fixed_act",
    "watchdog.fixed_suspect",
    "watchdog.fixed_silent",
    "watchdog.stall",
    "watchdog.phi",
    "git.path",
    "git.every",
    "git.base",
    "ui.theme",
    "ui.preset",
    "ui.symbols",
    "ui.start",
    "ui.notify",
];

/// Every key that is read, with NAME for a name in it; `[[notify]]` and what stands in `[keys]` apart.
pub fn known() -> impl Iterator<Item = &'static str> {
    KEYS.into_iter()
        .chain(finding::KEYS)
        .chain(credentials::KEYS)
        .chain(record::KEYS)
        .chain(report::KEYS)
        .chain(workers::KEYS)
        .chain(super::ui::KEYS)
}

/// Reads a configuration. What is wrong with it comes as sentences, neutralised.
#[must_use]
pub fn read(raw: &str) -> (File, Vec<String>) {
    let mut file = File::default();
    let mut warnings = Vec::new();
    let table: Table = match raw.parse() {
        Ok(table) => table,
        Err(error) => {
            let why = text::line(error.to_string().trim()).into_owned();
            return (
                file,
                vec![format!(
                    "the configuration is not TOML and was ignored: {why}"
                )],
            );
        }
    };
    let lines = super::lines::lines(raw);
    for (section, inner) in table {
        if section == "notify" {
            let (outlets, wrong) = super::outlets::read(&inner);
            file.outlets = outlets;
            warnings.extend(wrong.iter().map(|w| text::line(w).into_owned()));
            continue;
        }
        let Value::Table(inner) = inner else {
            let line = lines.get(&section).map(|n| format!("line {n}: "));
            warnings.push(format!(
                "{}unknown key `{}`: settings stand in sections",
                line.unwrap_or_default(),
                text::line(&section)
            ));
            continue;
        };
        walk(&mut file, &lines, &section, inner, &mut warnings);
    }
    (file, warnings)
}

/// Sets what a section and the sections in it say.
fn walk(file: &mut File, lines: &Lines, section: &str, table: Table, warnings: &mut Vec<String>) {
    for (key, value) in table {
        let name = format!("{section}.{key}");
        if let Value::Table(inner) = value {
            walk(file, lines, &name, inner, warnings);
            continue;
        }
        let line = lines.get(&name).copied();
        match file.set(&name, &value) {
            Ok(()) => {
                file.lines.insert(name, line);
            }
            Err(why) => {
                let line = line.map(|n| format!("line {n}: ")).unwrap_or_default();
                warnings.push(format!("{line}{}", text::line(&why)));
            }
        }
    }
}

impl File {
    /// What `[keys]` asks for, by action.
    #[must_use]
    pub fn wanted(&self) -> Vec<keys::Wanted> {
        let line = |action: &str| self.lines.get(&format!("keys.{action}")).copied().flatten();
        let each = self.keys.iter().map(|(action, keys)| keys::Wanted {
            action: action.clone(),
            keys: keys.clone(),
            line: line(action),
        });
        each.collect()
    }

    /// What it says of a bridge: the profiles that fit it win, the last of them over the others.
    #[must_use]
    pub fn of_bridge(&self, bridge: Option<&std::path::Path>) -> Self {
        let mut own = self.clone();
        let Some(bridge) = bridge else { return own };
        for (pattern, key, value) in &self.finding.profiles {
            if finding::fits(pattern, bridge) && own.set(key, value).is_ok() {
                own.lines.insert((*key).to_owned(), None);
            }
        }
        own
    }

    pub(super) fn set(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let word = |allowed: &[&str]| {
            let given = value.as_str().unwrap_or_default();
            if allowed.contains(&given) {
                return Ok(Some(given.to_owned()));
            }
            Err(format!(
                "`{name}` is one of {}; the default stays",
                allowed.join(", ")
            ))
        };
        let path = || {
            let given = value.as_str().map(|p| Some(PathBuf::from(p)));
            given.ok_or_else(|| format!("`{name}` is a path in quotes; the default stays"))
        };
        let span = || {
            let given = value.as_str().and_then(duration);
            given.map(Some).ok_or_else(|| {
                format!("`{name}` is a time such as \"60s\" or \"5m\"; the default stays")
            })
        };
        let method = || Ok::<_, String>(word(&["adaptive", "fixed"])?.and_then(|w| method(&w)));
        match name {
            "watchdog.policy" => {
                let given = word(&["off", "suggest", "auto"])?;
                self.policy = given.and_then(|w| Policy::parse(&w));
            }
            "watchdog.detector" => self.detector = method()?,
            "watchdog.profile" => {
                self.profile = word(&["balanced", "cautious"])?.map(|w| profile(&w));
            }
            "watchdog.fixed_act" => self.act = span()?,
            "bridge.path" => self.path = path()?,
            "bridge.via" => self.via = Some(command(name, value)?),
            "bridge.read_only" => {
                let given = value.as_bool();
                let wrong = || format!("`{name}` is true or false; the default stays");
                self.read_only = Some(given.ok_or_else(wrong)?);
            }
            "watchdog.fixed_suspect" => self.suspect = span()?,
            "watchdog.fixed_silent" => self.silent = span()?,
            "watchdog.stall" => self.stall = span()?,
            "watchdog.phi" => self.phi = Some(phi(name, value)?),
            "git.path" => self.git = path()?,
            "git.every" => self.git_every = span()?,
            "git.base" => self.git_base = Some(branch(name, value)?),
            "ui.preset" => self.preset = word(&["vim", "arrows", "htop"])?,
            "ui.theme" => self.theme = Some(theme(name, value)?),
            "ui.symbols" => self.symbols = word(&["auto", "unicode", "ascii"])?,
            "ui.start" => self.start = word(&VIEWS)?,
            "ui.notify" => self.notify = Some(channels(value)?),
            _ => return self.set_other(name, value, method),
        }
        Ok(())
    }

    /// Keys with a name in them, and those of sections that know their own.
    fn set_other(
        &mut self,
        name: &str,
        value: &Value,
        method: impl Fn() -> Result<Option<Method>, String>,
    ) -> Result<(), String> {
        if let Some(set) = self.ui.set(name, value) {
            return set;
        }
        let team = name.strip_prefix("watchdog.team.");
        let span = value.as_str().and_then(duration);
        if let Some(team) = team.and_then(|t| t.strip_suffix(".detector")) {
            if let Some(method) = method()? {
                self.teams.insert(team.to_owned(), method);
            }
            return Ok(());
        }
        if let Some(action) = name.strip_prefix("keys.").filter(|a| !a.contains('.')) {
            self.keys
                .insert(action.to_owned(), keys::read(name, value)?);
            return Ok(());
        }
        match name.split('.').next() {
            Some("credentials") => self.credentials.set(name, value, span),
            Some("workers") => self.workers.set(name, value, span),
            Some("record") => self.record.set(name, value, span),
            Some("report") => self.report.set(name, value, span),
            Some("views" | "filters" | "commands" | "profile") => self.finding.set(name, value),
            _ => Err(unknown(name)),
        }
    }
}

/// A suspicion.
fn phi(name: &str, value: &Value) -> Result<u8, String> {
    let given = value.as_integer().filter(|n| (3..=30).contains(n));
    let wrong = || format!("`{name}` is a number from 3 to 30; the default stays");
    given.and_then(|n| u8::try_from(n).ok()).ok_or_else(wrong)
}

/// A line of the shell.
fn command(name: &str, value: &Value) -> Result<String, String> {
    let given = value.as_str().filter(|line| !line.trim().is_empty());
    let wrong = || format!("`{name}` is a command in quotes; the default stays");
    Ok(given.ok_or_else(wrong)?.to_owned())
}

/// The name of a branch.
fn branch(name: &str, value: &Value) -> Result<String, String> {
    let given = value.as_str().filter(|branch| !branch.is_empty());
    let wrong = || format!("`{name}` is a branch in quotes; the default stays");
    Ok(given.ok_or_else(wrong)?.to_owned())
}

/// The name of a theme; whether there is one of that name, only the disk knows.
fn theme(name: &str, value: &Value) -> Result<String, String> {
    let given = value.as_str().filter(|theme| is_theme(theme));
    let wrong = || format!("`{name}` is the name of a theme such as \"dark\"; the default stays");
    Ok(given.ok_or_else(wrong)?.to_owned())
}

/// Whether a theme can have this name: letters, digits, `-` and `_`, at most 64. It names a file, too, and leads nowhere else.
#[must_use]
pub fn is_theme(name: &str) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
    (1..=64).contains(&name.len()) && name.bytes().all(plain)
}

/// A list of channels; `off` alone, or in a list, is none.
fn channels(value: &Value) -> Result<Vec<String>, String> {
    const KNOWN: [&str; 5] = ["bell", "osc9", "osc777", "title", "off"];
    let wrong = || {
        format!(
            "`ui.notify` is a list of {}; the default stays",
            KNOWN.join(", ")
        )
    };
    let words: Vec<&str> = match value {
        Value::String(word) => vec![word.as_str()],
        Value::Array(words) => words.iter().map(|w| w.as_str().unwrap_or("")).collect(),
        _ => return Err(wrong()),
    };
    if words.iter().any(|w| !KNOWN.contains(w)) {
        return Err(wrong());
    }
    if words.contains(&"off") {
        return Ok(Vec::new());
    }
    Ok(words.into_iter().map(str::to_owned).collect())
}

fn profile(word: &str) -> Profile {
    match word {
        "cautious" => Profile::Cautious,
        _ => Profile::Balanced,
    }
}

fn method(word: &str) -> Option<Method> {
    match word {
        "adaptive" => Some(Method::Adaptive),
        "fixed" => Some(Method::Fixed),
        _ => None,
    }
}

/// Reads `60s`, `5m` or `1h`; at least one second.
#[must_use]
pub fn duration(raw: &str) -> Option<Span> {
    let at = raw.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = raw.split_at(at);
    let factor = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    let n: u32 = number.parse().ok()?;
    (n > 0).then(|| Span::seconds(i64::from(n) * factor))
}

/// What is said of a key that there is not.
pub(super) fn unknown(name: &str) -> String {
    let nearest = spelling::nearest(name, known()).unwrap_or_default();
    format!("unknown key `{name}`; the nearest is `{nearest}`")
}
