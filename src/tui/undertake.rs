//! A session is started, or taken over by another: what is typed becomes a plan that says everything that would be written where, and only then
//! a key carries it out. Both are done by this program's own commands, beside the dashboard.

use super::{
    acting,
    effect::Effect,
    errand::{Errand, Undertaking},
    keymap::Action,
    model::{Model, View},
    overlay::{Ask, Form, Overlay, Page},
};
use crate::domain::{Refusal, Timestamp, session::Session, text};
use std::sync::Arc;

/// The session that is meant: the one that is selected, or on show.
pub(crate) fn meant(model: &Model) -> Option<Arc<Session>> {
    let key = match model.view {
        View::Sessions => return model.screens.sessions.selected().cloned(),
        View::Session => model.screens.session.key.as_ref()?,
        _ => return None,
    };
    let mut all = model.snapshot().sessions.iter();
    all.find(|s| s.key == *key).cloned()
}

/// Why it cannot be done here and now.
pub(crate) fn why_not(model: &Model, action: Action) -> Option<String> {
    let forbidden = acting::forbidden(model);
    if forbidden.is_some() || action == Action::Deploy {
        return forbidden;
    }
    let Some(from) = meant(model) else {
        return Some("no session is selected".to_owned());
    };
    let alone = successors(model, &from).next().is_none();
    alone.then(|| "there is no other session that could go on with it".to_owned())
}

fn successors<'a>(model: &'a Model, from: &'a Session) -> impl Iterator<Item = &'a Arc<Session>> {
    let all = model.whole().sessions.iter();
    all.filter(|s| s.key != from.key)
}

/// The key begins one of them; `None` when it is another.
pub(crate) fn key(model: &mut Model, action: Action, now: Timestamp) -> Option<Vec<Effect>> {
    if !matches!(action, Action::Deploy | Action::TakeOver) {
        return None;
    }
    if let Some(why) = why_not(model, action) {
        model.say(why, now);
        return Some(Vec::new());
    }
    let from = meant(model);
    let form = match (action, from) {
        (Action::TakeOver, Some(from)) => {
            let best = successors(model, &from)
                .max_by_key(|s| (s.branch().is_some(), s.active, s.workers.len()));
            let by = best.map_or_else(String::new, |s| name(s));
            Form::takeover(Arc::clone(&from.key), by)
        }
        (_, from) => {
            let number = from.and_then(|s| s.number);
            Form::deploy(number.map_or_else(String::new, |n| n.to_string()))
        }
    };
    model.overlay = Some(Overlay::Form(Box::new(form)));
    Some(Vec::new())
}

/// How a session is named on a command line.
fn name(session: &Session) -> String {
    session
        .number
        .map_or_else(|| session.key.to_string(), |n| n.to_string())
}

/// Starting a session, as it was typed.
pub(crate) fn deploy(form: &Form) -> Result<Undertaking, String> {
    let session = form.text("session");
    let session: u32 = session
        .parse()
        .map_err(|_| "a session is a number of the swarm file, such as 2")?;
    let mut head = vec![
        "deploy".to_owned(),
        format!("--session={session}"),
        format!("--file={}", form.text("file")),
    ];
    let id = form.text("branch id");
    head.extend((!id.is_empty()).then(|| format!("--id={id}")));
    head.extend(pushed(form.text("push"))?);
    Ok(Undertaking {
        title: format!("start session {session}"),
        head,
        agreed: Vec::new(),
        subject: Vec::new(),
    })
}

/// A take-over of `from`, as it was typed.
pub(crate) fn takeover(form: &Form, from: &str) -> Result<Undertaking, String> {
    let by = form.text("by");
    if by.is_empty() {
        return Err("say which session goes on with it: its number or key".to_owned());
    }
    let mut head = vec!["takeover".to_owned(), format!("--by={by}")];
    for (label, flag) in [("branch", "--branch"), ("reason", "--reason")] {
        let typed = form.text(label);
        head.extend((!typed.is_empty()).then(|| format!("{flag}={typed}")));
    }
    head.extend(pushed(form.text("push"))?);
    Ok(Undertaking {
        title: format!("{} goes on with {}", text::line(by), text::line(from)),
        head,
        agreed: vec![format!("--confirm={from}")],
        subject: vec!["--".to_owned(), from.to_owned()],
    })
}

fn pushed(typed: &str) -> Result<Option<String>, String> {
    match typed {
        "" | "no" | "n" => Ok(None),
        "yes" | "y" => Ok(Some("--push".to_owned())),
        _ => Err("push is yes or no".to_owned()),
    }
}

/// Asks what would be written where.
pub(crate) fn plan(model: &mut Model, what: Undertaking, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = acting::forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    model.overlay = None;
    model.say(
        format!("{}: looking what would be written…", what.title),
        now,
    );
    vec![Effect::Errand(Errand::Plan(what))]
}

/// Carries out what was planned.
pub(crate) fn agreed(model: &mut Model, what: Undertaking, now: Timestamp) -> Vec<Effect> {
    if let Some(why) = acting::forbidden(model) {
        model.say(why, now);
        return Vec::new();
    }
    let id = model.unasked();
    acting::track(model, id, what.title.clone(), Vec::new(), now);
    model.say(format!("{}…", what.title), now);
    vec![Effect::Errand(Errand::CarryOut(id, what))]
}

/// The plan is there: it asks, where nothing else does; a plan that failed is read.
pub(crate) fn planned(
    model: &mut Model,
    what: Undertaking,
    (words, well): (String, bool),
    now: Timestamp,
) {
    let free = !model.typed.prompt && model.typed.pending.is_empty();
    if model.overlay.is_some() || !free {
        let words = format!("the plan to {} waited for nobody: ask again", what.title);
        model.say(words, now);
        return;
    }
    model.toast = None;
    model.overlay = Some(if well {
        Overlay::Ask(Box::new(Ask::plan(what, &words, now)))
    } else {
        Overlay::Page(Box::new(Page::printed(what.title, words, false)))
    });
}

/// It was carried out, or not: a word, a line of the write log, and a page where something was left.
pub(crate) fn carried_out(
    model: &mut Model,
    id: crate::link::RequestId,
    what: Undertaking,
    (words, well): (String, bool),
    now: Timestamp,
) {
    let last = words.lines().rev().find(|l| !l.trim().is_empty());
    let last = text::line(last.unwrap_or("no word")).into_owned();
    let outcome = if well {
        Ok(format!("{}: done; {last}", what.title))
    } else {
        Err(Refusal::Unavailable(format!("{}: {last}", what.title)))
    };
    acting::answered(model, id, &outcome, now);
    if !well && model.overlay.is_none() {
        // Part of it may be done: the words say what was left.
        let page = Page::printed(what.title, words, true);
        model.overlay = Some(Overlay::Page(Box::new(page)));
    }
}

#[cfg(test)]
mod tests;
