//! What the dashboard cannot do by itself, because it touches files and processes: plain data, carried out by whoever started it.

mod runner;

pub(crate) use runner::Runner;

use super::{keymap::Rebind, order::ListWish};
use crate::link::RequestId;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// A command of the operator's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custom {
    /// Its name.
    pub name: String,
    /// Program and arguments; `{worker}`, `{task}`, `{branch}`, `{session}` and `{conversation}` stand for what is selected.
    pub run: Vec<String>,
    /// Ask before it runs.
    pub confirm: bool,
    /// It changes something: refused where nothing may be written.
    pub writes: bool,
    /// It runs beside the dashboard, and what it prints is shown as a page; otherwise it gets the terminal.
    pub background: bool,
}

/// Something that this program's own commands do to a session, beside the dashboard. Arguments are plain data: no shell reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undertaking {
    /// What, for people; neutralised.
    pub title: String,
    /// The command with its options.
    pub head: Vec<String>,
    /// Options that say that the operator agreed.
    pub agreed: Vec<String>,
    /// What comes last.
    pub subject: Vec<String>,
}

impl Undertaking {
    /// The arguments that only say what would be written.
    #[must_use]
    pub fn dry(&self) -> Vec<String> {
        let dry = ["--dry-run".to_owned()];
        [&*self.head, &dry, &self.subject].concat()
    }

    /// The arguments that carry it out.
    #[must_use]
    pub fn real(&self) -> Vec<String> {
        [&*self.head, &self.agreed, &self.subject].concat()
    }
}

/// One thing to be done outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Read the configuration again.
    Reload,
    /// Write a filter with a name into the configuration.
    KeepFilter {
        /// Its name.
        name: String,
        /// The filter.
        filter: String,
    },
    /// Run a program with the terminal in its hands: argument by argument, no shell.
    Run {
        /// Name of the command.
        name: String,
        /// Program and arguments.
        argv: Vec<String>,
    },
    /// Give a text to a tool of this machine that keeps a clipboard.
    Clip {
        /// Its name, one of [`super::Between::native`].
        tool: String,
        /// The text.
        text: String,
    },
    /// Write a file that is not there yet.
    Export {
        /// Its name, without a folder.
        name: String,
        /// All of it.
        contents: String,
    },
    /// Run a program beside the dashboard, for a time and no longer than that, and hand back what it prints.
    Watch {
        /// Name of the command.
        name: String,
        /// Program and arguments.
        argv: Vec<String>,
    },
    /// Ask what an undertaking would write.
    Plan(Undertaking),
    /// Carry it out; the request is that of the write log.
    CarryOut(RequestId, Undertaking),
}

/// What the configuration says of the dashboard, read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fresh {
    /// Name of the theme.
    pub theme: String,
    /// Name and text of every theme of the operator's own.
    pub themes: Vec<(String, String)>,
    /// Name of the preset of keys.
    pub preset: String,
    /// Keys that the operator has chosen.
    pub rebind: Vec<Rebind>,
    /// Filters with a name.
    pub filters: BTreeMap<String, String>,
    /// Commands of the operator's own.
    pub commands: Vec<Custom>,
    /// Columns and orders of lists, by name.
    pub lists: BTreeMap<String, ListWish>,
    /// What is wrong with it.
    pub warnings: Vec<String>,
}

/// What came of an errand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The configuration.
    Fresh(Box<Fresh>),
    /// A word for the status line.
    Word(String),
    /// What a program printed: name of the command, text, and whether it ended well.
    Printed(String, String, bool),
    /// What an undertaking would write, and whether it can be carried out.
    Planned(Undertaking, String, bool),
    /// What it said, and whether it was carried out whole.
    CarriedOut(RequestId, Undertaking, String, bool),
}

/// Who carries errands out. May take as long as it takes: it is never called where keys are read, but for [`Errand::Run`].
pub trait Errands: fmt::Debug + Send + Sync {
    /// Carries one out.
    ///
    /// # Errors
    /// A sentence that names what failed and what to do.
    fn carry_out(&self, errand: &Errand) -> Result<Told, String>;

    /// The dashboard ends: what still runs beside it does, too, within a moment.
    fn end(&self) {}
}

/// Nobody does: a test, or a dashboard without files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Errands for Nobody {
    fn carry_out(&self, _: &Errand) -> Result<Told, String> {
        Err("there is no configuration here".to_owned())
    }
}

/// Shared.
pub type Messenger = Arc<dyn Errands>;
