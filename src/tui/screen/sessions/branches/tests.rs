use super::row::{Merge, rows};
use crate::{
    domain::{Command, Refusal, Repo, Snapshot, repo::CommitLine},
    link::{Reply, RequestId},
    tui::{
        Effect, Model, Msg, Options, View,
        fixture::{self, NOW},
        overlay::Overlay,
        paint, picture,
    },
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};
use std::sync::Arc;

fn types(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        effects.extend(model.update(Msg::Input(Event::Key(key)), NOW));
        show(model);
    }
    effects
}

fn show(model: &mut Model) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
    let hits = paint(model, &mut buf, NOW);
    model.settle(&hits);
    picture::text(&buf)
}

fn told(snapshot: Snapshot) -> Model {
    let mut model = Model::new(&Options::default(), NOW);
    model.update(Msg::Snapshot(Arc::new(snapshot)), NOW);
    show(&mut model);
    model
}

fn edited(edit: impl FnOnce(&mut Repo)) -> Snapshot {
    let mut snapshot = fixture::branches(9);
    edit(Arc::make_mut(snapshot.repo.as_mut().unwrap()));
    snapshot
}

fn asked(effects: &[Effect]) -> Vec<(RequestId, Arc<str>)> {
    let of = |e: &Effect| match e {
        Effect::Send(envelope) => match &envelope.command {
            Command::Commits { branch } => Some((envelope.id, Arc::clone(branch))),
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

fn row(snapshot: &Snapshot, name: &str) -> (&'static str, Merge, String) {
    let all = rows(snapshot, snapshot.repo.as_ref().unwrap());
    let row = all.into_iter().find(|r| r.name.contains(name)).unwrap();
    (row.mark.symbol, row.merge, row.note)
}

#[test]
fn a_row_says_the_worst_first() {
    let snapshot = fixture::branches(104);
    assert_eq!(
        row(&snapshot, "clouds"),
        (
            "✗",
            Merge::Conflict(2),
            "INTEGRATIONS-COMPLETE-LIST.md …, 1 of 3 dead, rebase under way, unpushed, clashes with 1"
                .to_owned()
        )
    );
    assert_eq!(
        row(&snapshot, "vector"),
        ("✓", Merge::Merged, String::new())
    );
    assert_eq!(row(&snapshot, "main").1, Merge::Base);
    assert_eq!(row(&snapshot, "site").1, Merge::Nothing);
    assert_eq!(
        row(&snapshot, "very-long"),
        ("!", Merge::Unrelated, "stale".to_owned())
    );
    let payments = row(&snapshot, "payments");
    assert_eq!((payments.0, payments.1), ("!", Merge::Clean));
    assert!(payments.2.starts_with("unpushed"), "{payments:?}");
}

#[test]
fn where_nothing_can_be_pushed_nothing_is_unpushed() {
    let snapshot = edited(|repo| {
        repo.fetched = None;
        let mut branches = repo.branches.to_vec();
        for branch in &mut branches {
            branch.upstream = None;
        }
        repo.branches = branches.into();
    });
    assert!(!row(&snapshot, "payments").2.contains("unpushed"));
}

#[test]
fn without_a_base_every_branch_says_so() {
    let snapshot = edited(|repo| (repo.base, repo.matrix) = (None, None));
    assert_eq!(row(&snapshot, "clouds").1, Merge::NoBase);
    let mut model = told(snapshot);
    types(&mut model, "6vv");
    assert!(
        show(&mut model).contains("git.base"),
        "{}",
        show(&mut model)
    );
}

#[test]
fn v_goes_round_and_escape_goes_back() {
    let mut model = told(fixture::branches(9));
    types(&mut model, "6");
    assert!(
        show(&mut model).contains("more with only a branch"),
        "{}",
        show(&mut model)
    );
    types(&mut model, "v");
    assert!(show(&mut model).contains("OVERLAPS"));
    types(&mut model, "v");
    assert!(show(&mut model).contains("SUGGESTED MERGE ORDER"));
    types(&mut model, "\x1b");
    assert_eq!(model.view, View::Sessions);
    types(&mut model, "\x1b");
    assert_eq!(model.view, View::Overview);
}

#[test]
fn order_filter_and_problems() {
    let mut model = told(fixture::branches(9));
    types(&mut model, "6v");
    let names = |model: &Model| {
        let rows = model.screens.sessions.branches.shown();
        rows.map(|r| r.name.to_string()).collect::<Vec<_>>()
    };
    assert!(names(&model)[0].contains("clouds"));
    types(&mut model, "on");
    assert!(names(&model).is_sorted());
    types(&mut model, "O");
    assert!(names(&model).iter().rev().is_sorted());
    types(&mut model, "p");
    assert!(!names(&model).iter().any(|n| n == "main"));
    types(&mut model, "/phones\n");
    assert_eq!(names(&model).len(), 0, "nothing is wrong with it");
    assert!(show(&mut model).contains("match `phones`"));
    types(&mut model, "\x1b");
    assert!(names(&model).len() > 1);
}

#[test]
fn commits_are_asked_for_once_and_one_branch_at_a_time() {
    let mut model = told(fixture::branches(9));
    types(&mut model, "6");
    let first = asked(&types(&mut model, "v"));
    let [(id, branch)] = first.as_slice() else {
        panic!("{first:?}");
    };
    assert!(branch.contains("clouds"));
    // While the answer is on its way no other question is asked.
    assert_eq!(asked(&types(&mut model, "jjk")), []);
    let commit = CommitLine {
        id: "0123456789abcdef".into(),
        at: Some(fixture::ago(60)),
        author: "ann".into(),
        subject: "the first cloud".into(),
    };
    let reply = Reply::Commits(Arc::clone(branch), vec![commit]);
    let next = asked(&model.update(Msg::Reply(*id, reply), NOW));
    let [(id, branch)] = next.as_slice() else {
        panic!("{next:?}");
    };
    assert!(!branch.contains("clouds"));
    let why = Refusal::Unavailable("the disk is on fire".to_owned());
    let more = asked(&model.update(Msg::Reply(*id, Reply::Refused(why)), NOW));
    assert_eq!(more, [], "what failed is not asked in a loop");
    assert!(show(&mut model).contains("the disk is on fire"));
    let again = asked(&types(&mut model, "\n"));
    assert_eq!(again.len(), 1, "Enter tries again");
    assert!(matches!(model.overlay, Some(Overlay::Page(_))));
    assert!(show(&mut model).contains("reading"));
}

#[test]
fn rows_are_made_once_for_a_picture() {
    let mut model = told(fixture::many(1_000, |n| format!("feat/{n}")));
    types(&mut model, "6v");
    let first = format!(
        "{:p}",
        model.screens.sessions.branches.shown().next().unwrap()
    );
    types(&mut model, "jG");
    let same = format!(
        "{:p}",
        model.screens.sessions.branches.shown().next().unwrap()
    );
    assert_eq!(first, same);
    assert!(show(&mut model).contains("1005"), "{}", show(&mut model));
    types(&mut model, "1");
    assert_eq!(
        model.screens.sessions.branches.count(),
        0,
        "nothing is kept"
    );
}
