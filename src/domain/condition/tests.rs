use super::*;
use crate::domain::TaskCounts;
use proptest::prelude::*;

fn picture(done: u64, open: u64, silent: u32) -> Snapshot {
    let mut states = crate::domain::StateCounts::default();
    (0..silent).for_each(|_| states.add(State::Silent));
    states.add(State::Healthy);
    Snapshot {
        states,
        task_counts: TaskCounts {
            total: done + open,
            done,
            running: open,
            ..TaskCounts::default()
        },
        ..Snapshot::default()
    }
}

fn of(raw: &str, s: &Snapshot) -> Truth {
    Condition::parse(raw)
        .unwrap_or_else(|e| panic!("{raw}: {e}"))
        .of(s)
}

#[test]
fn numbers_that_only_grow_know_what_can_no_longer_be() {
    let s = picture(340, 2, 1);
    for (raw, truth) in [
        ("tasks.done=340", Truth::Yes),
        ("tasks.done >= 340", Truth::Always),
        ("tasks.done = 341", Truth::No),
        ("tasks.done = 339", Truth::Never),
        ("tasks.done<340", Truth::Never),
        ("not tasks.done < 340", Truth::Always),
        ("silent = 0", Truth::No),
        ("workers.silent=1", Truth::Yes),
        ("tasks.open=0", Truth::No),
        ("all-done", Truth::No),
        ("no-silent or tasks.done > 10", Truth::Always),
        ("silent=1 and tasks.done=339", Truth::Never),
        ("!(silent=1 & tasks.open=2)", Truth::No),
        ("silent=9 | severity<critical", Truth::Yes),
        ("task:T-9=done", Truth::No),
        ("task:\"a b\"!=done", Truth::Yes),
        ("silent=1 tasks.open=2 (silent=0 or silent=1)", Truth::Yes),
        ("worker:nobody=healthy", Truth::No),
        ("session:3=merged", Truth::No),
    ] {
        assert_eq!(of(raw, &s), truth, "{raw}");
    }
}

#[test]
fn and_binds_closer_than_or() {
    let s = picture(1, 0, 0);
    assert!(of("silent=0 or silent=1 and silent=2", &s).holds());
    assert!(!of("(silent=0 or silent=1) and silent=2", &s).holds());
}

#[test]
fn an_error_names_the_part() {
    for (raw, part) in [
        ("", "ends"),
        ("silnt=0", "`silnt`"),
        ("silent=many", "`many`"),
        ("silent", "= != <"),
        ("(silent=0", "has no `)`"),
        ("silent=0 )", "`)`"),
        ("task:T-1=ready", "`ready`"),
        ("task:T-1<done", "= or !="),
        ("box:1=done", "`box:`"),
        ("severity<bad", "`bad`"),
        ("task:\"x=done", "no other one"),
        (&"!".repeat(100), "deeper"),
    ] {
        let error = Condition::parse(raw).unwrap_err();
        assert!(error.contains(part), "{raw}: {error}");
    }
}

#[test]
fn every_name_that_is_offered_is_known() {
    let s = picture(1, 1, 1);
    let sum = summary(&s);
    for name in METRICS {
        assert!(metric(&s, &sum, name).is_some(), "{name}");
        assert!(Condition::parse(&format!("{name}=0")).is_ok(), "{name}");
    }
    for state in State::ALL {
        assert!(metric(&s, &sum, state.name()).is_some());
    }
}

#[test]
fn the_evidence_says_what_is_known_now() {
    let s = picture(3, 2, 1);
    let condition = Condition::parse("tasks.done=5 and worker:w1=healthy").unwrap();
    let terms = condition.terms(&s);
    assert_eq!(terms[0], ("tasks.done is 3".to_owned(), Truth::No));
    assert_eq!(terms[1].0, "worker w1 is not there");
}

proptest! {
    #[test]
    fn nothing_that_is_typed_panics(raw in "[a-z.:=!<>()&|\"' 0-9-]{0,60}") {
        let _parsed = Condition::parse(&raw);
    }

    /// What is final stays so when the numbers grow.
    #[test]
    fn final_verdicts_are_final(done in 0u64..6, more in 0u64..6, wanted in 0u64..6, op in 0usize..6, not: bool) {
        let op = ["=", "!=", "<", "<=", ">", ">="][op];
        let raw = format!("{}tasks.done {op} {wanted}", if not { "not " } else { "" });
        let (now, later) = (of(&raw, &picture(done, 1, 0)), of(&raw, &picture(done + more, 1, 0)));
        match now {
            Truth::Never => prop_assert!(!later.holds()),
            Truth::Always => prop_assert!(later.holds()),
            Truth::No | Truth::Yes => {}
        }
    }
}
