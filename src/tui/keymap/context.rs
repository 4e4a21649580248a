//! Where a key is pressed, and where it is looked up then.

use serde::Deserialize;

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Context {
    /// Everywhere.
    Always,
    /// Wherever something can be moved through.
    Move,
    /// On every view.
    Global,
    /// Overview.
    Overview,
    /// Workers.
    Workers,
    /// Worker detail.
    Worker,
    /// Tasks.
    Tasks,
    /// Task detail.
    Task,
    /// Alerts.
    Alerts,
    /// Messages.
    Messages,
    /// Sessions.
    Sessions,
    /// Session detail.
    Session,
    /// Activity.
    Activity,
    /// What to mute, and for how long.
    Mute,
    /// Help.
    Help,
    /// Daemons.
    Daemons,
    /// Something asks.
    Dialog,
    /// Something asks for a word.
    Word,
    /// What can be taken away, a letter for each.
    Take,
    /// A list of actions.
    Menu,
    /// Fields of text are typed.
    Form,
    /// The write log.
    Log,
    /// Text to read.
    Page,
    /// Shall a merge be begun?
    Scratch,
    /// A line of text is typed.
    Prompt,
    /// A command is typed.
    Palette,
    /// Shall a command run?
    Ask,
    /// An order is chosen.
    Orders,
}

impl Context {
    /// Text is typed here: a key that types a character can do nothing else.
    pub(crate) const fn types(self) -> bool {
        matches!(
            self,
            Self::Word
                | Self::Form
                | Self::Prompt
                | Self::Palette
                | Self::Orders
                | Self::Help
                | Self::Take
        )
    }

    /// Where a key is looked up while this is on top, first to last.
    pub(crate) const fn stack(self) -> &'static [Self] {
        match self {
            Self::Overview
            | Self::Workers
            | Self::Worker
            | Self::Tasks
            | Self::Task
            | Self::Alerts
            | Self::Messages
            | Self::Sessions
            | Self::Session
            | Self::Activity => &[Self::Global, Self::Move, Self::Always],
            Self::Always
            | Self::Word
            | Self::Form
            | Self::Prompt
            | Self::Palette
            | Self::Orders
            | Self::Help
            | Self::Take => &[Self::Always],
            _ => &[Self::Move, Self::Always],
        }
    }
}
