use super::meant;
use crate::{
    domain::Timestamp,
    link::RequestId,
    tui::{
        Effect, Errand, Model, Msg, Options, Told, Undertaking, acting,
        fixture::{self, NOW},
        keymap::Action,
        overlay::Overlay,
        paint, picture,
        view::offered,
    },
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};
use std::sync::Arc;

const SIZES: [(u16, u16); 4] = [(120, 40), (80, 24), (60, 20), (40, 12)];

const PLAN: &str = "session 2: Cloud providers\nbranch   claude/cloud-providers-s2\nmission  docs/SESSION-2.md, 84 lines\n\nagents   2\n\
\x20 2.1 worker-11 haiku  new conversation, credentials/swarm-worker-11.json.age\n  2.2 worker-12 haiku  has not joined: no conversation until \
`credentials join --worker 12` and `accept worker-12`\ntasks    first task of each\ndry run: nothing was written\n";

fn model(options: &Options) -> Model {
    let mut model = Model::new(options, NOW);
    model.update(Msg::Snapshot(Arc::new(fixture::branches(104))), NOW);
    model
}

fn show(model: &mut Model, (w, h): (u16, u16)) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, w, h));
    let hits = paint(model, &mut buf, NOW);
    model.settle(&hits);
    picture::text(&buf)
}

/// `^` is Ctrl-d, which sends a form, and `\u{15}` Ctrl-u, which erases a field.
fn press(model: &mut Model, keys: &str, now: Timestamp) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let (code, with) = match c {
            '\n' => (KeyCode::Enter, KeyModifiers::NONE),
            '\t' => (KeyCode::Tab, KeyModifiers::NONE),
            '\x1b' => (KeyCode::Esc, KeyModifiers::NONE),
            '^' => (KeyCode::Char('d'), KeyModifiers::CONTROL),
            '\u{15}' => (KeyCode::Char('u'), KeyModifiers::CONTROL),
            c => (KeyCode::Char(c), KeyModifiers::NONE),
        };
        effects.extend(model.update(Msg::Input(Event::Key(KeyEvent::new(code, with))), now));
        show(model, SIZES[0]);
    }
    effects
}

fn later() -> Timestamp {
    NOW.plus(crate::domain::Span::seconds(1))
}

fn planned(effects: &[Effect]) -> Undertaking {
    let [Effect::Errand(Errand::Plan(what))] = effects else {
        panic!("{effects:?}");
    };
    what.clone()
}

/// A form, the plan, and the question.
fn asked(keys: &str) -> (Model, Undertaking) {
    let mut model = model(&Options::default());
    let effects = press(&mut model, keys, NOW);
    let what = planned(&effects);
    assert!(
        model.overlay.is_none(),
        "one waits for the plan, and goes on working"
    );
    let told = Told::Planned(what.clone(), PLAN.to_owned(), true);
    model.update(Msg::Told(Ok(told)), NOW);
    (model, what)
}

/// An errand that was carried out.
fn carried(effects: &[Effect]) -> (RequestId, Undertaking) {
    let [Effect::Errand(Errand::CarryOut(id, what))] = effects else {
        panic!("{effects:?}");
    };
    (*id, what.clone())
}

#[test]
fn a_session_is_started_after_its_plan_was_seen() {
    let (mut model, what) = asked("6n\u{15}12\t\u{15}my.toml\tabc\t\u{15}yes^");
    assert_eq!(
        what.dry(),
        [
            "deploy",
            "--session=12",
            "--file=my.toml",
            "--id=abc",
            "--push",
            "--dry-run"
        ]
    );
    let shown = show(&mut model, SIZES[0]);
    assert!(shown.contains("has not joined"), "{shown}");
    // Keys that were typed ahead do nothing; Enter stands on Cancel.
    assert!(press(&mut model, "y", NOW).is_empty());
    let (id, again) = carried(&press(&mut model, "y", later()));
    assert_eq!(again, what);
    assert_eq!(what.real().len(), 5, "{:?}", what.real());
    assert!(!what.real().contains(&"--dry-run".to_owned()));
    let words = "docs/SESSION-12.md committed to claude/x\nworker-11: conv_1 until 18:00\n";
    let told = Told::CarriedOut(id, what, words.to_owned(), true);
    model.update(Msg::Told(Ok(told)), later());
    let shown = show(&mut model, SIZES[0]);
    assert!(
        shown.contains("start session 12: done; worker-11: conv_1"),
        "{shown}"
    );
    press(&mut model, "L", later());
    assert!(
        show(&mut model, SIZES[0]).contains("start session 12"),
        "it is in the write log"
    );
}

#[test]
fn a_long_plan_is_read_to_its_end() {
    let mut model = model(&Options::default());
    let what = planned(&press(&mut model, "6n\u{15}12^", NOW));
    let plan: Vec<String> = (1..=900).map(|n| format!("worker-{n}: conv_{n}")).collect();
    let told = Told::Planned(what, plan.join("\n"), true);
    model.update(Msg::Told(Ok(told)), NOW);
    for _ in 0..60 {
        show(&mut model, SIZES[1]);
        let page = KeyEvent::new(KeyCode::PageDown, KeyModifiers::NONE);
        model.update(Msg::Input(Event::Key(page)), NOW);
    }
    let shown = show(&mut model, SIZES[1]);
    assert!(shown.contains("worker-900: conv_900"), "{shown}");
}

#[test]
fn a_take_over_names_both_and_agrees_by_name() {
    let (mut model, what) = asked("6T^");
    let key = meant(&model).unwrap().key.to_string();
    let dry = what.dry();
    assert_eq!(dry.first().unwrap(), "takeover");
    assert!(dry[1].starts_with("--by="), "{dry:?}");
    assert_ne!(dry[1], format!("--by={key}"));
    assert_eq!(dry[dry.len() - 3..], ["--dry-run", "--", key.as_str()]);
    let real = what.real();
    assert!(real.contains(&format!("--confirm={key}")));
    let (id, _) = carried(&press(&mut model, "y", later()));
    // Something was left: it is said, and read.
    let words = "swarmwarden: t-1: somebody was faster\n";
    let told = Told::CarriedOut(id, what, words.to_owned(), false);
    model.update(Msg::Told(Ok(told)), later());
    assert!(show(&mut model, SIZES[0]).contains("somebody was faster"));
    assert!(matches!(model.overlay, Some(Overlay::Page(_))));
}

#[test]
fn cancelling_writes_nothing_and_a_plan_that_fails_is_read() {
    for key in ["\n", "\u{1b}", "q"] {
        let (mut model, _) = asked("6T^");
        assert!(press(&mut model, key, later()).is_empty());
        assert!(model.overlay.is_none());
        assert!(show(&mut model, SIZES[0]).contains("nothing was written"));
    }
    let mut model = model(&Options::default());
    let what = planned(&press(&mut model, "6T^", NOW));
    let why = "has no branch for the handover document: name one with --branch\n";
    let told = Told::Planned(what, why.to_owned(), false);
    model.update(Msg::Told(Ok(told)), NOW);
    assert!(show(&mut model, SIZES[0]).contains("name one with --branch"));
    assert!(press(&mut model, "y", later()).is_empty());
}

#[test]
fn what_cannot_be_read_is_said_and_stays() {
    let mut model = model(&Options::default());
    assert!(press(&mut model, "6n\u{15}x^", NOW).is_empty());
    assert!(show(&mut model, SIZES[0]).contains("a session is a number"));
    assert!(matches!(model.overlay, Some(Overlay::Form(_))));
    // What looks like an option is a value.
    let what = planned(&press(&mut model, "\u{15}3\t\u{15}--push^", NOW));
    assert!(what.dry().contains(&"--file=--push".to_owned()));
}

#[test]
fn nothing_of_it_where_nothing_may_be_written() {
    let locked = Options {
        read_only: Some("somebody said so".into()),
        ..Options::default()
    };
    let frozen = |model: &mut Model| drop(press(model, "f", NOW));
    for (options, before) in [(locked, false), (Options::default(), true)] {
        let mut model = model(&options);
        press(&mut model, "6", NOW);
        if before {
            frozen(&mut model);
        }
        for (key, action) in [("n", Action::Deploy), ("T", Action::TakeOver)] {
            assert!(press(&mut model, key, later()).is_empty());
            assert!(model.overlay.is_none());
            assert_eq!(
                crate::tui::reasons::why_not(&model, action),
                acting::forbidden(&model)
            );
            assert!(offered(&model).iter().all(|b| b.run != action), "no hint");
        }
    }
    // Frozen between the plan and the answer.
    let (mut model, _) = asked("6T^");
    model.facts.freeze(NOW);
    assert!(press(&mut model, "y", later()).is_empty());
    assert!(show(&mut model, SIZES[0]).contains("not of now"));
}

#[test]
fn every_hint_of_them_does_something() {
    for keys in ["6n", "6T", "6\nT"] {
        let start = || {
            let mut model = model(&Options::default());
            press(&mut model, keys, NOW);
            model
        };
        walked(start);
    }
    walked(|| asked("6T^").0);
}

fn walked(start: impl Fn() -> Model) {
    for binding in offered(&start()) {
        let mut model = start();
        let picture = |model: &mut Model| (format!("{model:?}"), show(model, SIZES[0]));
        let before = picture(&mut model);
        let mut effects = Vec::new();
        for chord in binding.on.first().unwrap() {
            effects.extend(model.update(Msg::Input(Event::Key(chord.event())), later()));
        }
        let idle = effects.is_empty() && before == picture(&mut model);
        assert!(!idle, "{} does nothing", binding.run.name());
    }
}

#[test]
fn the_dialogs_at_four_sizes() {
    for (name, keys) in [("start_form", "6n"), ("take_over_form", "6T")] {
        for (w, h) in SIZES {
            let mut model = model(&Options::default());
            press(&mut model, keys, NOW);
            insta::assert_snapshot!(format!("{name}_{w}x{h}"), show(&mut model, (w, h)));
        }
    }
    for (name, keys) in [("start_plan", "6n\u{15}2^"), ("take_over_plan", "6T^")] {
        for (w, h) in SIZES {
            let (mut model, _) = asked(keys);
            insta::assert_snapshot!(format!("{name}_{w}x{h}"), show(&mut model, (w, h)));
        }
    }
}
