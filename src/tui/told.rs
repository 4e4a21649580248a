//! What came of errands: the configuration that was read again, what a program printed.

use super::{
    errand::{Fresh, Told},
    keymap::Keymap,
    model::Model,
    overlay::{Overlay, Page},
    theme::Theme,
    undertake,
};
use crate::domain::{Scope, Timestamp};

impl Model {
    /// Takes what came of an errand.
    pub(super) fn told(&mut self, told: Result<Told, String>, now: Timestamp) {
        match told {
            Err(why) => self.say(why, now),
            Ok(Told::Word(words)) => self.say(words, now),
            Ok(Told::Fresh(fresh)) => self.refresh(*fresh, now),
            Ok(Told::Planned(what, text, well)) => {
                undertake::planned(self, what, (text, well), now);
            }
            Ok(Told::CarriedOut(id, what, text, well)) => {
                undertake::carried_out(self, id, what, (text, well), now);
            }
            Ok(Told::Printed(name, text, well)) => {
                let words = if well { "ended" } else { "failed" };
                let free = !self.typed.prompt && self.typed.pending.is_empty();
                if self.overlay.is_none() && free {
                    let page = Page::printed(name, text, well);
                    self.overlay = Some(Overlay::Page(Box::new(page)));
                } else {
                    self.say(format!("{name} {words}"), now);
                }
            }
        }
    }

    /// Looks at what was asked for on the command line, once there is something to look at.
    pub(super) fn look_as_asked(&mut self, now: Timestamp) {
        if self.whole().workers.is_empty() {
            return;
        }
        let Some(words) = self.finding.scope.take() else {
            return;
        };
        match Scope::parse(&words, self.whole()) {
            Ok(scope) => self.facts.look_at(scope),
            Err(why) => self.say(format!("--scope: {why}"), now),
        }
    }

    /// What the configuration says holds from here on; what is selected, filtered and marked stays.
    fn refresh(&mut self, fresh: Fresh, now: Timestamp) {
        let (map, flaws) = Keymap::preset(&fresh.preset).rebound(&fresh.rebind);
        let mut wrong: Vec<String> = flaws.into_iter().map(|flaw| flaw.words).collect();
        wrong.extend(fresh.warnings);
        self.look.keymap = map;
        self.finding.themes = fresh.themes;
        self.finding.filters = fresh.filters;
        self.finding.commands = fresh.commands;
        // An order that the configuration does not change stays as the operator has it.
        let mut changed = fresh.lists.clone();
        changed
            .retain(|name, list| self.look.lists.get(name).map(|l| &l.order) != Some(&list.order));
        self.look.lists = changed;
        self.order_as_configured();
        self.look.lists = fresh.lists;
        if let Some(palette) = self.finding.palette(&fresh.theme) {
            self.look.theme = Theme::of(&palette, self.look.depth);
            self.finding.theme = fresh.theme;
        }
        self.typed.pending.clear();
        let words = match wrong.as_slice() {
            [] => "configuration read".to_owned(),
            [one] => format!("configuration read; {one}"),
            [one, rest @ ..] => format!("configuration read; {one}; and {} more", rest.len()),
        };
        self.say(words, now);
    }
}
