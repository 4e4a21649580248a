//! What a person wrote is never lost.

use super::render::example;
use crate::{
    document::render::{MergeError, discard, is_untouched, merge, status_md},
    domain::claim::StatusDoc,
};
use proptest::prelude::*;

fn noted(text: &str, name: &str, notes: &str) -> String {
    let begin = format!("<!-- notes:begin {name} -->\n");
    let at = text.find(&begin).unwrap() + begin.len();
    format!("{}{notes}{}", &text[..at], &text[at..])
}

fn later() -> StatusDoc {
    let mut doc = example();
    doc.generated_at.0 += 60_000_000;
    doc.sessions[0].percent = Some(50);
    doc
}

#[test]
fn notes_stand_byte_for_byte_in_the_next_document() {
    let mine = "  two spaces,\ta tab, trailing  \r\n\n```\n## Session 9\n\u{1b}[0m @all <b>\n";
    let old = noted(&status_md(&example()), "session-3", mine);
    assert!(is_untouched(&old));
    let new = merge(Some(&old), &status_md(&later())).unwrap();
    assert_eq!(new, noted(&status_md(&later()), "session-3", mine));
    assert_eq!(merge(Some(&new), &status_md(&later())).unwrap(), new);
}

#[test]
fn without_an_old_document_the_new_one_stands() {
    let new = status_md(&example());
    for old in [None, Some(""), Some(" \n")] {
        assert_eq!(merge(old, &new).unwrap(), new);
    }
}

#[test]
fn notes_of_a_session_that_is_gone_stay_at_the_end() {
    let old = noted(&status_md(&example()), "session-3", "mine\n");
    let mut fewer = later();
    fewer.sessions.truncate(1);
    let new = merge(Some(&old), &status_md(&fewer)).unwrap();
    assert!(new.ends_with("\n<!-- notes:begin session-3 -->\nmine\n<!-- notes:end -->\n"));
    assert_eq!(merge(Some(&new), &status_md(&fewer)).unwrap(), new);
    let back = merge(Some(&new), &status_md(&later())).unwrap();
    assert_eq!(back, noted(&status_md(&later()), "session-3", "mine\n"));
}

#[test]
fn what_was_not_generated_or_was_changed_is_refused() {
    let new = status_md(&later());
    assert_eq!(merge(Some("# Mine\n"), &new), Err(MergeError::Foreign));
    let edited = status_md(&example()).replace("Fog signals", "Fog and more");
    assert_eq!(merge(Some(&edited), &new), Err(MergeError::Edited));
    assert_eq!(discard(Some(&edited), &new).unwrap(), new);
    let windows = status_md(&example()).replace('\n', "\r\n");
    assert!(is_untouched(&windows) && merge(Some(&windows), &new).is_ok());
}

#[test]
fn broken_markers_are_refused_by_line() {
    let text = status_md(&example());
    let line =
        |needle: &str, text: &str| text.lines().position(|l| l.starts_with(needle)).unwrap() + 1;
    let begin = line("<!-- notes:begin session-1", &text);
    let open = text.replacen(
        "<!-- notes:begin session-1 -->\n<!-- notes:end -->\n",
        "<!-- notes:begin session-1 -->\nmine\n",
        1,
    );
    let next = line("<!-- notes:begin session-3", &open);
    assert_eq!(
        merge(Some(&open), &text),
        Err(MergeError::Nested {
            line: next,
            open: begin
        })
    );
    let cut: String = open.split_inclusive('\n').take(begin + 1).collect();
    assert_eq!(
        merge(Some(&cut), &text),
        Err(MergeError::Open { line: begin })
    );
    let stray = text.replacen("<!-- notes:begin session-1 -->\n", "", 1);
    assert_eq!(
        merge(Some(&stray), &text),
        Err(MergeError::Stray { line: begin })
    );
    let twice = text.replacen("session-3 -->", "session-1 -->", 1);
    let second = line("<!-- notes:begin session-3", &text);
    let error = merge(Some(&twice), &text).unwrap_err();
    assert_eq!(
        error,
        MergeError::Twice {
            line: second,
            first: begin,
            name: "session-1".to_owned()
        }
    );
    assert!(error.to_string().contains(&format!("line {second}")));
    for broken in [
        "<!-- notes:begin -->",
        "<!-- notes:begin a b -->",
        "<!-- notes:begin x",
        "  <!-- notes:end -->",
    ] {
        let text = text.replacen("<!-- notes:begin session-1 -->", broken, 1);
        assert_eq!(
            merge(Some(&text), &text),
            Err(MergeError::Broken { line: begin }),
            "{broken}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_note_survives(mine in "(\\PC{0,20}[\r\t ]?\n){0,6}") {
        prop_assume!(!mine.lines().any(|l| l.trim_start().starts_with("<!-- notes:")));
        let old = noted(&status_md(&example()), "document", &mine);
        let new = merge(Some(&old), &status_md(&later())).unwrap();
        prop_assert_eq!(&new, &noted(&status_md(&later()), "document", &mine));
    }

    #[test]
    fn any_old_text_is_taken_or_refused(old in "(<!-- notes:(begin|end)[ a-z]{0,3}(-->)?|\\PC{0,8}|\n){0,24}") {
        let _ = merge(Some(&old), &status_md(&example()));
        let _ = discard(Some(&old), &status_md(&example()));
        let _ = is_untouched(&old);
    }
}
