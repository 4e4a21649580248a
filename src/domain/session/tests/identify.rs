use super::*;

fn status(claims: Vec<Claim>) -> Filed {
    filed(
        DocumentKind::Status,
        "MULTI-SESSION-STATUS.md",
        "claude/lead-1a2b3c4d5",
        claims,
    )
}

fn with_branch(mut claim: Claim, branch: &str) -> Claim {
    claim.branch = Some(branch.into());
    claim
}

#[test]
fn a_placeholder_in_a_branch_means_the_newest_branch_that_fits() {
    let ready = claim(3, "Telephony", ClaimState::Ready, "READY");
    let filed = status(vec![with_branch(ready, "claude/telephony-<session-id>")]);
    let branches = [
        branch("claude/telephony-011old00", 1, 500),
        branch("claude/telephony-011new00", 1, 5),
        branch("claude/telephony", 1, 1),
    ];
    let known = identify(&[], &[filed], &branches, None);
    assert_eq!(known[0].key.as_ref(), "session-3");
    assert_eq!(
        known[0].branch.as_deref(),
        Some("claude/telephony-011new00")
    );
    assert_eq!(known[0].found, Found::Document);
    let others: Vec<_> = known[1..].iter().map(|k| (&*k.key, k.found)).collect();
    assert_eq!(
        others,
        [
            ("claude/telephony", Found::Name),
            ("telephony", Found::Name),
        ]
    );
}

#[test]
fn the_newest_claim_of_a_number_stands_first_and_none_is_lost() {
    let mut old = status(vec![claim(1, "Old", ClaimState::InProgress, "going")]);
    old.committed = Some(ago(300));
    let new = status(vec![claim(1, "New", ClaimState::Complete, "done")]);
    let known = identify(&[], &[old, new], &[], None);
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].said.len(), 2);
    assert_eq!(
        known[0].claim().unwrap().claim.status.as_deref(),
        Some("done")
    );
    assert_eq!(&*known[0].title, "New");
}

#[test]
fn two_swarms_that_number_alike_are_told_apart_by_their_branches() {
    let listed = with_branch(
        claim(3, "Telephony", ClaimState::Ready, "READY"),
        "claude/tel-<id>",
    );
    let own = with_branch(
        claim(3, "Video", ClaimState::Complete, "done"),
        "claude/video-0a1b2c3d4",
    );
    let report = filed(
        DocumentKind::Report,
        "STATUS-SESSION-3.md",
        "claude/video-0a1b2c3d4",
        vec![own],
    );
    let branches = [
        branch("claude/tel-0a1b2c3d4", 1, 5),
        branch("claude/video-0a1b2c3d4", 1, 6),
    ];
    let known = identify(&[], &[status(vec![listed]), report], &branches, None);
    let keys: Vec<_> = known.iter().map(|k| (&*k.key, k.number)).collect();
    assert_eq!(keys, [("session-3", Some(3)), ("video", None)]);
    assert_eq!(&*known[1].title, "Session 3 Video");
}

#[test]
fn a_report_on_a_sessions_branch_is_heard_by_that_session() {
    let listed = with_branch(
        claim(2, "Clouds", ClaimState::Ready, "READY"),
        "claude/clouds-0a1b2c3d4",
    );
    let own = claim(2, "Clouds", ClaimState::Complete, "done");
    let report = filed(
        DocumentKind::Report,
        "STATUS.md",
        "claude/clouds-0a1b2c3d4",
        vec![own],
    );
    let branches = [branch("claude/clouds-0a1b2c3d4", 1, 5)];
    let known = identify(&[], &[status(vec![listed]), report], &branches, None);
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].said.len(), 2);
}

#[test]
fn a_plan_names_sessions_before_anybody_speaks_of_them() {
    let planned = Known::planned(7, "Later");
    let pattern = Pattern::new("claude/later-<session-id>");
    let known = identify(&[(planned, Some(pattern))], &[], &[], None);
    assert_eq!(known[0].found, Found::Nowhere);
    assert_eq!(known[0].missing[0].as_ref(), "claude/later-<session-id>");
}

#[test]
fn the_base_and_branches_of_people_are_no_sessions() {
    let branches = [
        branch("main", 0, 1),
        branch("feature/x", 3, 1),
        branch("claude/main", 1, 1),
    ];
    assert_eq!(
        identify(&[], &[], &branches, Some("origin/claude/main")),
        []
    );
}

#[test]
fn a_template_is_nobodys_report() {
    let mut template = claim(1, "x", ClaimState::Unknown, "waiting/working");
    (template.number, template.branch) = (None, Some("claude/branch-name-*".into()));
    let report = filed(
        DocumentKind::Report,
        "STATUS-TEMPLATE.yaml",
        "main",
        vec![template],
    );
    assert_eq!(identify(&[], &[report], &[branch("main", 0, 1)], None), []);
}

#[test]
fn a_topic_is_a_branch_without_its_folder_and_id() {
    let topic = super::super::identify::topic;
    assert_eq!(
        topic("claude/sip-communication-011CV2nnsyHT4by1"),
        "sip-communication"
    );
    assert_eq!(topic("claude/sip-communication"), "sip-communication");
    assert_eq!(topic("hotfix"), "hotfix");
}

#[test]
fn patterns_keep_to_their_own_words() {
    let pattern = Pattern::new("a.b-<x>");
    assert!(pattern.is("a.b-1") && !pattern.is("aXb-1") && !pattern.is("a.b-"));
    assert!(
        Pattern::new("a<b").is("a<b"),
        "a hole that is never closed is text"
    );
    assert!(!Pattern::new("a").is("ab"));
}
