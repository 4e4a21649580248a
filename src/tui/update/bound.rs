//! What a key is about is what the operator saw when it was pressed.

use crate::tui::{
    keymap::Action,
    model::{Model, View},
    screen::{activity, alerts, messages, workers},
};

impl Model {
    /// Binds a key to what was on screen. Some words when it can do nothing to it.
    pub(super) fn bind(&mut self, action: Action) -> Result<(), String> {
        if let Some(why) = workers::on_group(self, action) {
            return Err(why.to_owned());
        }
        if action == Action::MarkAll
            && let Some(flaw) = self.sieve().and_then(|sieve| sieve.flaw())
        {
            return Err(format!("the filter cannot be read: {}", flaw.words));
        }
        let reads = matches!(action, Action::Open | Action::Evidence | Action::Copy);
        let follow = reads || action == Action::Palette;
        let there = match self.view {
            _ if !action.acts_on_a_row() && action != Action::Palette => true,
            View::Activity => activity::bind(self, follow),
            View::Messages => messages::bind(self, follow),
            _ => true,
        };
        if there {
            Ok(())
        } else {
            Err("what was selected has gone; nothing was done".to_owned())
        }
    }

    /// How many rows of the view on show are marked.
    pub(crate) fn marked(&self) -> usize {
        match self.view {
            View::Workers => self.screens.workers.marks.len(),
            View::Tasks => self.screens.tasks.marks.len(),
            View::Alerts => self.screens.alerts.marks.len(),
            _ => 0,
        }
    }

    /// Some of the marks of the view on show have no row there.
    pub(crate) fn hides_marks(&self) -> bool {
        let screens = &self.screens;
        match self.view {
            View::Workers => screens.workers.marks.hidden() > 0,
            View::Tasks => screens.tasks.marks.hidden() > 0,
            View::Alerts => screens.alerts.marks.hidden() > 0,
            _ => false,
        }
    }

    /// What a question says of marks that are not just the row of the cursor; `None` when they are, or nothing is marked.
    pub(crate) fn apart(&self) -> Option<String> {
        let screens = &self.screens;
        match self.view {
            View::Workers => {
                let cursor: Vec<_> = screens.workers.chosen().into_iter().cloned().collect();
                screens.workers.marks.apart(&cursor)
            }
            View::Tasks => {
                let cursor: Vec<_> = screens.tasks.list.selected.iter().cloned().collect();
                screens.tasks.marks.apart(&cursor)
            }
            View::Alerts => {
                let mut cursor = alerts::selected(self);
                cursor.sort();
                screens.alerts.marks.apart(&cursor)
            }
            _ => None,
        }
    }

    /// Takes the marks of a view away: what they were made for is done.
    pub(crate) fn unmark(&mut self, view: View) {
        match view {
            View::Workers => self.screens.workers.marks.clear(),
            View::Tasks => self.screens.tasks.marks.clear(),
            View::Alerts => self.screens.alerts.marks.clear(),
            _ => false,
        };
    }
}
