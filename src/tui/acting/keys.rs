//! Keys that act on the swarm, wherever something is selected.

use super::{Again, Target, forbidden, hold, reassign, redo, target, undo};
use crate::{
    domain::Timestamp,
    tui::{
        effect::Effect,
        keymap::Action,
        model::{Model, Undo},
        overlay::{Form, Menu, Overlay},
    },
};

/// Takes a key that acts; `None` for any other.
pub(crate) fn key(model: &mut Model, action: Action, now: Timestamp) -> Option<Vec<Effect>> {
    let target = target(model);
    match action {
        Action::Reassign => return Some(reassign(model, &target, now)),
        Action::Hold => return Some(hold(model, &target, now)),
        Action::Undo => return Some(take_back(model, now)),
        Action::Redo => return Some(redo(model, now)),
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
    match model.undo.pop() {
        Some(Undo::Alert { command, again, .. }) => {
            model.acting.redo.push(Again::Alert(again, command.clone()));
            vec![model.ask(command).1]
        }
        Some(Undo::Act) | None => undo(model, now),
    }
}

/// The overlay that a key opens on what is selected.
fn opened(model: &mut Model, action: Action, target: &Target) -> Result<Overlay, String> {
    match action {
        Action::Compose => {
            let to = target.worker.clone();
            let to = to.ok_or("nobody to write to: no worker is selected")?;
            Ok(Overlay::Form(Box::new(Form::message(model, to))))
        }
        Action::Priority => {
            let id = target.tasks.first().ok_or("no open task is selected")?;
            Ok(Overlay::Menu(Box::new(Menu::priorities(model, id, target))))
        }
        _ => Ok(Overlay::Form(Box::new(Form::assign(
            model,
            target.worker.as_ref(),
        )))),
    }
}
