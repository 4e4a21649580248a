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
