//! How the dashboard finds things: lists, filters with a name, commands of the operator's own, and settings for some bridges only.

use crate::domain::filter::Filter;
use std::{collections::BTreeMap, path::Path};
use toml::Value;

/// Keys of the lists.
pub(super) const KEYS: [&str; 10] = [
    "views.workers.columns",
    "views.workers.order",
    "views.tasks.columns",
    "views.tasks.order",
    "views.alerts.columns",
    "views.alerts.order",
    "views.sessions.columns",
    "views.sessions.order",
    "views.branches.columns",
    "views.branches.order",
];

/// How many arguments a command can have.
const MOST: usize = 64;

/// What is said of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// Columns by their headings; empty for the usual.
    pub columns: Vec<String>,
    /// Name of the order, with `-` in front for the other way round.
    pub order: Option<String>,
}

/// A command of the operator's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Program and arguments.
    pub run: Vec<String>,
    /// Ask before it runs.
    pub confirm: bool,
    /// It changes something.
    pub writes: bool,
    /// It runs beside the dashboard.
    pub background: bool,
}

impl Default for Command {
    fn default() -> Self {
        Self {
            run: Vec::new(),
            confirm: true,
            writes: false,
            background: false,
        }
    }
}

/// What the file sets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FindingFile {
    /// `[views.NAME]`, by name.
    pub lists: BTreeMap<String, List>,
    /// `[filters]`, by name.
    pub filters: BTreeMap<String, String>,
    /// `[commands.NAME]`, by name.
    pub commands: BTreeMap<String, Command>,
    /// `[profile."GLOB"]`: pattern, key of the file, value.
    pub(super) profiles: Vec<(String, &'static str, Value)>,
}

impl FindingFile {
    pub(super) fn set(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let wrong = |what: &str| format!("`{name}` is {what}; the default stays");
        let text = || value.as_str().map(str::to_owned);
        let words = || {
            let all = value.as_array()?.iter();
            all.map(|w| w.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        };
        let (section, rest) = name.split_once('.').unwrap_or((name, ""));
        let (own, key) = rest.rsplit_once('.').unwrap_or((rest, ""));
        match (section, key) {
            ("views", "columns") if KEYS.contains(&name) => {
                let columns = words().ok_or_else(|| wrong("a list of columns in quotes"))?;
                self.lists.entry(own.to_owned()).or_default().columns = columns;
            }
            ("views", "order") if KEYS.contains(&name) => {
                let order = text().ok_or_else(|| wrong("an order in quotes"))?;
                self.lists.entry(own.to_owned()).or_default().order = Some(order);
            }
            ("filters", _) => {
                let filter = text().ok_or_else(|| wrong("a filter in quotes"))?;
                if let Err(flaw) = Filter::parse(&filter) {
                    return Err(wrong(&format!("no filter: {}", flaw.words)));
                }
                self.filters.insert(rest.to_owned(), filter);
            }
            ("commands", "run") => {
                let run = words().filter(|run| {
                    run.len() <= MOST && run.first().is_some_and(|program| !program.is_empty())
                });
                let what = "a program and its arguments, such as [\"less\", \"{task}.log\"]";
                self.command(own).run = run.ok_or_else(|| wrong(what))?;
            }
            ("commands", "confirm" | "writes" | "background") => {
                let yes = value.as_bool().ok_or_else(|| wrong("true or false"))?;
                let command = self.command(own);
                match key {
                    "confirm" => command.confirm = yes,
                    "writes" => command.writes = yes,
                    _ => command.background = yes,
                }
            }
            ("profile", key) => {
                let known = PROFILED.iter().find(|(own, _)| *own == key);
                let (_, means) = known.ok_or_else(|| {
                    let names: Vec<&str> = PROFILED.iter().map(|(own, _)| *own).collect();
                    format!("unknown key `{name}`; a profile has {}", names.join(", "))
                })?;
                // What it may be is found out by the reader of the key that it stands for.
                super::File::default().set(means, value)?;
                self.profiles.push((own.to_owned(), means, value.clone()));
            }
            _ => return Err(super::file::unknown(name)),
        }
        Ok(())
    }

    fn command(&mut self, name: &str) -> &mut Command {
        self.commands.entry(name.to_owned()).or_default()
    }
}

/// What a profile can set, and what that is elsewhere.
const PROFILED: [(&str, &str); 6] = [
    ("theme", "ui.theme"),
    ("symbols", "ui.symbols"),
    ("preset", "ui.preset"),
    ("start", "ui.start"),
    ("read_only", "bridge.read_only"),
    ("policy", "watchdog.policy"),
];

/// A pattern of a profile fits a bridge: its whole path, or the name of its file. `*` is anything, `?` one character.
pub(super) fn fits(pattern: &str, bridge: &Path) -> bool {
    let name = bridge.file_name().unwrap_or_default().to_string_lossy();
    let pattern: Vec<char> = pattern.chars().collect();
    let is = |text: &str| glob(&pattern, &text.chars().collect::<Vec<_>>());
    is(&name) || is(&bridge.to_string_lossy())
}

/// O(pattern × text).
fn glob(pattern: &[char], text: &[char]) -> bool {
    let mut before = vec![false; text.len() + 1];
    if let Some(first) = before.first_mut() {
        *first = true;
    }
    for p in pattern {
        let mut now = vec![*p == '*' && before.first() == Some(&true)];
        for (i, c) in text.iter().enumerate() {
            let above = before.get(i + 1) == Some(&true);
            let diagonal = before.get(i) == Some(&true);
            let left = now.last() == Some(&true);
            now.push(match p {
                '*' => above || left,
                '?' => diagonal,
                p => diagonal && p == c,
            });
        }
        before = now;
    }
    before.last() == Some(&true)
}

/// The file with a filter of this name in `[filters]`; everything else stays as it is, byte for byte.
///
/// # Errors
/// The file is no TOML, or would not say what it should afterwards.
pub fn with_filter(raw: &str, name: &str, filter: &str) -> Result<String, String> {
    let before: toml::Table = raw
        .parse()
        .map_err(|_| "the configuration is not TOML; nothing was written".to_owned())?;
    let line = format!("{name} = {}", Value::String(filter.to_owned()));
    let mut out: Vec<&str> = raw.lines().collect();
    let head = out.iter().position(|l| l.trim() == "[filters]");
    let Some(head) = head else {
        if before.contains_key("filters") {
            return Err("[filters] is written in another form; add the line by hand".to_owned());
        }
        let gap = if raw.is_empty() || raw.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        return Ok(format!("{raw}{gap}\n[filters]\n{line}\n"));
    };
    let own = |l: &str| l.split_once('=').is_some_and(|(k, _)| k.trim() == name);
    let end = out
        .iter()
        .skip(head + 1)
        .position(|l| l.trim_start().starts_with('['));
    let end = end.map_or(out.len(), |n| head + 1 + n);
    let known = (head + 1..end).find(|i| out.get(*i).is_some_and(|l| own(l)));
    match known.and_then(|i| out.get_mut(i)) {
        Some(old) => *old = &line,
        None => out.insert(head + 1, &line),
    }
    let text = format!("{}\n", out.join("\n"));
    let after: Option<toml::Table> = text.parse().ok();
    let kept = after.and_then(|t| Some(t.get("filters")?.get(name)?.as_str()? == filter));
    if kept == Some(true) {
        Ok(text)
    } else {
        Err("the configuration would not read afterwards; add the line by hand".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_a_name_or_a_path() {
        let bridge = Path::new("/srv/prod-7.db");
        for (pattern, is) in [
            ("prod*.db", true),
            ("prod-?.db", true),
            ("/srv/*", true),
            ("*", true),
            ("prod", false),
            ("test*.db", false),
        ] {
            assert_eq!(fits(pattern, bridge), is, "{pattern}");
        }
    }

    #[test]
    fn a_filter_is_written_where_it_belongs() {
        let raw = "# mine\n[ui]\ntheme = \"dark\"\n";
        let once = with_filter(raw, "hot", "state:silent").unwrap();
        assert!(once.starts_with(raw));
        let twice = with_filter(&once, "hot", "text:\"a \\\"b\"").unwrap();
        assert_eq!(twice.matches("hot = ").count(), 1);
        let other = with_filter(&twice, "cold", "!state:silent").unwrap();
        let (file, warnings) = super::super::read(&other);
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(file.finding.filters.len(), 2);
        assert!(with_filter("nonsense", "a", "b").is_err());
        assert!(with_filter("filters = {}\n", "a", "b").is_err());
    }
}
