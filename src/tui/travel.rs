//! Going back in time: which recorded instant is on show, what was asked for and is on its way, and playing.
//!
//! One question is on its way at a time, and the others wait in a short queue in which steps to an instant replace each other: a key that
//! is held down never floods the engine, and the newest wish is the one that is answered last.

mod bar;

pub(crate) use bar::draw;

use super::{
    effect::Effect,
    keymap::Action,
    model::Model,
    overlay::{Overlay, Page},
};
use crate::{
    domain::{Command, Moment, Recording, Refusal, Snapshot, Span, Timestamp, Travel, compare},
    link::RequestId,
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// How fast recorded time can pass, in seconds a second.
pub(crate) const SPEEDS: [u32; 9] = [1, 2, 4, 8, 16, 30, 60, 300, 900];
/// Between two pictures of a recording that plays.
const FRAME: Duration = Duration::from_millis(100);
/// The same on a slow line.
const SLOW: Duration = Duration::from_secs(1);
/// Wishes that wait at most.
const WISHES: usize = 32;

/// Where in time the dashboard is.
#[derive(Debug, Default)]
pub(crate) struct Journey {
    recording: Option<Arc<Recording>>,
    survey: Option<RequestId>,
    asked: Option<RequestId>,
    wishes: VecDeque<Travel>,
    /// Where the last wish leads, before its answer is there.
    target: Option<Timestamp>,
    playing: Option<Playing>,
    speed: usize,
    /// What the picture on show is held against, in place of the newest.
    pin: Option<Arc<Snapshot>>,
    /// Nothing but a recording: there is no present to go back to.
    only: bool,
}

/// Recorded time passes.
#[derive(Debug, Clone, Copy)]
struct Playing {
    /// Since when, on the clock on the wall.
    began: Timestamp,
    /// From which instant.
    from: Timestamp,
}

impl Journey {
    /// A dashboard on a recording and nothing else, which plays `speed` times as fast as it was.
    pub(crate) fn replay(speed: u32) -> Self {
        let speed = SPEEDS.iter().rposition(|s| *s <= speed);
        Self {
            speed: speed.unwrap_or_default(),
            only: true,
            ..Self::default()
        }
    }

    /// What is known of the recording.
    pub(crate) fn recording(&self) -> Option<&Recording> {
        self.recording.as_deref()
    }

    /// How fast time passes, while it does.
    pub(crate) fn playing(&self) -> Option<u32> {
        self.playing.map(|_| self.speed())
    }

    /// How fast it would pass.
    pub(crate) fn speed(&self) -> u32 {
        SPEEDS.get(self.speed).copied().unwrap_or(1)
    }

    /// There is no present to go back to.
    pub(crate) const fn only(&self) -> bool {
        self.only
    }

    /// The instant that the picture is held against, where one was chosen.
    pub(crate) fn pinned(&self) -> Option<Timestamp> {
        self.pin.as_ref().map(|pin| pin.at)
    }

    /// How soon the next picture is wanted, while time passes.
    pub(crate) fn pace(&self, slow: bool) -> Option<Duration> {
        self.playing.map(|_| if slow { SLOW } else { FRAME })
    }

    fn wish(&mut self, wish: Travel) {
        if let (Travel::To(_), Some(Travel::To(_))) = (wish, self.wishes.back()) {
            self.wishes.pop_back();
        }
        if self.wishes.len() < WISHES {
            self.wishes.push_back(wish);
        }
    }

    fn stop(&mut self) {
        self.playing = None;
        self.wishes.clear();
        self.target = None;
    }
}

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
        model.say("reading what was recorded; press the key again", now);
        return survey(model).into_iter().collect();
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

/// What there is of the recording.
pub(crate) fn surveyed(model: &mut Model, id: RequestId, recording: Arc<Recording>) {
    if model.travel.survey == Some(id) {
        model.travel.survey = None;
        model.travel.recording = Some(recording);
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

/// Holds the picture on show against the newest, or against the one that was chosen.
fn compare(model: &mut Model, now: Timestamp) {
    let shown = Arc::clone(model.facts.whole());
    let other = (model.travel.pin.clone()).unwrap_or_else(|| Arc::clone(model.facts.latest()));
    if Arc::ptr_eq(&shown, &other) {
        return model.say(
            "go back first (`<` `,`): this instant is the one that others are compared with",
            now,
        );
    }
    let (from, to) = if shown.at <= other.at {
        (shown, other)
    } else {
        (other, shown)
    };
    let scope = model.facts.scope();
    let found = if scope.is_all() {
        compare::Comparison::of(&from, &to)
    } else {
        compare::Comparison::of(&from.within(scope), &to.within(scope))
    };
    model.overlay = Some(Overlay::Page(Box::new(Page::compared(found))));
}

/// From now on others are held against the picture on show.
pub(crate) fn pin(model: &mut Model, now: Timestamp) {
    let shown = Arc::clone(model.facts.whole());
    let words = format!("{} is what others are compared with", shown.at.clock());
    model.travel.pin = Some(shown);
    model.overlay = None;
    model.say(words, now);
}

#[cfg(test)]
mod tests;
