//! Commands of the operator's own: what is selected goes into each argument as it is, and no shell ever reads it.

use super::{
    acting,
    effect::Effect,
    errand::{Custom, Errand},
    model::Model,
};
use crate::domain::Timestamp;

/// A command with its arguments: what was selected when it was offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    command: Custom,
    argv: Vec<String>,
}

/// What can stand in braces, and what is selected of it, or why nothing is.
pub(crate) type Names = [(&'static str, Result<String, String>); 5];

/// A command for what these names stand for.
///
/// # Errors
/// Why it cannot run: a name that nothing selected gives, or that nothing may be written.
pub(crate) fn call(model: &Model, command: &Custom, names: &Names) -> Result<Call, String> {
    let argv = argv(model, command, names)?;
    let command = command.clone();
    Ok(Call { command, argv })
}

fn argv(model: &Model, command: &Custom, names: &Names) -> Result<Vec<String>, String> {
    if command.writes
        && let Some(why) = acting::forbidden(model)
    {
        return Err(why);
    }
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
                Some((_, Ok(value))) => out.push_str(value),
                Some((_, Err(why))) => return Err(why.clone()),
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

/// What is selected now, as the bridge writes it.
pub(crate) fn names(model: &Model) -> Names {
    let target = acting::target(model);
    let worker = target.worker.as_ref().and_then(|id| model.facts.worker(id));
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
    let named = |name: &'static str, value: Option<String>| {
        let several = matches!(name, "worker" | "task" | "conversation") && model.marked() > 1;
        let value = value.filter(|_| !several);
        let why = || {
            if several {
                format!("several are marked; {{{name}}} is one")
            } else {
                format!("no {name} is selected")
            }
        };
        (name, value.ok_or_else(why))
    };
    let conversation = worker.map(|w| w.conversation.raw().to_owned());
    [
        named("worker", worker.map(|w| w.id.raw().to_owned())),
        named("task", target.tasks.first().map(|t| t.raw().to_owned())),
        named("branch", branch.map(|b| b.name().to_string())),
        named("session", session),
        named("conversation", conversation),
    ]
}

/// Runs a command on what was selected when it was offered, or asks first.
pub(crate) fn begin(model: &mut Model, call: &Call, now: Timestamp) -> Vec<Effect> {
    let Call { command, argv } = call.clone();
    let forbidden = acting::forbidden(model).filter(|_| command.writes);
    if let Some(why) = forbidden {
        model.say(why, now);
        return Vec::new();
    }
    if command.confirm {
        let question = super::overlay::Ask::custom(&command, argv, now);
        model.overlay = Some(super::overlay::Overlay::Ask(Box::new(question)));
        return Vec::new();
    }
    vec![Effect::Errand(errand(&command, argv))]
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
