use super::*;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

fn chord(text: &str) -> Chord {
    Chord::parse(text).unwrap()
}

fn preset() -> Keymap {
    let (map, wrong) = Keymap::parse(PRESET);
    assert_eq!(wrong, Vec::<String>::new());
    map
}

#[test]
fn every_action_is_reachable_and_described() {
    let map = preset();
    for action in Action::ALL {
        let rows: Vec<&Binding> = map
            .0
            .values()
            .flatten()
            .filter(|b| b.run == *action)
            .collect();
        assert!(
            rows.iter().any(|b| !b.on.is_empty() && !b.desc.is_empty()),
            "{} has no key",
            action.name()
        );
    }
}

#[test]
fn keys_read_and_show_themselves() {
    for (text, shown) in [
        ("j", "j"),
        ("C-d", "C-d"),
        ("Down", "↓"),
        ("S-Tab", "S-Tab"),
        ("F1", "F1"),
        ("-", "-"),
        ("Space", "Space"),
        ("C-", "?"),
    ] {
        if text == "C-" {
            assert_eq!(Chord::parse(text), None);
        } else {
            assert_eq!(chord(text).to_string(), shown);
        }
    }
    let shift_tab = KeyEvent::new(KeyCode::Tab, KeyModifiers::SHIFT);
    assert_eq!(Chord::of(&shift_tab), Some(chord("S-Tab")));
    let alt = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::ALT);
    assert_eq!(Chord::of(&alt), Some(chord("j")));
    let meta = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::META);
    assert_eq!(Chord::of(&meta), None);
    let capital = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
    assert_eq!(Chord::of(&capital), Some(chord("G")));
}

#[test]
fn a_sequence_waits_for_its_second_key() {
    let map = preset();
    let stack = [Context::Workers, Context::Global, Context::Move];
    assert_eq!(map.resolve(&stack, &[chord("g")]), Found::More);
    assert_eq!(
        map.resolve(&stack, &[chord("g"), chord("g")]),
        Found::Run(Action::Top)
    );
    assert_eq!(
        map.resolve(&stack, &[chord("g"), chord("x")]),
        Found::Nothing
    );
    let shown: Vec<String> = map
        .continuations(&stack, &[chord("g")])
        .into_iter()
        .map(|(keys, _)| keys)
        .collect();
    assert_eq!(shown, ["go", "gw", "gt", "ga", "gm", "gs", "gg"]);
}

#[test]
fn a_clash_is_reported_with_both_names_and_the_first_keeps_the_key() {
    let text = r#"global = [
        { on = "q", run = "quit", desc = "quit" },
        { on = ["q", "x"], run = "help", desc = "help" },
        { on = "q q", run = "live", desc = "live" },
        { on = "Nope", run = "freeze", desc = "freeze" },
    ]"#;
    let (map, wrong) = Keymap::parse(text);
    assert_eq!(
        wrong,
        [
            "keymap: `q` is both quit and help in Global; quit has it",
            "keymap: `q q` is both quit and live in Global; quit has it",
            "keymap: `Nope` of freeze is no key",
        ]
    );
    let at = |key| map.resolve(&[Context::Global], &[chord(key)]);
    assert_eq!(at("q"), Found::Run(Action::Quit));
    assert_eq!(at("x"), Found::Run(Action::Help));
}

#[test]
fn a_text_that_does_not_read_gives_the_preset() {
    let (map, wrong) = Keymap::parse("global = 7");
    assert_eq!(map, preset());
    assert!(wrong[0].starts_with("keymap: "), "{wrong:?}");
}

#[test]
fn no_context_hides_a_key_of_the_ones_below_it() {
    let map = preset();
    for screen in [
        Context::Overview,
        Context::Workers,
        Context::Worker,
        Context::Messages,
    ] {
        let stack = [screen, Context::Global, Context::Move, Context::Always];
        for context in stack {
            for binding in map.rows(context) {
                for sequence in &binding.on {
                    assert_eq!(map.resolve(&stack, sequence), Found::Run(binding.run));
                }
            }
        }
    }
}

fn ask(action: &str, keys: &[&str], line: usize) -> Rebind {
    Rebind {
        action: action.to_owned(),
        keys: keys.iter().map(|k| (*k).to_owned()).collect(),
        line: Some(line),
    }
}

fn words(flaws: &[Flaw]) -> Vec<&str> {
    flaws.iter().map(|f| f.words.as_str()).collect()
}

#[test]
fn the_preset_has_no_clash_in_any_place() {
    let clashes = preset().clashes();
    let shown: Vec<String> = clashes.iter().map(rebind::Clash::words).collect();
    assert_eq!(shown, Vec::<String>::new());
}

#[test]
fn an_action_takes_the_keys_it_is_given_and_loses_those_it_had() {
    let asked = [
        ask("reassign", &["X", "Z r"], 2),
        ask("escape", &["C-x", "b"], 3),
    ];
    let (map, flaws) = preset().rebound(&asked);
    assert_eq!(words(&flaws), Vec::<&str>::new());
    let stack = [Context::Workers, Context::Global, Context::Move];
    let at = |keys: &[&str]| {
        let typed: Vec<Chord> = keys.iter().map(|k| chord(k)).collect();
        map.resolve(&stack, &typed)
    };
    assert_eq!(at(&["X"]), Found::Run(Action::Reassign));
    assert_eq!(at(&["Z"]), Found::More);
    assert_eq!(at(&["Z", "r"]), Found::Run(Action::Reassign));
    assert_eq!(at(&["r"]), Found::Nothing);
    // Where text is typed a letter stays a letter.
    let prompt = |key| map.resolve(&[Context::Prompt], &[chord(key)]);
    assert_eq!(prompt("b"), Found::Nothing);
    assert_eq!(prompt("C-x"), Found::Run(Action::Escape));
    let (map, flaws) = preset().rebound(&[ask("escape", &["b"], 3)]);
    assert_eq!(words(&flaws), Vec::<&str>::new());
    let prompt = |key| map.resolve(&[Context::Prompt], &[chord(key)]);
    assert_eq!(prompt("Esc"), Found::Run(Action::Escape));
}

#[test]
fn two_actions_may_change_places() {
    let asked = [ask("reassign", &["c"], 1), ask("compose", &["r"], 2)];
    let (map, flaws) = preset().rebound(&asked);
    assert_eq!(words(&flaws), Vec::<&str>::new());
    let at = |key| map.resolve(&[Context::Global], &[chord(key)]);
    assert_eq!(at("c"), Found::Run(Action::Reassign));
    assert_eq!(at("r"), Found::Run(Action::Compose));
}

#[test]
fn a_clash_names_both_actions_and_leaves_both_their_keys() {
    let asked = [
        ask("reassign", &["e"], 4),
        ask("hold", &["Y"], 5),
        ask("priority", &["Y"], 6),
        ask("undo", &["g"], 7),
        ask("compose", &["w", "w w"], 8),
    ];
    let (map, flaws) = preset().rebound(&asked);
    assert!(flaws.iter().all(|f| f.clash));
    assert_eq!(
        words(&flaws),
        [
            "line 8: `w` of compose begins `w w` of compose in global; the default stays",
            "line 5: `Y` is both hold and priority in global; the default stays",
            "line 6: `Y` is both hold and priority in global; the default stays",
            "line 4: `e` is both evidence and reassign in workers; the default stays",
            "line 7: `g` of undo begins `g o` of overview in global; the default stays",
        ]
    );
    assert_eq!(map, preset());
}

#[test]
fn what_cannot_be_a_key_or_an_action_is_told_with_its_line() {
    let asked = [
        ask("reasign", &["X"], 2),
        ask("hold", &["Hyper-q"], 3),
        ask("hold", &["\u{202e}"], 4),
        ask("redraw", &["Z"], 5),
        ask("escape", &[], 6),
        ask("hold", &["a b c"], 7),
        ask("quit-print", &[], 8),
    ];
    let (map, flaws) = preset().rebound(&asked);
    assert!(flaws.iter().all(|f| !f.clash));
    let words = words(&flaws);
    assert_eq!(words.len(), 6, "{words:?}");
    assert_eq!(
        words[0],
        "line 2: unknown action `reasign` in [keys]; the nearest is `reassign`"
    );
    assert!(words[1].starts_with("line 3: `Hyper-q` for hold is no key"));
    assert!(!words[2].contains('\u{202e}'));
    assert!(words[3].contains("works where text is typed"), "{words:?}");
    assert!(words[4].contains("needs a key"), "{words:?}");
    let at = |key| map.resolve(&[Context::Global], &[chord(key)]);
    assert_eq!(at("Q"), Found::Nothing);
}

#[test]
fn the_list_writes_keys_as_the_configuration_does() {
    let live = live("vim", &[ask("reassign", &["C-x", "Z Z"], 1)]);
    assert_eq!(live.flaws, []);
    for row in live.places.iter().flat_map(|p| &p.rows) {
        assert_eq!(row.own, row.action == "reassign");
        for key in &row.keys {
            assert!(key.split(' ').all(|k| Chord::parse(k).is_some()), "{key}");
        }
    }
    let names: Vec<&str> = live.places.iter().map(|p| p.name).collect();
    assert_eq!(names[..3], ["always", "move", "global"]);
    for (context, place) in preset().0.keys().zip(names) {
        assert_eq!(format!("{context:?}").to_lowercase(), place);
    }
}
