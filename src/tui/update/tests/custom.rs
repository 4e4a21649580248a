//! Commands of the operator's own, and the configuration that is read again.

use super::*;
use crate::{
    domain::WorkerId,
    tui::{Custom, Errand, Fresh, ListWish, Told, overlay::Overlay},
};

fn custom(confirm: bool, writes: bool, background: bool) -> Custom {
    let run = ["printf", "%s|%s", "{worker}", "--of={task}"];
    Custom {
        name: "logs".to_owned(),
        run: run.map(str::to_owned).to_vec(),
        confirm,
        writes,
        background,
    }
}

fn with(command: Custom, snapshot: Snapshot, read_only: bool) -> Model {
    let options = Options {
        commands: vec![command],
        read_only: read_only.then(|| "--read-only was given".into()),
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    model.update(Msg::Snapshot(Arc::new(snapshot)), NOW);
    model
}

#[test]
fn ux_75_what_is_selected_is_one_argument_and_no_shell_reads_it() {
    let file = std::env::temp_dir().join(format!("swarmwarden-75-{}", std::process::id()));
    let evil = format!("; touch {} #$(touch {})", file.display(), file.display());
    let mut snapshot = fixture::swarm(9);
    let mut one = snapshot.workers[0].as_ref().clone();
    one.id = WorkerId::from(evil.as_str());
    snapshot.workers = vec![Arc::new(one)];
    let mut model = with(custom(false, false, true), snapshot, false);
    types(&mut model, "2");
    let effects = types(&mut model, ":logs\n");
    let [Effect::Errand(Errand::Watch { argv, .. })] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(argv.len(), 4);
    assert_eq!(argv[2], evil);
    let out = std::process::Command::new(&argv[0])
        .args(&argv[1..])
        .output()
        .unwrap();
    let out = String::from_utf8(out.stdout).unwrap();
    assert!(out.starts_with(&format!("{evil}|--of=")), "{out}");
    assert!(!file.exists());
}

#[test]
fn a_command_asks_first_and_one_that_writes_is_refused_where_nothing_may_be_written() {
    let mut model = with(custom(true, true, false), fixture::swarm(9), false);
    assert_eq!(types(&mut model, "2:logs\n"), []);
    assert!(matches!(model.overlay, Some(Overlay::Ask(_))));
    let text = show(&mut model, SIZE, NOW);
    assert!(
        text.contains("Run logs?") && text.contains("program   printf"),
        "{text}"
    );
    assert_eq!(types(&mut model, "\n"), [], "Enter stands on Cancel");
    types(&mut model, ":logs\n");
    let later = NOW.plus(Span::seconds(1));
    let effects = model.update(key(KeyCode::Char('y')), later);
    assert!(
        matches!(effects.as_slice(), [Effect::Errand(Errand::Run { .. })]),
        "{effects:?}"
    );
    let mut model = with(custom(false, true, false), fixture::swarm(9), true);
    assert_eq!(types(&mut model, "2:logs\n"), []);
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("read-only: --read-only was given"), "{text}");
    types(&mut model, "\x1bx");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("run logs"), "{text}");
}

#[test]
fn a_command_without_its_subject_says_what_is_missing() {
    let mut model = with(custom(false, false, false), fixture::swarm(0), false);
    types(&mut model, "5:logs\n");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("no worker is selected"), "{text}");
}

#[test]
fn what_a_command_prints_is_a_page_and_hostile_bytes_are_shown() {
    let mut model = told(fixture::swarm(9));
    let text = "one\n\x1b[2Jtwo\n".to_owned();
    let printed = Told::Printed("logs".to_owned(), text, true);
    model.update(Msg::Told(Ok(printed)), NOW);
    let text = show(&mut model, SIZE, NOW);
    assert!(
        text.contains("logs ended") && text.contains("one"),
        "{text}"
    );
    assert!(!text.contains('\x1b') && text.contains("two"), "{text}");
}

#[test]
fn the_configuration_is_read_again_and_what_is_selected_stays() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2jjj");
    let who = selected(&model);
    let effects = types(&mut model, ":reload\n");
    assert_eq!(effects, [Effect::Errand(Errand::Reload)]);
    let fresh = Fresh {
        theme: "mono".to_owned(),
        preset: "htop".to_owned(),
        filters: [("hot".to_owned(), "state:silent".to_owned())].into(),
        warnings: vec!["line 3: something".to_owned()],
        ..Fresh::default()
    };
    model.update(Msg::Told(Ok(Told::Fresh(Box::new(fresh)))), NOW);
    let text = show(&mut model, SIZE, NOW);
    assert!(
        text.contains("configuration read; line 3: something"),
        "{text}"
    );
    assert!(text.contains("F6 Order"), "{text}");
    assert_eq!(selected(&model), who);
    types(&mut model, ":filter hot\n");
    assert_eq!(model.screens.workers.filter, "state:silent");
}

#[test]
fn lists_have_the_columns_and_the_order_that_were_asked_for() {
    let wish = ListWish {
        columns: ["worker", "task", "state"].map(str::to_owned).to_vec(),
        order: Some("-worker".to_owned()),
    };
    let options = Options {
        lists: [("workers".to_owned(), wish)].into(),
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    model.update(Msg::Snapshot(Arc::new(fixture::swarm(9))), NOW);
    types(&mut model, "2");
    let text = show(&mut model, (80, 24), NOW);
    let heading = text.lines().nth(2).unwrap();
    let words: Vec<&str> = heading.split_whitespace().collect();
    assert_eq!(words, ["worker", "▴", "task", "state"]);
}
