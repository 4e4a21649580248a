//! Commands of the operator's own: what is selected goes into each argument as it is, and no shell ever reads it.

use super::{
    acting,
    effect::Effect,
    errand::{Custom, Errand},
    model::Model,
};
use crate::domain::Timestamp;

/// The arguments of a command for what is selected.
///
/// # Errors
/// Why it cannot run: a name that nothing selected gives, or that nothing may be written.
pub(crate) fn argv(model: &Model, command: &Custom) -> Result<Vec<String>, String> {
    if command.writes
        && let Some(why) = acting::forbidden(model)
    {
        return Err(why);
    }
    let names = names(model);
    let each = command.run.iter().map(|part| {
        let mut out = String::new();
        let mut rest = part.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            match names.iter().find(|(known, _)| *known == name) {
                Some((_, Some(value))) => out.push_str(value),
                Some((name, None)) => return Err(format!("no {name} is selected")),
                None => {
                    out.push('{');
                    out.push_str(name);
                    out.push('}');
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    });
    each.collect()
}

/// What can stand in braces, and what is selected of it: as the bridge writes it.
fn names(model: &Model) -> [(&'static str, Option<String>); 5] {
    let target = acting::target(model);
    let worker = target
        .worker
        .as_ref()
        .and_then(|id| acting::find(model.snapshot(), id));
    let sessions = &model.screens.sessions;
    let on = model.view == super::model::View::Sessions;
    let session = match worker {
        Some(worker) => Some(worker.session.to_string()),
        None if on => sessions.selected().map(|s| s.key.to_string()),
        None if model.view == super::model::View::Session => {
            model.screens.session.key.as_ref().map(ToString::to_string)
        }
        None => None,
    };
    let branch = sessions.branches.selected().filter(|_| on);
    [
        ("worker", worker.map(|w| w.id.raw().to_owned())),
        ("task", target.tasks.first().map(|id| id.raw().to_owned())),
        ("branch", branch.map(|b| b.name().to_string())),
        ("session", session),
        (
            "conversation",
            worker.map(|w| w.conversation.raw().to_owned()),
        ),
    ]
}

/// Runs the command of a name on what is selected, or asks first.
pub(crate) fn begin(model: &mut Model, name: &str, now: Timestamp) -> Vec<Effect> {
    let command = model.finding.commands.iter().find(|c| c.name == name);
    let Some(command) = command.cloned() else {
        model.say("there is no such command any more", now);
        return Vec::new();
    };
    match argv(model, &command) {
        Err(why) => {
            model.say(why, now);
            Vec::new()
        }
        Ok(argv) if command.confirm => {
            let question = super::overlay::Ask::custom(&command, argv, now);
            model.overlay = Some(super::overlay::Overlay::Ask(Box::new(question)));
            Vec::new()
        }
        Ok(argv) => vec![Effect::Errand(errand(&command, argv))],
    }
}

/// What is done with the arguments.
pub(crate) fn errand(command: &Custom, argv: Vec<String>) -> Errand {
    let name = command.name.clone();
    if command.background {
        Errand::Watch { name, argv }
    } else {
        Errand::Run { name, argv }
    }
}
