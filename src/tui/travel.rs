//! Going back in time: which recorded instant is on show, what was asked for and is on its way, and playing.
//!
//! One question is on its way at a time, and the others wait in a short queue in which steps to an instant replace each other: a key that
//! is held down never floods the engine, and the newest wish is the one that is answered last.

mod bar;
mod compared;
mod journey;
mod visit;

pub(crate) use bar::draw;
pub(crate) use compared::pin;
pub(crate) use journey::Journey;
pub(crate) use visit::{Visit, go, read};

use compared::compare;
use journey::{Later, Playing, SPEEDS};

use super::{effect::Effect, keymap::Action, model::Model};
use crate::{
    domain::{Command, Moment, Recording, Refusal, Span, Timestamp, Travel},
    link::RequestId,
};
use std::sync::Arc;

/// What the key that freezes does now.
pub(crate) fn word(model: &Model) -> &'static str {
    if model.travel.playing.is_some() {
        "pause"
    } else if model.facts.frozen().is_some() && model.travel.recording.is_some() {
        "play"
    } else if model.facts.frozen().is_some() {
        "let go"
    } else {
        "freeze"
    }
}

/// The key moves through time.
pub(crate) const fn moves(action: Action) -> bool {
    matches!(
        action,
        Action::Freeze
            | Action::Live
            | Action::EarlierEvent
            | Action::LaterEvent
            | Action::EarlierMinute
            | Action::LaterMinute
            | Action::EarlierTrouble
            | Action::LaterTrouble
            | Action::Slower
            | Action::Faster
            | Action::Compare
    )
}

/// Does what a key that moves through time means; `None` when it is another.
pub(crate) fn act(model: &mut Model, action: Action, now: Timestamp) -> Option<Vec<Effect>> {
    let minute = Span::seconds(60);
    match action {
        Action::Freeze => Some(freeze(model, now)),
        Action::Live => Some(live(model, now)),
        Action::EarlierEvent => Some(step(model, true, now)),
        Action::LaterEvent => Some(step(model, false, now)),
        Action::EarlierMinute => Some(to(model, |at| at.plus(Span(-minute.0)), now)),
        Action::LaterMinute => Some(to(model, |at| at.plus(minute), now)),
        Action::EarlierTrouble => Some(trouble(model, true, now)),
        Action::LaterTrouble => Some(trouble(model, false, now)),
        Action::Slower | Action::Faster => {
            speed(model, action == Action::Faster, now);
            Some(Vec::new())
        }
        Action::Compare => {
            compare(model, now);
            Some(Vec::new())
        }
        _ => None,
    }
}

/// Holds the picture; plays from it when it is held; stops playing.
fn freeze(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if model.travel.playing.is_some() {
        model.travel.stop();
        return Vec::new();
    }
    if model.facts.frozen().is_none() {
        model.facts.freeze(now);
        return survey(model).into_iter().collect();
    }
    if model.travel.recording.is_none() {
        return live(model, now);
    }
    let from = position(model, now);
    model.travel.playing = Some(Playing { began: now, from });
    survey(model).into_iter().collect()
}

/// The newest picture again; in a recording and nothing else, its end.
fn live(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    model.travel.stop();
    if model.travel.only {
        let end = model.travel.recording.as_ref().map(|r| r.to);
        return match end {
            Some(end) => to(model, |_| end, now),
            None => Vec::new(),
        };
    }
    model.travel.pin = None;
    let words = if model.facts.thaw() {
        "live again"
    } else {
        "this is live"
    };
    model.say(words, now);
    Vec::new()
}

/// The instant on show, or the one that is on its way.
fn position(model: &Model, now: Timestamp) -> Timestamp {
    let held = model.facts.frozen().map(|(at, _)| at);
    let shown = held.unwrap_or_else(|| model.clock(now).now);
    model.travel.target.unwrap_or(shown)
}

fn step(model: &mut Model, back: bool, now: Timestamp) -> Vec<Effect> {
    model.travel.playing = None;
    let from = position(model, now);
    hold(model, now);
    model.travel.wish(Travel::Step { from, back });
    pump(model)
}

fn to(model: &mut Model, of: impl Fn(Timestamp) -> Timestamp, now: Timestamp) -> Vec<Effect> {
    let at = of(position(model, now));
    if at >= now && !model.travel.only {
        return live(model, now);
    }
    hold(model, now);
    model.travel.target = Some(at);
    if model.travel.playing.is_some() {
        model.travel.playing = Some(Playing {
            began: now,
            from: at,
        });
    }
    model.travel.wish(Travel::To(at));
    pump(model)
}

/// To the beginning of the trouble before or after.
fn trouble(model: &mut Model, back: bool, now: Timestamp) -> Vec<Effect> {
    let at = position(model, now);
    let Some(recording) = model.travel.recording.clone() else {
        hold(model, now);
        return later(model, Later::Trouble { back }, now);
    };
    let mut begins = recording.troubles.iter().map(|t| t.from);
    let found = if back {
        begins.rfind(|from| *from < at)
    } else {
        begins.find(|from| *from > at)
    };
    match found {
        Some(found) => to(model, |_| found, now),
        None if back => {
            model.say("no trouble was recorded before this", now);
            Vec::new()
        }
        None => {
            model.say("no trouble was recorded after this", now);
            Vec::new()
        }
    }
}

fn speed(model: &mut Model, faster: bool, now: Timestamp) {
    let from = model.travel.playing.map(|p| played(model, p, now));
    let speed = model.travel.speed;
    model.travel.speed = if faster {
        (speed + 1).min(SPEEDS.len() - 1)
    } else {
        speed.saturating_sub(1)
    };
    if let Some(from) = from {
        model.travel.playing = Some(Playing { began: now, from });
    }
    model.say(format!("plays {}x as fast", model.travel.speed()), now);
}

/// The picture stays until it is let go.
fn hold(model: &mut Model, now: Timestamp) {
    if model.facts.frozen().is_none() {
        model.facts.freeze(now);
    }
}

/// Where playing has come.
fn played(model: &Model, playing: Playing, now: Timestamp) -> Timestamp {
    let passed = now.since(playing.began).0.max(0);
    let speed = i64::from(model.travel.speed());
    playing.from.plus(Span(passed.saturating_mul(speed)))
}

/// Time passed on the wall.
pub(crate) fn tick(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let Some(playing) = model.travel.playing else {
        return Vec::new();
    };
    let at = played(model, playing, now);
    let end = model.travel.recording.as_ref().map(|r| r.to);
    if at >= now && !model.travel.only {
        model.travel.stop();
        return live(model, now);
    }
    if let Some(end) = end.filter(|end| at >= *end && model.travel.only) {
        model.travel.stop();
        model.say("the recording ends here; < goes back", now);
        model.travel.wish(Travel::To(end));
        return pump(model);
    }
    if model.travel.asked.is_none() {
        model.travel.wish(Travel::To(at));
        return pump(model);
    }
    Vec::new()
}

/// The next question, when none is on its way.
fn pump(model: &mut Model) -> Vec<Effect> {
    let mut effects: Vec<Effect> = if model.travel.recording.is_none() {
        survey(model).into_iter().collect()
    } else {
        Vec::new()
    };
    if model.travel.asked.is_none()
        && let Some(wish) = model.travel.wishes.pop_front()
    {
        let (id, effect) = model.ask(Command::Travel(wish));
        model.travel.asked = Some(id);
        effects.push(effect);
    }
    effects
}

/// Asks what there is of the recording.
fn survey(model: &mut Model) -> Option<Effect> {
    if model.travel.survey.is_some() {
        return None;
    }
    let (id, effect) = model.ask(Command::Travel(Travel::Survey));
    model.travel.survey = Some(id);
    Some(effect)
}

/// Asks what there is of the recording, for something that waits for it.
fn later(model: &mut Model, what: Later, now: Timestamp) -> Vec<Effect> {
    model.travel.later = Some(what);
    model.say("reading what was recorded…", now);
    survey(model).into_iter().collect()
}

/// What a dashboard on a recording asks first.
pub(crate) fn begin(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    if !model.travel.only || model.travel.survey.is_some() {
        return Vec::new();
    }
    let first = Arc::clone(model.facts.latest());
    let from = first.at;
    model.facts.travel(first);
    model.travel.playing = Some(Playing { began: now, from });
    survey(model).into_iter().collect()
}

/// What there is of the recording; what waited for it is done.
pub(crate) fn surveyed(
    model: &mut Model,
    id: RequestId,
    recording: Arc<Recording>,
    now: Timestamp,
) -> Vec<Effect> {
    if model.travel.survey != Some(id) {
        return Vec::new();
    }
    model.travel.survey = None;
    model.travel.recording = Some(recording);
    match model.travel.later.take() {
        Some(Later::Trouble { back }) if model.facts.frozen().is_some() => {
            trouble(model, back, now)
        }
        Some(Later::Export(file)) => visit::write(model, file, now),
        Some(Later::Trouble { .. }) | None => Vec::new(),
    }
}

/// A recorded instant is there.
pub(crate) fn arrived(
    model: &mut Model,
    id: RequestId,
    moment: Moment,
    now: Timestamp,
) -> Vec<Effect> {
    if model.travel.asked != Some(id) {
        return Vec::new();
    }
    model.travel.asked = None;
    if model.facts.frozen().is_none() {
        // Left for the present meanwhile.
        model.travel.wishes.clear();
        return Vec::new();
    }
    let before = model.facts.past();
    let at = moment.0.at;
    model.facts.travel(moment.0);
    if model.travel.wishes.is_empty() {
        model.travel.target = None;
    }
    if model.travel.playing.is_none() && before == Some(at) {
        model.say("nothing was recorded beyond this", now);
    } else if before.is_none() && model.facts.latest().repo.is_some() {
        let words = "of the past: sessions and git are not recorded, and not shown here";
        model.say(words, now);
    }
    // The steps that wait were meant from where this one ended.
    for wish in &mut model.travel.wishes {
        if let Travel::Step { from, .. } = wish {
            *from = at;
        }
    }
    pump(model)
}

/// A question was refused; `false` when it was none of these.
pub(crate) fn refused(model: &mut Model, id: RequestId, why: &Refusal, now: Timestamp) -> bool {
    if model.travel.survey == Some(id) {
        model.travel.survey = None;
        if model.travel.playing.is_some() {
            model.travel.stop();
        }
        if model.travel.later.take().is_some() {
            model.say(format!("cannot go back: {why}"), now);
        }
        return true;
    }
    if model.travel.asked != Some(id) {
        return false;
    }
    model.travel.asked = None;
    model.travel.stop();
    if model.facts.past().is_none() && !model.travel.only {
        model.facts.thaw();
    }
    model.say(format!("cannot go back: {why}"), now);
    true
}

#[cfg(test)]
mod tests;
