//! Points of the checklist that are about several parts of the dashboard at once. `tests/checklist.toml` lists all of them.

use super::*;
use crate::{
    domain::act::Asks,
    tui::{keymap::Context, overlay::Overlay},
};
use ratatui::style::Modifier;

fn later(seconds: i64) -> Timestamp {
    NOW.plus(Span::seconds(seconds))
}

/// What would change something outside of the screen: orders to the engine, and errands that keep or run something.
fn writes(effects: &[Effect]) -> bool {
    let reads = |effect: &Effect| match effect {
        Effect::Send(envelope) => matches!(
            envelope.command,
            Command::OlderMessages { .. } | Command::Travel(_) | Command::Commits { .. }
        ),
        Effect::Errand(_) => false,
        _ => true,
    };
    !effects.iter().all(reads)
}

#[test]
fn ux_11_every_hint_of_every_place_does_something() {
    for place in [
        "1", "2", "2v", "2vv", "2\n", "3", "3v", "3vv", "3\n", "4", "4l", "5", "5\n", "6", "6\n",
        "6v", "6vv", "7", "f", "D", "?", ":", "s", "y", "2o", "2/", "2/a", "2r", "2c", "4M", "4n",
        "2x", "L", "2  ", "3V",
    ] {
        let start = || {
            let mut swarm = fixture::alarming(24);
            swarm.events = fixture::eventful(24).events;
            swarm.repo = fixture::branches(24).repo;
            let mut model = told(swarm);
            types(&mut model, place);
            model
        };
        let model = start();
        for binding in offered(&model) {
            let mut model = start();
            let before = show(&mut model, SIZE, NOW);
            let inside = format!("{model:?}");
            let mut effects = Vec::new();
            for chord in binding.on.first().unwrap() {
                // A confirming key is deaf for a moment.
                effects.extend(model.update(Msg::Input(Event::Key(chord.event())), later(1)));
            }
            // What is not on the screen yet may have changed inside.
            let idle = effects.is_empty()
                && before == show(&mut model, SIZE, NOW)
                && inside == format!("{model:?}");
            assert!(
                !idle,
                "{} ({:?}) in {place:?} does nothing",
                binding.run.name(),
                binding.hint
            );
        }
    }
}

#[test]
fn ux_13_the_help_lists_every_live_binding_and_no_other() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "2?");
    let text = show(&mut model, (240, 120), NOW);
    let map = &model.look.keymap;
    for context in [
        Context::Global,
        Context::Always,
        Context::Move,
        Context::Workers,
    ] {
        for row in map.rows(context).iter().filter(|row| !row.on.is_empty()) {
            let line = text
                .lines()
                .find(|l| l.contains(&row.desc) && l.contains(&row.keys()));
            assert!(
                line.is_some(),
                "{} {} is not in\n{text}",
                row.keys(),
                row.desc
            );
        }
    }
    // What is bound in another view only is not among them.
    let other = map.rows(Context::Alerts).iter();
    let ours = |desc: &str| {
        [
            Context::Global,
            Context::Always,
            Context::Move,
            Context::Workers,
        ]
        .iter()
        .any(|c| map.rows(*c).iter().any(|row| row.desc == desc))
    };
    for row in other.filter(|row| !ours(&row.desc)) {
        assert!(!text.contains(&row.desc), "{}", row.desc);
    }
}

#[test]
fn ux_15_ten_thousand_keys_that_look_ask_the_engine_for_nothing_that_writes() {
    let keys = [
        KeyCode::Enter,
        KeyCode::Tab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
    ];
    let letters = "kjhl 0123456789".chars().map(KeyCode::Char);
    let keys: Vec<KeyCode> = keys.into_iter().chain(letters).collect();
    let mut swarm = fixture::alarming(30);
    swarm.repo = fixture::branches(9).repo;
    let mut model = told(swarm);
    let mut random = fastrand::Rng::with_seed(7);
    for n in 0..10_000 {
        let code = keys[random.usize(..keys.len())];
        let effects = model.update(key(code), later(n / 20));
        assert!(!writes(&effects), "key {n}, {code:?}: {effects:?}");
        if n % 16 == 0 {
            show(&mut model, SIZE, later(n / 20));
        }
    }
    assert!(model.undo.is_empty());
}

#[test]
fn ux_21_the_dialog_says_everything_at_80x24_without_scrolling() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2r");
    let text = show(&mut model, (80, 24), NOW);
    let Some(Overlay::Dialog(dialog)) = &model.overlay else {
        panic!("no dialog: {text}");
    };
    assert_eq!(dialog.seen.0, 0, "it scrolls:\n{text}");
    let [item] = dialog.items.as_slice() else {
        panic!("one item");
    };
    let (ranking, proposal) = (
        item.ranking.as_ref().unwrap(),
        item.proposal.as_ref().unwrap(),
    );
    let shown = |c: &&crate::domain::choose::Candidate| {
        let row = format!("{:>5}  {}", c.score, c.why);
        let row: String = row.chars().take(20).collect();
        text.lines()
            .any(|l| l.contains(&c.worker.id.to_string()) && l.contains(&row))
    };
    assert!(
        ranking.candidates.iter().filter(shown).count() >= 2,
        "{text}"
    );
    let refused = format!("{} not eligible (i why)", ranking.refused.len());
    assert!(text.contains(&refused), "{refused}: {text}");
    // The parts are added up as they are read.
    let text = text.replace('│', " ");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let sum = flat.split("SCORE ").nth(1).unwrap();
    let sum = sum.split(" WILL ").next().unwrap();
    let (score, parts) = sum.split_once(" = ").unwrap();
    let parts = parts.split(' ').filter(|w| w.starts_with(['+', '-']));
    let parts: i64 = parts.filter_map(|w| w.parse::<i64>().ok()).sum();
    assert_eq!(score.parse::<i64>().unwrap(), parts, "{sum}");
    let words = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
    for effect in &proposal.effects {
        assert!(
            flat.contains(&words(effect)),
            "{effect:?} is not in\n{text}"
        );
    }
    for risk in &proposal.risks {
        assert!(flat.contains(&words(risk)), "{risk:?} is not in\n{text}");
    }
    assert!(flat.contains(&words(&proposal.undo)), "{text}");
}

#[test]
fn ux_23_a_task_of_a_live_owner_moves_only_when_its_name_is_typed() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "3");
    let alive = |model: &Model| match &model.overlay {
        Some(Overlay::Dialog(dialog)) => match dialog.asks() {
            Asks::Type(name) => Some(name),
            _ => None,
        },
        _ => None,
    };
    let name = (0..80).find_map(|_| {
        types(&mut model, "j");
        types(&mut model, "r");
        let found = alive(&model);
        if found.is_none() {
            types(&mut model, "\x1b");
        }
        found
    });
    let name = name.expect("somebody alive owns a task");
    assert!(show(&mut model, SIZE, NOW).contains(&format!("type {name} and Enter")));
    let press = |model: &mut Model, keys: &str| {
        let mut effects = Vec::new();
        for c in keys.chars() {
            effects.extend(model.update(key(KeyCode::Char(c)), later(1)));
        }
        effects.extend(model.update(key(KeyCode::Enter), later(1)));
        effects
    };
    assert_eq!(press(&mut model, "y"), []);
    assert!(show(&mut model, SIZE, NOW).contains("not the word"));
    model.update(key(KeyCode::Backspace), later(1));
    let sent = press(&mut model, &name);
    assert!(writes(&sent) && sent.len() == 1, "{sent:?}");
}

#[test]
fn ux_28_a_paste_into_a_message_is_one_edit_and_sends_nothing() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "2c");
    assert!(matches!(model.overlay, Some(Overlay::Form(_))));
    let paste = Msg::Input(Event::Paste("ryqXD\n".to_owned()));
    assert_eq!(model.update(paste, NOW), []);
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("ryqXD⏎"), "{text}");
    assert_eq!(types(&mut model, "\n"), [], "Enter is a new line");
    assert!(matches!(model.overlay, Some(Overlay::Form(_))));
}

#[test]
fn ux_45_what_a_silent_worker_says_stands_beside_what_it_is() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2\n");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("✗ SILENT"), "{text}");
    assert!(text.contains("says working, silent 5m35s"), "{text}");
}

/// The number behind the last `word` of a text.
fn number(text: &str, word: &str) -> usize {
    let at = text.find(word).unwrap_or_else(|| panic!("{word}: {text}")) + word.len();
    let digits: String = text[at..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap()
}

#[test]
fn ux_49_the_states_add_up_to_the_total_in_every_panel() {
    for n in [9, 20, 104] {
        let mut model = told(fixture::swarm(n));
        let text = show(&mut model, (80, 24), NOW);
        assert_eq!(number(&text, "FLEET "), n, "{text}");
        let line = text.lines().find(|l| l.contains("FLEET ")).unwrap();
        let counts = line.split("FLEET ").nth(1).unwrap();
        let counts = counts.split(['─', '│']).next().unwrap();
        let each = counts.split_whitespace().skip(1);
        let each = each.filter_map(|w| {
            let digits = w.trim_start_matches(|c: char| !c.is_ascii_digit());
            digits.parse::<usize>().ok()
        });
        assert_eq!(each.sum::<usize>(), n, "{line}");
        let head = text.lines().next().unwrap();
        assert!(head.contains(&format!("/{n} up")), "{head}");
        let text = show(&mut model, SIZE, NOW);
        assert_eq!(number(&text, "2 Workers "), n);
        // The same as bars, one state in each row.
        let bars = text.lines().filter_map(|l| l.rsplit_once('│'));
        let bars = bars.filter(|(_, right)| right.contains(['█', '░']));
        let counts =
            bars.filter_map(|(_, right)| right.split_whitespace().last()?.parse::<usize>().ok());
        assert_eq!(counts.sum::<usize>(), n, "{text}");
        for keys in ["2", "2v", "2vv"] {
            types(&mut model, "1");
            types(&mut model, keys);
            let text = show(&mut model, SIZE, NOW);
            assert!(text.contains(&format!(" {n} workers")), "{keys}: {text}");
            assert_eq!(model.screens.workers.rows.len(), n);
        }
        let states = &model.snapshot().states;
        let each = crate::domain::State::ALL.map(|s| states.of(s) as usize);
        assert_eq!(each.iter().sum::<usize>(), n);
    }
}

#[test]
fn ux_51_a_half_typed_filter_keeps_the_rows_and_underlines_what_is_wrong() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2/state:silent");
    let rows = model.screens.workers.rows.len();
    assert_eq!(rows, 2);
    types(&mut model, " stat:x");
    assert_eq!(model.screens.workers.rows.len(), rows);
    let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
    paint(&model, &mut buf, NOW);
    let line = (0..120).map(|x| &buf[(x, 38)]);
    let under = line.filter(|c| c.modifier.contains(Modifier::UNDERLINED));
    let under: String = under.map(ratatui::buffer::Cell::symbol).collect();
    assert_eq!(under, "stat", "{}", picture::text(&buf));
}
