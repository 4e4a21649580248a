//! Names, status words, numbers: one line each.

use super::{doc, only};
use crate::{
    document::kind_of,
    domain::{
        Timestamp,
        claim::{ClaimState, DocumentKind, Unit},
    },
};

#[test]
fn a_document_is_known_by_its_name_in_any_folder() {
    for (path, kind) in [
        ("MULTI-SESSION-STATUS.md", Some(DocumentKind::Status)),
        ("a/b/multi-session-status.md", Some(DocumentKind::Status)),
        (
            "INTEGRATION-PROGRESS-TRACKER.md",
            Some(DocumentKind::Tracker),
        ),
        ("SESSION-HANDOVER-PROTOCOL.md", Some(DocumentKind::Handover)),
        (
            "docs/SESSION-HANDOVER-INSTANCE7.md",
            Some(DocumentKind::Handover),
        ),
        ("BLOCKERS.md", Some(DocumentKind::Blockers)),
        ("docs/PHASE-12-TASK-BOARD.md", Some(DocumentKind::Board)),
        ("HAIKU-SWARM-COAST.md", Some(DocumentKind::Mission)),
        (
            "MULTI-SESSION-SWARM-PROTOCOL.md",
            Some(DocumentKind::Mission),
        ),
        ("sessions/session-4/STATUS.yaml", Some(DocumentKind::Report)),
        ("STATUS-SESSION-4.yml", Some(DocumentKind::Report)),
        ("STATUS_PHASE_2.md", Some(DocumentKind::Report)),
        ("templates/STATUS-TEMPLATE.yaml", Some(DocumentKind::Report)),
        ("sessions/session-4/STATUS.backup.yaml", None),
        ("sessions/s/status-history/STATUS-1.yaml", None),
        ("STATUSES.md", None),
        ("STATUS.txt", None),
        ("BLOCKERS", None),
        ("", None),
        ("README.md", None),
    ] {
        assert_eq!(kind_of(path), kind, "{path}");
    }
}

#[test]
fn status_words_win_over_emoji() {
    use ClaimState::{Blocked, Complete, Failed, InProgress, Planned, Ready, Unknown};
    for (status, state, percent) in [
        ("🔄 READY TO DEPLOY", Ready, None),
        ("🔄 In Progress (60% done)", InProgress, Some(60)),
        ("✅ IN PROGRESS", InProgress, None),
        ("Awaiting deployment", Ready, None),
        ("Pending deployment", Ready, None),
        ("⏳ Pending", Planned, None),
        ("✅ COMPLETE (2026-11-14 08:35 UTC)", Complete, None),
        ("✅", Complete, None),
        ("🔄", InProgress, None),
        ("🔵 AVAILABLE", Ready, None),
        ("🟡 CLAIMED", InProgress, None),
        ("🔴 BLOCKED", Blocked, None),
        ("🟢 Active", InProgress, None),
        ("phase_2_complete", Complete, None),
        ("task_complete", Complete, None),
        ("waiting_for_instructions", Planned, None),
        ("Plan complete, ready to execute", Ready, None),
        ("COMPLETE - ready to deploy the next", Complete, None),
        ("Not started", Planned, None),
        ("not yet complete", InProgress, None),
        ("2/4 parts complete", InProgress, None),
        ("4/4 parts complete", Complete, None),
        ("60% complete", InProgress, Some(60)),
        ("COMPLETE (24/48 tasks = 50%)", Complete, Some(50)),
        ("Waiting for phase 0 completion", Planned, None),
        ("not blocked, working", InProgress, None),
        ("failed twice", Failed, None),
        ("0 failed, all done", Complete, None),
        ("waiting/claiming/working/blocked/completed", Unknown, None),
        ("Tuesday", Unknown, None),
        ("140%", Unknown, None),
    ] {
        let claim = only(
            "MULTI-SESSION-STATUS.md",
            &format!("## Session 1\n**Status:** {status}\n"),
        );
        assert_eq!(
            (claim.state, claim.percent),
            (Some(state), percent),
            "{status}"
        );
        assert_eq!(claim.status.as_deref(), Some(status));
    }
}

#[test]
fn every_shape_of_a_field_is_the_same_field() {
    for text in [
        "- **Progress**: 3/10 agents reporting",
        "- **Progress:** 3/10 agents reporting",
        "**Agents:** 3/10 (Haiku-01 to 10)",
        "Agents: 3/10",
        "* Agents: `3/10`",
        "1. Agents: 3 of 10",
        "**Agents**:\n3/10",
        "Something: else\nAgents: 3/10\nMore: to come",
        "> **Agents:** 3/10",
        "| Field | Value |\n|---|---|\n| **Agents** | 3/10 |",
        "- _Agents_: [3/10](https://example.org)",
        "Moon: full | Agents: 3/10",
        "### Detail\n- 👥 **Agents:** 3/10",
    ] {
        let claim = only(
            "MULTI-SESSION-STATUS.md",
            &format!("## Session 2: x\n\n{text}\n\nBranch: b\n"),
        );
        if text.contains("Moon") {
            // One of the parts is no known key: the line is left whole.
            assert_eq!(claim.agents, None);
            continue;
        }
        let agents = claim.agents.expect(text);
        assert_eq!((agents.done, agents.of), (Some(3), Some(10)), "{text}");
    }
}

#[test]
fn ways_of_saying_nothing_are_no_values() {
    for none in [
        "None",
        "-",
        "TBD",
        "",
        "N/A",
        "Nothing - ready to deploy",
        "none ✅",
        "No blockers",
        "null",
        "—",
    ] {
        let text = format!(
            "## Session 2\nStatus: ready\nBlockers: {none}\nETA: {none}\nBranch: {none}\nCommit: {none}\nNext: {none}\n"
        );
        let claim = only("MULTI-SESSION-STATUS.md", &text);
        assert!(
            claim.blockers.is_empty() && claim.next.is_empty(),
            "{none}: {claim:?}"
        );
        assert_eq!(
            (claim.eta, claim.branch, claim.commit),
            (None, None, None),
            "{none}"
        );
    }
    let claim = only(
        "MULTI-SESSION-STATUS.md",
        "## Session 2\nBlockers: None of the keys work\n",
    );
    assert_eq!(claim.blockers.len(), 1);
}

#[test]
fn outputs_are_files_of_the_repository_and_nothing_else() {
    let home = ["", "home", "ann", "tower", "src", "lamp.py"].join("/");
    let text = format!(
        "## Session 1\nOutput: CLOUD.md (2,690 lines, 104KB), IF.search, Authorize.Net, {home}, /tmp/x.md, ../up.md, \
         https://github.com/a/b/blob/main/docs/LINK.md, https://example.org/other.md, C:\\x\\y.md, claude/x:docs/z.yaml, v1.2\n"
    );
    let claim = only("MULTI-SESSION-STATUS.md", &text);
    let outputs: Vec<&str> = claim.outputs.iter().map(|o| &**o).collect();
    assert_eq!(
        outputs,
        ["CLOUD.md", "src/lamp.py", "docs/LINK.md", "docs/z.yaml"]
    );
}

#[test]
fn numbers_of_sessions_come_from_their_own_words() {
    for (path, text, number) in [
        (
            "STATUS.md",
            "# Session 3 (Council)\n\nStatus: ready\n",
            Some(3),
        ),
        (
            "STATUS.md",
            "# State\n\n**Session**: Session 3 (Council)\n",
            Some(3),
        ),
        (
            "STATUS.md",
            "**Session:** 5 (CLI)\nStatus: ready\n",
            Some(5),
        ),
        ("STATUS.md", "**Session:** S6 (talent)\n", Some(6)),
        (
            "STATUS.md",
            "session: SESSION-2-WEBRTC\nstatus: waiting\n",
            Some(2),
        ),
        ("STATUS-SESSION-7-STARTED.md", "Status: ready\n", Some(7)),
        (
            "STATUS.md",
            "**Session ID:** 011CV2mM\nStatus: ready\n",
            None,
        ),
        ("STATUS.yaml", "session: session-X\nstatus: ready\n", None),
    ] {
        assert_eq!(only(path, text).number, number, "{path} {text}");
    }
}

#[test]
fn a_phase_is_no_session_and_a_range_has_no_number() {
    let document = doc(
        "INTEGRATION-PROGRESS-TRACKER.md",
        "# Tracker\n## Phase 0.5: half\nStatus: ready\n## Phase 2-16: rest\nStatus: ready\n## Phase 3\nStatus: ready (Session 8)\n",
    );
    let told: Vec<_> = document
        .claims
        .iter()
        .map(|c| (c.unit, c.number, c.id.as_deref(), c.of_session))
        .collect();
    assert_eq!(
        told,
        [
            (Unit::Phase, None, Some("Phase 2-16"), None),
            (Unit::Phase, Some(3), None, Some(8))
        ]
    );
}

#[test]
fn the_later_of_two_claims_about_a_session_stays() {
    let text = "## Session 1 Status (2026-01-01 08:00 UTC)\nStatus: ready\n## Session 1 Status (2026-01-01 08:30 UTC)\nStatus: complete\n";
    let document = doc("MULTI-SESSION-STATUS.md", text);
    assert_eq!(document.claims.len(), 1);
    assert_eq!(document.claims[0].state, Some(ClaimState::Complete));
    assert_eq!(document.remarks.len(), 1);
}

#[test]
fn dates_are_read_as_written_and_a_foreign_zone_costs_the_time() {
    for (written, read) in [
        ("2026-03-02 09:15 UTC", "2026-03-02T09:15:00Z"),
        ("2026-03-02T09:15:07Z", "2026-03-02T09:15:07Z"),
        ("2026-03-02T09:15:00+02:00", "2026-03-02T07:15:00Z"),
        ("2026-03-02 by somebody", "2026-03-02T00:00:00Z"),
        ("2026-03-02 09:15 CET", "2026-03-02T00:00:00Z"),
    ] {
        let claim = only(
            "MULTI-SESSION-STATUS.md",
            &format!("## Session 1\nStatus: ready\nLast Updated: {written}\n"),
        );
        assert_eq!(
            claim.updated.map(Timestamp::rfc3339).as_deref(),
            Some(read),
            "{written}"
        );
    }
}

#[test]
fn notes_are_kept_as_text_and_claim_nothing() {
    let text = "# S\n\n<!-- notes:begin session-1 -->\n## Session 9\nStatus: complete\n```\n<!-- notes:end -->\n\n## Session 1\nStatus: ready\n";
    let document = doc("MULTI-SESSION-STATUS.md", text);
    assert_eq!(document.claims.len(), 1);
    assert_eq!(document.claims[0].number, Some(1));
    let notes: Vec<(u32, &str)> = document
        .remarks
        .iter()
        .map(|r| (r.line, &*r.text))
        .collect();
    assert_eq!(
        notes,
        [
            (4, "note: ## Session 9"),
            (5, "note: Status: complete"),
            (6, "note: ```")
        ]
    );
    let open = doc(
        "MULTI-SESSION-STATUS.md",
        "<!-- notes:begin a -->\n## Session 9\nStatus: complete\n",
    );
    assert!(
        open.claims.len() == 1 && open.remarks.iter().any(|r| r.line == 1),
        "{open:?}"
    );
}

#[test]
fn front_matter_is_read() {
    let claim = only(
        "STATUS.md",
        "---\nsession: session-3-fog\nstatus: active\n---\n\n# Fog\n\nBranch: claude/fog\n",
    );
    assert_eq!(
        (claim.number, claim.state, claim.branch.as_deref()),
        (Some(3), Some(ClaimState::InProgress), Some("claude/fog"))
    );
    assert_eq!(
        claim.fields.iter().map(|f| f.line).collect::<Vec<_>>(),
        [2, 3, 8]
    );
}
