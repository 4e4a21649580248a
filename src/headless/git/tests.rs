use super::{Who, markdown, row, sections::spark, text};
use crate::domain::{
    Branch, Repo, Timestamp,
    repo::{Cell, Matrix, Upstream},
};
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn repo() -> Repo {
    let upstream = Upstream {
        name: "origin/one".into(),
        ahead: 2,
        behind: 1,
        gone: false,
    };
    let branch = |name: &str, upstream: Option<Upstream>| Branch {
        name: name.into(),
        ahead: 3,
        upstream,
        ..Branch::default()
    };
    let mut matrix = Matrix {
        names: ["main", "one", "two"].map(Arc::from).into(),
        cells: vec![Cell::Clean, Cell::Unrelated, Cell::Pending],
        done: 2,
        of: 3,
        ..Matrix::default()
    };
    matrix.arrange(&[]);
    Repo {
        branches: [branch("one", Some(upstream)), branch("two", None)].into(),
        branch_count: 300,
        base: Some("main".into()),
        matrix: Some(Arc::new(matrix)),
        ..Repo::unread("/srv/x".into(), NOW)
    }
}

fn owner(branch: &Branch) -> Who {
    Who {
        session: (&*branch.name == "one").then(|| "2".into()),
        worker: None,
    }
}

fn printed(format: impl Fn(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    format(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_state_has_its_words() {
    let out = printed(|out| text(out, &repo(), NOW, &owner));
    for words in [
        "Branches: 2 of 300",
        "diverged +2 -1",
        "never pushed",
        "no commit in common",
        "2 of 3 pairs",
        "never fetched here",
        "cannot be told",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    let cells: Vec<_> = out.lines().filter(|l| l.starts_with("2  two")).collect();
    assert_eq!(
        cells[0].split_whitespace().collect::<Vec<_>>(),
        ["2", "two", "/", "…", "\\"]
    );
}

#[test]
fn markdown_keeps_its_columns_whatever_a_name_holds() {
    let mut repo = repo();
    let hostile = Branch {
        name: "a|b<img>`".into(),
        ..Branch::default()
    };
    repo.branches = [hostile].into();
    let out = printed(|out| markdown(out, &repo, NOW, &owner));
    let line = out.lines().find(|l| l.contains("img")).unwrap();
    assert!(line.starts_with("| a\\|b&lt;img>\\` | - |"), "{line}");
    assert_eq!(row(&["x".into(), "y".into()]), "| x | y |");
}

#[test]
fn activity_is_a_row_of_bars() {
    assert_eq!(spark(&[0, 1, 4, 8]), "·▁▄█");
    assert_eq!(spark(&[0, 1, 100]), "·▁█");
    assert_eq!(spark(&[]), "");
}
