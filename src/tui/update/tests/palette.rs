//! The command palette.

use super::*;
use crate::{
    domain::Command,
    tui::{keymap::Action, model::View, overlay::Overlay, reasons::why_not},
};

fn rows(model: &Model) -> Vec<(String, bool)> {
    match &model.overlay {
        Some(Overlay::Palette(open)) => open
            .rows
            .iter()
            .map(|row| (row.name.clone(), row.can.is_ok()))
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn ux_12_every_action_is_in_the_palette_and_runs_or_says_why_not() {
    let snapshot = fixture::swarm(9);
    for view in ["2\n", "3", "4"] {
        let at_view = || {
            let mut model = Model::new(&Options::default(), NOW);
            model.update(Msg::Snapshot(Arc::new(snapshot.clone())), NOW);
            for c in view.chars() {
                let code = if c == '\n' {
                    KeyCode::Enter
                } else {
                    KeyCode::Char(c)
                };
                model.update(key(code), NOW);
            }
            model
        };
        let mut model = at_view();
        for action in Action::ALL {
            let why = why_not(&model, *action);
            model.update(key(KeyCode::Char(':')), NOW);
            let name = Event::Paste(action.name().to_owned());
            model.update(Msg::Input(name), NOW);
            let Some(Overlay::Palette(open)) = &model.overlay else {
                panic!("the palette is not open");
            };
            let at = open.rows.iter().position(|row| match &row.can {
                Ok(crate::tui::overlay::palette::Run::Action(a)) => a == action,
                Ok(_) => false,
                Err(said) => Some(said) == why.as_ref(),
            });
            let at = at.unwrap_or_else(|| panic!("{} is not in {view:?}", action.name()));
            for _ in 0..at {
                model.update(key(KeyCode::Down), NOW);
            }
            model.toast = None;
            model.update(key(KeyCode::Enter), NOW);
            if why.is_some() {
                assert!(model.toast.is_some(), "{} is silent", action.name());
                assert!(model.overlay.is_some(), "{} closed it", action.name());
                // Nothing was done: the same picture serves for the next.
                model.update(key(KeyCode::Esc), NOW);
            } else {
                let open = matches!(model.overlay, Some(Overlay::Palette(_)));
                assert!(!open || *action == Action::Palette || *action == Action::Scope);
                show(&mut model, SIZE, NOW);
                model = at_view();
            }
        }
    }
}

#[test]
fn a_row_does_what_its_key_does_on_what_was_selected() {
    let mut model = told(fixture::alarming(104));
    types(&mut model, "2");
    let who = selected(&model);
    types(&mut model, ":reassign\n");
    assert!(matches!(model.overlay, Some(Overlay::Dialog(_))));
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("Reassign "), "{text}");
    types(&mut model, "\x1b");
    // The worker goes while the palette is open: nothing is done to whoever stands there now.
    types(&mut model, ":reassign");
    let mut fewer = fixture::alarming(104);
    fewer.workers.retain(|w| w.id.to_string() != who);
    model.update(Msg::Snapshot(Arc::new(fewer)), NOW);
    types(&mut model, "\n");
    assert!(model.overlay.is_none());
    assert!(show(&mut model, SIZE, NOW).contains("what was selected has gone"));
}

#[test]
fn what_cannot_be_done_is_listed_with_its_reason() {
    let options = Options {
        read_only: Some("--read-only was given".into()),
        locked: Some("--read-only was given".into()),
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    model.update(Msg::Snapshot(Arc::new(fixture::swarm(104))), NOW);
    types(&mut model, "2:reassign");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("read-only: --read-only was given"), "{text}");
    assert_eq!(types(&mut model, "\n"), []);
    assert!(model.overlay.is_some(), "it stays open");
    // And `rw` does not lift what was typed on the command line.
    types(&mut model, "\x1b:rw\n");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("stays read-only"), "{text}");
    assert!(model.look.read_only.is_some());
}

#[test]
fn the_pen_can_be_put_down_and_taken_up_again() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, ":ro\n");
    assert!(show(&mut model, (120, 40), NOW).contains(" RO"));
    types(&mut model, "2:reassign\n");
    assert!(matches!(model.overlay, Some(Overlay::Palette(_))));
    types(&mut model, "\x1b:rw\n");
    assert!(model.look.read_only.is_none());
}

#[test]
fn lines_lead_to_workers_tasks_views_and_scopes() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, ":w007\n");
    assert_eq!(model.view, View::Worker);
    let whom = model.screens.worker.conversation.clone();
    let label = |m: &Model| {
        let all = m.snapshot().workers.iter();
        let found = all.filter(|w| Some(&w.conversation) == whom.as_ref());
        found.map(|w| w.number).next().flatten()
    };
    assert_eq!(label(&model), Some(7));
    let task = model.snapshot().tasks[0].id.to_string();
    types(&mut model, &format!(":{}\n", task.to_lowercase()));
    assert_eq!(model.view, View::Task);
    assert_eq!(
        model.screens.task.id.as_ref().map(ToString::to_string),
        Some(task)
    );
    types(&mut model, ":tasks state:orph\n");
    assert_eq!(model.view, View::Tasks);
    assert_eq!(model.screens.tasks.filter, "state:orph");
    types(&mut model, ":team infra\n");
    assert_eq!(model.facts.scope().to_string(), "infra");
    assert!(model.snapshot().workers.len() < 104);
    // What lies outside of the scope can still be gone to.
    types(&mut model, ":w1\n");
    assert_eq!(model.view, View::Worker);
    types(&mut model, ":nonsensical\n");
    let text = show(&mut model, SIZE, NOW);
    assert!(
        text.contains("nothing is called so; the nearest is `"),
        "{text}"
    );
}

#[test]
fn a_theme_is_shown_while_one_chooses_and_escape_brings_the_old_one_back() {
    let mut model = told(fixture::swarm(9));
    let style = |m: &Model| m.look.theme.style(crate::tui::theme::Role::Crit);
    let was = style(&model);
    types(&mut model, ":theme mono");
    assert_ne!(style(&model), was);
    types(&mut model, "\x1b");
    assert_eq!(style(&model), was);
    types(&mut model, ":theme mono\n");
    assert_ne!(style(&model), was);
    assert!(show(&mut model, SIZE, NOW).contains("theme mono"));
}

#[test]
fn a_filter_gets_a_name_and_is_found_by_it() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2/state:silent\n");
    let effects = types(&mut model, ":filter save hot\n");
    assert_eq!(
        effects,
        [Effect::Errand(crate::tui::Errand::KeepFilter {
            name: "hot".to_owned(),
            filter: "state:silent".to_owned(),
        })]
    );
    types(&mut model, "\x1b");
    assert_eq!(model.screens.workers.filter, "");
    types(&mut model, ":filter hot\n");
    assert_eq!(model.screens.workers.filter, "state:silent");
}

#[test]
fn tab_completes_and_the_history_comes_back() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, ":them\t");
    assert!(
        rows(&model)
            .iter()
            .any(|(name, can)| name == ":theme dark" && *can)
    );
    types(&mut model, "dar\n:");
    let control = KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL);
    model.update(Msg::Input(Event::Key(control)), NOW);
    let Some(Overlay::Palette(open)) = &model.overlay else {
        panic!("closed");
    };
    assert_eq!(open.typed, "theme dark");
}

#[test]
fn mutes_end_from_the_palette() {
    let mut model = told(fixture::alarming(104));
    types(&mut model, ":unmute all");
    let can = rows(&model).first().is_some_and(|(_, can)| *can);
    let effects = types(&mut model, "\n");
    let sent = effects.iter().all(|e| {
        matches!(e, Effect::Send(envelope) if matches!(envelope.command, Command::Alert { .. }))
    });
    assert!(sent);
    assert_eq!(can, !effects.is_empty());
}
