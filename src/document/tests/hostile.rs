//! Nothing that stands in a document makes the reader fail, and nothing hostile comes out of it.

use super::doc;
use crate::{
    document::{CAP, read},
    domain::{claim::Document, text},
};
use proptest::prelude::*;
use std::fmt::Write as _;

const NAMES: [&str; 7] = [
    "MULTI-SESSION-STATUS.md",
    "INTEGRATION-PROGRESS-TRACKER.md",
    "SESSION-HANDOVER-PROTOCOL.md",
    "BLOCKERS.md",
    "PHASE-0-TASK-BOARD.md",
    "HAIKU-SWARM-X.md",
    "STATUS-SESSION-1.yaml",
];

/// Everything that a document would show.
fn texts(d: &Document) -> Vec<&str> {
    let mut all: Vec<&str> = vec![&d.path];
    for c in &d.claims {
        all.extend(
            [&c.title, &c.id, &c.status, &c.branch, &c.commit, &c.eta]
                .into_iter()
                .flatten()
                .map(|t| &**t),
        );
        all.extend(
            c.outputs
                .iter()
                .chain(&c.blockers)
                .chain(&c.next)
                .map(|t| &**t),
        );
    }
    for f in d.claims.iter().flat_map(|c| &c.fields).chain(&d.head) {
        all.extend([&*f.key, &*f.value]);
    }
    all.extend(d.blockers.iter().map(|b| &*b.text));
    all.extend(d.blockers.iter().filter_map(|b| b.owner.as_deref()));
    for t in &d.tasks {
        all.extend([&*t.id, &*t.title, &*t.status]);
        all.extend(
            t.owner
                .as_deref()
                .into_iter()
                .chain(t.deliverable.as_deref()),
        );
        all.extend(t.depends_on.iter().map(|t| &**t));
    }
    all.extend(d.agents.iter().map(|a| &*a.task));
    all.extend(d.remarks.iter().map(|r| &*r.text));
    all
}

fn is_neutral(d: &Document) {
    for text in texts(d) {
        assert_eq!(text::line(text), text);
        assert!(
            !text.contains(['\n', '\x1b', '\u{202e}', '\u{200b}']),
            "{text:?}"
        );
        assert!(text.len() <= 16 << 10, "{}", text.len());
    }
}

#[test]
fn terminal_sequences_and_direction_marks_are_defused() {
    let d = doc(
        "MULTI-SESSION-STATUS.md",
        "## Session 1: \x1b]0;owned\x07x\u{202e}\nStatus: \x1b[2J ready\u{200b}\n<script>alert(1)</script>\n\n<div onclick=x>\nhi\n</div>\n",
    );
    is_neutral(&d);
    assert_eq!(d.claims.len(), 1);
    assert!(
        d.remarks
            .iter()
            .any(|r| r.text.starts_with("HTML, not read"))
    );
}

#[test]
fn keys_are_taken_out_and_lines_stay() {
    let key = format!(
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
        "QUJD".repeat(8)
    );
    let text = format!(
        "## Session 1\nStatus: ready\nToken: ghp_{}\n\n{key}\n\nBranch: b\n",
        "a".repeat(30)
    );
    let d = doc("MULTI-SESSION-STATUS.md", &text);
    let all = texts(&d).join("\n");
    assert!(!all.contains("ghp_") && !all.contains("QUJD"), "{all}");
    let branch = d.claims[0]
        .fields
        .iter()
        .find(|f| &*f.key == "Branch")
        .unwrap();
    assert_eq!(branch.line, 9);
}

#[test]
fn latin_1_is_read_with_a_remark() {
    let d = read(
        "MULTI-SESSION-STATUS.md",
        b"## Session 1: caf\xe9\nStatus: ready\n",
    )
    .unwrap();
    assert_eq!(d.claims[0].title.as_deref(), Some("café"));
    assert!(
        d.remarks
            .iter()
            .any(|r| r.text.contains("Latin-1") && r.line == 1)
    );
}

#[test]
fn byte_order_marks_and_old_line_ends_are_nothing() {
    let d = read(
        "MULTI-SESSION-STATUS.md",
        b"\xef\xbb\xbf## Session 1\r\nStatus: ready\r\nBranch: b\r\n",
    )
    .unwrap();
    assert_eq!(d.claims[0].branch.as_deref(), Some("b"));
    assert_eq!(d.claims[0].fields[1].line, 3);
}

#[test]
fn a_document_beyond_the_cap_is_cut_with_a_remark() {
    let line = "- **Status:** ready, and more of it\n";
    let long = format!("## Session 1\n{}", line.repeat(20 * CAP / line.len()));
    let d = doc("MULTI-SESSION-STATUS.md", &long);
    assert!(d.remarks.iter().any(|r| r.text.contains("only the first")));
    assert_eq!(d.claims[0].fields.len(), 500);
    let split = format!("{}é", "a".repeat(CAP - 1));
    assert!(
        doc("STATUS.md", &split)
            .remarks
            .iter()
            .all(|r| !r.text.contains("Latin"))
    );
}

#[test]
fn deep_and_wide_documents_are_read() {
    let n = 50_000;
    for text in [
        "> ".repeat(n),
        "- ".repeat(n),
        "[".repeat(n),
        "*_".repeat(n),
        "`".repeat(n),
        "<a ".repeat(n),
        "![](".repeat(n),
        "|".repeat(n),
        format!("|a|b|\n|-|-|\n{}", "|x\n".repeat(n)),
        "# Session 1\nStatus: ready\n".repeat(n / 10),
        "\t".repeat(n),
        "~~".repeat(n),
        "&#x41;".repeat(n),
        "---\n".repeat(n),
        "## Session 4294967296\nStatus: x\nAgents: 99999999999/99999999999 (Haiku-1 to 999999)\nTeams: Teams 1-999999\n".to_owned(),
    ] {
        for name in NAMES {
            is_neutral(&doc(name, &text));
        }
    }
}

#[test]
fn yaml_neither_expands_nor_nests_without_end() {
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for n in 1..40 {
        let _ = writeln!(bomb, "a{n}: &a{n} [*a{0}, *a{0}]", n - 1);
    }
    bomb.push_str("session: session-1\nstatus: ready\n");
    let d = doc("STATUS.yaml", &bomb);
    assert_eq!(d.claims[0].number, Some(1));
    for text in [
        "[".repeat(20_000),
        "{a: ".repeat(20_000),
        "? ".repeat(5_000),
        "- ".repeat(5_000),
        "!".repeat(9_000),
        "&a ".repeat(900),
    ] {
        is_neutral(&doc("STATUS.yaml", &text));
    }
}

/// Pieces that documents are made of, so that chance meets the interesting places.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("## Session 1: x\n".to_owned()),
        Just("### Phase 2 ✅ COMPLETE\n".to_owned()),
        Just("**Status:** ".to_owned()),
        Just("- **Blockers**: ".to_owned()),
        Just("\n- [x] ".to_owned()),
        Just("| ID | Task | Status |\n|---|---|---|\n| 1 | ".to_owned()),
        Just("Haiku-01 to 04".to_owned()),
        Just("```yaml\n".to_owned()),
        Just("<!-- notes:begin x -->\n".to_owned()),
        Just("---\n".to_owned()),
        Just("session: ".to_owned()),
        Just("  - ".to_owned()),
        Just("\n\n".to_owned()),
        "[ -~]{0,20}",
        "\\PC{0,12}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400), which in 0..NAMES.len()) {
        is_neutral(&read(NAMES[which], &bytes).unwrap());
    }

    #[test]
    fn any_mixture_is_read(pieces in prop::collection::vec(piece(), 0..30), which in 0..NAMES.len()) {
        is_neutral(&doc(NAMES[which], &pieces.concat()));
    }
}
