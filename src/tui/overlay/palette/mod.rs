//! The command palette: every action of the product, those without a key and those that cannot be done now included, found by a few
//! letters; and lines that are typed in full, such as `w007`, `tasks state:orph` or `theme dark`.

mod fuzzy;
mod line;
mod rows;
mod run;
mod view;

pub(crate) use fuzzy::Fuzzy;
pub(crate) use view::draw;

use crate::{
    domain::{Timestamp, text},
    tui::{
        acting::{self, Target},
        effect::Effect,
        keymap::{Action, Chord},
        model::{Model, View},
        overlay::{Overlay, menu::Entry},
        screen::{Hits, List},
        theme::Theme,
        widget::TimeForm,
    },
};
use std::sync::Arc;

/// What a row does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Run {
    /// What its key does.
    Action(Action),
    /// An action on what was selected.
    Entry(Entry),
    /// A line.
    Line(Line),
    /// Needs more words: these are put into the prompt.
    Insert(String),
}

/// What a line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// To a worker.
    Worker(crate::domain::ConversationId),
    /// To a task.
    Task(crate::domain::TaskId),
    /// To a session.
    Session(Arc<str>),
    /// To a view, with a filter; `None` leaves the one it has.
    View(View, Option<String>),
    /// Looks at a part of the swarm.
    Scope(crate::domain::Scope),
    /// Gives the filter of the view a name.
    Keep(String),
    /// The filter of that name.
    Use(String),
    /// Another theme.
    Theme(String),
    /// May write, or not.
    Write(bool),
    /// Reads the configuration again.
    Reload,
    /// Ends mutes: that of the selected alert, or all.
    Unmute(bool),
    /// Alerts that are over, too.
    Resolved,
    /// How times are written.
    Time(TimeForm),
    /// A command of the operator's own.
    Custom(Box<crate::tui::custom::Call>),
    /// Something is asked of the past.
    Past(crate::tui::travel::Visit),
}

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What it is called.
    pub(crate) name: String,
    /// Its key, as it is bound now.
    pub(crate) key: String,
    /// Where it works, or what it is about.
    pub(crate) note: String,
    /// What else it is found by.
    alias: String,
    /// What it does, or why it cannot be done.
    pub(crate) can: Result<Run, String>,
    /// What Tab makes of the prompt.
    complete: String,
}

/// An open palette.
#[derive(Debug)]
pub(crate) struct Palette {
    /// What it acts on, captured when it was opened.
    target: Target,
    /// The same as names for commands of the operator's own.
    names: crate::tui::custom::Names,
    /// What was selected then.
    anchor: Option<String>,
    /// The theme that Esc restores.
    theme: Theme,
    pub(crate) typed: String,
    /// Rows that fit what is typed, the best first.
    pub(crate) rows: Vec<Row>,
    /// How many there are.
    pub(crate) of: usize,
    /// By place: typing begins again at the first.
    pub(crate) list: List<usize>,
    /// Where in the history the prompt is.
    past: Option<usize>,
}

impl Palette {
    /// Every action, on what is selected now.
    pub(crate) fn open(model: &mut Model, typed: &str, now: Timestamp) -> Self {
        let mut palette = Self {
            target: acting::target(model),
            names: crate::tui::custom::names(model),
            anchor: anchor(model),
            theme: model.look.theme.clone(),
            typed: typed.to_owned(),
            rows: Vec::new(),
            of: 0,
            list: List::default(),
            past: None,
        };
        palette.look(model, now);
        palette
    }

    /// Finds the rows anew.
    fn look(&mut self, model: &mut Model, now: Timestamp) {
        (self.rows, self.of) = rows::find(model, (&self.target, &self.names), &self.typed, now);
        self.list = List::default();
        self.settle_rows();
        self.preview(model);
    }

    fn settle_rows(&mut self) {
        let n = self.rows.len();
        self.list.settle(n, |i| (i < n).then_some(i));
    }

    fn selected(&self) -> Option<&Row> {
        self.rows.get(self.list.row()?)
    }

    /// What all rows that begin with what is typed begin with, when that is more.
    fn common(&self) -> Option<String> {
        let typed = self.typed.as_str();
        let all = self.rows.iter().map(|row| row.complete.as_str());
        let mut all = all.filter(|name| !typed.is_empty() && name.starts_with(typed));
        let first = all.next()?;
        let common = all.fold(first, |common, name| {
            let same = common.char_indices().zip(name.chars());
            let end = same.take_while(|((_, a), b)| a == b).last();
            let end = end.map_or(0, |((at, c), _)| at + c.len_utf8());
            common.get(..end).unwrap_or_default()
        });
        (common.len() > typed.len()).then(|| common.to_owned())
    }

    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        (self.list.top, self.list.page) = (hits.top, hits.page);
    }

    /// Shows the theme under the cursor; any other row the one that was.
    fn preview(&self, model: &mut Model) {
        let name = match self.selected().map(|row| &row.can) {
            Some(Ok(Run::Line(Line::Theme(name)))) => Some(name),
            _ => None,
        };
        let palette = name.and_then(|name| model.finding.palette(name));
        model.look.theme = palette.map_or_else(
            || self.theme.clone(),
            |palette| Theme::of(&palette, model.look.depth),
        );
    }
}

/// What is selected on the view on show; the same row has the same name.
fn anchor(model: &Model) -> Option<String> {
    let screens = &model.screens;
    let named = |key: &dyn std::fmt::Debug| Some(format!("{:?} {key:?}", model.view));
    match model.view {
        View::Overview => named(&screens.overview.problems.selected),
        View::Workers => named(&screens.workers.list.selected),
        View::Worker => named(&screens.worker.conversation),
        View::Tasks => named(&screens.tasks.list.selected),
        View::Task => named(&screens.task.id),
        View::Alerts => named(&screens.alerts.list.selected),
        View::Messages => named(&screens.messages.list.selected),
        View::Session => named(&screens.session.key),
        View::Sessions => named(&(
            &screens.sessions.list.selected,
            &screens.sessions.branches.list.selected,
        )),
        View::Activity => named(&screens.activity.list.selected),
    }
}

/// A key while it is open.
pub(crate) fn act(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    let Some(Overlay::Palette(mut palette)) = model.overlay.take() else {
        return Vec::new();
    };
    match action {
        Action::Escape => {
            model.look.theme = palette.theme.clone();
            return Vec::new();
        }
        Action::Accept => return run::accept(model, palette, now),
        Action::Complete => complete(model, &mut palette, now),
        Action::History => history(model, &mut palette, now),
        Action::Erase => {
            palette.typed.clear();
            palette.look(model, now);
        }
        _ => {
            if let Some(to) = palette.list.target(action, palette.rows.len()) {
                palette.list.choose(to, Some(to));
                palette.preview(model);
            }
        }
    }
    model.overlay = Some(Overlay::Palette(palette));
    Vec::new()
}

fn complete(model: &mut Model, palette: &mut Palette, now: Timestamp) {
    let whole = palette.selected().map(|row| row.complete.clone());
    let completed = palette.common().or(whole);
    if let Some(completed) = completed.filter(|c| !c.is_empty()) {
        palette.typed = completed;
        palette.look(model, now);
    }
}

/// Back through what was run before, round and round.
fn history(model: &mut Model, palette: &mut Palette, now: Timestamp) {
    let all = &model.finding.history;
    let Some(last) = all.len().checked_sub(1) else {
        return model.say("nothing was run from the palette yet", now);
    };
    let at = palette
        .past
        .map_or(last, |at| at.checked_sub(1).unwrap_or(last));
    palette.past = Some(at);
    palette.typed = all.get(at).cloned().unwrap_or_default();
    palette.look(model, now);
}

/// A character is typed.
pub(crate) fn edit(model: &mut Model, chord: Chord, now: Timestamp) {
    let Some(Overlay::Palette(mut palette)) = model.overlay.take() else {
        return;
    };
    if chord.is_backspace() {
        palette.typed.pop();
    } else if let Some(c) = chord.typed()
        && palette.typed.len() < text::ID_CAP
    {
        palette
            .typed
            .push_str(&text::line(c.encode_utf8(&mut [0; 4])));
    }
    palette.past = None;
    palette.look(model, now);
    model.overlay = Some(Overlay::Palette(palette));
}

/// A text is pasted: one edit.
pub(crate) fn paste(model: &mut Model, pasted: &str, now: Timestamp) {
    if let Some(Overlay::Palette(mut palette)) = model.overlay.take() {
        let room = text::ID_CAP.saturating_sub(palette.typed.len());
        palette
            .typed
            .push_str(&text::line(text::head(pasted, room)));
        palette.look(model, now);
        model.overlay = Some(Overlay::Palette(palette));
    }
}
