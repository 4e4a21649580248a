use super::{
    cases::{Case, Outcome, github, junit},
    grid::{Cell, For, Grid, column},
    page::Page,
};
use crate::domain::{Span, Timestamp};

const NOW: Timestamp = Timestamp(100_000_000);

fn grid(rows: Vec<Vec<Cell>>) -> Grid {
    Grid {
        columns: vec![
            column("NAME", "name", For::All),
            column("AGE", "at", For::All),
            column("MORE", "more", For::Wide),
            column("WORDS", "words", For::People),
        ],
        rows,
    }
}

fn row(name: &str) -> Vec<Cell> {
    vec![
        Cell::text(name),
        Cell::Age(Some(Timestamp(40_000_000))),
        Cell::Names(vec!["a".into(), "b".into()]),
        Cell::Count(3),
    ]
}

#[test]
fn people_and_programs_see_their_columns() {
    let grid = grid(vec![row("w1")]);
    let (head, rows) = grid.shown(false, NOW);
    assert_eq!(head, ["NAME", "AGE", "WORDS"]);
    assert_eq!(rows, [["w1", "1m00s", "3"]]);
    assert_eq!(grid.shown(true, NOW).1, [["w1", "1m00s", "a +1", "3"]]);
    let mut out = Vec::new();
    grid.csv(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text, "name,at,more\nw1,1970-01-01T00:00:40Z,a b\n");
}

#[test]
fn a_spreadsheet_runs_nothing_and_quotes_hold() {
    let hostile = ["=1+1", "@SUM(A1)", "-2", "a,\"b\"\nc"];
    let grid = grid(hostile.iter().map(|n| row(n)).collect());
    let mut out = Vec::new();
    grid.csv(&mut out).unwrap();
    let mut read = csv::Reader::from_reader(&out[..]);
    let names: Vec<String> = read
        .records()
        .map(|r| r.unwrap().get(0).unwrap().to_owned())
        .collect();
    assert_eq!(names, ["'=1+1", "'@SUM(A1)", "'-2", "a,\"b\"\nc"]);
}

#[test]
fn a_page_stays_below_its_limit_and_counts_what_it_left_out() {
    let limit = 16 * 1024;
    let mut page = Page::new(limit);
    page.line("verdict");
    let all: Vec<Vec<Cell>> = (0..1_000)
        .map(|n| row(&format!("worker-{n}|`<b>`")))
        .collect();
    page.table(&grid(all), false, NOW);
    page.folded("more", &grid(vec![row("x")]), NOW);
    let text = page.finish();
    assert!(text.len() <= limit, "{}", text.len());
    let kept = text.lines().filter(|l| l.contains("worker-")).count();
    assert!(kept > 50);
    assert!(text.contains(&format!("\n{} rows omitted\n", 1_000 - kept)));
    assert!(text.contains("</details>"));
    assert!(text.contains("worker-0\\|\\`&lt;b&gt;\\`"));
}

fn case(name: &str, outcome: Outcome) -> Case {
    Case {
        suite: "s<1>".into(),
        class: "liveness",
        name: name.into(),
        outcome,
        took: Some(Span::seconds(90)),
    }
}

#[test]
fn junit_is_xml_whatever_the_names_are() {
    let cases = vec![
        case("a", Outcome::Passed),
        case("b\u{1}\u{0}&", Outcome::Failed("<silent>".into())),
        case("c", Outcome::Skipped("held".into())),
        case("d", Outcome::Noted("suspect".into())),
    ];
    let mut out = Vec::new();
    junit(&mut out, "swarm", cases).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.contains(r#"tests="4" skipped="1" errors="0" failures="1""#),
        "{text}"
    );
    assert!(text.contains(r#"name="s&lt;1&gt;""#), "{text}");
    assert!(text.contains(r#"time="90.000""#), "{text}");
    assert!(text.contains("<system-out>suspect</system-out>"), "{text}");
    assert!(!text.contains(['\u{0}', '\u{1}']), "{text}");
}

#[test]
fn annotations_are_worst_first_and_end_where_they_end() {
    let cases = [
        case("a", Outcome::Noted("later".into())),
        case("b,c:d", Outcome::Failed("100%\n::error::mine".into())),
        case("e", Outcome::Passed),
    ];
    let mut out = Vec::new();
    github(&mut out, &cases).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "::error title=liveness b%2Cc%3Ad::100%25%0A::error::mine\n::warning title=liveness a::later\n"
    );
}
