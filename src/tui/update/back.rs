//! The ways back and to what is wrong: one step with Esc, to the view above with Backspace, to the next problem with `!`.

use crate::{
    domain::{Subject, Timestamp},
    tui::{
        model::{Model, View},
        screen::{overview, session, worker, workers},
    },
};

impl Model {
    /// One step back: what the view has open, its filter, its marks, the view above. Never leaves.
    pub(super) fn escape(&mut self) {
        if std::mem::take(&mut self.look.zoom) {
            return;
        }
        if self.view == View::Overview {
            // Nothing lies behind it: what was said goes.
            self.toast = None;
        }
        let within = match self.view {
            View::Workers => self.screens.workers.back(),
            View::Tasks => self.screens.tasks.back(),
            View::Alerts => self.screens.alerts.back(),
            View::Messages => self.screens.messages.back(),
            View::Sessions => self.screens.sessions.back(),
            View::Activity => self.screens.activity.back(),
            View::Overview | View::Worker | View::Task | View::Session => false,
        };
        if !within {
            self.parent();
        }
    }

    /// To the view above, whatever is open on this one; filter and marks stay.
    pub(super) fn parent(&mut self) {
        self.show(match self.view {
            View::Worker => View::Workers,
            View::Task => View::Tasks,
            View::Session => View::Sessions,
            _ => View::Overview,
        });
    }

    /// Selects the problem after the selected one, round and round, and goes where it shows.
    pub(super) fn next_problem(&mut self, now: Timestamp) {
        overview::next_problem(self);
        let Some(problem) = overview::selected(self) else {
            return self.say("no problems", now);
        };
        let conversation = match problem.subject.clone() {
            Subject::Worker(conversation, _) => conversation,
            Subject::Session(key) if self.view != View::Overview => {
                return session::open(self, key);
            }
            Subject::Session(_) | Subject::Source => return self.show(View::Overview),
        };
        match self.view {
            View::Overview => {}
            View::Workers => workers::select(self, &conversation),
            _ => {
                worker::open(self, conversation);
                self.show(View::Worker);
            }
        }
    }
}
