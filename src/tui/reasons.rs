//! Why an action cannot be done here and now: what the palette, the help and the list of actions say beside a dim row.

use super::{
    acting,
    keymap::{Action, Context},
    model::{Model, View},
    screen::{alerts, workers},
    undertake,
};

/// Why `action` would do nothing if its key were pressed on the view on show; `None` when it would do something.
pub(crate) fn why_not(model: &Model, action: Action) -> Option<String> {
    if !model.is_bound_here(action) {
        return Some(elsewhere(model, action));
    }
    let nothing = || {
        model
            .has_no_rows()
            .then(|| "nothing is selected".to_owned())
    };
    let target = || acting::target(model);
    if let Some(why) = workers::on_group(model, action) {
        return Some(why.to_owned());
    }
    match action {
        Action::Reassign | Action::Priority => acting::forbidden(model).or_else(|| {
            let none = target().tasks.is_empty();
            none.then(|| "no open task is selected".to_owned())
        }),
        Action::Compose => acting::forbidden(model).or_else(|| {
            let target = target();
            if target.workers.len() > 1 {
                return Some("several workers are marked; a message goes to one".to_owned());
            }
            let none = target.worker.is_none();
            none.then(|| "no worker is selected".to_owned())
        }),
        Action::Hold => acting::forbidden(model).or_else(|| {
            let target = target();
            let none =
                target.worker.is_none() && target.workers.is_empty() && target.tasks.is_empty();
            none.then(|| "no worker or task is selected".to_owned())
        }),
        Action::Undo if model.undo.is_empty() => Some("nothing to undo".to_owned()),
        Action::Redo if model.acting.redo.is_empty() => Some("nothing was undone".to_owned()),
        Action::Assign | Action::Undo | Action::Redo => acting::forbidden(model),
        Action::Deploy | Action::TakeOver => undertake::why_not(model, action),
        Action::Ack | Action::Mute | Action::Note | Action::Escalate => of_alerts(model, action),
        Action::MarkAll if model.sieve().is_some_and(|s| s.flaw().is_some()) => {
            Some("the filter cannot be read".to_owned())
        }
        Action::Open | Action::Evidence | Action::Mark | Action::MarkRange | Action::MarkAll => {
            nothing()
        }
        Action::Live if model.facts.frozen().is_none() => Some("this is live".to_owned()),
        Action::NextProblem if model.snapshot().problems.is_empty() => {
            Some("no problems".to_owned())
        }
        Action::NextMatch | Action::PreviousMatch
            if model.view != View::Messages || !model.screens.messages.open =>
        {
            Some("no text is read here".to_owned())
        }
        Action::Reread if model.facts.gone().is_some() => Some("the engine has stopped".to_owned()),
        Action::Escape | Action::Parent if model.view == View::Overview => {
            Some("this is the first view".to_owned())
        }
        _ => None,
    }
}

/// Why nothing can be done to the alerts that are meant.
fn of_alerts(model: &Model, action: Action) -> Option<String> {
    if let Some(why) = alerts::past(model) {
        return Some(why);
    }
    if alerts::meant(model).is_empty() {
        return Some("no alert is selected".to_owned());
    }
    let many = action == Action::Mute && model.marked() > 1;
    many.then(|| alerts::several(model))
}

/// Where its key works instead.
fn elsewhere(model: &Model, action: Action) -> String {
    let mut places: Vec<&str> = model
        .look
        .keymap
        .places(action)
        .into_iter()
        .map(place)
        .collect();
    places.dedup();
    if places.is_empty() {
        return "has no key".to_owned();
    }
    format!("works in {}", places.join(", "))
}

/// A context for people.
pub(crate) const fn place(context: Context) -> &'static str {
    match context {
        Context::Always | Context::Global => "everywhere",
        Context::Move => "lists",
        Context::Dialog | Context::Word | Context::Scratch => "dialogs",
        Context::Form => "forms",
        Context::Prompt => "prompts",
        Context::Page => "pages",
        Context::Menu => "menus",
        other => other.name(),
    }
}

impl Model {
    /// The view on show has no row that could be selected.
    pub(crate) fn has_no_rows(&self) -> bool {
        match self.view {
            View::Workers => self.screens.workers.rows.is_empty(),
            View::Tasks => self.screens.tasks.rows.is_empty(),
            View::Alerts => self.screens.alerts.rows.is_empty(),
            View::Messages => self.screens.messages.rows.is_empty(),
            View::Sessions => self.screens.sessions.is_empty(),
            View::Activity => self.screens.activity.rows.is_empty(),
            _ => false,
        }
    }

    /// Some row of the keymap gives the action a meaning on the view on show, with a key or without.
    fn is_bound_here(&self, action: Action) -> bool {
        let own = self.view.context();
        let contexts = std::iter::once(own).chain(own.stack().iter().copied());
        let map = &self.look.keymap;
        contexts
            .into_iter()
            .any(|c| map.rows(c).iter().any(|b| b.run == action))
    }
}
