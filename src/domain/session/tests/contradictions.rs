use super::*;

fn kinds(session: &Session) -> Vec<&'static str> {
    session
        .contradictions
        .iter()
        .map(|c| c.kind.name())
        .collect()
}

fn ready() -> Claim {
    claim(3, "Telephony", ClaimState::Ready, "READY TO DEPLOY")
}

fn complete() -> Claim {
    claim(2, "Clouds", ClaimState::Complete, "COMPLETE")
}

#[test]
fn ready_to_deploy_with_the_output_on_the_branch_is_finished_and_says_so_with_both_sides() {
    let all = judged(vec![ground(
        ready(),
        Some(branch("claude/tel-0a1b2c3d4", 4, 15)),
        vec![output("TELEPHONY.md", true)],
    )]);
    let s = &all[0];
    assert_eq!(s.stage, Stage::Finished);
    let c = &s.contradictions[0];
    assert_eq!((c.kind, c.severity), (Kind::Finished, Severity::Warning));
    assert_eq!(c.claim, "READY TO DEPLOY");
    assert_eq!(c.place, "MULTI-SESSION-STATUS.md:30 on main @1234abcd");
    assert!(
        c.evidence
            .contains("TELEPHONY.md (4096 bytes) stands on claude/tel-0a1b2c3d4 by feedf00d")
    );
}

#[test]
fn ready_to_deploy_without_anything_is_ready() {
    let all = judged(vec![ground(
        ready(),
        None,
        vec![output("TELEPHONY.md", false)],
    )]);
    assert_eq!((all[0].stage, kinds(&all[0])), (Stage::Absent, vec![]));
}

#[test]
fn commits_after_the_claim_say_that_work_began_and_older_ones_do_not() {
    let begun = ground(ready(), Some(branch("b", 2, 5)), Vec::new());
    let before = ground(ready(), Some(branch("b", 2, 500)), Vec::new());
    assert_eq!(kinds(&judged(vec![begun])[0]), ["begun"]);
    assert_eq!(kinds(&judged(vec![before])[0]), Vec::<&str>::new());
}

#[test]
fn an_output_that_the_base_has_too_is_no_work_of_the_branch() {
    let mut inherited = output("TELEPHONY.md", true);
    inherited.file.as_mut().unwrap().of_base = true;
    let all = judged(vec![ground(
        ready(),
        Some(branch("b", 0, 500)),
        vec![inherited],
    )]);
    assert_eq!((all[0].stage, kinds(&all[0])), (Stage::Empty, vec![]));
}

#[test]
fn complete_without_the_file_without_a_push_and_with_a_conflict_is_said_thrice() {
    let mut unpushed = branch("b", 3, 5);
    unpushed.upstream = None;
    let mut g = ground(complete(), Some(unpushed), vec![output("CLOUDS.md", false)]);
    g.conflicts = Some(vec!["README.md".into()]);
    let all = judged(vec![g]);
    assert_eq!(kinds(&all[0]), ["missing", "unpushed", "conflicting"]);
    assert_eq!(all[0].severity, Severity::Warning);
    assert!(
        all[0].contradictions[1]
            .evidence
            .contains("3 commits of b not pushed")
    );
}

#[test]
fn complete_with_everything_there_is_complete() {
    let mut g = ground(
        complete(),
        Some(branch("b", 3, 5)),
        vec![output("CLOUDS.md", true)],
    );
    g.conflicts = Some(Vec::new());
    let all = judged(vec![g]);
    assert_eq!((all[0].stage, kinds(&all[0])), (Stage::Finished, vec![]));
    assert_eq!(all[0].severity, Severity::Ok);
    assert_eq!(all[0].progress.unwrap().percent(), 100);
}

#[test]
fn blockers_that_are_denied_and_open_contradict() {
    let mut said = claim(1, "Panels", ClaimState::InProgress, "working");
    said.fields.push(Field {
        key: "Blockers".into(),
        value: "None".into(),
        line: 12,
    });
    let mut g = ground(said, Some(branch("b", 3, 5)), Vec::new());
    g.blockers.push(Barred {
        blocker: Blocker {
            text: "no account for the panel".into(),
            session: Some(1),
            owner: None,
            since: None,
            open: true,
            line: 4,
        },
        path: "BLOCKERS.md".into(),
        branch: "main".into(),
        committed: Some(ago(30)),
    });
    let all = judged(vec![g]);
    assert_eq!(
        (all[0].stage, kinds(&all[0])),
        (Stage::Stuck, vec!["blocked"])
    );
    assert_eq!(all[0].contradictions[0].claim, "Blockers: None");
}

#[test]
fn in_progress_without_a_branch_or_a_worker_is_nothing() {
    let said = claim(1, "Panels", ClaimState::InProgress, "working");
    assert_eq!(
        kinds(&judged(vec![ground(said, None, Vec::new())])[0]),
        ["nothing"]
    );
}

#[test]
fn an_active_session_whose_status_is_older_than_half_an_hour_is_stale() {
    let said = claim(1, "Panels", ClaimState::InProgress, "working");
    let mut g = ground(said, Some(branch("b", 3, 5)), Vec::new());
    assert_eq!(judged(vec![g.clone()])[0].stale, None);
    g.known.said[0].committed = Some(ago(31));
    assert_eq!(judged(vec![g.clone()])[0].stale, Some(ago(1)));
    g.branch = Some(branch("b", 3, 500));
    let idle = &judged(vec![g])[0];
    assert!(!idle.active, "nobody works at it: nobody need write");
    assert_eq!(idle.stale, None);
}

#[test]
fn a_session_is_over_its_limit_after_six_hours() {
    let mut long = branch("b", 3, 5);
    long.first = Some(ago(6 * 60 + 1));
    let said = claim(1, "Panels", ClaimState::InProgress, "working");
    let over = judged(vec![ground(said, Some(long), Vec::new())]);
    assert_eq!(over[0].over, Some(ago(1)));
}

#[test]
fn the_criteria_of_all_sessions_name_what_they_rest_on() {
    let grounds = vec![
        ground(
            complete(),
            Some(branch("b", 3, 5)),
            vec![output("CLOUDS.md", true)],
        ),
        ground(ready(), None, Vec::new()),
    ];
    let all = judged(grounds);
    let survey = Survey::default();
    let overall = together(&all, &survey);
    let outcomes: Vec<_> = overall.iter().map(|c| c.outcome).collect();
    assert_eq!(
        outcomes,
        [
            Outcome::Unknown,
            Outcome::Met,
            Outcome::Unknown,
            Outcome::Met
        ]
    );
    assert!(overall[0].evidence.starts_with("1 of 2 over"));
}

#[test]
fn a_file_that_its_session_still_writes_is_no_finished_work() {
    let said = || {
        claim(
            1,
            "Panels",
            ClaimState::InProgress,
            "IN PROGRESS (10% done)",
        )
    };
    let half = || {
        ground(
            said(),
            Some(branch("b", 3, 5)),
            vec![output("PANELS.md", true)],
        )
    };
    assert_eq!(judged(vec![half()])[0].stage, Stage::Started);
    let measured = |met| Ground {
        measured: Some(met),
        ..half()
    };
    assert_eq!(judged(vec![measured(false)])[0].stage, Stage::Started);
    assert_eq!(judged(vec![measured(true)])[0].stage, Stage::Finished);
    let unmet = Ground {
        measured: Some(false),
        ..ground(
            ready(),
            Some(branch("b", 3, 5)),
            vec![output("TELEPHONY.md", true)],
        )
    };
    let all = judged(vec![unmet]);
    assert_eq!(
        (all[0].stage, kinds(&all[0])),
        (Stage::Started, vec!["finished"])
    );
}

#[test]
fn a_branch_that_was_merged_and_deleted_is_merged_when_the_base_has_its_work() {
    let merged = Ground {
        in_base: true,
        ..ground(complete(), None, vec![output("CLOUDS.md", false)])
    };
    let all = judged(vec![merged]);
    assert_eq!((all[0].stage, kinds(&all[0])), (Stage::Merged, vec![]));
}

#[test]
fn what_this_program_wrote_keeps_no_claim_fresh() {
    let said = claim(1, "Panels", ClaimState::InProgress, "working");
    let mut g = ground(said, Some(branch("b", 3, 5)), Vec::new());
    let mut own = g.known.said[0].clone();
    g.known.said[0].committed = Some(ago(31));
    (own.generated, own.committed) = (true, Some(ago(1)));
    g.known.said.push(own);
    assert_eq!(judged(vec![g])[0].stale, Some(ago(1)));
}

#[test]
fn the_next_step_names_its_command() {
    let advice = |g: Ground| judged(vec![g])[0].advice();
    let absent = advice(ground(ready(), None, Vec::new())).unwrap();
    assert!(absent.contains("deploy --session 3 --dry-run"), "{absent}");
    let there = vec![output("TELEPHONY.md", true)];
    let finished = advice(ground(ready(), Some(branch("b", 3, 5)), there)).unwrap();
    assert!(finished.starts_with("do not start it again"), "{finished}");
    let fine = ground(
        complete(),
        Some(branch("b", 3, 5)),
        vec![output("CLOUDS.md", true)],
    );
    assert_eq!(advice(fine), None);
}
