//! What can be taken away: the menu of copies, and that of files. A letter for each.

use super::{Overlay, frame};
use crate::{
    domain::{Timestamp, text},
    tui::{
        acting, clip,
        effect::Effect,
        errand::Errand,
        keymap::{Action, Chord, Context},
        model::{Model, View},
        picture,
        screen::{Hits, List, sessions::Layout},
        theme::Role,
        widget::{Canvas, Rows, Strip, cells},
    },
};
use ratatui::{buffer::Buffer, layout::Rect};

/// What becomes of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Take {
    /// Into the clipboard.
    Text(String),
    /// Into a file of this kind.
    File(Kind),
}

/// Kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Csv,
    Markdown,
    Screen,
}

impl Kind {
    const fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Markdown => "md",
            Self::Screen => "txt",
        }
    }
}

#[derive(Debug)]
struct Choice {
    letter: char,
    label: &'static str,
    take: Result<Take, &'static str>,
}

/// The menu. What it would copy is what was selected when it was opened.
#[derive(Debug)]
pub(crate) struct Taking {
    title: &'static str,
    rows: Vec<Choice>,
    pub(crate) list: List<usize>,
}

impl Taking {
    fn new(title: &'static str, rows: Vec<Choice>) -> Self {
        let mut list = List::default();
        list.choose(0, Some(0));
        Self { title, rows, list }
    }

    /// `y`.
    pub(crate) fn copy(model: &Model) -> Self {
        let sheet = model.sheet();
        let none = "nothing is selected";
        let choice = |letter, label, text: Option<String>, why| Choice {
            letter,
            label,
            take: text.map(Take::Text).ok_or(why),
        };
        let row = sheet.selected.and_then(|at| sheet.rows.get(at));
        let id = row.and_then(|row| row.first()).cloned();
        let rows = vec![
            choice('y', "id", id, none),
            choice('b', "branch", branch(model), "no branch is known of it"),
            choice('r', "row, with tabs", sheet.tsv(), none),
            choice('j', "row, as JSON", sheet.json_row(), none),
            choice(
                't',
                "text of the message",
                message(model),
                "no message is selected",
            ),
            choice('m', "report, as Markdown", sheet.report(), none),
            choice('c', "command line of this view", Some(command(model)), none),
        ];
        Self::new("Copy", rows)
    }

    /// `E`.
    pub(crate) fn export() -> Self {
        let choice = |letter, label, kind| Choice {
            letter,
            label,
            take: Ok(Take::File(kind)),
        };
        let rows = vec![
            choice('j', "JSON", Kind::Json),
            choice('c', "CSV", Kind::Csv),
            choice('m', "Markdown", Kind::Markdown),
            choice('s', "this screen, as text", Kind::Screen),
        ];
        Self::new("Export to a file", rows)
    }

    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        (self.list.top, self.list.page) = (hits.top, hits.page);
    }
}

/// The branch that is selected, or that of the session that the selected worker works for.
fn branch(model: &Model) -> Option<String> {
    let sessions = &model.screens.sessions;
    if model.view == View::Sessions
        && let Some(row) = sessions.branches.selected()
    {
        return Some(row.name().to_string());
    }
    if model.view == View::Sessions
        && let Some((_, theirs)) = sessions.matrix.selected()
    {
        return Some(theirs.to_string());
    }
    let key = match model.view {
        View::Sessions => sessions.selected().map(|s| s.key.clone()),
        View::Session => model.screens.session.key.clone(),
        _ => None,
    };
    let worker = acting::target(model).worker;
    let all = model.snapshot().sessions.iter();
    let found = all.into_iter().find(|s| {
        Some(&s.key) == key.as_ref() || worker.as_ref().is_some_and(|w| s.workers.contains(w))
    });
    Some(found?.branch()?.name.to_string())
}

fn message(model: &Model) -> Option<String> {
    let selected = model.screens.messages.selected();
    let selected = selected.filter(|_| model.view == View::Messages)?;
    Some(selected.body.to_string())
}

/// The command that prints what the view shows.
fn command(model: &Model) -> String {
    let filter = model.filter().filter(|f| !f.trim().is_empty());
    let subject = |sheet: crate::tui::sheet::Sheet| {
        let row = sheet.rows.into_iter().next();
        row.and_then(|row| row.into_iter().next())
            .unwrap_or_default()
    };
    let (what, filter) = match model.view {
        View::Overview => ("status".to_owned(), None),
        View::Workers => ("workers".to_owned(), filter.map(str::to_owned)),
        View::Worker => (format!("explain {}", quoted(&subject(model.sheet()))), None),
        View::Tasks => ("tasks".to_owned(), filter.map(str::to_owned)),
        View::Task => (
            "tasks".to_owned(),
            Some(format!("id:{}", subject(model.sheet()))),
        ),
        View::Alerts => ("alerts".to_owned(), filter.map(str::to_owned)),
        View::Messages | View::Activity => ("events".to_owned(), None),
        View::Sessions => {
            let listed = model.screens.sessions.layout == Layout::Sessions;
            let what = if listed { "sessions" } else { "git" };
            (what.to_owned(), filter.map(str::to_owned))
        }
        View::Session => (
            "sessions".to_owned(),
            Some(format!("id:{}", subject(model.sheet()))),
        ),
    };
    let snapshot = model.snapshot();
    let path = &snapshot.source.path;
    let mut out = format!("swarmwarden {what} --db {}", quoted(path));
    if let Some(repo) = snapshot.repo.as_ref().filter(|_| what == "git") {
        out = format!("{out} --git {}", quoted(&repo.path));
    }
    let scope = model.facts.scope();
    if !scope.is_all() && !matches!(model.view, View::Worker | View::Messages | View::Activity) {
        out = format!("{out} --scope {}", quoted(&scope.to_string()));
    }
    if let Some(filter) = filter {
        out = format!("{out} --filter {}", quoted(&filter));
    }
    out
}

/// One word of a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// A key while it is open.
pub(super) fn act(
    model: &mut Model,
    mut taking: Box<Taking>,
    action: Action,
    now: Timestamp,
) -> Vec<Effect> {
    match action {
        Action::Escape => return Vec::new(),
        Action::Accept => {
            let at = taking.list.row().unwrap_or_default();
            return choose(model, taking, at, now);
        }
        _ => {
            if let Some(to) = taking.list.target(action, taking.rows.len()) {
                taking.list.choose(to, Some(to));
            }
        }
    }
    model.overlay = Some(Overlay::Taking(taking));
    Vec::new()
}

/// A letter is typed.
pub(super) fn edit(model: &mut Model, chord: Chord, now: Timestamp) -> Vec<Effect> {
    let Some(Overlay::Taking(taking)) = model.overlay.take() else {
        return Vec::new();
    };
    let typed = chord.typed();
    let at = taking.rows.iter().position(|c| Some(c.letter) == typed);
    if let Some(at) = at {
        return choose(model, taking, at, now);
    }
    model.overlay = Some(Overlay::Taking(taking));
    Vec::new()
}

fn choose(model: &mut Model, taking: Box<Taking>, at: usize, now: Timestamp) -> Vec<Effect> {
    let take = taking.rows.get(at).map(|choice| choice.take.clone());
    match take {
        Some(Ok(Take::Text(text))) => copy(model, text, now),
        Some(Ok(Take::File(kind))) => vec![export(model, kind, now)],
        Some(Err(why)) => {
            model.say(why, now);
            model.overlay = Some(Overlay::Taking(taking));
            Vec::new()
        }
        None => Vec::new(),
    }
}

fn copy(model: &mut Model, text: String, now: Timestamp) -> Vec<Effect> {
    let between = &model.look.between;
    let Some(bytes) = clip::sequence(&text, between) else {
        let key = model.look.keymap.key_of(Context::Global, Action::Export);
        let words = format!(
            "not copied: {} bytes, and a terminal takes {} at most; {key} writes a file",
            text.len(),
            clip::LIMIT
        );
        model.say(words, now);
        return Vec::new();
    };
    let native = between.native.clone();
    let chars = text.chars().count();
    let mut words = format!("sent to terminal clipboard (OSC 52), {chars} chars");
    let mut effects = vec![Effect::Ring(bytes)];
    if let Some(tool) = native {
        words = format!("{words}; and to {tool}");
        effects.push(Effect::Errand(Errand::Clip { tool, text }));
    }
    model.say(words, now);
    effects
}

fn export(model: &Model, kind: Kind, now: Timestamp) -> Effect {
    let sheet = model.sheet();
    let contents = match kind {
        Kind::Json => sheet.json(),
        Kind::Csv => sheet.csv(),
        Kind::Markdown => sheet.markdown(),
        Kind::Screen => screen(model, now),
    };
    let at: String = now
        .to_string()
        .chars()
        .take(19)
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let name = format!("swarmwarden-{}-{at}Z.{}", sheet.name, kind.ending());
    Effect::Errand(Errand::Export { name, contents })
}

/// The frame without this menu, as text.
fn screen(model: &Model, now: Timestamp) -> String {
    let (width, height) = model.mouse.size();
    let mut buf = Buffer::empty(Rect::new(0, 0, width.max(1), height.max(1)));
    crate::tui::paint(model, &mut buf, now);
    picture::text(&buf)
}

/// Draws it over `body`.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, taking: &Taking, hits: &mut Hits) {
    let title = Strip::of(taking.title, Role::Title);
    let lines = frame::tall(taking.rows.len());
    let inside = frame::centred(canvas, body, (76, lines), &title);
    let page = usize::from(inside.height);
    let top = taking.list.window(page, taking.rows.len());
    let mut rows = Rows::of(inside);
    for (i, choice) in taking.rows.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        let head = Strip::of(format!("  {}  ", choice.letter), Role::Key);
        let strip = match &choice.take {
            Ok(Take::Text(value)) => {
                let first = value.lines().next().unwrap_or_default();
                let room = line.width.saturating_sub(35);
                let shown = text::fit(&text::line(first), usize::from(room)).into_owned();
                debug_assert!(cells(&shown) <= room);
                head.add(format!("{:<28} ", choice.label), Role::Text)
                    .add(shown, Role::Dim)
            }
            Ok(Take::File(kind)) => head
                .add(format!("{:<28} ", choice.label), Role::Text)
                .add(format!(".{}", kind.ending()), Role::Dim),
            Err(why) => Strip::of(format!("  {}  ", choice.letter), Role::KeyOff)
                .add(format!("{:<28} ", choice.label), Role::KeyOff)
                .add(*why, Role::Dim),
        };
        canvas.strip(line, &strip);
        if Some(i) == taking.list.row() {
            canvas.select(line);
            hits.point(line);
        }
        hits.row(line, i);
    }
    (hits.top, hits.page) = (top, page);
}
