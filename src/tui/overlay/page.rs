//! A page of text over a view: the commits of a branch, the files of a cell of the conflict matrix, a merge that was begun.

mod compared;

use super::frame;
use crate::{
    domain::{
        Timestamp,
        compare::Comparison,
        repo::{Begun, MergeSide, Outcome, ResolvedFile},
        text,
    },
    tui::{
        keymap::{Action, Context},
        model::Model,
        screen::{
            Hits, moved,
            overview::plural,
            sessions::{whole, words},
        },
        search::Search,
        theme::Role,
        widget::{self, Canvas, Strip},
    },
};
use ratatui::layout::Rect;
use std::sync::Arc;

/// Lines of a cell.
const LINES: usize = 2_000;

/// What is on it.
#[derive(Debug)]
enum Content {
    /// Commits of a branch.
    Commits(Arc<str>),
    /// Files in which two branches clash; the first is *ours*.
    Cell(Arc<str>, Arc<str>),
    /// A merge in a work tree of its own.
    Begun(Box<Begun>),
    /// What a program printed: its name, the text, and that it ended well.
    Printed(String, String, bool),
    /// Two instants, held against each other.
    Compared(Box<Comparison>),
}

/// An open page.
#[derive(Debug)]
pub(crate) struct Page {
    content: Content,
    pub(super) top: usize,
    pub(super) seen: (usize, usize),
    /// What is looked for.
    pub(crate) search: Search,
}

impl Page {
    fn of(content: Content) -> Self {
        Self {
            content,
            top: 0,
            seen: (0, 1),
            search: Search::default(),
        }
    }

    /// The commits of a branch.
    pub(crate) fn commits(branch: Arc<str>) -> Self {
        Self::of(Content::Commits(branch))
    }

    /// The files in which two branches clash.
    pub(crate) fn cell(ours: Arc<str>, theirs: Arc<str>) -> Self {
        Self::of(Content::Cell(ours, theirs))
    }

    /// A merge that was begun.
    pub(crate) fn begun(begun: Box<Begun>) -> Self {
        Self::of(Content::Begun(begun))
    }

    /// Two instants, held against each other.
    pub(crate) fn compared(found: Comparison) -> Self {
        Self::of(Content::Compared(Box::new(found)))
    }

    /// A key does something here and now.
    pub(crate) fn offers(&self, action: Action) -> bool {
        match action {
            Action::NextMatch | Action::PreviousMatch => self.search.words().is_some(),
            Action::Pin => self.compares(),
            Action::PageDown => self.top < self.seen.0,
            Action::PageUp => self.top > 0,
            _ => true,
        }
    }

    /// It shows two instants.
    pub(crate) const fn compares(&self) -> bool {
        matches!(self.content, Content::Compared(_))
    }

    /// What a program printed.
    pub(crate) fn printed(name: String, text: String, well: bool) -> Self {
        Self::of(Content::Printed(name, text, well))
    }

    /// The branch whose commits it lists.
    pub(crate) const fn branch(&self) -> Option<&Arc<str>> {
        match &self.content {
            Content::Commits(branch) => Some(branch),
            Content::Cell(..) | Content::Begun(_) | Content::Compared(_) | Content::Printed(..) => {
                None
            }
        }
    }
}

/// A key while it is open.
pub(super) fn act(page: &mut Page, action: Action) {
    match action {
        Action::Filter => page.search.typing = true,
        Action::Accept if page.search.typing => {
            page.search.typing = false;
            page.top = page.search.go(true).unwrap_or(page.top);
        }
        Action::NextMatch | Action::PreviousMatch => {
            let to = page.search.go(action == Action::NextMatch);
            page.top = to.unwrap_or(page.top).min(page.seen.0);
        }
        Action::Erase => page.search.typed.clear(),
        _ => page.top = moved(action, page.top, page.seen.1, page.seen.0).unwrap_or(page.top),
    }
}

/// Draws it over `body`.
pub(super) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    page: &Page,
    hits: &mut Hits,
    now: Timestamp,
) {
    let width = body.width.min(112);
    let inner = width.saturating_sub(4);
    let (title, lines) = match &page.content {
        Content::Commits(branch) => commits(model, branch, now),
        Content::Cell(ours, theirs) => cell(model, (ours, theirs), inner),
        Content::Begun(begun) => self::begun(begun, inner),
        Content::Printed(name, words, well) => printed((name, words, *well), inner),
        Content::Compared(found) => compared::lines(found, inner),
    };
    let place = frame::place(body, (width, frame::tall(lines.len())));
    let room = usize::from(place.height.saturating_sub(2));
    let top = page.top.min(lines.len().saturating_sub(room));
    let seen = if lines.len() > room {
        format!("{}-{} of {} · ", top + 1, top + room, lines.len())
    } else {
        String::new()
    };
    let found = page.search.words();
    let found = found.map_or_else(String::new, |words| format!("{words} · "));
    let head = Strip::of(found, Role::Match).add(seen, Role::Dim);
    canvas.frame(place, &head.add(title, Role::Title));
    let inside = frame::inside(place, 2);
    hits.point(inside);
    page.search.scroll(canvas, inside, &lines, page.top, hits);
}

/// What a program printed, neutralised line by line.
fn printed((name, words, well): (&str, &str, bool), width: u16) -> (String, Vec<Strip>) {
    let ended = if well { "ended" } else { "failed" };
    let title = format!("{} {ended}", text::line(name));
    let mut out: Vec<Strip> = Vec::new();
    for line in text::lines(words) {
        out.extend(widget::paragraph(&line, width, true, Role::Text));
        if line.is_empty() {
            out.push(Strip::new());
        }
    }
    if out.is_empty() {
        out.push(Strip::of("It printed nothing.", Role::Text));
    }
    (title, out)
}

fn commits(model: &Model, branch: &str, now: Timestamp) -> (String, Vec<Strip>) {
    let dim = |words: &str| vec![Strip::of(words, Role::Text)];
    let all = match model.screens.sessions.branches.commits.of(branch) {
        None => return (format!("Commits of {branch}"), dim("reading…")),
        Some(Err(why)) => {
            let map = &model.look.keymap;
            let close = map.key_of(Context::Page, Action::Escape);
            let open = map.key_of(Context::Sessions, Action::Open);
            let why = format!("{why}; {close}, and {open} tries again");
            let lines = widget::lines(&why, 80, true);
            let lines = lines.into_iter().map(|l| Strip::of(l, Role::Warn));
            return (format!("Commits of {branch}"), lines.collect());
        }
        Some(Ok([])) => return (format!("Commits of {branch}"), dim("No commits.")),
        Some(Ok(all)) => all,
    };
    let clock = model.clock(now);
    let lines = all.iter().map(|commit| {
        let when = commit.at.map_or_else(String::new, |at| clock.column(at));
        let who = text::fit(&commit.author, 14);
        let pad = usize::from(14u16.saturating_sub(widget::cells(&who)));
        Strip::of(format!("{} ", text::head(&commit.id, 8)), Role::Dim)
            .add(format!("{when:>6}  "), Role::Text)
            .add(format!("{who}{}  ", " ".repeat(pad)), Role::Text)
            .add(commit.subject.to_string(), Role::Title)
    });
    let repo = model.snapshot().repo.as_deref();
    let found = repo.and_then(|repo| repo.branches.iter().find(|b| &*b.name == branch));
    let ahead = found.map_or(0, |b| usize::try_from(b.ahead).unwrap_or(usize::MAX));
    let count = match ahead {
        0 => format!("Last {}", plural(all.len(), "commit")),
        n if n > all.len() => format!("Newest {} of {n} commits", all.len()),
        _ => plural(all.len(), "commit"),
    };
    let title = format!("{count} of {branch}, newest first");
    (title, lines.collect())
}

fn cell(model: &Model, (ours, theirs): (&str, &str), width: u16) -> (String, Vec<Strip>) {
    let title = format!("{ours} × {theirs}");
    let repo = model.snapshot().repo.as_deref();
    let found = repo.and_then(|repo| repo.matrix.as_deref()?.between(ours, theirs));
    let Some(found) = found else {
        let words = "These branches are not compared any more.";
        return (title, vec![Strip::of(words, Role::Text)]);
    };
    let head = widget::lines(&words(found), width, true);
    let mut lines: Vec<Strip> = head.into_iter().map(|l| Strip::of(l, Role::Text)).collect();
    lines.extend(whole(found, (ours, theirs), width, LINES));
    let map = &model.look.keymap;
    let close = map.key_of(Context::Page, Action::Escape);
    let begin = map.key_of(Context::Sessions, Action::Actions);
    let hint = format!("{close}, then {begin} begins the merge in a scratch worktree");
    lines.push(Strip::of(hint, Role::Dim));
    (title, lines)
}

fn begun(begun: &Begun, width: u16) -> (String, Vec<Strip>) {
    let Begun {
        dir,
        ours,
        theirs,
        files,
        lost,
        lost_count,
    } = begun;
    let mut out = Vec::new();
    let mut say = |words: &str, role| {
        let lines = widget::lines(words, width, true);
        out.extend(lines.into_iter().map(|l| Strip::of(l, role)));
    };
    say(
        &format!("{theirs} is being merged into {ours} in"),
        Role::Text,
    );
    say(dir, Role::Title);
    let open = |f: &&ResolvedFile| f.outcome == Outcome::Unresolved;
    let open = files.iter().filter(open).count();
    let words = match open {
        0 => "Nothing is in conflict; commit it there.".to_owned(),
        n => format!("Resolve {} there, and commit:", plural(n, "file")),
    };
    say(&words, Role::Text);
    for file in files {
        let (name, role) = match file.outcome {
            Outcome::Unresolved => ("✗ in conflict", Role::Crit),
            other => (other.name(), Role::Text),
        };
        say(&format!("  {name}  {}", file.path), role);
    }
    let words = match lost_count {
        0 => "No line is lost as things stand.".to_owned(),
        n => format!("{} lost as things stand:", plural(*n, "line")),
    };
    say(&words, Role::Text);
    for line in lost {
        let side = match line.side {
            MergeSide::Ours => ours,
            MergeSide::Theirs => theirs,
        };
        let words = format!("  {}:{} of {side}  {}", line.path, line.line, line.text);
        say(&words, Role::Warn);
    }
    say("How far it is, and which lines it loses:", Role::Dim);
    say(&format!("  {}", Begun::check(dir)), Role::Text);
    say("Write down how it was resolved:", Role::Dim);
    say(&format!("  {}", Begun::finish(dir)), Role::Text);
    say("Take it away, with all that is in it:", Role::Dim);
    say(&format!("  {}", Begun::undo(dir)), Role::Text);
    (format!("Merge begun: {theirs} into {ours}"), out)
}
