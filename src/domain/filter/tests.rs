use super::*;
use crate::domain::Span;
use proptest::prelude::*;
use std::borrow::Cow;

/// A row of words.
struct Row;

impl Facts for Row {
    fn fact(&self, field: Field, _: Timestamp) -> Fact<'_> {
        match field {
            Field::Id => Fact::Text("worker-3-Tests".into()),
            Field::State => Fact::Text("suspect".into()),
            Field::Team => Fact::Text("infra".into()),
            Field::Task => Fact::Texts(vec!["T-112".into(), "T-9".into()]),
            Field::Hb => Fact::Number(150.0),
            Field::Prio => Fact::Number(1.0),
            Field::Prog => Fact::Number(50.0),
            Field::Branch => Fact::Text("ci/migrate-schema".into()),
            Field::Behind => Fact::Number(7.0),
            Field::From => Fact::Text("w007".into()),
            _ => Fact::Nothing,
        }
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        vec!["worker-3-Tests".into(), "merge conflict in CI".into()]
    }
}

fn hit(raw: &str) -> bool {
    Filter::parse(raw)
        .unwrap_or_else(|e| panic!("{raw}: {e}"))
        .matches(&Row, Timestamp(0))
}

#[test]
fn what_matches_and_what_does_not() {
    for raw in [
        "state:suspect,silent team:infra hb>2m",
        "!state:done prio<=1 hb>2m",
        "from:w007 \"merge conflict\"",
        "(branch~migr or branch~schema) behind>5",
        "branch~/^ci/ and task:t-9",
        "tests",
        "Tests",
        "MERGE or merge",
        "id:worker-3",
        "id=worker-3-tests",
        "prio=P1 prog=50% prog>=50",
        "/work.*tests/",
        "age!=3",
        "!age>3",
        "state!=done,failed",
        "not (team:docs | team:api)",
        "task!~x",
        "orc or conflict",
        "hb<1h hb>=150s hb<=2.5m",
    ] {
        assert!(hit(raw), "{raw}");
    }
    for raw in [
        "state:sus",
        "TESTS",
        "id:worker-33",
        "age>3",
        "age=3",
        "prio=2",
        "team:infra state:done",
        "hb<2m",
        "\"conflict merge\"",
        "from!=w007",
        "state:suspect and (team:docs or prio>1)",
    ] {
        assert!(!hit(raw), "{raw}");
    }
}

#[test]
fn a_flaw_says_what_and_where() {
    for (raw, words, part) in [
        ("state:", "a value", ""),
        ("stat:silent", "no field is called `stat`", "stat"),
        ("(team:a", "no `)`", "("),
        ("team:a)", "closes nothing", ")"),
        ("hb>soon", "compared with a number", "soon"),
        ("text~/(/", "regular expression", "/(/"),
        ("\"abc", "no other one", "\"abc"),
        ("", "ends", ""),
        ("team:a or ", "ends", ""),
        ("=5", "no field is called ``", ""),
    ] {
        let flaw = Filter::parse(raw).unwrap_err();
        assert!(flaw.words.contains(words), "{raw}: {flaw}");
        assert_eq!(&raw[flaw.at], part, "{raw}");
    }
}

#[test]
fn a_worker_and_a_task_answer_for_their_fields() {
    let now = Timestamp(1_000_000_000);
    let picture =
        crate::domain::swarm::Swarm::default().picture(now, crate::domain::Source::default(), None);
    assert!(picture.workers.is_empty());
    let problem = crate::domain::Problem {
        key: "silent/w1".into(),
        severity: crate::domain::Severity::Critical,
        subject: crate::domain::Subject::Worker("conv_1".into(), "w1".into()),
        kind: "silent",
        sentence: "no heartbeat".into(),
        since: now.plus(Span::seconds(-600)),
    };
    let matches = |raw: &str| Filter::parse(raw).unwrap().matches(&problem, now);
    assert!(matches("sev:critical type:silent age>5m to:w1 heartbeat"));
    assert!(!matches("sev:warning"));
}

proptest! {
    #[test]
    fn nothing_that_is_typed_panics_and_flaws_lie_within(raw in "[a-zA-Z.:=!~<>()|&\"/, 0-9%é-]{0,60}") {
        match Filter::parse(&raw) {
            Ok(filter) => { let _hit = filter.matches(&Row, Timestamp(0)); }
            Err(flaw) => prop_assert!(raw.get(flaw.at).is_some()),
        }
    }

    #[test]
    fn a_negation_is_the_opposite(word in "[a-z]{1,8}") {
        prop_assume!(!["or", "and", "not"].contains(&&*word));
        prop_assert_ne!(hit(&word), hit(&format!("!{word}")));
    }
}
