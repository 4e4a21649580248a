//! Keys that the operator has chosen, laid over the preset. One that cannot be had leaves its action with the keys it had.

use super::{Action, Chord, Context, Keymap, listing::written};
use crate::domain::{spelling, text};
use std::collections::BTreeMap;

/// One line of `[keys]`: an action and all the keys that it shall have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebind {
    /// Name of the action, as `swarmwarden keys` lists it.
    pub action: String,
    /// Its keys; none for none.
    pub keys: Vec<String>,
    /// Where this stands in the configuration, from 1.
    pub line: Option<usize>,
}

/// What is wrong with a line of `[keys]`; its action keeps the keys it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// A neutralised sentence with the line.
    pub words: String,
    /// Two actions would share a key.
    pub clash: bool,
}

/// Chords for an action, and where they were asked for.
struct Wish {
    on: Vec<Vec<Chord>>,
    line: Option<usize>,
}

/// Two actions on one key, in a place where both can be meant.
pub(super) struct Clash {
    first: (String, Action),
    second: (String, Action),
    place: Context,
}

impl Keymap {
    /// The map with what was asked for. A key that two actions would share is told once with both names, and goes to neither of those that
    /// asked for it. O(1) without wishes, else a few passes over all pairs of keys of a place.
    pub(crate) fn rebound(&self, asked: &[Rebind]) -> (Self, Vec<Flaw>) {
        let mut flaws = Vec::new();
        let mut wishes: Vec<(Action, Wish)> = Vec::new();
        for one in asked {
            match self.wish(one) {
                Ok(wish) => wishes.push(wish),
                Err(why) => flaws.push(Flaw {
                    words: sentence(one.line, &why),
                    clash: false,
                }),
            }
        }
        loop {
            let map = self.with(&wishes);
            let clashes = if wishes.is_empty() {
                Vec::new()
            } else {
                map.clashes()
            };
            let wanted = |a: Action| wishes.iter().find(|(b, _)| *b == a);
            let mut dropped: BTreeMap<&str, String> = BTreeMap::new();
            for clash in &clashes {
                for action in [clash.first.1, clash.second.1] {
                    if let Some((_, wish)) = wanted(action) {
                        let words = || sentence(wish.line, &clash.words());
                        dropped.entry(action.name()).or_insert_with(words);
                    }
                }
            }
            if dropped.is_empty() {
                return (map, flaws);
            }
            wishes.retain(|(action, _)| !dropped.contains_key(action.name()));
            flaws.extend(
                dropped
                    .into_values()
                    .map(|words| Flaw { words, clash: true }),
            );
        }
    }

    fn wish(&self, asked: &Rebind) -> Result<(Action, Wish), String> {
        let named = Action::ALL.iter().find(|a| a.name() == asked.action);
        let action = *named.ok_or_else(|| {
            let nearest = spelling::nearest(&asked.action, Action::ALL.iter().map(|a| a.name()));
            let action = &asked.action;
            let nearest = nearest.unwrap_or_default();
            format!("unknown action `{action}` in [keys]; the nearest is `{nearest}`")
        })?;
        let name = action.name();
        let mut on = Vec::new();
        for key in &asked.keys {
            let sequence = sequence(key)
                .ok_or_else(|| format!("`{key}` for {name} is no key; the default stays"))?;
            let letter = sequence.first().is_some_and(|c| c.typed().is_some());
            if letter && self.rows(Context::Always).iter().any(|b| b.run == action) {
                return Err(format!(
                    "`{key}` types a character, and {name} works where text is typed; the default stays"
                ));
            }
            if !on.contains(&sequence) {
                on.push(sequence);
            }
        }
        if on.is_empty() && matches!(action, Action::Escape | Action::Interrupt) {
            return Err(format!("{name} needs a key; the default stays"));
        }
        let line = asked.line;
        Ok((action, Wish { on, line }))
    }

    /// The map with these keys instead of the preset's. Where text is typed only keys that type nothing take part.
    fn with(&self, wishes: &[(Action, Wish)]) -> Self {
        let mut map = self.clone();
        for (context, rows) in &mut map.0 {
            for row in rows {
                let Some((_, wish)) = wishes.iter().find(|(action, _)| *action == row.run) else {
                    continue;
                };
                if context.types() {
                    let silent = |s: &&Vec<Chord>| s.first().is_some_and(|c| c.typed().is_none());
                    let on: Vec<_> = wish.on.iter().filter(silent).cloned().collect();
                    if !on.is_empty() {
                        row.on = on;
                    }
                } else {
                    row.on.clone_from(&wish.on);
                }
            }
        }
        map
    }

    /// Keys that two actions share, or that another key begins, wherever both are looked up together.
    pub(super) fn clashes(&self) -> Vec<Clash> {
        let mut out = Vec::new();
        for place in self.0.keys() {
            let own = self.keys_of(*place);
            let below = place.stack().iter().filter(|c| *c != place);
            let below: Vec<_> = below.flat_map(|c| self.keys_of(*c)).collect();
            for (i, (key, first)) in own.iter().enumerate() {
                let rest = own.iter().skip(i + 1).chain(&below);
                let same = rest.filter(|(other, second)| {
                    let begins = key.starts_with(other) || other.starts_with(key);
                    begins && (first != second || key.len() != other.len())
                });
                out.extend(same.map(|(other, second)| Clash {
                    first: (written(key), *first),
                    second: (written(other), *second),
                    place: *place,
                }));
            }
        }
        out
    }

    fn keys_of(&self, context: Context) -> Vec<(&[Chord], Action)> {
        let rows = self.rows(context).iter();
        rows.flat_map(|b| b.on.iter().map(|s| (s.as_slice(), b.run)))
            .collect()
    }
}

impl Clash {
    pub(super) fn words(&self) -> String {
        let place = self.place.name();
        let mut keys = [&self.first, &self.second];
        keys.sort_by_key(|(key, _)| key.len());
        let [(key, one), (longer, other)] = keys;
        let (one, other) = (one.name(), other.name());
        if key == longer {
            return format!("`{key}` is both {one} and {other} in {place}; the default stays");
        }
        format!("`{key}` of {one} begins `{longer}` of {other} in {place}; the default stays")
    }
}

/// One or two chords; nothing that a terminal would not show as itself.
fn sequence(key: &str) -> Option<Vec<Chord>> {
    let plain = text::line(key) == key;
    let chords: Option<Vec<Chord>> = key.split_whitespace().map(Chord::parse).collect();
    chords.filter(|c| plain && matches!(c.len(), 1..=2))
}

fn sentence(line: Option<usize>, words: &str) -> String {
    let place = line.map(|n| format!("line {n}: ")).unwrap_or_default();
    format!("{place}{}", text::line(words))
}
