//! The help and other texts, searched; what follows a prefix; words to the orchestrator.

use super::*;
use crate::{
    domain::act::Deed,
    tui::{Rebind, Told, overlay::Overlay},
};

#[test]
fn the_help_is_searched_and_runs_what_was_found() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2?");
    let text = show(&mut model, (120, 90), NOW);
    for word in ["search: ▏", "FILTER", "STATE", "SUSPECT after ", "WHY GREY"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    types(&mut model, "problems only");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("p         problems only"), "{text}");
    types(&mut model, "\n");
    assert!(model.overlay.is_none());
    assert!(model.screens.workers.problems_only);
    types(&mut model, "?carry it out\n");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("works in dialogs"), "{text}");
    assert!(matches!(model.overlay, Some(Overlay::Help(_))));
    types(&mut model, "\x1b");
    assert!(model.overlay.is_none());
}

#[test]
fn the_help_finds_a_key_by_itself_and_after_it_was_bound_anew() {
    let options = Options {
        rebind: vec![Rebind {
            action: "reassign".to_owned(),
            keys: vec!["X".to_owned()],
            line: None,
        }],
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    model.update(Msg::Snapshot(Arc::new(fixture::swarm(9))), NOW);
    types(&mut model, "2?reassign");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("X         reassign…"), "{text}");
}

#[test]
fn what_can_follow_a_prefix_is_listed() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "g");
    let text = show(&mut model, SIZE, NOW);
    for row in [
        "w  Workers",
        "t  Tasks",
        "a  Alerts",
        "m  Messages",
        "s  Sessions",
        "g  top",
    ] {
        assert!(text.contains(row), "{row}: {text}");
    }
    types(&mut model, "t");
    assert_eq!(model.view, View::Tasks);
    assert!(!show(&mut model, SIZE, NOW).contains("w  Workers"));
}

#[test]
fn words_are_found_in_a_page_and_n_goes_round() {
    let mut model = told(fixture::swarm(9));
    let lines: Vec<String> = (0..200)
        .map(|n| format!("line {n} {}", if n % 50 == 7 { "needle" } else { "hay" }))
        .collect();
    let printed = Told::Printed("logs".to_owned(), lines.join("\n"), true);
    model.update(Msg::Told(Ok(printed)), NOW);
    show(&mut model, SIZE, NOW);
    types(&mut model, "/needle\n");
    let text = show(&mut model, SIZE, NOW);
    assert!(
        text.contains("/needle  4 lines") && text.contains("line 7 needle"),
        "{text}"
    );
    types(&mut model, "nn");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("line 107 needle"), "{text}");
    types(&mut model, "N");
    assert!(show(&mut model, SIZE, NOW).contains("line 57 needle"));
    types(&mut model, "nnn");
    assert!(
        show(&mut model, SIZE, NOW).contains("line 7 needle"),
        "round and round"
    );
    types(&mut model, "\x1b");
    assert!(model.overlay.is_some(), "the search goes first");
    types(&mut model, "\x1b");
    assert!(model.overlay.is_none());
}

#[test]
fn words_are_found_in_a_message_that_is_read() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "5");
    types(&mut model, "n");
    assert!(show(&mut model, SIZE, NOW).contains("open a message first"));
    types(&mut model, "\n/e\n");
    let words = model.screens.messages.search.words().unwrap();
    assert!(
        words.starts_with("/e  ") && words.contains("line"),
        "{words}"
    );
    assert_eq!(
        model.screens.messages.filter, "",
        "the list is not filtered"
    );
    types(&mut model, "\x1b");
    assert!(model.screens.messages.open);
}

#[test]
fn the_orchestrator_is_told_of_an_alert() {
    let mut model = told(fixture::alarming(104));
    types(&mut model, "4C");
    assert!(matches!(model.overlay, Some(Overlay::Form(_))));
    let text = show(&mut model, SIZE, NOW);
    assert!(
        text.contains("To the orchestrator, about worker-"),
        "{text}"
    );
    let send = KeyEvent::new(KeyCode::Char('d'), KeyModifiers::CONTROL);
    assert_eq!(model.update(Msg::Input(Event::Key(send)), NOW), []);
    let Some(Overlay::Dialog(dialog)) = &model.overlay else {
        panic!("no preview");
    };
    assert!(matches!(dialog.items[0].order.deed, Deed::Escalate { .. }));
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("message to the orchestrator"), "{text}");
    assert!(text.contains("sent messages stay"), "{text}");
    let effects = model.update(key(KeyCode::Char('y')), NOW.plus(Span::seconds(1)));
    let [Effect::Send(envelope)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let Command::Act(deal) = &envelope.command else {
        panic!("{envelope:?}");
    };
    let row = &deal.write.rows[0];
    assert_eq!((row.from.name(), row.to.name()), ("operator", "a"));
}

#[test]
fn a_message_is_written_to_the_worker_whose_message_is_selected() {
    let mut model = Model::new(&Options::default(), NOW);
    model.update(Msg::Snapshot(Arc::new(fixture::swarm(9))), NOW);
    types(&mut model, "5jj");
    let selected = model.screens.messages.selected().unwrap();
    let conversation = selected.conversation.clone();
    let target = crate::tui::acting::target(&model);
    assert_eq!(target.worker, Some(conversation));
    types(&mut model, "c");
    assert!(matches!(
        model.overlay,
        Some(crate::tui::overlay::Overlay::Form(_))
    ));
}
