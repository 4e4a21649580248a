//! What is in force, as a configuration that would say the same, with where each value comes from. Keys and tokens are not in it.

use super::{Address, File, Settings};
use crate::domain::{
    Span,
    credential::{Format, Rotate},
    health::{Method, Profile},
    text,
};
use std::{collections::BTreeMap, fmt::Write as _};
use toml::Value;

/// What stands in place of an address that notifications are posted to: such addresses are often keys.
const REDACTED: &str = "⟨redacted⟩";

/// One setting.
struct Entry {
    section: String,
    name: String,
    value: Option<Value>,
    /// Where it comes from when nobody set it.
    usual: &'static str,
    /// As the reader calls it.
    key: String,
}

/// The settings as TOML. `typed` says of a key which flag or variable set it, and wins over the file. Every value is neutralised and redacted;
/// without `[[notify]]` addresses the text reads as what it was made of.
#[must_use]
pub fn effective(settings: &Settings, file: &File, typed: &BTreeMap<&str, String>) -> String {
    let mut entries = bridge(settings);
    entries.extend(watchdog(settings));
    entries.extend(git(settings));
    entries.extend(credentials(settings));
    let report = file.report.effective();
    entries.extend(report.map(|(name, value)| entry("report", name, value)));
    let record = file.record.effective(settings.record.is_some());
    entries.extend(record.map(|(name, value)| entry("record", name, value)));
    entries.extend(workers(settings));
    entries.extend(ui(settings));
    entries.extend(settings.keys.iter().map(|wanted| {
        let name = quoted(&wanted.action);
        let key = format!("keys.{}", wanted.action);
        Entry {
            key,
            ..entry("keys", &name, Some(words(&wanted.keys)))
        }
    }));
    entries.extend(finding(settings));
    let mut out = "# What is in force. After each value: where it comes from.\n".to_owned();
    let mut section = String::new();
    for one in entries {
        if one.section != section {
            section.clone_from(&one.section);
            let _ = writeln!(out, "\n[{section}]");
        }
        let origin = match (typed.get(one.key.as_str()), file.lines.get(&one.key)) {
            (Some(flag), _) => text::line(flag).into_owned(),
            (None, Some(Some(line))) => format!("line {line}"),
            (None, Some(None)) => "configuration".to_owned(),
            (None, None) => one.usual.to_owned(),
        };
        let _ = match one.value {
            Some(value) => writeln!(out, "{} = {value}  # {origin}", one.name),
            None => writeln!(out, "# {}: not set", one.name),
        };
    }
    outlets(settings, &mut out);
    out
}

fn outlets(settings: &Settings, out: &mut String) {
    for outlet in &settings.outlets {
        let _ = match &outlet.to {
            Address::Command(command) => {
                writeln!(out, "\n[[notify]]\ncommand = {}", words(command))
            }
            Address::Url(_) => writeln!(out, "\n[[notify]]\nurl = \"{REDACTED}\""),
        };
        let _ = writeln!(out, "severity = {}", string(&outlet.least));
    }
}

fn bridge(s: &Settings) -> Vec<Entry> {
    let path = s.db.as_ref().map(|p| string(&p.to_string_lossy()));
    vec![
        Entry {
            usual: "usual place",
            ..entry("bridge", "path", path)
        },
        entry("bridge", "via", s.via.as_deref().map(string)),
        entry("bridge", "read_only", Some(Value::Boolean(s.read_only))),
    ]
}

fn watchdog(s: &Settings) -> Vec<Entry> {
    let d = &s.detector;
    let profile = match d.profile {
        Profile::Balanced => "balanced",
        Profile::Cautious => "cautious",
    };
    let of = |name, value| entry("watchdog", name, Some(value));
    let mut out = vec![
        entry("watchdog", "policy", s.policy.map(|p| string(p.name()))),
        of("detector", string(method(d.method))),
        of("profile", string(profile)),
        of("fixed_suspect", time(d.fixed.suspect)),
        of("fixed_silent", time(d.fixed.silent)),
        of("fixed_act", time(d.fixed.act)),
        of("stall", time(d.stall)),
        entry("watchdog", "phi", d.phi.map(|n| Value::Integer(n.into()))),
    ];
    out.extend(d.teams.iter().map(|(team, own)| {
        let section = format!("watchdog.team.{}", quoted(team));
        Entry {
            key: format!("watchdog.team.{team}.detector"),
            ..entry(&section, "detector", Some(string(method(*own))))
        }
    }));
    out
}

fn git(s: &Settings) -> Vec<Entry> {
    let path = s.git.as_ref().map(|p| string(&p.to_string_lossy()));
    vec![
        entry("git", "path", path),
        entry("git", "every", Some(time(s.git_every))),
        entry("git", "base", s.git_base.as_deref().map(string)),
    ]
}

fn credentials(s: &Settings) -> Vec<Entry> {
    let c = &s.credentials;
    let format = match c.format {
        Format::Age => "age",
        Format::Clear => "clear",
        Format::Both => "both",
    };
    let rotate = match c.rotate {
        Rotate::Off => "off",
        Rotate::BeforeExpiry => "before-expiry",
        Rotate::Daily => "daily",
    };
    let of = |name, value| entry("credentials", name, Some(value));
    let worker = c.worker.map(|n| Value::Integer(n.into()));
    vec![
        of("branch", string(&c.branch)),
        of("folder", string(&c.folder)),
        of("remote", string(&c.remote)),
        of("swarm", string(&c.swarm)),
        Entry {
            usual: "name of this machine",
            ..entry("credentials", "worker", worker)
        },
        of("interval", time(c.interval)),
        of("format", string(format)),
        of("rotate", string(rotate)),
    ]
}

fn workers(s: &Settings) -> Vec<Entry> {
    let with: Vec<&str> = s.with.iter().map(|job| job.name()).collect();
    vec![
        entry("workers", "with", Some(words(&with))),
        entry("workers", "require_activity", s.require_activity.map(time)),
    ]
}

fn ui(s: &Settings) -> Vec<Entry> {
    let symbols = if s.ascii { "ascii" } else { "unicode" };
    vec![
        entry("ui", "theme", Some(string(&s.theme))),
        entry("ui", "preset", Some(string(&s.preset))),
        Entry {
            usual: "terminal and locale",
            ..entry("ui", "symbols", Some(string(symbols)))
        },
        entry("ui", "start", Some(string(&s.start))),
        entry("ui", "mouse", Some(Value::Boolean(s.mouse))),
        entry(
            "ui",
            "motion",
            Some(string(if s.motion { "on" } else { "off" })),
        ),
        Entry {
            usual: "terminal",
            ..entry(
                "ui",
                "links",
                Some(string(if s.links { "on" } else { "off" })),
            )
        },
        entry("ui", "query", Some(Value::Boolean(s.query))),
        entry("ui", "notify", Some(words(&s.notify))),
    ]
}

/// Lists, filters with a name, commands.
fn finding(s: &Settings) -> Vec<Entry> {
    let mut out = Vec::new();
    for (name, list) in &s.finding.lists {
        let section = format!("views.{}", quoted(name));
        let columns = (!list.columns.is_empty()).then(|| words(&list.columns));
        let order = list.order.as_deref().map(string);
        for (key, value) in [("columns", columns), ("order", order)] {
            if value.is_some() {
                out.push(entry(&section, key, value));
            }
        }
    }
    out.extend(s.finding.filters.iter().map(|(name, filter)| Entry {
        key: format!("filters.{name}"),
        ..entry("filters", &quoted(name), Some(string(filter)))
    }));
    for (name, command) in &s.finding.commands {
        let section = format!("commands.{}", quoted(name));
        let of = |key: &str, value| Entry {
            key: format!("commands.{name}.{key}"),
            ..entry(&section, key, Some(value))
        };
        out.push(of("run", words(&command.run)));
        out.push(of("confirm", Value::Boolean(command.confirm)));
        out.push(of("writes", Value::Boolean(command.writes)));
        out.push(of("background", Value::Boolean(command.background)));
    }
    out
}

fn entry(section: &str, name: &str, value: Option<Value>) -> Entry {
    Entry {
        key: format!("{section}.{name}"),
        section: section.to_owned(),
        name: name.to_owned(),
        value,
        usual: "default",
    }
}

/// A text, neutralised and redacted.
fn string(raw: &str) -> Value {
    Value::String(text::line(&text::redact(raw)).into_owned())
}

fn words(raw: &[impl AsRef<str>]) -> Value {
    Value::Array(raw.iter().map(|word| string(word.as_ref())).collect())
}

/// As [`super::duration`] reads it.
pub(super) fn time(span: Span) -> Value {
    Value::String(format!("{}s", span.as_seconds()))
}

const fn method(method: Method) -> &'static str {
    match method {
        Method::Adaptive => "adaptive",
        Method::Fixed => "fixed",
    }
}

/// A key as TOML writes it.
fn quoted(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(bare) {
        return name.to_owned();
    }
    string(name).to_string()
}
