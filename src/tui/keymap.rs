//! Which key does what: data in `assets/keymap.toml`, read into [`Action`]s. Help and hint bar are made from the same rows.

mod chord;
mod context;
mod listing;
mod preset;
mod rebind;

pub(crate) use chord::Chord;
pub(crate) use context::Context;
pub use listing::{Bound, Live, Place, live};
pub use preset::presets;
pub use rebind::{Flaw, Rebind};

use serde::Deserialize;
use std::collections::BTreeMap;

/// The shipped keymap.
pub(crate) const PRESET: &str = include_str!("../../assets/keymap.toml");

macro_rules! actions {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// What a key can mean. Names are those of the keymap file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        pub(crate) enum Action { $(#[serde(rename = $text)] $name),+ }

        impl Action {
            /// Every action.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];

            /// Name in the keymap file.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

actions!(
    Down = "down",
    Up = "up",
    Right = "right",
    Left = "left",
    Top = "top",
    Bottom = "bottom",
    HalfDown = "half-down",
    HalfUp = "half-up",
    PageDown = "page-down",
    PageUp = "page-up",
    NextPanel = "next-panel",
    PreviousPanel = "previous-panel",
    Overview = "overview",
    Workers = "workers",
    Tasks = "tasks",
    Alerts = "alerts",
    Messages = "messages",
    Sessions = "sessions",
    PreviousView = "previous-view",
    Open = "open",
    Escape = "escape",
    NextProblem = "next-problem",
    NextLayout = "next-layout",
    ProblemsOnly = "problems-only",
    Order = "order",
    Reverse = "reverse",
    Filter = "filter",
    Freeze = "freeze",
    Live = "live",
    Follow = "follow",
    TimeForm = "time-form",
    Wrap = "wrap",
    Evidence = "evidence",
    Mark = "mark",
    MarkRange = "mark-range",
    MarkAll = "mark-all",
    Ack = "ack",
    Mute = "mute",
    Note = "note",
    Reread = "reread",
    Daemons = "daemons",
    Help = "help",
    JobStart = "job-start",
    JobStop = "job-stop",
    JobRestart = "job-restart",
    JobRun = "job-run",
    Reassign = "reassign",
    Assign = "assign",
    Compose = "compose",
    Hold = "hold",
    Priority = "priority",
    Actions = "actions",
    Undo = "undo",
    WriteLog = "write-log",
    Activity = "activity",
    Parent = "parent",
    Palette = "palette",
    Scope = "scope",
    NextMatch = "next-match",
    PreviousMatch = "previous-match",
    Zoom = "zoom",
    Mouse = "mouse",
    Copy = "copy",
    Export = "export",
    Redo = "redo",
    Escalate = "escalate",
    Deploy = "deploy",
    TakeOver = "take-over",
    Compare = "compare",
    EarlierEvent = "earlier-event",
    LaterEvent = "later-event",
    EarlierMinute = "earlier-minute",
    LaterMinute = "later-minute",
    EarlierTrouble = "earlier-trouble",
    LaterTrouble = "later-trouble",
    Pin = "pin",
    Slower = "slower",
    Faster = "faster",
    Confirm = "confirm",
    Inspect = "inspect",
    DryRun = "dry-run",
    Send = "send",
    Accept = "accept",
    Erase = "erase",
    Complete = "complete",
    History = "history",
    Redraw = "redraw",
    Suspend = "suspend",
    Quit = "quit",
    QuitPrint = "quit-print",
    Interrupt = "interrupt",
);

impl Action {
    /// It does something with the row that is selected.
    pub(crate) const fn acts_on_a_row(self) -> bool {
        matches!(
            self,
            Self::Reassign
                | Self::Assign
                | Self::Compose
                | Self::Hold
                | Self::Priority
                | Self::Ack
                | Self::Mute
                | Self::Note
                | Self::Escalate
                | Self::Actions
                | Self::Open
                | Self::Evidence
                | Self::Mark
                | Self::Copy
        )
    }

    /// It writes: to the swarm, or beside an alert.
    pub(crate) const fn writes(self) -> bool {
        matches!(
            self,
            Self::Reassign
                | Self::Assign
                | Self::Compose
                | Self::Hold
                | Self::Priority
                | Self::Ack
                | Self::Mute
                | Self::Note
                | Self::Escalate
                | Self::Undo
                | Self::Redo
        )
    }
}

/// One row of the keymap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binding {
    /// Key sequences, each of one or two chords.
    pub(crate) on: Vec<Vec<Chord>>,
    /// What they do.
    pub(crate) run: Action,
    /// What the help says.
    pub(crate) desc: String,
    /// Word in the hint bar.
    pub(crate) hint: Option<String>,
}

impl Binding {
    /// Its first key, as shown.
    pub(crate) fn key(&self) -> String {
        self.on.first().map_or_else(String::new, |s| shown(s))
    }

    /// Its keys, as shown, with blanks between.
    pub(crate) fn keys(&self) -> String {
        let keys: Vec<String> = self.on.iter().map(|s| shown(s)).collect();
        keys.join(" ")
    }
}

fn shown(sequence: &[Chord]) -> String {
    sequence.iter().map(ToString::to_string).collect()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    on: Keys,
    run: Action,
    desc: String,
    hint: Option<String>,
}

/// What typed chords lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// An action.
    Run(Action),
    /// The beginning of a longer sequence.
    More,
    /// Nothing.
    Nothing,
}

/// Every key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keymap(BTreeMap<Context, Vec<Binding>>);

impl Keymap {
    /// Reads a keymap file. Returns what can be used, and what is wrong with the rest: a text that does not read at all gives the
    /// preset, a chord that is unknown or bound twice in one context is dropped.
    pub(crate) fn parse(text: &str) -> (Self, Vec<String>) {
        let mut wrong = Vec::new();
        let rows: BTreeMap<Context, Vec<Row>> = toml::from_str(text).unwrap_or_else(|e| {
            wrong.push(format!("keymap: {}; using the preset", e.message()));
            toml::from_str(PRESET).unwrap_or_default()
        });
        let mut map = Self::default();
        for (context, rows) in rows {
            let mut kept: Vec<Binding> = Vec::new();
            for row in rows {
                let on = sequences(&row, &kept, context, &mut wrong);
                kept.push(Binding {
                    on,
                    run: row.run,
                    desc: row.desc,
                    hint: row.hint,
                });
            }
            map.0.insert(context, kept);
        }
        (map, wrong)
    }

    /// What `typed` leads to; the first context that knows it wins.
    pub(crate) fn resolve(&self, contexts: &[Context], typed: &[Chord]) -> Found {
        for context in contexts {
            for binding in self.rows(*context) {
                for sequence in &binding.on {
                    if sequence == typed {
                        return Found::Run(binding.run);
                    }
                    if sequence.starts_with(typed) {
                        return Found::More;
                    }
                }
            }
        }
        Found::Nothing
    }

    /// The first key of an action in a context, as shown; its name in angle brackets where it has none.
    pub(crate) fn key_of(&self, context: Context, action: Action) -> String {
        let mut rows = self.rows(context).iter();
        let row = rows.find(|b| b.run == action && !b.on.is_empty());
        row.map_or_else(|| format!("<{}>", action.name()), Binding::key)
    }

    /// The key that leads one step back from a view, as shown.
    pub(crate) fn back(&self) -> String {
        self.key_of(Context::Global, Action::Escape)
    }

    /// The rows of a context, in the order of the file.
    pub(crate) fn rows(&self, context: Context) -> &[Binding] {
        self.0.get(&context).map_or(&[], Vec::as_slice)
    }

    /// Where an action has a row.
    pub(crate) fn places(&self, action: Action) -> Vec<Context> {
        let has = |rows: &Vec<Binding>| rows.iter().any(|b| b.run == action);
        let places = self.0.iter().filter(|(_, rows)| has(rows));
        places.map(|(context, _)| *context).collect()
    }

    /// Sequences that begin with `typed`, with what they do.
    pub(crate) fn continuations(
        &self,
        contexts: &[Context],
        typed: &[Chord],
    ) -> Vec<(String, &str)> {
        contexts
            .iter()
            .flat_map(|c| self.rows(*c))
            .flat_map(|b| b.on.iter().map(move |s| (s, b)))
            .filter(|(s, _)| s.len() > typed.len() && s.starts_with(typed))
            .map(|(s, b)| (shown(s), b.desc.as_str()))
            .collect()
    }
}

/// The chords of a row that nobody has yet in its context.
fn sequences(
    row: &Row,
    kept: &[Binding],
    context: Context,
    wrong: &mut Vec<String>,
) -> Vec<Vec<Chord>> {
    let texts = match &row.on {
        Keys::One(text) => std::slice::from_ref(text),
        Keys::Many(texts) => texts,
    };
    let mut on: Vec<Vec<Chord>> = Vec::new();
    for text in texts {
        let chords: Option<Vec<Chord>> = text.split_whitespace().map(Chord::parse).collect();
        let Some(chords) = chords.filter(|c| matches!(c.len(), 1..=2)) else {
            wrong.push(format!("keymap: `{text}` of {} is no key", row.run.name()));
            continue;
        };
        let clash = |s: &Vec<Chord>| s.starts_with(&chords) || chords.starts_with(s);
        let owner = kept.iter().find(|b| b.on.iter().any(clash));
        if let Some(owner) = owner {
            wrong.push(format!(
                "keymap: `{text}` is both {} and {} in {context:?}; {} has it",
                owner.run.name(),
                row.run.name(),
                owner.run.name()
            ));
        } else {
            on.push(chords);
        }
    }
    on
}

#[cfg(test)]
mod tests;
