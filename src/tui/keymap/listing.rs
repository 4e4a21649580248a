//! The live map as a list, for those who are not looking at the dashboard.

use super::{Action, Chord, Context, Flaw, Keymap, PRESET, Rebind};

/// Every key as it is bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// By place.
    pub places: Vec<Place>,
    /// What was asked for and cannot be had.
    pub flaws: Vec<Flaw>,
    /// Every action that a key can have, by name.
    pub actions: Vec<&'static str>,
}

/// Where keys are pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name in the keymap file.
    pub name: &'static str,
    /// What its keys do, in the order of the help.
    pub rows: Vec<Bound>,
}

/// What some keys do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Name of the action.
    pub action: &'static str,
    /// Its keys, as the configuration writes them.
    pub keys: Vec<String>,
    /// What the help says.
    pub desc: String,
    /// The keys are the operator's own.
    pub own: bool,
}

/// A preset with what was asked for; an unknown name is `vim`.
#[must_use]
pub fn live(preset: &str, asked: &[Rebind]) -> Live {
    let (_, wrong) = Keymap::parse(PRESET);
    let preset = Keymap::preset(preset);
    let (map, mut flaws) = preset.rebound(asked);
    flaws.extend(wrong.into_iter().map(|words| Flaw { words, clash: true }));
    let places = map.0.iter().map(|(context, rows)| Place {
        name: context.name(),
        rows: rows
            .iter()
            .zip(preset.rows(*context))
            .map(|(now, before)| Bound {
                action: now.run.name(),
                keys: now.on.iter().map(|s| written(s)).collect(),
                desc: now.desc.clone(),
                own: now.on != before.on,
            })
            .collect(),
    });
    Live {
        places: places.collect(),
        flaws,
        actions: Action::ALL.iter().map(|a| a.name()).collect(),
    }
}

/// A sequence as the configuration writes it.
pub(super) fn written(sequence: &[Chord]) -> String {
    let chords: Vec<String> = sequence.iter().map(|c| c.written()).collect();
    chords.join(" ")
}

impl Context {
    /// Every one.
    pub(crate) const ALL: [Self; 28] = [
        Self::Always,
        Self::Move,
        Self::Global,
        Self::Overview,
        Self::Workers,
        Self::Worker,
        Self::Tasks,
        Self::Task,
        Self::Alerts,
        Self::Messages,
        Self::Sessions,
        Self::Session,
        Self::Activity,
        Self::Mute,
        Self::Help,
        Self::Daemons,
        Self::Dialog,
        Self::Word,
        Self::Take,
        Self::Menu,
        Self::Form,
        Self::Log,
        Self::Page,
        Self::Scratch,
        Self::Prompt,
        Self::Palette,
        Self::Ask,
        Self::Orders,
    ];

    /// Its name in the keymap file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Move => "move",
            Self::Global => "global",
            Self::Overview => "overview",
            Self::Workers => "workers",
            Self::Worker => "worker",
            Self::Tasks => "tasks",
            Self::Task => "task",
            Self::Alerts => "alerts",
            Self::Messages => "messages",
            Self::Sessions => "sessions",
            Self::Session => "session",
            Self::Activity => "activity",
            Self::Mute => "mute",
            Self::Help => "help",
            Self::Daemons => "daemons",
            Self::Dialog => "dialog",
            Self::Word => "word",
            Self::Take => "take",
            Self::Menu => "menu",
            Self::Form => "form",
            Self::Log => "log",
            Self::Page => "page",
            Self::Scratch => "scratch",
            Self::Prompt => "prompt",
            Self::Palette => "palette",
            Self::Ask => "ask",
            Self::Orders => "orders",
        }
    }
}
