//! What is typed about the past: an instant to go to, another detector to hear of, an incident to write down.

use super::{journey::Later, later, position, to};
use crate::{
    domain::{Command, Span, Timestamp, health::Detector, text, when},
    tui::{effect::Effect, model::Model},
};
use std::sync::Arc;

/// Around a trouble, so much more is written down.
const AROUND: Span = Span::seconds(600);
/// So far back another detector is asked.
const SINCE: Span = Span::seconds(86_400);

/// What is asked of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Visit {
    /// To this instant, as it was typed.
    At(String),
    /// What this detector would have said, so far back.
    WhatIf(Box<Detector>, Span),
    /// The trouble on show into a file.
    Export(Option<String>),
}

/// Reads a line that begins with `head`; `None` when it asks nothing of the past, else what it asks and what for, or what is wrong with it.
pub(crate) fn read(
    model: &Model,
    head: &str,
    rest: &str,
) -> Option<Result<(Visit, String), String>> {
    let words = || {
        let all = rest.split_whitespace();
        all.filter(|w| !matches!(*w, "--detector" | "--since" | "--at" | "--out" | "export"))
    };
    let mut given = words();
    match head {
        "at" | "replay" => Some(match given.next() {
            Some(at) => Ok((Visit::At(at.to_owned()), "the swarm as it was".to_owned())),
            None => Err("say when: 11:30, -15m, or a date and time".to_owned()),
        }),
        "whatif" => {
            let spec = given.next().unwrap_or("adaptive");
            let since = given.next().map_or(Some(SINCE), when::span);
            let detector = model.travel.detector.with(spec);
            Some(match (detector, since) {
                (Err(why), _) => Err(why),
                (_, None) => Err("so far back: 90m, 24h or 7d".to_owned()),
                (Ok(detector), Some(since)) => {
                    let note = format!("{} over the last {since}", detector.name());
                    Ok((Visit::WhatIf(Box::new(detector), since), note))
                }
            })
        }
        "incident" => {
            let file = given.next().map(|w| text::line(w).into_owned());
            let note = "the trouble on show as one file that replays elsewhere".to_owned();
            Some(Ok((Visit::Export(file), note)))
        }
        _ => None,
    }
}

/// Goes there.
pub(crate) fn go(model: &mut Model, visit: Visit, now: Timestamp) -> Vec<Effect> {
    match visit {
        Visit::At(typed) => {
            if let Some(at) = when::when(&typed, now) {
                return to(model, |_| at, now);
            }
            let typed = text::line(&typed).into_owned();
            let why = format!("{typed}: no time; write 11:30, -15m, or a date and time");
            model.say(why, now);
            Vec::new()
        }
        Visit::WhatIf(detector, since) => {
            model.say(format!("asking {}…", detector.name()), now);
            let since = now.plus(Span(-since.0));
            vec![model.ask(Command::WhatIf { detector, since }).1]
        }
        Visit::Export(file) => export(model, file, now),
    }
}

/// What was wrong on show into a file. Of the present it is asked anew what was recorded.
fn export(model: &mut Model, file: Option<String>, now: Timestamp) -> Vec<Effect> {
    if model.facts.frozen().is_some() && model.travel.recording.is_some() {
        return write(model, file, now);
    }
    later(model, Later::Export(file), now)
}

/// The worst of what is wrong on show, or what was wrong last, with what was around it; without any, the last twenty minutes.
pub(super) fn write(model: &mut Model, file: Option<String>, now: Timestamp) -> Vec<Effect> {
    let at = position(model, now);
    let Some(recording) = model.travel.recording.clone() else {
        return Vec::new();
    };
    let seen = at.max(recording.from);
    let incident = recording.incident(seen, AROUND);
    let (from, to) = incident.unwrap_or_else(|| (seen.plus(Span(-AROUND.0 - AROUND.0)), seen));
    let stamp = from
        .plus(AROUND)
        .utc()
        .map_or_else(String::new, |at| at.format("%Y%m%dT%H%M%SZ").to_string());
    let path: Arc<str> = file
        .unwrap_or_else(|| format!("incident-{stamp}.jsonl"))
        .into();
    let command = Command::ExportIncident {
        from: from.max(recording.from),
        to,
        path,
    };
    vec![model.ask(command).1]
}
