//! What the terminal itself is told: a bell or a desktop notification when something critical fires that nobody has, and a title with
//! counts. Nobody is called while somebody looks, in a demo or of the past, and nothing says a word of the bridge.

use super::{effect::Effect, model::Model};
use crate::domain::{
    Happening, Mode, Severity, Snapshot, Span, Timestamp,
    alert::{Notification, Why},
};
use std::{collections::HashMap, sync::Arc};

/// Of one group at most so often.
const APART: Span = Span::seconds(30);

/// Ways to reach somebody who does not look at the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Channels {
    /// BEL.
    pub bell: bool,
    /// OSC 9: iTerm2, Windows Terminal, kitty and others.
    pub osc9: bool,
    /// OSC 777: urxvt, foot, VTE and others.
    pub osc777: bool,
    /// Counts in the title of the terminal.
    pub title: bool,
    /// The terminal is a pane of tmux, which passes on what is wrapped for it.
    pub tmux: bool,
}

/// What was told so far.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    /// Somebody looks at the terminal; `false` until it says so.
    focused: bool,
    /// Newest event that was looked at; `None` before the first picture.
    seen: Option<u64>,
    title: String,
    rung: HashMap<Arc<str>, Timestamp>,
}

impl Bell {
    /// The terminal got or lost the focus.
    pub(crate) fn focus(&mut self, focused: bool) {
        self.focused = focused;
    }
}

/// Looks at a newer picture.
pub(crate) fn hear(model: &mut Model, snapshot: &Snapshot, now: Timestamp) -> Vec<Effect> {
    let newest = snapshot.events.back().map_or(0, |e| e.seq);
    let Some(seen) = model.bell.seen.replace(newest) else {
        return Vec::new();
    };
    if snapshot.source.mode != Mode::Live {
        let demo = snapshot.source.mode == Mode::Demo;
        return title(model).filter(|_| demo).into_iter().collect();
    }
    let mut critical = 0;
    let events = snapshot.events.iter().rev();
    for event in events.take_while(|e| e.seq > seen) {
        if let Happening::Notified(n) = &event.what {
            let fresh = urgent(n);
            let last = model.bell.rung.get(&n.group);
            if fresh > 0 && last.is_none_or(|at| now.since(*at) >= APART) {
                model.bell.rung.insert(Arc::clone(&n.group), now);
                critical += fresh;
            }
        }
    }
    let mut effects = Vec::new();
    let bytes = ring(model.look.channels, critical);
    if critical > 0 && !model.bell.focused && !bytes.is_empty() {
        effects.push(Effect::Ring(bytes));
    }
    effects.extend(title(model));
    effects
}

/// How many critical alerts of it were not told of before.
fn urgent(n: &Notification) -> usize {
    if n.why != Why::Fired {
        return 0;
    }
    let fresh = n.alerts.iter().filter(|a| n.fresh.contains(&a.key));
    fresh
        .filter(|a| a.is_open() && a.severity >= Severity::Critical)
        .count()
}

/// The title, when it changed.
fn title(model: &mut Model) -> Option<Effect> {
    if !model.look.channels.title {
        return None;
    }
    let count = |s| model.facts.open_everywhere(s);
    let cross = if model.look.ascii { "x" } else { "✗" };
    let words = format!(
        "{cross}{} !{} swarmwarden",
        count(Severity::Critical),
        count(Severity::Warning)
    );
    (model.bell.title != words).then(|| {
        model.bell.title.clone_from(&words);
        Effect::Title(words)
    })
}

/// The bytes that ring on these channels.
fn ring(channels: Channels, critical: usize) -> String {
    let words = match critical {
        1 => "1 critical alert".to_owned(),
        n => format!("{n} critical alerts"),
    };
    let wrapped = |sequence: String| {
        if channels.tmux {
            format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"))
        } else {
            sequence
        }
    };
    let mut out = String::new();
    if channels.bell {
        out.push('\x07');
    }
    if channels.osc9 {
        out.push_str(&wrapped(format!("\x1b]9;swarmwarden: {words}\x1b\\")));
    }
    if channels.osc777 {
        out.push_str(&wrapped(format!(
            "\x1b]777;notify;swarmwarden;{words}\x1b\\"
        )));
    }
    out
}

#[cfg(test)]
mod tests;
