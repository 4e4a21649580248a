//! Help: exactly the keys that are bound now, and what the symbols mean.

mod find;

use super::{Overlay, frame};
use crate::{
    domain::{State, Timestamp},
    tui::{
        effect::Effect,
        keymap::{Action, Binding, Context},
        model::Model,
        screen::{Hits, moved},
        theme::Role,
        view::Tier,
        widget::{self, Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;

/// The open help.
#[derive(Debug, Default)]
pub(crate) struct Help {
    /// First line on screen.
    pub(super) top: usize,
    /// Highest first line, and lines on screen.
    pub(super) seen: (usize, usize),
    /// What is looked for.
    pub(crate) typed: String,
    /// Which of what was found is selected.
    at: usize,
}

/// A key while it is open.
pub(super) fn act(
    model: &mut Model,
    mut help: Box<Help>,
    action: Action,
    now: Timestamp,
) -> Vec<Effect> {
    if action == Action::Escape {
        return Vec::new();
    }
    if action == Action::Erase {
        help.typed.clear();
    } else if !help.typed.is_empty() {
        return find::act(model, help, action, now);
    }
    help.top = moved(action, help.top, help.seen.1, help.seen.0).unwrap_or(help.top);
    model.overlay = Some(Overlay::Help(help));
    Vec::new()
}

/// Draws the help over `body`.
pub(super) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    help: &Help,
    hits: &mut Hits,
) {
    if !help.typed.is_empty() {
        return find::draw(model, canvas, body, help, hits);
    }
    let top = help.top;
    let lines = lines(model, body);
    let place = frame::place(body, (112, frame::tall(lines.len())));
    let page = usize::from(place.height.saturating_sub(2));
    let last = lines.len().saturating_sub(page);
    let top = top.min(last);
    let more = if last > 0 {
        format!("  {}-{} of {}", top + 1, top + page, lines.len())
    } else {
        String::new()
    };
    let title = Strip::of(
        format!("Help · {}  search: ▏", model.view.name()),
        Role::Title,
    )
    .add(more, Role::Dim);
    canvas.frame(place, &title);
    let inner = frame::inside(place, 2);
    hits.point(inner);
    let mut rows = Rows::of(inner);
    for line in lines.iter().skip(top).take(page) {
        canvas.strip(rows.line(), line);
    }
    hits.detail = (last, page);
}

/// One column of keys.
fn column(title: &str, rows: &[&Binding], keys: usize) -> Vec<Strip> {
    let mut out = vec![Strip::of(title, Role::Title)];
    out.extend(rows.iter().map(|b| {
        Strip::of(format!("{:<keys$} ", b.keys()), Role::Key).add(b.desc.clone(), Role::Text)
    }));
    out
}

fn lines(model: &Model, body: Rect) -> Vec<Strip> {
    let map = &model.look.keymap;
    let of = |context| map.rows(context).iter().collect::<Vec<_>>();
    let mut global = of(Context::Global);
    global.extend(of(Context::Always));
    let (first, second) = global.split_at(global.len().div_ceil(2));
    let columns = [
        column("THIS VIEW", &of(model.view.context()), 9),
        column("MOVE", &of(Context::Move), 9),
        column("EVERYWHERE", first, 6),
        column("", second, 6),
    ];
    let mut out = if Tier::of(body) >= Tier::S || body.width >= 100 {
        beside(&columns, body.width.min(112).saturating_sub(4))
    } else {
        columns.into_iter().flatten().collect()
    };
    out.push(Strip::new());
    out.push(Strip::of("DAEMONS", Role::Title).add(
        of(Context::Daemons).iter().fold("  ".to_owned(), |s, b| {
            format!("{s}{} {}  ", b.key(), b.hint.clone().unwrap_or_default())
        }),
        Role::Text,
    ));
    out.push(Strip::new());
    out.push(Strip::of("STATES", Role::Title).add(
        "  the word always stands with the symbol; colour only repeats it",
        Role::Dim,
    ));
    let width = body.width.min(112).saturating_sub(4);
    out.extend(states(width));
    out.push(Strip::new());
    for (head, words) in notes(model) {
        let lines = widget::lines(&words, width.saturating_sub(10), true);
        for (n, line) in lines.into_iter().enumerate() {
            let head = if n == 0 { head } else { "" };
            out.push(Strip::of(format!("{head:<9} "), Role::Title).add(line, Role::Text));
        }
    }
    out
}

/// What else is worth knowing.
fn notes(model: &Model) -> Vec<(&'static str, String)> {
    let workers = &model.screens.workers;
    let worker = workers
        .selected()
        .or_else(|| model.snapshot().workers.first());
    let state = worker.map_or_else(
        || "no worker is known yet".to_owned(),
        |w| {
            let limits = &w.limits;
            format!(
                "{}: SUSPECT after {}, SILENT after {} without a heartbeat, STALLED after {} without progress \
                 (watchdog.* in the configuration; explain NAME says where they come from)",
                w.id, limits.suspect, limits.silent, limits.stall
            )
        },
    );
    let symbols = if model.look.ascii {
        "SYMBOLS are ASCII; --symbols unicode has others"
    } else {
        "without them (--symbols ascii): > . ? = ! x + ~ -"
    };
    let filter = "state:suspect,silent  team:core  hb>2m  prio<=1  branch~migr  \"free text\"  /regex/  \
                  !term  ( a or b )";
    let grey = ["reassign", "hold"];
    let actions = [Action::Reassign, Action::Hold];
    let grey = grey.into_iter().zip(actions).filter_map(|(name, action)| {
        crate::tui::reasons::why_not(model, action).map(|why| format!("{name}: {why}"))
    });
    let mut grey: Vec<String> = grey.collect();
    if grey.is_empty() {
        grey.push("nothing is off here; the palette says why when something is".to_owned());
    }
    vec![
        ("SYMBOLS", symbols.to_owned()),
        ("FILTER", filter.to_owned()),
        ("WHY GREY", grey.join("; ")),
        ("STATE", state),
        (
            "DOCS",
            "swarmwarden keys | explain NAME | config check | theme list".to_owned(),
        ),
    ]
}

/// Columns side by side, as many as fit; the others below.
fn beside(columns: &[Vec<Strip>], width: u16) -> Vec<Strip> {
    let mut out = Vec::new();
    let mut group: Vec<&Vec<Strip>> = Vec::new();
    let widths = |c: &[Strip]| c.iter().map(Strip::width).max().unwrap_or(0) + 3;
    let mut used = 0;
    for column in columns {
        let wide = widths(column);
        if used + wide > width + 3 && !group.is_empty() {
            flush(&mut out, &group);
            group.clear();
            used = 0;
        }
        used += wide;
        group.push(column);
    }
    flush(&mut out, &group);
    out
}

fn flush(out: &mut Vec<Strip>, group: &[&Vec<Strip>]) {
    if !out.is_empty() {
        out.push(Strip::new());
    }
    let tall = group.iter().map(|c| c.len()).max().unwrap_or(0);
    for i in 0..tall {
        let mut line = Strip::new();
        let mut edge = 0;
        for (n, column) in group.iter().enumerate() {
            let wide = column.iter().map(Strip::width).max().unwrap_or(0) + 3;
            let part = column.get(i).cloned().unwrap_or_default();
            line = line.join(part);
            edge += wide;
            let pad = edge.saturating_sub(line.width());
            if n + 1 == group.len() {
                break;
            }
            line = line.add(" ".repeat(usize::from(pad)), Role::Text);
        }
        out.push(line);
    }
}

/// Every state with what it means.
fn states(width: u16) -> Vec<Strip> {
    let mut out = Vec::new();
    let mut line = Strip::new();
    for state in State::ALL {
        let mark = widget::state(state);
        let part = Strip::of(format!("{:<10}", mark.text()), mark.role)
            .add(format!("{:<26}", meaning(state)), Role::Text);
        if line.width() + part.width() > width && !line.is_empty() {
            out.push(std::mem::take(&mut line));
        }
        line = line.join(part);
    }
    out.push(line);
    out
}

const fn meaning(state: State) -> &'static str {
    match state {
        State::Silent => "no sign of life",
        State::Stalled => "beats, but does not move",
        State::NoHeartbeat => "moves, but does not beat",
        State::Suspect => "late, not yet silent",
        State::Blocked => "waits for an answer",
        State::Expired => "its conversation ended",
        State::Unknown => "nothing to judge by",
        State::New => "not heard of yet",
        State::Held => "held by the operator",
        State::Healthy => "owes work and moves",
        State::Idle => "alive, owes nothing",
        State::Finished => "says it is done",
    }
}
