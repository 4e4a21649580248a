//! Alerts on screen: taken, given back, muted, grouped.

use super::*;
use crate::domain::{
    AlertOrder, Severity,
    alert::{Alert, Status},
};

/// On the list of alerts.
fn alarmed() -> Model {
    let mut model = told(fixture::alarming(104));
    types(&mut model, "4");
    model
}

fn orders(effects: &[Effect]) -> Vec<AlertOrder> {
    let order = |e: &Effect| match e {
        Effect::Send(envelope) => match &envelope.command {
            Command::Alert { order, .. } => Some(order.clone()),
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(order).collect()
}

fn row(model: &Model) -> Vec<Arc<Alert>> {
    let entry = model.screens.alerts.selected();
    entry.map_or_else(Vec::new, |e| e.alerts().to_vec())
}

/// Selects the first row whose alerts `wanted` holds for.
fn go(model: &mut Model, wanted: impl Fn(&[Arc<Alert>]) -> bool) {
    types(model, "g");
    types(model, "g");
    for _ in 0..60 {
        if wanted(&row(model)) {
            return;
        }
        types(model, "j");
    }
    panic!("no such row");
}

#[test]
fn a_group_is_one_row_that_expands() {
    let mut model = alarmed();
    go(&mut model, |all| all.len() > 1);
    let (rows, group) = (model.screens.alerts.rows.len(), row(&model).len());
    types(&mut model, "l");
    assert_eq!(model.screens.alerts.rows.len(), rows + group);
    types(&mut model, "j");
    assert_eq!(row(&model).len(), 1);
    types(&mut model, "h");
    assert_eq!(model.screens.alerts.rows.len(), rows);
    assert_eq!(row(&model).len(), group, "back on the row of the group");
}

#[test]
fn five_of_one_kind_are_one_row() {
    let mut model = told(Snapshot {
        alerts: Vec::new(),
        ..fixture::swarm(104)
    });
    types(&mut model, "4");
    let kinds: std::collections::BTreeSet<_> =
        model.snapshot().problems.iter().map(|p| p.kind).collect();
    assert_eq!(model.screens.alerts.rows.len(), kinds.len());
}

#[test]
fn ack_takes_what_is_selected_and_undo_gives_it_back() {
    let mut model = alarmed();
    go(&mut model, |all| all.len() == 1 && all[0].is_open());
    let key = row(&model)[0].key.clone();
    let taken = orders(&types(&mut model, "a"));
    let keys = vec![key];
    let note = "".into();
    assert_eq!(
        taken,
        [AlertOrder::Ack {
            keys: keys.clone(),
            note
        }]
    );
    let back = orders(&types(&mut model, "u"));
    assert_eq!(back, [AlertOrder::Unack { keys }]);
    assert_eq!(types(&mut model, "u"), []);
    assert!(show(&mut model, SIZE, NOW).contains("nothing to undo"));
}

#[test]
fn what_was_refused_needs_no_undo() {
    let mut model = alarmed();
    go(&mut model, |all| all.len() == 1 && all[0].is_open());
    let effects = types(&mut model, "a");
    let Some(Effect::Send(envelope)) = effects.first() else {
        panic!("{effects:?}")
    };
    let refused = Reply::Refused(Refusal::Missing("it is gone".to_owned()));
    model.update(Msg::Reply(envelope.id, refused), NOW);
    assert_eq!(orders(&types(&mut model, "u")), []);
}

#[test]
fn what_somebody_has_is_not_taken_again() {
    let mut model = alarmed();
    go(&mut model, |all| all[0].status == Status::Acked);
    assert_eq!(types(&mut model, "a"), []);
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("ann@desk has it since"), "{text}");
}

#[test]
fn ack_works_from_overview_and_worker() {
    let mut model = told(fixture::alarming(104));
    for keys in ["1a", "2a", "2\na"] {
        let mut all = orders(&types(&mut model, keys));
        assert!(
            matches!(all.pop(), Some(AlertOrder::Ack { keys, .. }) if !keys.is_empty()),
            "{keys}"
        );
    }
}

#[test]
fn a_short_mute_of_one_alert_asks_for_the_span_only() {
    let mut model = alarmed();
    go(&mut model, |all| {
        all.iter()
            .all(|a| a.is_open() && a.severity < Severity::Critical)
    });
    if row(&model).len() > 1 {
        types(&mut model, "lj");
    }
    let key = row(&model)[0].key.clone();
    assert_eq!(types(&mut model, "M"), []);
    let sent = orders(&types(&mut model, "j\n"));
    let Some(AlertOrder::Silence { matcher, until, .. }) = sent.first() else {
        panic!("{sent:?}")
    };
    assert_eq!(matcher.key.as_ref(), Some(&key));
    assert_eq!(*until, NOW.plus(Span::seconds(3_600)));
    let back = orders(&types(&mut model, "u"));
    assert!(
        matches!(back.first(), Some(AlertOrder::Unsilence { matcher }) if matcher.key == Some(key))
    );
}

#[test]
fn a_mute_by_matcher_lists_what_it_hides_and_wants_a_yes() {
    let mut model = alarmed();
    go(&mut model, |all| all[0].is_open() && all.len() > 1);
    let hidden = row(&model);
    types(&mut model, "M");
    // The fifth row hides a kind.
    assert_eq!(types(&mut model, "jjjj\n"), []);
    let text = show(&mut model, SIZE, NOW);
    for alert in hidden.iter().take(3) {
        let who = alert.worker().unwrap().to_string();
        assert!(text.contains(&who), "{who} is not in\n{text}");
    }
    // Enter stands on Cancel, and so does the key that opened it.
    assert_eq!(
        types(&mut model, "MyM"),
        [],
        "a yes before anybody can have read it"
    );
    assert_eq!(types(&mut model, "\n"), []);
    assert_eq!(types(&mut model, "\n"), [], "asked again");
    let later = NOW.plus(Span(300_000));
    let sent = orders(&model.update(key(KeyCode::Char('y')), later));
    assert!(
        matches!(sent.first(), Some(AlertOrder::Silence { matcher, .. }) if matcher.kind.is_some())
    );
}

#[test]
fn a_critical_alert_is_never_muted_without_a_question() {
    let mut model = alarmed();
    go(&mut model, |all| all[0].severity == Severity::Critical);
    types(&mut model, "M");
    assert_eq!(types(&mut model, "\n"), []);
    assert!(show(&mut model, SIZE, NOW).contains("[ Cancel ]"));
    assert_eq!(types(&mut model, "\x1b\x1b"), []);
    assert!(model.overlay.is_none());
}

#[test]
fn a_note_is_one_line_of_any_keys() {
    let mut model = alarmed();
    go(&mut model, |all| all.len() == 1);
    let key = row(&model)[0].key.clone();
    types(&mut model, "n");
    let sent = orders(&types(&mut model, "jq a\n"));
    let text = "jq a".into();
    assert_eq!(sent, [AlertOrder::Note { key, text }]);
    assert!(model.overlay.is_none());
}

#[test]
fn a_layout_shows_what_is_over_and_p_what_nobody_has() {
    let mut model = alarmed();
    let open = |model: &Model, status| {
        let rows = model.screens.alerts.rows.iter();
        rows.flat_map(crate::tui::screen::alerts::Entry::alerts)
            .any(|a| a.status == status)
    };
    assert!(open(&model, Status::Acked) && open(&model, Status::Silenced));
    types(&mut model, "p");
    assert!(!open(&model, Status::Acked) && !open(&model, Status::Silenced));
    types(&mut model, "\x1b");
    assert!(open(&model, Status::Acked));
}

#[test]
fn counts_agree_in_every_panel() {
    let mut model = alarmed();
    let text = show(&mut model, SIZE, NOW);
    let alerts = &model.snapshot().alerts;
    let firing = |s| {
        alerts
            .iter()
            .filter(|a| a.is_open() && a.severity == s)
            .count()
    };
    let (critical, warning) = (firing(Severity::Critical), firing(Severity::Warning));
    let head = format!("✗{critical} CRIT  !{warning} WARN");
    assert!(text.contains(&head), "{head} is not in\n{text}");
    let active = alerts.iter().filter(|a| a.status.is_active()).count();
    assert!(text.contains(&format!("[4 Alerts {active}]")), "{text}");
    assert!(text.contains(&format!("{active} alerts · ")), "{text}");
    let rows = model.screens.alerts.rows.iter();
    let listed: usize = rows.map(|e| e.alerts().len()).sum();
    assert_eq!(listed, active);
}

#[test]
fn the_past_cannot_be_acked() {
    let mut past = fixture::swarm(104);
    past.source.mode = crate::domain::Mode::Recorded(NOW);
    let mut model = told(past);
    assert_eq!(types(&mut model, "4a"), []);
    assert!(show(&mut model, SIZE, NOW).contains("recorded instant"));
}

#[test]
fn many_silent_at_once_are_a_storm_and_a_task_that_was_given_up_is_critical() {
    use crate::domain::{Snapshot, State, TaskState, assess};
    let swarm = fixture::swarm(9);
    let kinds = |workers: &[_], tasks: &[_]| {
        let picture = Snapshot {
            workers: workers.to_vec(),
            tasks: tasks.to_vec(),
            ..swarm.clone()
        };
        let problems = assess(&picture, NOW);
        let kinds = problems.iter().map(|p| (p.kind, p.severity));
        kinds.collect::<std::collections::BTreeMap<_, _>>()
    };
    let before = kinds(&swarm.workers, &swarm.tasks);
    assert!(!before.contains_key("storm") && !before.contains_key("task-dead"));
    let mut workers = swarm.workers.clone();
    for worker in &mut workers {
        let worker = Arc::make_mut(worker);
        worker.verdict.state = State::Silent;
        worker.tasks.clear();
    }
    let storm = kinds(&workers, &[]);
    assert_eq!(
        storm.get("storm"),
        Some(&Severity::Warning),
        "as bad as the worst of them"
    );
    let mut tasks = swarm.tasks.clone();
    Arc::make_mut(&mut tasks[0]).state = TaskState::Dead;
    let dead = kinds(&swarm.workers, &tasks);
    assert_eq!(dead.get("task-dead"), Some(&Severity::Critical));
}
