//! The filter of a view while it is typed.

use crate::{
    domain::text,
    tui::{
        keymap::{Action, Chord},
        model::{Model, View},
        overlay::Overlay,
        screen::messages,
        sieve::Sieve,
    },
};

impl Model {
    /// The text that is being typed.
    pub(super) fn filter_mut(&mut self) -> Option<&mut String> {
        if !matches!(self.overlay, Some(Overlay::Note(_) | Overlay::Page(_))) {
            return if self.typed.prompt {
                self.view_filter_mut()
            } else {
                None
            };
        }
        match &mut self.overlay {
            Some(Overlay::Note(note)) => Some(&mut note.text),
            Some(Overlay::Page(page)) if page.search.typing => Some(&mut page.search.typed),
            _ => None,
        }
    }

    /// The filter of the view on show.
    pub(crate) fn view_filter_mut(&mut self) -> Option<&mut String> {
        match self.view {
            View::Workers => Some(&mut self.screens.workers.filter),
            View::Tasks => Some(&mut self.screens.tasks.filter),
            View::Alerts => Some(&mut self.screens.alerts.filter),
            View::Messages if self.screens.messages.open => {
                Some(&mut self.screens.messages.search.typed)
            }
            View::Messages => Some(&mut self.screens.messages.filter),
            View::Sessions => Some(&mut self.screens.sessions.filter),
            View::Activity => Some(&mut self.screens.activity.filter),
            View::Overview | View::Worker | View::Task | View::Session => None,
        }
    }

    /// What the filter of the view on show lets through; `None` where there is none.
    pub(crate) fn sieve(&self) -> Option<&Sieve> {
        match self.view {
            View::Workers => Some(&self.screens.workers.sieve),
            View::Tasks => Some(&self.screens.tasks.sieve),
            View::Alerts => Some(&self.screens.alerts.sieve),
            View::Messages if self.screens.messages.open => None,
            View::Messages => Some(&self.screens.messages.sieve),
            View::Sessions => Some(&self.screens.sessions.sieve),
            View::Activity => Some(&self.screens.activity.sieve),
            View::Overview | View::Worker | View::Task | View::Session => None,
        }
    }

    fn sieve_mut(&mut self) -> Option<&mut Sieve> {
        match self.view {
            View::Workers => Some(&mut self.screens.workers.sieve),
            View::Tasks => Some(&mut self.screens.tasks.sieve),
            View::Alerts => Some(&mut self.screens.alerts.sieve),
            View::Messages => Some(&mut self.screens.messages.sieve),
            View::Sessions => Some(&mut self.screens.sessions.sieve),
            View::Activity => Some(&mut self.screens.activity.sieve),
            View::Overview | View::Worker | View::Task | View::Session => None,
        }
    }

    /// Begins to type the filter: the one in force counts until another can be read.
    pub(super) fn begin_filter(&mut self) {
        self.typed.prompt = true;
        if let Some(sieve) = self.sieve_mut() {
            sieve.begin();
        }
    }

    /// A character, or one less.
    pub(super) fn edit(&mut self, chord: Chord) {
        let Some(filter) = self.filter_mut() else {
            return;
        };
        if chord.is_backspace() {
            filter.pop();
        } else if let Some(c) = chord.typed()
            && filter.len() < text::ID_CAP
        {
            filter.push_str(&text::line(c.encode_utf8(&mut [0; 4])));
        }
    }

    /// A key while the filter is typed. One that cannot be read is not taken: the prompt stays, and says what is wrong with it.
    pub(super) fn prompt(&mut self, action: Action) {
        match action {
            Action::Accept if self.sieve().is_some_and(|s| s.flaw().is_some()) => {}
            Action::Accept => {
                self.typed.prompt = false;
                messages::found(self);
            }
            Action::Escape | Action::Erase => {
                if let Some(filter) = self.filter_mut() {
                    filter.clear();
                }
                self.typed.prompt = action == Action::Erase;
            }
            _ => {}
        }
    }
}
