//! Every action that could be done here: those that cannot are listed with the reason. And the priorities of a task.

use super::frame;
use crate::{
    domain::{
        ConversationId, Task, TaskId, Timestamp,
        act::{Deed, propose},
        text,
    },
    tui::{
        acting::{self, Target},
        custom::{self, Call},
        effect::Effect,
        errand::Custom,
        keymap::Action,
        model::{Model, View},
        overlay::{Form, Overlay, Scratch},
        screen::{Hits, List, sessions},
        theme::Role,
        widget::{Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;
use std::sync::Arc;

/// What an entry begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    Do(Deed),
    /// A command of the operator's own, with its arguments as they were when it was offered.
    Custom(Box<Call>),
    /// The same several times.
    All(Vec<Deed>),
    Reassign,
    Compose(ConversationId),
    Assign(Option<ConversationId>),
    Merge(Arc<str>, Arc<str>),
}

/// A list of actions.
#[derive(Debug)]
pub(crate) struct Menu {
    title: String,
    target: Target,
    rows: Vec<(String, Result<Entry, String>)>,
    pub(crate) list: List<usize>,
}

impl Menu {
    /// Every action on what is selected.
    pub(crate) fn actions(model: &mut Model, target: &Target, now: Timestamp) -> Self {
        let mut rows = merges(model);
        let task = target.tasks.first().and_then(|id| task(model, id));
        let forbidden = acting::forbidden(model);
        let check = |model: &mut Model, label: String, deed: Deed| {
            let order = model.acting.order(deed, "", now);
            let can = forbidden.clone().map_or_else(
                || propose(&Arc::clone(model.whole()), &order, now).map_err(|e| e.to_string()),
                Err,
            );
            (label, can.map(|_| Entry::Do(order.deed)))
        };
        if let Some(task) = &task {
            let id = task.id.clone();
            let all = target.tasks.len();
            let label = if all > 1 {
                format!("reassign {all} tasks …")
            } else {
                format!("reassign {id} …")
            };
            rows.push((label, Ok(Entry::Reassign)));
            if all > 1 {
                let many = several(model, target);
                rows.extend(many.into_iter().map(|one| all_of(one, forbidden.as_ref())));
            }
            for deed in deeds(task).into_iter().filter(|_| all == 1) {
                rows.push(check(model, format!("{} {id} …", deed.name()), deed));
            }
        } else {
            rows.push((
                "reassign …".to_owned(),
                Err("no open task is selected".to_owned()),
            ));
        }
        if target.workers.len() > 1 {
            rows.push(all_of(held(model, target, "workers"), forbidden.as_ref()));
        }
        if let Some(id) = &target.worker {
            rows.push(message(model, id));
            for deed in to_worker(model, id) {
                let label = format!("{} {}", deed.name(), label(model, id));
                rows.push(check(model, label, deed));
            }
        }
        rows.push((
            "assign a new task …".to_owned(),
            Ok(Entry::Assign(target.worker.clone())),
        ));
        rows.extend(customs(model));
        Self {
            title: "Actions".to_owned(),
            target: target.clone(),
            rows,
            list: List::default(),
        }
    }

    /// The priorities of the marked tasks, else of the selected one.
    pub(crate) fn priorities(model: &Model, target: &Target) -> Self {
        let meant = if model.marked() > 0 {
            target.tasks.as_slice()
        } else {
            target.tasks.get(..1).unwrap_or_default()
        };
        let row = |p: u8| {
            let label = ["P0 now", "P1 soon", "P2 normal", "P3 whenever"].get(usize::from(p));
            let other = |id: &&TaskId| {
                let found = model.facts.task(id);
                found.and_then(|t| t.priority) != Some(p)
            };
            let each = meant.iter().filter(other).map(|id| Deed::Priority {
                task: id.clone(),
                priority: p,
            });
            let deeds: Vec<Deed> = each.collect();
            let can = match (deeds.is_empty(), meant.len()) {
                (true, 1) => Err("it is that already".to_owned()),
                (true, _) => Err("they are that already".to_owned()),
                _ => Ok(Entry::All(deeds)),
            };
            (label.copied().unwrap_or_default().to_owned(), can)
        };
        let title = match meant {
            [only] => format!("Priority of {only}"),
            several => format!("Priority of {} tasks", several.len()),
        };
        Self {
            title,
            target: target.clone(),
            rows: (0..=3).map(row).collect(),
            list: List::default(),
        }
    }

    /// What can be done that no key does by itself, or why not.
    pub(crate) fn deeds(&self) -> impl Iterator<Item = (&str, Result<Entry, String>)> {
        let keyed = ["reassign ", "message ", "assign ", "run "];
        let own = self.rows.iter();
        own.filter(move |(label, _)| !keyed.iter().any(|k| label.starts_with(k)))
            .map(|(label, can)| (label.as_str(), can.clone()))
    }

    pub(crate) fn settle(&mut self) {
        let n = self.rows.len();
        self.list.settle(n, |i| (i < n).then_some(i));
    }
}

/// Merges of the branches that are selected, each in a work tree of its own.
fn merges(model: &Model) -> Vec<(String, Result<Entry, String>)> {
    if model.view != View::Sessions {
        return Vec::new();
    }
    let forbidden = acting::forbidden(model);
    let row = |(ours, theirs): (Arc<str>, Arc<str>)| {
        let [into, what] = [&ours, &theirs].map(|name| sessions::short(name, 24).to_owned());
        let (into, what) = (text::fit(&into, 24), text::fit(&what, 24));
        let label = format!("begin in a scratch worktree: merge {what} into {into} …");
        let can = forbidden
            .clone()
            .map_or(Ok(Entry::Merge(ours, theirs)), Err);
        (label, can)
    };
    sessions::merges(model).into_iter().map(row).collect()
}

fn task(model: &Model, id: &TaskId) -> Option<Arc<Task>> {
    model.snapshot().tasks.iter().find(|t| t.id == *id).cloned()
}

/// What can be done with a task, besides handing it on.
fn deeds(task: &Task) -> Vec<Deed> {
    let id = || task.id.clone();
    let mut all = vec![
        Deed::HoldTask {
            task: id(),
            hold: !task.held,
        },
        Deed::Redeliver { task: id() },
        Deed::Fence { task: id() },
        Deed::Requeue { task: id() },
        Deed::Cancel { task: id() },
        Deed::Dead { task: id() },
    ];
    if let Some(late) = task.late.iter().rev().find(|l| l.status == "completed") {
        all.insert(
            0,
            Deed::Adopt {
                task: id(),
                late: late.message,
            },
        );
    }
    all
}

/// The same several times, where anything may be written.
fn all_of(
    (label, deeds): (String, Vec<Deed>),
    forbidden: Option<&String>,
) -> (String, Result<Entry, String>) {
    let can = forbidden.cloned().map_or(Ok(Entry::All(deeds)), Err);
    (label, can)
}

/// How a worker is called.
fn label(model: &Model, id: &ConversationId) -> String {
    let found = model.facts.worker(id);
    found.map_or_else(|| id.to_string(), |w| w.id.to_string())
}

fn message(model: &Model, id: &ConversationId) -> (String, Result<Entry, String>) {
    let label = format!("message {} …", label(model, id));
    (label, Ok(Entry::Compose(id.clone())))
}

/// What can be done with a worker.
fn to_worker(model: &Model, id: &ConversationId) -> [Deed; 2] {
    let found = model.facts.worker(id);
    let held = found.is_some_and(|w| w.verdict.evidence.iter().any(|e| e.witness == "hold"));
    [
        Deed::HoldWorker {
            worker: id.clone(),
            hold: !held,
        },
        Deed::Nudge {
            to: id.clone(),
            n: 1,
        },
    ]
}

/// Commands of the operator's own.
fn customs(model: &Model) -> Vec<(String, Result<Entry, String>)> {
    let names = custom::names(model);
    let row = |command: &Custom| {
        let can = custom::call(model, command, &names);
        let label = format!("run {}", text::line(&command.name));
        (label, can.map(|call| Entry::Custom(Box::new(call))))
    };
    model.finding.commands.iter().map(row).collect()
}

/// What can be done with several tasks at once: all are listed, and their number is asked for.
fn several(model: &Model, target: &Target) -> Vec<(String, Vec<Deed>)> {
    let n = target.tasks.len();
    let each = |name: &str, deed: fn(TaskId) -> Deed| {
        let deeds = target.tasks.iter().cloned().map(deed).collect();
        (format!("{name} {n} tasks …"), deeds)
    };
    let mut out = Vec::new();
    if target.workers.is_empty() && model.view == View::Tasks {
        out.push(held(model, target, "tasks"));
    }
    out.extend([
        each("redeliver", |task| Deed::Redeliver { task }),
        each("requeue", |task| Deed::Requeue { task }),
        each("cancel", |task| Deed::Cancel { task }),
    ]);
    out
}

/// Holds or releases all that is marked.
fn held(model: &Model, target: &Target, what: &str) -> (String, Vec<Deed>) {
    let deeds = acting::holds(model, target).unwrap_or_default();
    let name = deeds.first().map_or("hold", Deed::name);
    (format!("{name} {} {what} …", deeds.len()), deeds)
}

/// A key while it is open.
pub(crate) fn act(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    let Some(Overlay::Menu(menu)) = &mut model.overlay else {
        return Vec::new();
    };
    if let Some(to) = menu.list.target(action, menu.rows.len()) {
        menu.list.choose(to, Some(to));
        return Vec::new();
    }
    if action != Action::Accept {
        return Vec::new();
    }
    let target = menu.target.clone();
    let chosen = menu
        .list
        .row()
        .and_then(|i| menu.rows.get(i))
        .map(|(_, entry)| entry.clone());
    match chosen {
        None => Vec::new(),
        Some(Err(why)) => {
            model.say(why, now);
            Vec::new()
        }
        Some(Ok(entry)) => {
            model.overlay = None;
            run(model, &entry, &target, now)
        }
    }
}

/// Begins an entry.
pub(crate) fn run(
    model: &mut Model,
    entry: &Entry,
    target: &Target,
    now: Timestamp,
) -> Vec<Effect> {
    match entry.clone() {
        Entry::Do(deed) => acting::begin_here(model, deed, now),
        Entry::All(deeds) => acting::begin_all(model, deeds, now),
        Entry::Custom(call) => custom::begin(model, &call, now),
        Entry::Reassign => acting::reassign(model, target, now),
        Entry::Merge(ours, theirs) => {
            let scratch = Scratch::open(model, ours, theirs, now);
            model.overlay = Some(Overlay::Scratch(Box::new(scratch)));
            Vec::new()
        }
        Entry::Compose(to) => {
            model.overlay = Some(Overlay::Form(Box::new(Form::message(model, to))));
            Vec::new()
        }
        Entry::Assign(to) => {
            model.overlay = Some(Overlay::Form(Box::new(Form::assign(model, to.as_ref()))));
            Vec::new()
        }
    }
}

/// Draws it over `body`.
pub(crate) fn draw(canvas: &mut Canvas<'_>, body: Rect, menu: &Menu, hits: &mut Hits) {
    let title = Strip::of(menu.title.clone(), Role::Title);
    let lines = frame::tall(menu.rows.len());
    let inside = frame::centred(canvas, body, (96, lines), &title);
    let page = usize::from(inside.height);
    let top = menu.list.window(page, menu.rows.len());
    let mut rows = Rows::of(inside);
    for (i, (label, entry)) in menu.rows.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        let strip = match entry {
            Ok(_) => Strip::of(format!("  {label}"), Role::Text),
            Err(why) => {
                Strip::of(format!("  {label:<30} "), Role::KeyOff).add(why.clone(), Role::Dim)
            }
        };
        canvas.strip(line, &strip);
        if Some(i) == menu.list.row() {
            canvas.select(line);
            hits.point(line);
        }
        hits.row(line, i);
    }
    (hits.top, hits.page) = (top, page);
}
