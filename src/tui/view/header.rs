//! First lines: where the data comes from and how fresh it is, what is wrong, how far the work is; and the tabs.

use super::{Hits, Scene, Tier, guard};
use crate::{
    domain::{DataState, Mode, Severity, Timestamp},
    tui::{
        keymap::{Action, Context},
        model::{Model, View},
        screen::Spot,
        theme::Role,
        widget::{Canvas, Rows, Strip, cells},
    },
};
use ratatui::layout::Rect;
use std::fmt::Write as _;

/// Header of one line (40 columns) or two.
pub(super) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let mut rows = Rows::of(place);
    let first = rows.line();
    let left = name(scene);
    let room = first.width.saturating_sub(left.width() + 1);
    let right = best(room, &facts(scene));
    canvas.strip(first, &left);
    canvas.strip_right(first, &right);
    if rows.left() > 0 {
        tabs(scene, canvas, rows.line(), hits);
    }
}

/// All that a terminal below 40×12 gets: the counts, and how to see more.
pub(super) fn tiny(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect) {
    let mut rows = Rows::of(place);
    let line = severities(scene, false)
        .add(" ", Role::Text)
        .join(up(scene, false))
        .add(" ", Role::Text)
        .join(state(scene, true));
    canvas.strip(rows.line(), &line);
    canvas.put(rows.line(), "40x12 for more", Role::Dim);
    let problems = &scene.model.snapshot().problems;
    for problem in problems {
        let place = rows.line();
        if place.is_empty() {
            break;
        }
        let mark = crate::tui::widget::severity(problem.severity);
        let text = format!("{} {}", mark.symbol, problem.sentence);
        canvas.put(place, &text, mark.role);
    }
}

/// Product and database.
fn name(scene: Scene<'_>) -> Strip {
    let source = &scene.model.snapshot().source;
    let tab = scene.model.view.name();
    let looked_at = scene.model.facts.scope();
    let part = if looked_at.is_all() {
        Role::Text
    } else {
        Role::Accent
    };
    let scope = |most| crate::domain::text::fit(&looked_at.to_string(), most).into_owned();
    let narrow = |strip: Strip, most| {
        if looked_at.is_all() {
            strip
        } else {
            strip.add(format!(" @{}", scope(most)), part)
        }
    };
    // What a recording says of a path is anybody's word.
    let recorded = matches!(source.mode, crate::domain::Mode::Recorded(_));
    let place = scene.file(&source.path).filter(|_| !recorded);
    match scene.tier {
        Tier::Xl => Strip::of(" swarmwarden", Role::Title)
            .add("  ", Role::Text)
            .lead(&*source.name, Role::Text, place)
            .add(format!("  scope {}", scope(36)), part),
        Tier::M => Strip::of(" ", Role::Title)
            .lead(&*source.name, Role::Title, place)
            .add(format!(" @{}", scope(18)), part),
        Tier::S => {
            let name = crate::domain::text::fit(&source.name, 14);
            narrow(
                Strip::of(" ", Role::Title).lead(name, Role::Title, place),
                12,
            )
        }
        Tier::Xs | Tier::Tiny => {
            let tab = tab.chars().take(4).collect::<String>();
            narrow(Strip::of(tab, Role::Title), 8)
        }
    }
}

/// What stands at the right, the best first: each as the parts it is made of.
fn facts(scene: Scene<'_>) -> Vec<Vec<Strip>> {
    let long = scene.tier == Tier::Xl;
    let state = state(scene, !long);
    let sev = severities(scene, long);
    let up_long = up(scene, true);
    let clock = Strip::of(scene.clock_text(), Role::Text);
    let short = |n: u8| {
        let mut parts = vec![state.clone(), guard::sight(scene), sev.clone()];
        if n > 0 {
            parts.push(if n > 1 {
                up_long.clone()
            } else {
                up(scene, false)
            });
        }
        if n > 3 {
            parts.push(done(scene));
        }
        if n > 4 {
            parts.push(guard::policy(scene));
        }
        if n > 2 {
            parts.push(jobs(scene));
        }
        parts.push(lock(scene));
        if n > 2 {
            parts.push(clock.clone());
        }
        parts
    };
    (0..=5).rev().map(short).collect()
}

/// The first choice that fits, its parts with blanks between.
fn best(room: u16, choices: &[Vec<Strip>]) -> Strip {
    let spaced = |parts: &[Strip], gap: &str| {
        parts
            .iter()
            .filter(|p| !p.is_empty())
            .fold(Strip::new(), |line, part| {
                let gap = if line.is_empty() { "" } else { gap };
                line.add(gap, Role::Text).join(part.clone())
            })
            .add(" ", Role::Text)
    };
    let wide = choices.iter().map(|parts| spaced(parts, "   "));
    let close = choices.iter().map(|parts| spaced(parts, "  "));
    let tight = choices.iter().map(|parts| spaced(parts, " "));
    wide.take(1)
        .chain(close.take(2))
        .chain(tight)
        .find(|line| line.width() <= room)
        .unwrap_or_default()
}

/// `LIVE 0.4s`, `STALE 14s`, `FROZEN 12:04:31Z +12`, ….
fn state(scene: Scene<'_>, short: bool) -> Strip {
    let model = scene.model;
    let source = &model.snapshot().source;
    if let Some(at) = model.facts.past() {
        return replay(scene, at, short);
    }
    if let Some((at, more)) = model.facts.frozen() {
        let clock = if short {
            String::new()
        } else {
            format!(" {}", at.clock())
        };
        return Strip::of(format!("FROZEN{clock} +{more}"), Role::Replay);
    }
    if let Some(at) = model.facts.gone() {
        return Strip::of(format!("STOPPED {}", scene.now.since(at)), Role::Off);
    }
    let read = source.read_at.unwrap_or(scene.now);
    let age = scene.now.since(read);
    let demo = if source.mode == Mode::Demo {
        "DEMO "
    } else {
        ""
    };
    match source.state(scene.now) {
        DataState::Connecting => Strip::of("CONNECTING", Role::Stale),
        DataState::Folding(p) => {
            let percent = p.done.saturating_mul(100) / p.of.max(1);
            Strip::of(format!("COUNTING {}%", percent.min(99)), Role::Stale)
        }
        DataState::Live => {
            if model.look.slow {
                return Strip::of(format!("{demo}LIVE"), Role::Live);
            }
            let tenths = age.0.max(0) / 100_000;
            let age = if tenths < 100 {
                format!("{}.{}s", tenths / 10, tenths % 10)
            } else {
                age.to_string()
            };
            Strip::of(format!("{demo}LIVE {age}"), Role::Live)
        }
        DataState::Stale => Strip::of(format!("{demo}STALE {age}"), Role::Stale),
        DataState::Offline => Strip::of(format!("{demo}OFFLINE {age}"), Role::Off),
        DataState::Recorded(at) => Strip::of(format!("RECORDED {}", at.clock()), Role::Replay),
    }
}

/// `REPLAY 12:01:10Z 4x`, with the day where it is another.
fn replay(scene: Scene<'_>, at: Timestamp, short: bool) -> Strip {
    let day = |at: Timestamp| at.utc().map(|at| at.date_naive());
    let mut words = "REPLAY".to_owned();
    if day(at) != day(scene.now)
        && let Some(at) = at.utc()
        && !short
    {
        words.push_str(&at.format(" %m-%d").to_string());
    }
    let _ = write!(words, " {}", at.clock());
    if let Some(speed) = scene.model.travel.playing() {
        let _ = write!(words, " {speed}x");
    }
    Strip::of(words, Role::Replay)
}

/// `✗2 CRIT  !2 WARN`.
fn severities(scene: Scene<'_>, long: bool) -> Strip {
    let count = |s| scene.model.facts.open_alerts(s);
    let critical = count(Severity::Critical);
    let warning = count(Severity::Warning);
    let unknown = count(Severity::Unknown);
    let role = |n: usize, role| if n == 0 { Role::Text } else { role };
    let (crit, warn) = if long { (" CRIT ", " WARN") } else { ("", "") };
    let mut line = Strip::of(format!("✗{critical}{crit}"), role(critical, Role::Crit))
        .add(" ", Role::Text)
        .add(format!("!{warning}{warn}"), role(warning, Role::Warn));
    if unknown > 0 {
        line = line.add(format!(" -{unknown}"), Role::Unknown);
    }
    line
}

/// `102/104 up`.
fn up(scene: Scene<'_>, word: bool) -> Strip {
    let states = &scene.model.snapshot().states;
    let word = if word { " up" } else { "" };
    Strip::of(
        format!("{}/{}{word}", states.up(), states.total()),
        Role::Text,
    )
}

/// `212/340 done`, or that it is still being counted.
fn done(scene: Scene<'_>) -> Strip {
    let snapshot = scene.model.snapshot();
    if snapshot.source.progress.is_some() {
        return Strip::of("counting", Role::Dim);
    }
    let counts = snapshot.task_counts;
    Strip::of(format!("{}/{} done", counts.done, counts.total), Role::Text)
}

/// Background jobs that are not well.
fn jobs(scene: Scene<'_>) -> Strip {
    let ill: Vec<&str> = scene
        .model
        .jobs
        .iter()
        .filter(|j| !j.is_well())
        .map(|j| j.name)
        .collect();
    match ill.as_slice() {
        [] => Strip::new(),
        [one] => Strip::of(format!("!{one}"), Role::Warn),
        many => Strip::of(format!("!{} jobs", many.len()), Role::Warn),
    }
}

fn lock(scene: Scene<'_>) -> Strip {
    if scene.model.look.read_only.is_some() {
        Strip::of("RO", Role::ReadOnly)
    } else {
        Strip::new()
    }
}

impl Scene<'_> {
    /// The time now; minutes are enough on 60 columns and over a slow line. Nothing while the picture stands still: its own instant is
    /// named beside it.
    fn clock_text(self) -> String {
        if self.model.facts.frozen().is_some() {
            return String::new();
        }
        let clock = self.now.clock();
        let short = self.tier == Tier::S || self.model.look.slow;
        match clock.get(..5).filter(|_| short) {
            Some(minutes) => format!("{minutes}Z"),
            None => clock,
        }
    }
}

/// How much of a tab is said.
#[derive(Debug, Clone, Copy)]
enum Words {
    Long,
    Short,
    /// The key, and the name of the one on show.
    Digits,
}

/// The tabs, with so much of them.
fn tab_line(model: &Model, words: Words) -> (Strip, Vec<(u16, u16, Action)>) {
    let key = |action| {
        let rows = model.look.keymap.rows(Context::Global).iter();
        rows.filter(|b| b.run == action)
            .map(super::super::keymap::Binding::key)
            .next()
            .unwrap_or_default()
    };
    let mut line = Strip::of(" ", Role::Text);
    let mut spots = Vec::new();
    for (view, action, n) in tab_list(model) {
        let here = view.name() == model.view.name();
        let name = match words {
            Words::Long => view.name(),
            Words::Digits if !here => "",
            Words::Short | Words::Digits => view.short(),
        };
        let count = if n > 0 { n.to_string() } else { String::new() };
        let parts = [key(action), name.to_owned(), count];
        let parts: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        let text = parts.join(if matches!(words, Words::Digits) && !here {
            "·"
        } else {
            " "
        });
        let from = line.width();
        line = if here {
            line.add(format!("[{text}]"), Role::Accent)
        } else {
            line.add(format!(" {text} "), Role::Text)
        };
        spots.push((from, line.width() - from, action));
        line = line.add(" ", Role::Text);
    }
    (line, spots)
}

/// `[1 Overview]  2 Workers 104   5 Messages 17`; where there is no room for that, short names, then digits with counts.
fn tabs(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let model = scene.model;
    let snapshot = model.snapshot();
    let mut choices = [Words::Long, Words::Short].into_iter();
    let fits = |(line, _): &(Strip, _)| line.width() <= place.width + 1;
    let line = choices.find_map(|words| Some(tab_line(model, words)).filter(fits));
    let (line, spots) = line.unwrap_or_else(|| tab_line(model, Words::Digits));
    let used = canvas.strip(place, &line);
    for (from, width, action) in spots {
        let tab = Rect {
            x: place.x + from,
            width: width.min(place.width.saturating_sub(from)),
            ..place
        };
        hits.spot(tab, Spot::Key(action));
    }
    let error = snapshot.source.error.as_deref().unwrap_or_default();
    let room = Rect {
        x: place.x.saturating_add(used),
        width: place.width.saturating_sub(used),
        ..place
    };
    if cells(error) > 0 && room.width > 12 {
        canvas.put_right(
            room,
            &crate::domain::text::fit(error, usize::from(room.width - 2)),
            Role::Warn,
        );
    }
}

/// Every tab, its key's action, and how much is behind it.
fn tab_list(model: &Model) -> [(View, Action, u64); 7] {
    let snapshot = model.snapshot();
    let alerts = model.facts.alerts().iter();
    let active = alerts.filter(|a| a.status.is_active()).count() as u64;
    let spoken_of = snapshot.sessions.iter().filter(|s| !s.is_bare()).count();
    [
        (View::Overview, Action::Overview, 0),
        (
            View::Workers,
            Action::Workers,
            u64::from(snapshot.states.total()),
        ),
        (View::Tasks, Action::Tasks, snapshot.task_counts.open()),
        (View::Alerts, Action::Alerts, active),
        (View::Messages, Action::Messages, snapshot.traffic.unread),
        (View::Sessions, Action::Sessions, spoken_of as u64),
        (View::Activity, Action::Activity, 0),
    ]
}
