//! What a key acts on: the marked rows, else the selected one.

use super::Target;
use crate::{
    domain::{Subject, TaskId, session::Session},
    tui::{
        model::{Model, View},
        screen::{activity, alerts, overview, tasks, workers},
    },
};

/// What the selection of the view on show means.
pub(crate) fn target(model: &Model) -> Target {
    let worker = match model.view {
        View::Overview => overview::selected(model).and_then(|p| match &p.subject {
            Subject::Worker(conversation, _) => Some(conversation.clone()),
            Subject::Source | Subject::Session(_) => None,
        }),
        View::Workers => return target_workers(model),
        View::Worker => model.screens.worker.conversation.clone(),
        View::Alerts => alerts::worker(model),
        View::Tasks | View::Task => return target_task(model),
        View::Sessions => {
            let sessions = &model.screens.sessions;
            let of = target_session(sessions.selected().map(AsRef::as_ref));
            return Target {
                worker: sessions.worker().cloned(),
                ..of
            };
        }
        View::Session => {
            let key = model.screens.session.key.as_ref();
            let mut all = model.snapshot().sessions.iter();
            let session = all.find(|s| Some(&s.key) == key);
            return target_session(session.map(AsRef::as_ref));
        }
        View::Activity => match activity::task(model) {
            Some(id) => return target_tasks(model, vec![id]),
            None => activity::worker(model),
        },
        View::Messages => {
            let state = &model.screens.messages;
            let thread = state.thread.as_ref().map(|(id, _)| id);
            let selected = state.selected().map(|m| &m.conversation);
            selected.or(thread).cloned()
        }
    };
    let tasks = worker
        .as_ref()
        .and_then(|id| model.facts.worker(id))
        .map_or_else(Vec::new, |w| w.tasks.clone());
    Target {
        worker,
        workers: Vec::new(),
        tasks,
    }
}

/// The marked workers, else the selected one, with what they hold.
fn target_workers(model: &Model) -> Target {
    let chosen = workers::chosen(model);
    let held = chosen.iter().filter_map(|id| model.facts.worker(id));
    let tasks = held.flat_map(|w| w.tasks.iter().cloned()).collect();
    match chosen.as_slice() {
        [only] => Target {
            worker: Some(only.clone()),
            workers: Vec::new(),
            tasks,
        },
        _ => Target {
            worker: None,
            workers: chosen,
            tasks,
        },
    }
}

/// The open tasks of a session.
fn target_session(session: Option<&Session>) -> Target {
    Target {
        worker: None,
        workers: Vec::new(),
        tasks: session.map_or_else(Vec::new, |s| s.open.clone()),
    }
}

/// The marked tasks, else the selected one, and who owes it.
fn target_task(model: &Model) -> Target {
    let tasks = if model.view == View::Tasks {
        tasks::chosen(model)
    } else {
        model.screens.task.id.iter().cloned().collect()
    };
    target_tasks(model, tasks)
}

/// Tasks, and who owes the one.
fn target_tasks(model: &Model, tasks: Vec<TaskId>) -> Target {
    let first = tasks.first().and_then(|id| model.facts.task(id));
    let owner = first.and_then(|t| Some(t.owner()?.conversation.clone()));
    let worker = owner.filter(|_| tasks.len() == 1);
    Target {
        worker,
        workers: Vec::new(),
        tasks,
    }
}
