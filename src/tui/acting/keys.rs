//! Keys that act on the swarm, wherever something is selected.

use super::{Target, back::give_back, forbidden, hold, reassign, redo, target, undo};
use crate::{
    domain::{Subject, Timestamp},
    tui::{
        effect::Effect,
        keymap::Action,
        model::{Model, Undo},
        overlay::{Form, Menu, Overlay},
        screen::alerts,
    },
};

/// Takes a key that acts; `None` for any other.
pub(crate) fn key(model: &mut Model, action: Action, now: Timestamp) -> Option<Vec<Effect>> {
    let aims = matches!(
        action,
        Action::Reassign
            | Action::Hold
            | Action::Actions
            | Action::Compose
            | Action::Assign
            | Action::Priority
    );
    let target = if aims {
        target(model)
    } else {
        Target::default()
    };
    match action {
        Action::Reassign => return Some(reassign(model, &target, now)),
        Action::Hold => return Some(hold(model, &target, now)),
        Action::Undo => return Some(take_back(model, now)),
        Action::Redo => return Some(redo(model, now)),
        Action::Escalate => return Some(escalate(model, now)),
        Action::Actions => {
            let menu = Menu::actions(model, &target, now);
            model.overlay = Some(Overlay::Menu(Box::new(menu)));
        }
        Action::Compose | Action::Assign | Action::Priority => {
            match forbidden(model).map_or_else(|| opened(model, action, &target), Err) {
                Ok(overlay) => model.overlay = Some(overlay),
                Err(why) => model.say(why, now),
            }
        }
        _ => return None,
    }
    Some(Vec::new())
}

/// `u`: takes back what was done last, to the swarm or to an alert.
fn take_back(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    match model.undo.pop() {
        Some(undo @ Undo::Alert { .. }) => give_back(model, undo),
        Some(Undo::Act) | None => undo(model, now),
    }
}

/// `C`: words to the orchestrator about what the selected alerts are about.
fn escalate(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    let keys = alerts::meant(model);
    let all: Vec<_> = keys.iter().filter_map(|k| model.facts.alert(k)).collect();
    let of_session = |key: &std::sync::Arc<str>| {
        let mut sessions = model.whole().sessions.iter();
        let session = sessions.find(|s| s.key == *key)?;
        session.workers.first().cloned()
    };
    let about = all.iter().find_map(|alert| match &alert.subject {
        Subject::Worker(id, _) => Some(id.clone()),
        Subject::Session(key) => of_session(key),
        Subject::Source => None,
    });
    let words: Vec<String> = all
        .iter()
        .map(|alert| {
            let who = alert
                .worker()
                .map_or_else(String::new, |w| format!("{w}: "));
            format!("{who}{}", alert.sentence)
        })
        .collect();
    match about {
        Some(about) => {
            let form = Form::escalate(model, about, &words.join("\n"));
            model.overlay = Some(Overlay::Form(Box::new(form)));
        }
        None => model.say("nobody to tell: the alert concerns no worker", now),
    }
    Vec::new()
}

/// The overlay that a key opens on what is selected.
fn opened(model: &mut Model, action: Action, target: &Target) -> Result<Overlay, String> {
    match action {
        Action::Compose => {
            if target.workers.len() > 1 {
                return Err("several workers are marked; a message goes to one".to_owned());
            }
            let to = target.worker.clone();
            let to = to.ok_or("nobody to write to: no worker is selected")?;
            Ok(Overlay::Form(Box::new(Form::message(model, to))))
        }
        Action::Priority => {
            if target.tasks.is_empty() {
                return Err("no open task is selected".to_owned());
            }
            Ok(Overlay::Menu(Box::new(Menu::priorities(model, target))))
        }
        _ => Ok(Overlay::Form(Box::new(Form::assign(
            model,
            target.worker.as_ref(),
        )))),
    }
}
