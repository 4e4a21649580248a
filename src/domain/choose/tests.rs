use super::{Candidate, FEW, Part, Ranking, Wanted, best, rank};
use crate::domain::{
    ConversationId, Snapshot, Span, State, Timestamp, Worker,
    act::tests::scene::{NOW, Scene, ago},
};
use std::{collections::VecDeque, sync::Arc};

/// Workers as folded, each changed by `edit`.
fn swarm(roles: &[&str], edit: impl Fn(usize, &mut Worker)) -> Snapshot {
    let mut snapshot = Scene::of(roles).snapshot();
    for (n, worker) in snapshot.workers.iter_mut().enumerate() {
        edit(n, Arc::make_mut(worker));
    }
    snapshot
}

fn names(ranking: &Ranking) -> Vec<&str> {
    (ranking.candidates.iter())
        .map(|c| c.worker.id.raw())
        .collect()
}

fn refusals(ranking: &Ranking) -> Vec<(&str, &str)> {
    (ranking.refused.iter())
        .map(|r| (r.worker.raw(), r.why.as_str()))
        .collect()
}

fn parts(c: &Candidate) -> Vec<(&str, i64)> {
    c.parts.iter().map(|p| (p.name, p.points)).collect()
}

#[test]
fn each_filter_names_its_reason() {
    let snapshot = swarm(
        &["w-1", "w-2", "w-3", "w-4", "w-5", "w-6", "w-7-docs"],
        |n, w| match n {
            0 => w.verdict.state = State::Silent,
            1 => w.recovering = true,
            2 => w.expires = Some(NOW.plus(Span::seconds(29 * 60))),
            3 => w.tasks = vec!["a".into(), "b".into()],
            4 => w.verdict.state = State::Held,
            5 => w.verdict.state = State::Suspect,
            _ => {}
        },
    );
    let ranking = rank(&snapshot, &Wanted::default(), NOW);
    assert_eq!(names(&ranking), ["w-7-docs"]);
    assert_eq!(
        refusals(&ranking),
        [
            ("w-1", "silent"),
            ("w-2", "recovering: one more beat, or a word of its own"),
            ("w-3", "its conversation ends in 29m, 30m are needed"),
            ("w-4", "at capacity: holds 2 tasks"),
            ("w-5", "held"),
            ("w-6", "suspect"),
        ]
    );
}

#[test]
fn only_the_healthy_and_the_idle_get_work() {
    for state in State::ALL {
        let snapshot = swarm(&["w-1"], |_, w| w.verdict.state = state);
        let fits = matches!(state, State::Healthy | State::Idle);
        let ranking = rank(&snapshot, &Wanted::default(), NOW);
        assert_eq!(ranking.candidates.len() == 1, fits, "{state}");
    }
}

#[test]
fn a_need_is_a_role_a_team_or_a_word_of_the_label() {
    let roles = ["worker-1-tests", "worker-2-docs-team-6", "haiku-3"];
    let snapshot = swarm(&roles, |_, _| {});
    for (needs, wanted) in [
        (&["Tests"][..], &["worker-1-tests"][..]),
        (&["team-6"], &["worker-2-docs-team-6"]),
        (&["haiku"], &["haiku-3"]),
        (&["gpu", "docs"], &["worker-2-docs-team-6"]),
        (&["est"], &[]),
        (&[], &["haiku-3", "worker-1-tests", "worker-2-docs-team-6"]),
    ] {
        let needs: Vec<String> = needs.iter().map(ToString::to_string).collect();
        let asked = Wanted {
            needs: &needs,
            ..Wanted::default()
        };
        assert_eq!(names(&rank(&snapshot, &asked, NOW)), wanted, "{needs:?}");
    }
}

#[test]
fn twice_the_median_of_what_was_done_must_be_left() {
    let mut scene = Scene::of(&["w-1"]);
    scene.assign("c1", "t");
    scene.report("c1", "t", 1, "completed");
    let mut snapshot = scene.snapshot();
    let task = Arc::make_mut(&mut snapshot.tasks[0]);
    task.holders[0].at = Some(ago(4000));
    task.closed_at = Some(ago(100));
    for (left, fits) in [(7799, false), (7800, true)] {
        Arc::make_mut(&mut snapshot.workers[0]).expires = Some(NOW.plus(Span::seconds(left)));
        let ranking = rank(&snapshot, &Wanted::default(), NOW);
        assert_eq!(!ranking.candidates.is_empty(), fits, "{ranking:?}");
    }
    Arc::make_mut(&mut snapshot.workers[0]).expires = None;
    assert_eq!(rank(&snapshot, &Wanted::default(), NOW).candidates.len(), 1);
}

fn silent_at(w: &mut Worker, times: &[Timestamp]) {
    let history: VecDeque<_> = times.iter().map(|at| (*at, State::Silent)).collect();
    w.history = Arc::new(history);
}

#[test]
fn the_parts_add_up_and_the_worst_of_each_is_bounded() {
    let snapshot = swarm(&["w-1-a", "w-2-a", "w-3-a-team-1", "w-4"], |n, w| match n {
        0 => {
            w.tasks = vec!["a".into()];
            w.accepts_after = Some(Span::seconds(150));
            silent_at(w, &[ago(10), ago(90_000)]);
            w.failed = 2;
        }
        1 => {
            w.accepts_after = Some(Span::seconds(9_000));
            silent_at(w, &[ago(1), ago(2), ago(3), ago(4), ago(5)]);
        }
        _ => {}
    });
    let asked = Wanted {
        role: Some("a".into()),
        team: Some("team-1".into()),
        ..Wanted::default()
    };
    let ranking = rank(&snapshot, &asked, NOW);
    for c in &ranking.candidates {
        assert_eq!(c.score, c.parts.iter().map(|p| p.points).sum::<i64>());
    }
    let of = |name: &str| {
        let mut all = ranking.candidates.iter();
        all.find(|c| c.worker.id.raw() == name).unwrap()
    };
    assert_eq!(
        parts(of("w-1-a")),
        [
            ("available", 100),
            ("load", -12),
            ("slow to accept", -6),
            ("silent today", -4),
            ("same role", 6)
        ]
    );
    assert_eq!(
        of("w-1-a").why,
        "holds 1 of 2, accepts after 2m30s, silent 1× today, same role, 2 failed"
    );
    assert_eq!(
        parts(of("w-2-a")),
        [
            ("available", 100),
            ("slow to accept", -12),
            ("silent today", -12),
            ("same role", 6)
        ]
    );
    assert_eq!(
        of("w-4").parts,
        [Part {
            name: "available",
            points: 100
        }]
    );
    assert_eq!(ranking.candidates[0].worker.id.raw(), "w-3-a-team-1");
    assert_eq!(ranking.candidates[0].score, 104);
}

#[test]
fn ties_go_by_label_and_a_better_score_goes_first() {
    let snapshot = swarm(&["c", "a", "b"], |_, w| {
        if w.id.raw() == "a" {
            w.tasks = vec!["t".into()];
        }
    });
    let ranking = rank(&snapshot, &Wanted::default(), NOW);
    assert_eq!(names(&ranking), ["b", "c", "a"]);
}

#[test]
fn whoever_held_it_before_is_taken_only_when_nobody_else_is_left() {
    let before = [ConversationId::from("c1"), "c2".into()];
    let asked = Wanted {
        before: before.iter().collect(),
        ..Wanted::default()
    };
    let ranking = rank(&swarm(&["w-1", "w-2", "w-3"], |_, _| {}), &asked, NOW);
    assert_eq!(names(&ranking), ["w-3"]);
    assert_eq!(
        refusals(&ranking),
        [("w-1", "held it before"), ("w-2", "held it before")]
    );
    let alone = swarm(&["w-1", "w-2", "w-3"], |n, w| {
        if n == 2 {
            w.verdict.state = State::Silent;
        }
    });
    let ranking = rank(&alone, &asked, NOW);
    assert_eq!(names(&ranking), ["w-1", "w-2"]);
    assert!(ranking.candidates.iter().all(|c| c.relaxed.is_some()));
    assert_eq!(refusals(&ranking), [("w-3", "silent")]);
}

#[test]
fn the_best_of_few_is_picked_and_of_many_the_better_of_two() {
    let roles: Vec<String> = (0..=FEW).map(|n| format!("w{n}")).collect();
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let few = rank(&swarm(&roles[..FEW], |_, _| {}), &Wanted::default(), NOW);
    let many = rank(&swarm(&roles, |_, _| {}), &Wanted::default(), NOW);
    let picked = |r: &Ranking, random| r.pick(random).map(|c| c.worker.id.raw().to_owned());
    assert_eq!(picked(&few, [5, 7]).as_deref(), Some("w0"));
    assert_eq!(picked(&many, [5, 7]).as_deref(), Some("w5"));
    assert_eq!(picked(&many, [8, 3]).as_deref(), Some("w3"));
    assert_eq!(picked(&many, [u64::MAX, 17]).as_deref(), Some("w6"));
    assert_eq!(picked(&Ranking::default(), [1, 2]), None);
}

#[test]
fn the_best_are_the_first_of_all_that_are_ranked() {
    let labels: Vec<String> = (1..=40).map(|n| format!("w-{n}")).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let snapshot = swarm(&labels, |n, w| {
        w.verdict.state = match n % 5 {
            0 => State::Silent,
            1 => State::Idle,
            _ => State::Healthy,
        };
        w.accepts_after = Some(Span::seconds(i64::try_from(n % 7).unwrap() * 40));
        w.recovering = n % 11 == 3;
    });
    let all: Vec<&ConversationId> = snapshot.workers.iter().map(|w| &w.conversation).collect();
    for held in [0, 3, 40] {
        let wanted = Wanted {
            before: all.iter().take(held).copied().collect(),
            ..Wanted::default()
        };
        let mut ranked = rank(&snapshot, &wanted, NOW);
        ranked.candidates.truncate(3);
        let first = (ranked.candidates, ranked.refused.len());
        assert_eq!(best(&snapshot, &wanted, NOW, 3), first, "{held} held it");
    }
}
