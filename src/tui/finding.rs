//! What the dashboard remembers of how things are found: what was typed into the palette, filters with a name, themes.

use super::{Options, errand::Custom, theme::Palette};
use std::{collections::BTreeMap, sync::Arc};

/// Lines of the palette that are kept.
const KEPT: usize = 50;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Finding {
    /// What was run from the palette, the newest last.
    pub(crate) history: Vec<String>,
    /// Filters with a name.
    pub(crate) filters: BTreeMap<String, String>,
    /// Name and text of every theme of the operator's own.
    pub(crate) themes: Vec<(String, String)>,
    /// Name of the theme in use.
    pub(crate) theme: String,
    /// Commands of the operator's own.
    pub(crate) commands: Vec<Custom>,
    /// The scope that was asked for at the start, until the first picture comes.
    pub(crate) scope: Option<String>,
    /// Why `:rw` is refused; `None` where the operator only took the pen out of his own hand.
    pub(crate) locked: Option<Arc<str>>,
}

impl Finding {
    /// What is known at the start.
    pub(crate) fn of(options: &Options) -> Self {
        Self {
            history: Vec::new(),
            filters: options.filters.clone(),
            themes: options.themes.clone(),
            theme: options.theme.clone(),
            commands: options.commands.clone(),
            locked: options.locked.clone(),
            scope: options.scope.clone(),
        }
    }

    /// Remembers a line of the palette.
    pub(crate) fn remember(&mut self, line: &str) {
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        self.history.retain(|known| known != line);
        if self.history.len() == KEPT {
            self.history.remove(0);
        }
        self.history.push(line.to_owned());
    }

    /// The theme of a name, one's own before a shipped one.
    pub(crate) fn palette(&self, name: &str) -> Option<Palette> {
        let own = self.themes.iter().find(|(own, _)| own == name);
        own.map(|(_, text)| Palette::read(text).0)
            .or_else(|| Palette::named(name))
    }

    /// Name of every theme, and what it is.
    pub(crate) fn theme_names(&self) -> Vec<(String, String)> {
        let shipped = Palette::shipped().map(|(name, what)| (name.to_owned(), what.to_owned()));
        let own = self.themes.iter();
        let own = own.map(|(name, _)| (name.clone(), "your own".to_owned()));
        own.chain(shipped.filter(|(name, _)| self.themes.iter().all(|(own, _)| own != name)))
            .collect()
    }
}
