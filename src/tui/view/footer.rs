//! Last lines: what is on screen and as of when, or a prompt, or what was just said; and the keys that work now.

use super::{Hits, Scene, Tier};
use crate::tui::sieve::Sieve;
use crate::{
    domain::Timestamp,
    tui::{
        keymap::{Action, Binding, Context},
        model::{Model, View},
        overlay::Overlay,
        screen::{
            Spot, activity, alerts, messages, session, sessions, task, tasks, worker, workers,
        },
        theme::Role,
        travel, undertake,
        widget::{Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;

/// The status line has something that must be read.
pub(super) fn speaks(model: &Model) -> bool {
    calls(model) || model.facts.gone().is_some() || filter(model).is_some_and(|f| !f.is_empty())
}

/// Something is being typed, or was just said.
pub(super) fn calls(model: &Model) -> bool {
    model.typed.prompt || !model.typed.pending.is_empty() || model.toast.is_some()
}

/// The only line below what is open: what is typed or was said, else its keys.
pub(super) fn line(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    if calls(scene.model) {
        status(scene, canvas, place, hits);
    } else {
        hints(scene.model, canvas, place, hits);
    }
}

/// Status line and hint bar, or the hint bar alone.
pub(super) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let mut rows = Rows::of(place);
    if rows.left() > 1 {
        status(scene, canvas, rows.line(), hits);
    }
    hints(scene.model, canvas, rows.line(), hits);
}

fn filter(model: &Model) -> Option<&str> {
    model.filter()
}

impl Model {
    /// The filter of the view on show; `None` where there can be none.
    pub(crate) fn filter(&self) -> Option<&str> {
        let model = self;
        match model.view {
            View::Workers => Some(&model.screens.workers.filter),
            View::Tasks => Some(&model.screens.tasks.filter),
            View::Alerts => Some(&model.screens.alerts.filter),
            View::Messages if model.screens.messages.open => {
                Some(&model.screens.messages.search.typed)
            }
            View::Messages => Some(&model.screens.messages.filter),
            View::Sessions => Some(&model.screens.sessions.filter),
            View::Activity => Some(&model.screens.activity.filter),
            View::Overview | View::Worker | View::Task | View::Session => None,
        }
    }
}

fn status(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let model = scene.model;
    if model.typed.prompt {
        let text = filter(model).unwrap_or_default();
        let flaw = model.sieve().and_then(Sieve::flaw);
        let at = flaw.map_or(text.len()..text.len(), |flaw| flaw.at.clone());
        let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default().to_owned();
        let words = match flaw {
            Some(flaw) => flaw.words.clone(),
            None => matched(scene),
        };
        let used = canvas.strip(
            place,
            &Strip::of(format!(" /{}", part(0..at.start)), Role::Title)
                .add(part(at.clone()), Role::Match)
                .add(part(at.end..text.len()), Role::Title)
                .add("▏", Role::Accent)
                .add(format!("  {words}"), Role::Text),
        );
        let caret = 2 + crate::tui::widget::cells(filter(model).unwrap_or_default());
        hits.cursor = Some((place.x + caret.min(used), place.y));
        return;
    }
    let toast = model.toast.as_ref().map(|t| t.text.as_str());
    let gone = model.facts.gone().map(|_| "engine stopped; data is frozen");
    if let Some(words) = toast.or(gone) {
        canvas.put(place, &format!(" {words}"), Role::Title);
        return;
    }
    let pending = &model.typed.pending;
    if !pending.is_empty() {
        let typed: String = pending.iter().map(ToString::to_string).collect();
        let words = format!(" {typed} …  one more key; any other means itself");
        canvas.put(place, &words, Role::Title);
        return;
    }
    let when = as_of(scene);
    canvas.put_right(place, &when, Role::Dim);
    let room = Rect {
        width: place
            .width
            .saturating_sub(crate::tui::widget::cells(&when) + 1),
        ..place
    };
    let held = model
        .held(scene.now)
        .map_or_else(String::new, |words| format!("{words} · "));
    canvas.put(room, &format!(" {held}{}", matched(scene)), Role::Text);
}

/// What is listed, how, and how much of it.
fn matched(scene: Scene<'_>) -> String {
    match scene.model.view {
        View::Overview => {
            let snapshot = scene.model.snapshot();
            let problems = snapshot.problems.len();
            format!(
                "{} · {} · times: {}",
                crate::tui::screen::overview::plural(snapshot.workers.len(), "worker"),
                crate::tui::screen::overview::plural(problems, "problem"),
                scene.clock.form.name()
            )
        }
        View::Workers => workers::status(scene),
        View::Worker => worker::status(scene),
        View::Tasks => tasks::status(scene),
        View::Task => task::status(scene),
        View::Alerts => alerts::status(scene),
        View::Messages => messages::status(scene),
        View::Sessions => sessions::status(scene),
        View::Session => session::status(scene),
        View::Activity => activity::status(scene),
    }
}

fn as_of(scene: Scene<'_>) -> String {
    let read = scene.model.snapshot().source.read_at;
    let words = if scene.tier == Tier::Xl {
        "data as of"
    } else {
        "as of"
    };
    let read = read.map(|at: Timestamp| format!("{words} {}", at.clock()));
    let look = &scene.model.look;
    let parts = [
        look.zoom.then(|| "zoom".to_owned()),
        scene.model.mouse.is_off().then(|| "mouse off".to_owned()),
        read,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{} ", parts.join(" · "))
}

/// What the hint bar could show now, the most specific first.
pub(crate) fn offered(model: &Model) -> Vec<&Binding> {
    let contexts = model.contexts().into_iter();
    let rows = contexts
        .filter(|c| *c != Context::Always)
        .flat_map(|c| model.look.keymap.rows(c));
    let mut all: Vec<&Binding> = Vec::new();
    for row in rows.filter(|b| b.hint.is_some() && !b.on.is_empty() && offers(model, b)) {
        // What a view says of a key of every view stands for it.
        if all.iter().all(|known| known.run != row.run) {
            all.push(row);
        }
    }
    if model.facts.frozen().is_some() {
        // Nothing can be done to what is past: first the keys that move through it.
        all.sort_by_key(|b| !travel::moves(b.run));
    }
    all
}

/// `Enter open  ! next problem … ? help`: whole hints only, the help always.
fn hints(model: &Model, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let closed = crate::tui::acting::forbidden(model).is_some();
    let hint = |binding: &Binding| {
        let word = match binding.run {
            Action::Freeze => travel::word(model),
            _ => binding.hint.as_deref().unwrap_or_default(),
        };
        // Where nothing may be written a key that writes stays, but dim.
        let (key, text) = if closed && binding.run.writes() {
            (Role::KeyOff, Role::Dim)
        } else {
            (Role::Key, Role::Text)
        };
        Strip::of(" ", Role::Text)
            .add(binding.key(), key)
            .add(format!(" {word} "), text)
    };
    let offered = offered(model);
    let help = offered.iter().find(|b| b.run == Action::Help);
    let tail = help.map_or_else(Strip::new, |b| hint(b));
    let room = place.width.saturating_sub(tail.width());
    let mut line = Strip::new();
    let mut put = |line: Strip, strip: Strip, action| {
        let x = place.x + line.width();
        let width = strip.width().min(place.right().saturating_sub(x));
        hits.spot(Rect { x, width, ..place }, Spot::Key(action));
        line.join(strip)
    };
    for binding in offered {
        let strip = hint(binding);
        if binding.run != Action::Help && line.width() + strip.width() <= room {
            line = put(line, strip, binding.run);
        }
    }
    canvas.strip(place, &put(line, tail, Action::Help));
}

/// The key does something here and now.
fn offers(model: &Model, binding: &Binding) -> bool {
    let frozen = model.facts.frozen().is_some();
    let empty = match model.view {
        View::Workers => model.screens.workers.rows.is_empty(),
        View::Tasks => model.screens.tasks.rows.is_empty(),
        View::Alerts => model.screens.alerts.rows.is_empty(),
        View::Messages => model.screens.messages.rows.is_empty(),
        View::Sessions => model.screens.sessions.is_empty(),
        View::Activity => model.screens.activity.rows.is_empty(),
        View::Overview | View::Worker | View::Task | View::Session => false,
    };
    let on = |view| model.view == view;
    if let Some(Overlay::Form(form)) = &model.overlay {
        return form.offers(binding.run);
    }
    if workers::on_group(model, binding.run).is_some() {
        return false;
    }
    match binding.run {
        Action::Live => frozen && !model.travel.only(),
        Action::EarlierEvent | Action::EarlierMinute | Action::EarlierTrouble | Action::Compare => {
            frozen
        }
        Action::Open | Action::Evidence | Action::Note | Action::Mark => !empty,
        Action::Ack if on(View::Sessions) && model.screens.sessions.selected().is_none() => false,
        Action::Ack | Action::Mute => !empty && !model.facts.alerts().is_empty(),
        Action::Order => !empty && model.orders().is_some(),
        Action::Deploy | Action::TakeOver => undertake::why_not(model, binding.run).is_none(),
        Action::NextPanel if on(View::Sessions) => model.screens.sessions.detail.2 > 0,
        Action::Accept => {
            !matches!(&model.overlay, Some(Overlay::Help(help)) if help.typed.is_empty())
        }
        Action::NextMatch | Action::PreviousMatch | Action::Pin => {
            matches!(&model.overlay, Some(Overlay::Page(page)) if page.offers(binding.run))
        }
        Action::PageDown | Action::PageUp => match &model.overlay {
            Some(Overlay::Page(page)) => page.offers(binding.run),
            _ => true,
        },
        Action::Undo => !model.undo.is_empty(),
        Action::Confirm => match &model.overlay {
            Some(Overlay::Mute(mute)) => mute.asks(),
            Some(Overlay::Dialog(dialog)) => dialog.confirms(),
            Some(Overlay::Scratch(scratch)) => scratch.confirms(),
            Some(Overlay::Ask(_)) => true,
            _ => false,
        },
        Action::NextProblem => !model.snapshot().problems.is_empty(),
        Action::Escape => {
            model.view != View::Overview || model.overlay.is_some() || model.typed.prompt
        }
        Action::JobStart | Action::JobStop | Action::JobRestart | Action::JobRun => {
            !model.jobs.is_empty()
        }
        Action::Erase => filter(model).is_some_and(|f| !f.is_empty()),
        Action::Reread => model.facts.gone().is_none(),
        _ => true,
    }
}
