//! A row of the palette is run.

use super::{Line, Palette, Row, Run, anchor};
use crate::{
    domain::{ConversationId, TaskId, Timestamp},
    tui::{
        effect::Effect,
        errand::Errand,
        model::{Model, View},
        overlay::{Overlay, menu},
        screen::{alerts, messages, session, task, worker},
        theme::Theme,
        travel,
    },
};

/// Enter: what the selected row does, or why it cannot be done.
pub(super) fn accept(model: &mut Model, mut palette: Box<Palette>, now: Timestamp) -> Vec<Effect> {
    let Some(Row { can, complete, .. }) = palette.selected().cloned() else {
        model.overlay = Some(Overlay::Palette(palette));
        return Vec::new();
    };
    let run = match can {
        Err(why) => {
            model.say(why, now);
            model.overlay = Some(Overlay::Palette(palette));
            return Vec::new();
        }
        Ok(Run::Insert(words)) => {
            palette.typed = words;
            palette.look(model, now);
            model.overlay = Some(Overlay::Palette(palette));
            return Vec::new();
        }
        Ok(run) => run,
    };
    let theme = matches!(run, Run::Line(Line::Theme(_)));
    if !theme {
        model.look.theme = palette.theme.clone();
    }
    model.finding.remember(&complete);
    let moved = anchor(model) != palette.anchor;
    match run {
        Run::Action(action) if moved && action.acts_on_a_row() => {
            model.say("what was selected has gone; nothing was done", now);
            Vec::new()
        }
        Run::Action(action) => model.act(action, now),
        Run::Entry(entry) => menu::run(model, &entry, &palette.target, now),
        Run::Line(line) => self::line(model, line, now),
        Run::Insert(_) => Vec::new(),
    }
}

fn line(model: &mut Model, line: Line, now: Timestamp) -> Vec<Effect> {
    match line {
        Line::Worker(id) => to_worker(model, id),
        Line::Task(id) => to_task(model, &id),
        Line::Session(key) => {
            let here = model.snapshot().sessions.iter().any(|s| s.key == key);
            model.widen(here);
            session::open(model, key);
        }
        Line::View(view, filter) => {
            model.show(view);
            if let Some(words) = filter {
                narrow(model, words);
            }
        }
        Line::Scope(scope) => {
            model.say(format!("scope {scope}"), now);
            model.facts.look_at(scope);
        }
        Line::Use(name) => {
            if let Some(words) = model.finding.filters.get(&name).cloned() {
                narrow(model, words);
            }
        }
        Line::Keep(name) => return keep(model, name),
        Line::Theme(name) => {
            if let Some(palette) = model.finding.palette(&name) {
                model.look.theme = Theme::of(&palette, model.look.depth);
                model.say(
                    format!("theme {name}; `[ui] theme` in the configuration keeps it"),
                    now,
                );
                model.finding.theme = name;
            }
        }
        Line::Write(may) => write(model, may, now),
        Line::Reload => {
            model.say("reading the configuration…", now);
            return vec![Effect::Errand(Errand::Reload)];
        }
        Line::Unmute(all) => return alerts::unmute(model, all, now),
        Line::Resolved => {
            model.screens.alerts.all = true;
            model.show(View::Alerts);
        }
        Line::Time(form) => {
            model.look.form = form;
            model.say(format!("times as {}", form.name()), now);
        }
        Line::Custom(call) => return crate::tui::custom::begin(model, &call, now),
        Line::Past(visit) => return travel::go(model, visit, now),
    }
    Vec::new()
}

/// Sets the filter of the list on show; a message that is read makes room for the list.
fn narrow(model: &mut Model, words: String) {
    if model.view == View::Messages {
        messages::close(model);
    }
    if let Some(own) = model.view_filter_mut() {
        *own = words;
    }
}

fn keep(model: &mut Model, name: String) -> Vec<Effect> {
    let Some(filter) = model.filter().map(str::to_owned) else {
        return Vec::new();
    };
    model.finding.filters.insert(name.clone(), filter.clone());
    vec![Effect::Errand(Errand::KeepFilter { name, filter })]
}

fn to_worker(model: &mut Model, id: ConversationId) {
    let here = model.facts.worker(&id).is_some();
    model.widen(here);
    worker::open(model, id);
    model.show(View::Worker);
}

fn to_task(model: &mut Model, id: &TaskId) {
    let here = model.facts.task(id).is_some();
    model.widen(here);
    task::open(model, id.clone());
    model.show(View::Task);
}

/// `:rw`, `:ro`.
fn write(model: &mut Model, may: bool, now: Timestamp) {
    if !may {
        let why = "you said :ro; :rw allows writes again";
        if model.look.read_only.is_none() {
            model.look.read_only = Some(why.into());
        }
        return model.say("nothing is written from here on; :rw allows it again", now);
    }
    if let Some(why) = &model.finding.locked {
        return model.say(format!("stays read-only: {why}"), now);
    }
    model.look.read_only = None;
    model.say("writes are allowed", now);
}

impl Model {
    /// Looks at the whole swarm when what is gone to lies outside of what is looked at.
    fn widen(&mut self, here: bool) {
        if !here {
            self.facts.look_at(crate::domain::Scope::default());
        }
    }
}
