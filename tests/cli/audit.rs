//! The audit chain from outside, after real actions.

use super::{AT, Bridge, on};
use serde_json::Value;

#[expect(
    clippy::unwrap_used,
    reason = "a scenario that cannot be read fails the test"
)]
fn acted() -> Bridge {
    let bridge = Bridge::live("nine-agents", AT).unwrap();
    for args in [
        &[
            "reassign",
            "deploy-staging",
            "--to",
            "2",
            "--yes",
            "--reason",
            "it is \"gone\"",
        ][..],
        &["priority", "ui-theme", "P0"],
        &["hold", "worker-6"],
        &["cancel", "docs-sweep", "--confirm", "docs-sweep"],
    ] {
        let (code, out, err) = on(&bridge, args);
        assert_eq!(code, 0, "{args:?}: {out}{err}");
    }
    bridge
}

#[test]
fn every_action_is_shown_and_the_chain_holds() {
    let bridge = acted();
    let (code, out, _) = on(&bridge, &["audit", "show"]);
    assert_eq!((code, out.lines().count()), (0, 4), "{out}");
    let first = out.lines().next().unwrap();
    for wanted in [
        "reassign",
        "deploy-staging worker-5-deploy → worker-2-frontend",
        "it is \"gone\"",
    ] {
        assert!(first.contains(wanted), "{wanted:?} is not in {first}");
    }
    let (code, out, _) = on(&bridge, &["audit", "show", "--by", "nobody"]);
    assert_eq!((code, out.as_str()), (0, ""));
    let (code, out, _) = on(&bridge, &["audit", "verify"]);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.starts_with("ok ") && out.ends_with(": 4 links\n"),
        "{out}"
    );
}

#[test]
fn an_export_is_json_lines_or_citations() {
    let bridge = acted();
    let (code, out, _) = on(&bridge, &["audit", "export", "-o", "json"]);
    let entries: Vec<Value> = out
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!((code, entries.len()), (0, 4));
    let ids: Vec<&str> = entries
        .iter()
        .map(|e| e["citation_id"].as_str().unwrap())
        .collect();
    assert!(ids[0].contains(".001.REASSIGN.op-"), "{ids:?}");
    assert!(ids[3].contains(".004.CANCEL.op-"), "{ids:?}");
    assert_eq!(entries[0]["details"]["before"]["owner"], "worker-5-deploy");
    assert_eq!(entries[0]["details"]["rows"].as_array().unwrap().len(), 2);
    let (code, out, _) = on(&bridge, &["audit", "export", "-o", "yaml"]);
    assert_eq!((code, out.matches("---\ncitation_id: ").count()), (0, 4));
    assert!(
        out.contains(
            "claim: \"reassign deploy-staging from worker-5-deploy to worker-2-frontend\""
        )
    );
    for line in out.lines().filter(|l| *l != "---") {
        let (_, scalar) = line.split_once(':').unwrap();
        let scalar = scalar.trim();
        assert!(
            scalar.is_empty() || serde_json::from_str::<Value>(scalar).is_ok(),
            "{line}"
        );
    }
}

#[test]
fn a_row_that_somebody_touched_is_named() {
    let ours = "(SELECT min(id) + 1 FROM audit_log WHERE action LIKE 'swarm%')";
    for (change, why) in [
        (
            "UPDATE audit_log SET details = replace(details, 'P2', 'P3') WHERE id = ",
            "it was changed after it was written",
        ),
        (
            "UPDATE audit_log SET timestamp = '2025-11-13T16:00:00' WHERE id = ",
            "it was changed after it was written",
        ),
        (
            "UPDATE audit_log SET details = replace(details, '\"v\":1', '\"v\": 1') WHERE id = ",
            "it was changed after it was written",
        ),
        (
            "DELETE FROM audit_log WHERE id = ",
            "a link before it is missing",
        ),
        (
            "UPDATE audit_log SET details = '{}' WHERE id = ",
            "carries our name and no link",
        ),
    ] {
        let bridge = acted();
        bridge.sql(&format!("{change}{ours}")).unwrap();
        let (code, out, err) = on(&bridge, &["audit", "verify"]);
        assert_eq!(code, 65, "{change}: {out}{err}");
        assert!(
            out.contains("BROKEN") && out.contains(why),
            "{change}: {out}"
        );
        assert!(out.contains("row "), "{out}");
    }
}

#[test]
fn a_row_that_another_hand_sealed_is_named() {
    let bridge = acted();
    // The same actor from a state directory of its own has another key.
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().to_str().unwrap();
    let (code, _, err) = on(&bridge, &["release", "worker-6", "--state", state]);
    assert_eq!(code, 0, "{err}");
    let (code, out, _) = on(&bridge, &["audit", "verify"]);
    assert_eq!(code, 65, "{out}");
    assert!(out.contains("it was not written by its actor"), "{out}");
}
