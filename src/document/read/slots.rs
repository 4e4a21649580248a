//! Which key means which slot of a claim, and how a value gets there.

use super::{
    keys::{self, Slot},
    limits, pair, paths, value, words,
};
use crate::domain::{
    Timestamp,
    claim::{Claim, ClaimState, Field, Share, Unit},
};
use std::sync::Arc;

/// How sure a date is that a claim was written then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dated {
    /// Nothing is known.
    Never,
    /// Within the status.
    Status,
    /// Within the heading.
    Heading,
    /// A field of its own.
    Field,
}

/// A claim while it is read.
#[derive(Debug)]
pub(super) struct Slots {
    /// So far.
    pub(super) claim: Claim,
    dated: Dated,
    estimate: Option<Arc<str>>,
}

impl Slots {
    /// Nothing yet.
    pub(super) fn new(unit: Unit, line: u32) -> Self {
        Self {
            claim: Claim {
                unit,
                line,
                ..Claim::default()
            },
            dated: Dated::Never,
            estimate: None,
        }
    }

    /// Takes a date unless a better one is there.
    pub(super) fn date(&mut self, at: Option<Timestamp>, how: Dated) {
        if at.is_some() && how > self.dated {
            self.claim.updated = at;
            self.dated = how;
        }
    }

    /// Keeps a field without looking at what it means.
    pub(super) fn keep(&mut self, key: &str, value: &str, line: u32) {
        keep(&mut self.claim.fields, key, value, line);
    }

    /// Keeps a field, and what it means. The first value that means something stays. O(length).
    pub(super) fn apply(&mut self, key: &str, value: &str, line: u32) {
        self.keep(key, value, line);
        if let Some(slot) = keys::slot(&pair::norm(key)) {
            self.fill(slot, value);
        }
    }

    /// The same for a value that belongs to a key further up: an item below `Next Steps:`.
    pub(super) fn fill(&mut self, slot: Slot, raw: &str) {
        let value = raw.trim();
        match slot {
            Slot::Status => self.status(value),
            Slot::Progress => self.progress(value),
            Slot::Agents => self.agents(value),
            Slot::Teams => {
                value::teams(value, &mut self.claim.teams);
                if self.claim.range.is_none() {
                    self.claim.range = value::range(value);
                }
            }
            Slot::Branch => set(&mut self.claim.branch, value::branch(value)),
            Slot::Outputs if !words::is_none(value) => paths::files(value, &mut self.claim.outputs),
            Slot::Commit => set(&mut self.claim.commit, value::commit(value)),
            Slot::Id if !words::is_none(value) => {
                set(&mut self.claim.id, value.split_whitespace().next());
                if value.starts_with(['s', 'S']) {
                    self.claim.number = self.claim.number.or(value::own_session(value).0);
                }
            }
            Slot::Session => self.session(value),
            Slot::Eta if !words::is_none(value) => set(&mut self.claim.eta, Some(value)),
            Slot::Estimate if !words::is_none(value) && value::says_when(value) => {
                set(&mut self.estimate, Some(value));
            }
            Slot::Blockers => list(&mut self.claim.blockers, value),
            Slot::Next => list(&mut self.claim.next, value),
            Slot::Updated => self.date(value::instant(value), Dated::Field),
            Slot::Finished => self.date(value::instant(value), Dated::Status),
            Slot::Items if self.claim.items.is_none() => {
                self.claim.items = value::exact_share(value);
            }
            _ => {}
        }
    }

    fn status(&mut self, value: &str) {
        if value.is_empty() {
            return;
        }
        let state = words::state(value);
        let better = self
            .claim
            .state
            .is_none_or(|s| s == ClaimState::Unknown && state != ClaimState::Unknown);
        if !better {
            return;
        }
        self.claim.state = Some(state);
        self.claim.status = Some(limits::clean(value, limits::VALUE).into());
        self.date(value::instant(value), Dated::Status);
        if self.claim.percent.is_none() {
            self.claim.percent = value::percent(value);
        }
        if self.claim.unit != Unit::Session && self.claim.of_session.is_none() {
            self.claim.of_session = value::session(value);
        }
    }

    fn progress(&mut self, value: &str) {
        if self.claim.percent.is_none() {
            self.claim.percent = value::percent(value);
        }
        let Some(share) = value::exact_share(value) else {
            return;
        };
        if value.to_lowercase().contains("agent") {
            better(&mut self.claim.agents, share);
        } else {
            better(&mut self.claim.items, share);
        }
    }

    fn agents(&mut self, value: &str) {
        if let Some(share) = value::share(value) {
            better(&mut self.claim.agents, share);
        }
        if self.claim.range.is_none() {
            self.claim.range = value::range(value);
        }
    }

    /// `Session 3 (H.323 Guardian Council)`, `session-4-sip`, `CLI (…)`.
    fn session(&mut self, value: &str) {
        if words::is_none(value) {
            return;
        }
        let (number, rest) = value::own_session(value);
        if self.claim.number.is_none() {
            self.claim.number = number;
        } else if number.is_some() && number != self.claim.number {
            return;
        }
        let words = value.contains(' ') || rest.is_empty();
        if number.is_none() || !words {
            set(&mut self.claim.id, Some(value));
        } else if self.claim.title.is_none() {
            self.claim.title = title(rest);
        }
    }

    /// The claim, whole.
    pub(super) fn done(mut self) -> Claim {
        if self.claim.eta.is_none() {
            self.claim.eta = self.estimate.take();
        }
        self.claim
    }
}

/// The words of a heading after its number: without a date, without `Status`, without brackets around all of it. O(length).
pub(super) fn title(rest: &str) -> Option<Arc<str>> {
    let mut words = rest
        .trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, ':' | '-' | '\u{2013}' | '\u{2014}' | '.')
        })
        .to_owned();
    if let (Some(open), true) = (words.rfind('('), words.ends_with(')')) {
        let inner = words.get(open..).unwrap_or_default();
        if value::instant(inner).is_some() {
            words.truncate(open);
        }
    }
    let mut plain = words.trim();
    for word in ["Status", "Update", "Report"] {
        if let Some(rest) = plain.strip_prefix(word)
            && rest.chars().next().is_none_or(|c| !c.is_alphanumeric())
        {
            plain = rest.trim_matches(|c: char| {
                c.is_whitespace() || matches!(c, ':' | '-' | '\u{2013}' | '\u{2014}')
            });
        }
    }
    if let Some(inner) = plain.strip_prefix('(').and_then(|p| p.strip_suffix(')'))
        && !inner.contains(['(', ')'])
    {
        plain = inner;
    }
    (!plain.is_empty()).then(|| limits::clean(plain, limits::VALUE).into())
}

/// Adds a field while there is room.
pub(super) fn keep(fields: &mut Vec<Field>, key: &str, value: &str, line: u32) {
    if fields.len() < limits::FIELDS {
        fields.push(Field {
            key: limits::clean(key, limits::KEY * 2).into(),
            value: limits::clean(value, limits::VALUE).into(),
            line,
        });
    }
}

fn set(slot: &mut Option<Arc<str>>, value: Option<&str>) {
    if slot.is_none()
        && let Some(value) = value
        && !value.is_empty()
    {
        *slot = Some(limits::clean(value, limits::VALUE).into());
    }
}

fn list(into: &mut Vec<Arc<str>>, value: &str) {
    if !words::is_none(value) && into.len() < limits::LIST {
        let value: Arc<str> = limits::clean(value, limits::VALUE).into();
        if !into.contains(&value) {
            into.push(value);
        }
    }
}

/// A share with both numbers is worth more than a bare total.
fn better(slot: &mut Option<Share>, new: Share) {
    let whole = |s: &Share| s.done.is_some() && s.of.is_some();
    if slot
        .as_ref()
        .is_none_or(|old| !whole(old) && new.done.is_some())
    {
        *slot = Some(new);
    }
}
