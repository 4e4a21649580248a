//! Anything in any order at any size.

use super::{fixture, key, show};
use crate::{
    domain::Snapshot,
    link::{Reply, RequestId},
    tui::{
        Model, Msg, Options, View,
        fixture::{NOW, ago},
    },
};
use crossterm::event::{Event, KeyCode};
use proptest::prelude::*;
use std::sync::Arc;

fn any_message() -> impl Strategy<Value = Msg> {
    let keys = prop_oneof![
        4 => prop::sample::select("jkhlGgq!vpoOfFtweRD?12566vv00-/xsrn4aMuy3 V*".chars().collect::<Vec<_>>())
            .prop_map(KeyCode::Char),
        2 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::PageDown,
            KeyCode::PageUp, KeyCode::Home, KeyCode::End, KeyCode::Backspace,
        ]),
    ];
    prop_oneof![
        12 => keys.prop_map(key),
        3 => (0usize..40).prop_map(|n| Msg::Snapshot(Arc::new(fixture::eventful(n)))),
        2 => (0usize..9).prop_map(|n| Msg::Snapshot(Arc::new(fixture::branches(n)))),
        1 => Just(Msg::Snapshot(Arc::new(Snapshot::default()))),
        1 => any::<u64>().prop_map(|n| Msg::Reply(RequestId(n % 9), Reply::Commits("x".into(), Vec::new()))),
        1 => Just(Msg::Jobs(fixture::jobs())),
        1 => Just(Msg::Jobs(Arc::from([]))),
        1 => Just(Msg::Tick),
        1 => Just(Msg::EngineGone),
        1 => any::<u64>().prop_map(|n| Msg::Reply(RequestId(n % 9), Reply::Messages(Vec::new()))),
        1 => ".{0,12}".prop_map(|text| Msg::Input(Event::Paste(text))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_panics_and_no_selection_dangles(
        steps in prop::collection::vec((any_message(), 0u16..130, 0u16..44), 1..40),
    ) {
        let mut model = Model::new(&Options::default(), NOW);
        for ((msg, w, h), second) in steps.into_iter().zip(0..) {
            model.update(msg, ago(-second * 7));
            let snapshot = Arc::clone(model.snapshot());
            let known = |id: &_| snapshot.workers.iter().any(|w| w.conversation == *id);
            if matches!(model.view, View::Workers | View::Worker) {
                let workers = &model.screens.workers.list.selected;
                prop_assert!(workers.as_ref().is_none_or(known));
            }
            let problem = &model.screens.overview.problems.selected;
            prop_assert!(problem.as_ref().is_none_or(|k| snapshot.problems.iter().any(|p| p.key == *k)));
            let messages = &model.screens.messages;
            if model.view == View::Messages {
                let id = messages.list.selected;
                prop_assert!(id.is_none_or(|id| messages.rows.iter().any(|m| m.id == id)));
            }
            show(&mut model, (w, h), ago(-second * 7));
        }
    }
}
