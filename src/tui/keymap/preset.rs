//! Presets: `vim` is whole, the others say what they change of it.

use super::{Action, Binding, Chord, Context, Keymap, PRESET};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Name of every preset, and what it changes.
const PRESETS: [(&str, &str); 3] = [
    ("vim", ""),
    ("arrows", include_str!("../../../assets/keymap-arrows.toml")),
    ("htop", include_str!("../../../assets/keymap-htop.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    on: Vec<String>,
    run: Action,
    hint: Option<String>,
}

/// Names of the presets.
pub fn presets() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

impl Keymap {
    /// A preset; an unknown name gives `vim`.
    pub(crate) fn preset(name: &str) -> Self {
        let (mut map, _) = Self::parse(PRESET);
        let changes = PRESETS.iter().find(|(own, _)| *own == name);
        let changes = changes.map_or("", |(_, text)| text);
        let changes: BTreeMap<Context, Vec<Change>> = toml::from_str(changes).unwrap_or_default();
        for (context, changes) in changes {
            for change in changes {
                map.change(context, change);
            }
        }
        map
    }

    fn change(&mut self, context: Context, change: Change) {
        let on = change.on.iter().map(|keys| {
            let chords = keys.split_whitespace().filter_map(Chord::parse);
            chords.collect::<Vec<Chord>>()
        });
        let on = on.filter(|chords| !chords.is_empty()).collect();
        let rows = self.0.entry(context).or_default();
        if let Some(row) = rows.iter_mut().find(|row| row.run == change.run) {
            row.on = on;
            row.hint = change.hint.or(row.hint.take());
            return;
        }
        rows.push(Binding {
            on,
            run: change.run,
            desc: change.run.name().to_owned(),
            hint: change.hint,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap::{Found, Rebind, rebind};

    #[test]
    fn no_preset_has_a_clash_in_any_place_and_every_action_has_a_row() {
        for name in presets() {
            let map = Keymap::preset(name);
            let clashes = map.clashes();
            let shown: Vec<String> = clashes.iter().map(rebind::Clash::words).collect();
            assert_eq!(shown, Vec::<String>::new(), "{name}");
            for action in Action::ALL {
                assert!(!map.places(*action).is_empty(), "{name}: {}", action.name());
            }
        }
    }

    #[test]
    fn presets_read_and_differ_only_where_they_say() {
        for (name, text) in PRESETS {
            let changes: BTreeMap<Context, Vec<Change>> = toml::from_str(text).unwrap();
            let usual = Keymap::preset("vim");
            for (context, changes) in &changes {
                for change in changes {
                    let rows = usual.rows(*context);
                    assert!(
                        rows.iter().any(|row| row.run == change.run),
                        "{name}: {} has no row in {}",
                        change.run.name(),
                        context.name()
                    );
                    assert!(change.on.iter().all(|keys| {
                        let mut chords = keys.split_whitespace();
                        chords.all(|c| Chord::parse(c).is_some())
                    }));
                }
            }
        }
    }

    #[test]
    fn arrows_move_without_letters_and_htop_has_ten_function_keys() {
        let arrows = Keymap::preset("arrows");
        for row in arrows.rows(Context::Move) {
            let typed = row.on.iter().flatten().any(|c| c.typed().is_some());
            assert!(!typed, "{}", row.run.name());
        }
        let stack = [Context::Workers, Context::Global, Context::Move];
        let at = |map: &Keymap, key: &str| map.resolve(&stack, &[Chord::parse(key).unwrap()]);
        assert_eq!(at(&arrows, "h"), Found::Run(Action::Hold));
        assert_eq!(at(&arrows, "k"), Found::Nothing);
        let htop = Keymap::preset("htop");
        for n in 1..=10 {
            assert_ne!(at(&htop, &format!("F{n}")), Found::Nothing, "F{n}");
        }
        // Every one of them has a twin that is no function key.
        for row in htop.0.values().flatten() {
            let keys: Vec<String> = row.on.iter().flatten().map(ToString::to_string).collect();
            let function = |k: &String| k.len() > 1 && k.starts_with('F');
            if keys.iter().any(function) {
                assert!(keys.iter().any(|k| !function(k)), "{keys:?}");
            }
        }
    }

    #[test]
    fn every_preset_can_be_changed() {
        let asked = [Rebind {
            action: "reassign".to_owned(),
            keys: vec!["X".to_owned()],
            line: None,
        }];
        for name in presets() {
            let (map, flaws) = Keymap::preset(name).rebound(&asked);
            assert!(flaws.is_empty(), "{name}: {flaws:?}");
            let stack = [Context::Workers, Context::Global, Context::Move];
            let key = [Chord::parse("X").unwrap()];
            assert_eq!(map.resolve(&stack, &key), Found::Run(Action::Reassign));
        }
    }
}
