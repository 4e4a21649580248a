//! What the dashboard has done for it: the configuration read again, a filter written into it, commands of the operator's own.

mod children;

use super::{config, keys, outside, theme};
use children::Children;
use std::{
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use swarmwarden::{
    domain::text,
    settings::{self, File, Settings},
    tui::{Custom, Errand, Errands, Fresh, ListWish, Told, known_lists},
};

/// How long a command runs beside the dashboard.
const LIMIT: Duration = Duration::from_secs(600);

/// Who does it.
#[derive(Debug)]
pub(super) struct Clerk {
    /// The configuration that was named.
    named: Option<PathBuf>,
    /// The bridge, for profiles.
    bridge: Option<PathBuf>,
    theme: String,
    preset: String,
    /// Options by which a command of this program is about the same bridge.
    same: Vec<OsString>,
    /// What runs beside the dashboard.
    children: Children,
}

impl Clerk {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            named: settings.config.clone(),
            bridge: settings.db.clone(),
            theme: settings.theme.clone(),
            preset: settings.preset.clone(),
            same: same(settings),
            children: Children::default(),
        }
    }

    /// The same, where the bridge is another than the settings say.
    pub(super) fn of(self, settings: &Settings) -> Self {
        Self {
            same: same(settings),
            ..self
        }
    }

    /// Runs a command of this program beside the dashboard.
    fn own(&self, arguments: &[String]) -> Result<(String, bool), String> {
        let failed = |error: io::Error| {
            let words = format!("this program cannot be run once more: {error}");
            text::line(&words).into_owned()
        };
        let program = std::env::current_exe().map_err(failed)?;
        let mut command = Command::new(program);
        command.args(&self.same).args(arguments);
        // Which bridge it is about is said already.
        command
            .env_remove("SWARMWARDEN_DB")
            .env_remove("SWARMWARDEN_VIA");
        let mut ended = self.children.watch(&mut command, LIMIT).map_err(failed)?;
        if ended.late {
            let minutes = LIMIT.as_secs() / 60;
            let words = format!("\nit was ended after {minutes} minutes\n");
            ended.text.push_str(&words);
        }
        Ok((ended.text, ended.well))
    }

    fn place(&self) -> Option<PathBuf> {
        self.named.clone().or_else(config::usual)
    }

    fn reload(&self) -> Result<Fresh, String> {
        let read = config::read(self.named.as_deref());
        let (mut file, mut warnings) = read.map_err(|error| error.to_string())?;
        theme::settle(&mut file, &mut warnings);
        warnings.extend(flaws(&file));
        let file = file.of_bridge(self.bridge.as_deref());
        Ok(Fresh {
            theme: file.theme.clone().unwrap_or_else(|| self.theme.clone()),
            themes: theme::owned(),
            preset: file.preset.clone().unwrap_or_else(|| self.preset.clone()),
            rebind: keys::rebinds(&file.wanted()),
            filters: file.finding.filters.clone(),
            commands: commands(&file.finding),
            lists: lists(&file.finding),
            warnings,
        })
    }

    fn keep(&self, name: &str, filter: &str) -> Result<String, String> {
        let path = self
            .place()
            .ok_or("there is no place for a configuration; --config names one")?;
        let shown = text::line(&path.to_string_lossy()).into_owned();
        let failed =
            |error: &io::Error| format!("{shown}: {error}; the filter is kept until you quit");
        let raw = match fs::read_to_string(&path) {
            Ok(raw) => raw,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(&error)),
        };
        let raw = settings::with_filter(&raw, name, filter)
            .map_err(|why| format!("{shown}: {why}; the filter is kept until you quit"))?;
        write(&path, &raw).map_err(|error| failed(&error))?;
        Ok(format!("filter {name} is in {shown}"))
    }
}

/// What was said on the command line of what a command works on; the rest it reads where we read it.
fn same(settings: &Settings) -> Vec<OsString> {
    let mut all: Vec<OsString> = Vec::new();
    let mut say = |flag: &str, value: Option<&OsStr>| {
        if let Some(value) = value {
            let mut both = OsString::from(flag);
            both.push("=");
            both.push(value);
            all.push(both);
        }
    };
    let path = |path: &Option<PathBuf>| path.as_ref().map(|p| p.as_os_str().to_owned());
    let via = settings.via.as_ref().map(OsString::from);
    // A bridge is named in one of two ways.
    let db = path(&settings.db).filter(|_| via.is_none());
    say("--db", db.as_deref());
    say("--via", via.as_deref());
    say("--config", path(&settings.config).as_deref());
    say("--state", path(&settings.state).as_deref());
    say("--git", path(&settings.git).as_deref());
    say("--swarm", path(&settings.swarm).as_deref());
    say("--actor", Some(OsStr::new(&*settings.actor)));
    if settings.read_only {
        all.push("--read-only".into());
    }
    all
}

/// Writes beside the file first, so that it is whole or as it was.
fn write(path: &Path, raw: &str) -> io::Result<()> {
    let dir = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(dir)?;
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = real.with_extension(format!("toml.{}", std::process::id()));
    fs::write(&beside, raw)?;
    if let Ok(facts) = fs::metadata(&real) {
        fs::set_permissions(&beside, facts.permissions())?;
    }
    fs::rename(&beside, &real)
}

impl Errands for Clerk {
    fn carry_out(&self, errand: &Errand) -> Result<Told, String> {
        match errand {
            Errand::Reload => Ok(Told::Fresh(Box::new(self.reload()?))),
            Errand::KeepFilter { name, filter } => Ok(Told::Word(self.keep(name, filter)?)),
            Errand::Run { name, argv } => {
                let status = children::foreground(&mut command(argv)?);
                let status = status.map_err(|e| lost(name, argv, &e))?;
                let name = text::line(name);
                Ok(Told::Word(match status.code() {
                    Some(0) => format!("{name} ended"),
                    Some(code) => format!("{name} failed with exit code {code}"),
                    None => format!("{name} was ended by a signal"),
                }))
            }
            Errand::Watch { name, argv } => self.watch(name, argv),
            Errand::Plan(what) => {
                let (words, well) = self.own(&what.dry())?;
                Ok(Told::Planned(what.clone(), words, well))
            }
            Errand::CarryOut(id, what) => {
                let done = self.own(&what.real());
                let (words, well) = done.unwrap_or_else(|why| (why, false));
                Ok(Told::CarriedOut(*id, what.clone(), words, well))
            }
            Errand::Clip { tool, text } => outside::clip(tool, text),
            Errand::Export { name, contents } => outside::export(name, contents),
        }
    }

    fn end(&self) {
        self.children.end();
    }
}

/// The program with its arguments, each as it is: no shell reads them.
fn command(argv: &[String]) -> Result<Command, String> {
    let (program, arguments) = argv.split_first().ok_or("the command has no program")?;
    let mut command = Command::new(program);
    command.args(arguments);
    Ok(command)
}

fn lost(name: &str, argv: &[String], error: &io::Error) -> String {
    let program = argv.first().map_or("", String::as_str);
    text::line(&format!("{name}: cannot run {program}: {error}")).into_owned()
}

impl Clerk {
    /// Runs it beside the dashboard and keeps what it prints.
    fn watch(&self, name: &str, argv: &[String]) -> Result<Told, String> {
        let ended = self.children.watch(&mut command(argv)?, LIMIT);
        let mut ended = ended.map_err(|error| lost(name, argv, &error))?;
        if ended.late {
            let minutes = LIMIT.as_secs() / 60;
            let words = format!(
                "\n{name} was ended after {minutes} minutes: a command beside the dashboard has no more\n"
            );
            ended.text.push_str(&words);
        }
        Ok(Told::Printed(name.to_owned(), ended.text, ended.well))
    }
}

/// The operator's commands; one that has no program is none.
pub(super) fn commands(finding: &settings::FindingFile) -> Vec<Custom> {
    let all = finding.commands.iter().filter(|(_, c)| !c.run.is_empty());
    all.map(|(name, command)| Custom {
        name: name.clone(),
        run: command.run.clone(),
        confirm: command.confirm,
        writes: command.writes,
        background: command.background,
    })
    .collect()
}

/// What the configuration says of lists.
pub(super) fn lists(
    finding: &settings::FindingFile,
) -> std::collections::BTreeMap<String, ListWish> {
    let all = finding.lists.iter();
    all.map(|(name, list)| {
        let wish = ListWish {
            columns: list.columns.clone(),
            order: list.order.clone(),
        };
        (name.clone(), wish)
    })
    .collect()
}

/// What is wrong with lists and commands: names that no list has, a command without a program.
pub(super) fn flaws(file: &File) -> Vec<String> {
    let mut wrong = Vec::new();
    let line = |key: String| {
        let line = file.lines.get(&key).copied().flatten();
        line.map(|n| format!("line {n}: ")).unwrap_or_default()
    };
    let known = known_lists();
    let mut check = |key: String, name: &str, all: &[&str], what: &str| {
        if !all.contains(&name) {
            let near = swarmwarden::domain::spelling::nearest(name, all.iter().copied());
            let near = near.unwrap_or_default();
            let name = text::line(name);
            wrong.push(format!(
                "{}`{key}`: there is no {what} `{name}`; the nearest is `{near}`",
                line(key.clone())
            ));
        }
    };
    for (name, list) in &file.finding.lists {
        let Some((_, columns, orders)) = known.iter().find(|(own, ..)| own == name) else {
            continue;
        };
        for column in &list.columns {
            check(format!("views.{name}.columns"), column, columns, "column");
        }
        if let Some(order) = &list.order {
            let word = order.strip_prefix('-').unwrap_or(order);
            check(format!("views.{name}.order"), word, orders, "order");
        }
    }
    for (name, command) in &file.finding.commands {
        if command.run.is_empty() {
            let name = text::line(name);
            wrong.push(format!(
                "`commands.{name}` has no `run`: a program and its arguments; it is left out"
            ));
        }
    }
    wrong
}
