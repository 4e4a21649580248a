//! The whole behaviour of the dashboard: no input or output, no clock, no await.

mod back;
mod bound;
mod prompt;

use super::{
    acting, bell,
    effect::Effect,
    keymap::{Action, Chord, Context, Found},
    model::{Model, Msg, View},
    mouse,
    overlay::{self, Overlay},
    screen::{
        Hits, activity, alerts, messages, overview, session, sessions, task, tasks, worker, workers,
    },
    travel, undertake,
};
use crate::{
    domain::{Command, Span, Timestamp, text},
    link::{Envelope, JobHealth, RequestId},
};
use crossterm::event::{Event, KeyEventKind, KeyModifiers};
use std::sync::Arc;

/// Words that go away by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    pub(crate) text: String,
    until: Timestamp,
}

impl Toast {
    fn short(text: impl Into<String>, now: Timestamp) -> Self {
        Self {
            text: text.into(),
            until: now.plus(Span::seconds(5)),
        }
    }

    /// For what must be read.
    pub(crate) fn long(text: impl Into<String>, now: Timestamp) -> Self {
        Self {
            text: text.into(),
            until: now.plus(Span::seconds(15)),
        }
    }
}

impl Model {
    /// Whether a message is worth a frame before the clock's next second: that all is well, again, is not.
    pub(crate) fn is_news(&self, msg: &Msg) -> bool {
        let unwell = |jobs: &[JobHealth]| {
            jobs.iter()
                .filter(|j| !j.is_well())
                .map(|j| (j.name, j.phase))
                .collect::<Vec<_>>()
        };
        match msg {
            Msg::Snapshot(snapshot) => self.facts.is_news(snapshot),
            Msg::Jobs(jobs) => {
                matches!(self.overlay, Some(Overlay::Daemons(..)))
                    || unwell(jobs) != unwell(&self.jobs)
            }
            _ => true,
        }
    }

    /// Takes one message. The selection of every list on show names an existing row afterwards, or nothing.
    pub fn update(&mut self, msg: Msg, now: Timestamp) -> Vec<Effect> {
        let mut effects = match msg {
            Msg::Input(event) => self.input(&event, now),
            Msg::Snapshot(snapshot) => {
                messages::keep_dropped(self, &snapshot);
                self.facts.accept(Arc::clone(&snapshot));
                self.look_as_asked(now);
                let mut effects = bell::hear(self, &snapshot, now);
                effects.extend(travel::begin(self, now));
                effects
            }
            Msg::Jobs(jobs) => {
                self.jobs = jobs;
                Vec::new()
            }
            Msg::Reply(id, reply) => self.answer(id, reply, now),
            Msg::Told(told) => {
                self.told(told, now);
                Vec::new()
            }
            Msg::EngineGone => {
                self.facts.end(now);
                Vec::new()
            }
            Msg::Tick => {
                self.toast = self.toast.take().filter(|t| now < t.until);
                let effects = travel::tick(self, now);
                if !self.let_go(now) {
                    return effects;
                }
                effects
            }
        };
        overview::derive(self);
        workers::derive(self);
        tasks::derive(self);
        alerts::derive(self);
        messages::derive(self);
        sessions::derive(self);
        activity::derive(self);
        overlay::derive(self);
        effects.extend(sessions::ask(self));
        effects
    }

    /// Takes what the last frame showed.
    pub fn settle(&mut self, hits: &Hits) {
        self.mouse.settle(hits);
        self.sight = hits.sight;
        match (&mut self.overlay, self.view) {
            (Some(overlay), _) => overlay.settle(hits),
            (None, View::Overview) => self.screens.overview.settle(hits),
            (None, View::Workers) => self.screens.workers.settle(hits),
            (None, View::Worker) => self.screens.worker.settle(hits),
            (None, View::Tasks) => self.screens.tasks.settle(hits),
            (None, View::Task) => self.screens.task.settle(hits),
            (None, View::Alerts) => self.screens.alerts.settle(hits),
            (None, View::Messages) => self.screens.messages.settle(hits),
            (None, View::Sessions) => self.screens.sessions.settle(hits),
            (None, View::Session) => self.screens.session.settle(hits),
            (None, View::Activity) => self.screens.activity.settle(hits),
        }
    }

    /// Words in the status line for five seconds.
    pub(crate) fn say(&mut self, text: impl Into<String>, now: Timestamp) {
        self.toast = Some(Toast::short(text, now));
    }

    /// The number of something that the engine is not asked for.
    pub(crate) const fn unasked(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// A command on its way to the engine.
    pub(crate) fn ask(&mut self, command: Command) -> (RequestId, Effect) {
        self.requests += 1;
        let id = RequestId(self.requests);
        (id, Effect::Send(Envelope { id, command }))
    }

    /// Goes to another view.
    pub(crate) fn show(&mut self, view: View) {
        if self.view != view {
            self.previous = self.view;
            self.view = view;
        }
        self.typed.prompt = false;
    }

    fn input(&mut self, event: &Event, now: Timestamp) -> Vec<Effect> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                // A terminal sends Alt as Esc before the key, so a quick Esc and a key look like Alt: both mean the two keys.
                let mut effects = Vec::new();
                if key.modifiers.contains(KeyModifiers::ALT) {
                    effects = self.key(Chord::ESC, now);
                }
                if let Some(chord) = Chord::of(key) {
                    effects.extend(self.key(chord, now));
                }
                effects
            }
            Event::Paste(pasted) => {
                if let Some(Overlay::Form(form)) = &mut self.overlay {
                    form.paste(pasted);
                } else if matches!(self.overlay, Some(Overlay::Palette(_))) {
                    overlay::palette::paste(self, pasted, now);
                } else if let Some(filter) = self.filter_mut() {
                    filter.push_str(&text::line(text::head(pasted, text::ID_CAP)));
                } else {
                    self.say("paste ignored: no text field is open", now);
                }
                Vec::new()
            }
            Event::FocusGained | Event::FocusLost => {
                self.bell.focus(*event == Event::FocusGained);
                if *event == Event::FocusGained {
                    self.mouse.focus(now);
                }
                Vec::new()
            }
            Event::Mouse(event) => mouse::event(self, *event, now),
            _ => Vec::new(),
        }
    }

    fn key(&mut self, chord: Chord, now: Timestamp) -> Vec<Effect> {
        self.typed.any = true;
        let contexts = self.contexts();
        let mut typed = std::mem::take(&mut self.typed.pending);
        typed.push(chord);
        let mut found = self.look.keymap.resolve(&contexts, &typed);
        if found == Found::Nothing && typed.len() > 1 {
            // No such sequence: the key means what it means alone.
            typed = vec![chord];
            found = self.look.keymap.resolve(&contexts, &typed);
        }
        match found {
            Found::Run(action) => self.act(action, now),
            Found::More => {
                self.typed.pending = typed;
                Vec::new()
            }
            Found::Nothing => {
                match contexts.first() {
                    Some(Context::Prompt) => self.edit(chord),
                    Some(c) if c.types() => return overlay::edit(self, chord, now),
                    _ => {}
                }
                Vec::new()
            }
        }
    }

    /// A key that the view does not get: an overlay or the prompt takes it, or what it is about is not there.
    fn kept(&mut self, action: Action, now: Timestamp) -> Option<Vec<Effect>> {
        if self.overlay.is_some() {
            return Some(overlay::act(self, action, now));
        }
        if self.typed.prompt {
            self.prompt(action);
            return Some(Vec::new());
        }
        let why = self.bind(action).err()?;
        self.say(why, now);
        Some(Vec::new())
    }

    /// What a key does that may do it.
    pub(super) fn perform(&mut self, action: Action, now: Timestamp) -> Vec<Effect> {
        match action {
            Action::Interrupt => return vec![Effect::Quit { print: false }],
            Action::Suspend => return vec![Effect::Suspend],
            Action::Redraw => return vec![Effect::Redraw],
            _ => {}
        }
        self.hold_for(action, now);
        if let Some(effects) = self.kept(action, now) {
            return effects;
        }
        match action {
            Action::Overview => self.show(View::Overview),
            Action::Workers => self.show(View::Workers),
            Action::Tasks => self.show(View::Tasks),
            Action::Alerts => self.show(View::Alerts),
            Action::Messages => self.show(View::Messages),
            Action::Sessions => self.show(View::Sessions),
            Action::Activity => self.show(View::Activity),
            Action::PreviousView => self.show(self.previous),
            Action::Help => self.overlay = Some(Overlay::help()),
            Action::Palette => self.command("", now),
            Action::Scope => self.command("@", now),
            Action::Order => self.choose_order(now),
            Action::Reverse => self.turn_round(),
            Action::Daemons => self.overlay = Some(Overlay::daemons()),
            Action::Quit => return vec![Effect::Quit { print: false }],
            Action::QuitPrint => return vec![Effect::Quit { print: true }],
            Action::Escape => self.escape(),
            Action::Copy => {
                self.overlay = Some(Overlay::Taking(Box::new(overlay::Taking::copy(self))));
            }
            Action::Export => {
                self.overlay = Some(Overlay::Taking(Box::new(overlay::Taking::export())));
            }
            Action::Mouse => return mouse::toggle(self, now),
            Action::Zoom => self.look.zoom = !self.look.zoom,
            Action::Parent => self.parent(),
            Action::Wrap => self.look.wrap = !self.look.wrap,
            Action::Filter => self.begin_filter(),
            Action::NextProblem => self.next_problem(now),
            Action::TimeForm => {
                self.look.form = self.look.form.next();
                self.say(format!("times as {}", self.look.form.name()), now);
            }
            Action::Reread => {
                self.say("reading everything again", now);
                return vec![self.ask(Command::Reread).1];
            }
            Action::WriteLog => self.overlay = Some(Overlay::log()),
            _ => {
                return travel::act(self, action, now)
                    .or_else(|| acting::key(self, action, now))
                    .or_else(|| undertake::key(self, action, now))
                    .unwrap_or_else(|| self.on_screen(action, now));
            }
        }
        Vec::new()
    }

    /// The palette, with what is typed already.
    fn command(&mut self, typed: &str, now: Timestamp) {
        let palette = overlay::Palette::open(self, typed, now);
        self.overlay = Some(Overlay::Palette(Box::new(palette)));
    }

    fn turn_round(&mut self) {
        if let Some(orders) = self.orders() {
            self.order_by(orders.at, !orders.reversed);
        }
    }

    /// The menu of orders of the list on show.
    fn choose_order(&mut self, now: Timestamp) {
        match self.orders() {
            Some(orders) => {
                let menu = overlay::OrderMenu::open(orders);
                self.overlay = Some(Overlay::Orders(Box::new(menu)));
            }
            None => self.say("there is nothing to order here", now),
        }
    }

    fn on_screen(&mut self, action: Action, now: Timestamp) -> Vec<Effect> {
        if let Some(effects) = alerts::key(self, action, now) {
            return effects;
        }
        match (self.view, action) {
            (View::Alerts, _) => return alerts::act(self, action, now),
            (View::Messages, _) => return messages::act(self, action, now),
            (View::Overview, _) => overview::act(self, action),
            (View::Workers, _) => workers::act(self, action),
            (View::Worker, _) => worker::act(self, action),
            (View::Tasks, _) => tasks::act(self, action),
            (View::Task, _) => task::act(self, action),
            (View::Sessions, _) => sessions::act(self, action),
            (View::Session, _) => session::act(self, action),
            (View::Activity, _) => activity::act(self, action, now),
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
