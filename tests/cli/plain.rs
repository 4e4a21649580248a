//! `--plain` from outside: lines and numbers, a filter, a row, and a write that only `yes` begins.

use super::{AT, Bridge, run, warden};

/// What it says to these lines.
fn talk(bridge: &Bridge, lines: &[&str]) -> String {
    let mut command = warden();
    command.arg("--plain").arg("--db").arg(bridge.path());
    command.write_stdin(lines.join("\n") + "\n");
    let (code, out, err) = run(&mut command);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        ["", "dry run: nothing was written\n"].contains(&err.as_str()),
        "{err}"
    );
    let plain = out.chars().all(|c| !c.is_control() || c == '\n');
    assert!(plain, "{out:?}");
    out
}

/// The number of the row that begins with `name`.
fn number<'a>(out: &'a str, name: &str) -> &'a str {
    let rows = out.lines().filter_map(|line| line.split_once(". "));
    let mut rows = rows.filter(|(_, words)| words.starts_with(name));
    rows.next().unwrap().0
}

#[test]
fn ux_68_lists_are_numbered_filtered_and_opened_by_number() {
    let bridge = Bridge::live("nine-agents", AT).unwrap();
    let out = talk(
        &bridge,
        &["2", "/state:silent", "1", "/state:(", "m", "99", "q"],
    );
    for wanted in [
        "1. Overview",
        "7. Activity",
        "Workers: ",
        "worker-3-tests, ",
    ] {
        assert!(out.contains(wanted), "{wanted:?} is not in\n{out}");
    }
    let counts: Vec<&str> = out.lines().filter(|l| l.ends_with(" rows")).collect();
    assert_eq!(counts.len(), 2, "{counts:?}");
    assert_ne!(counts[0], counts[1], "the filter leaves fewer");
    assert!(out.contains("This filter cannot be read"), "{out}");
    assert!(out.contains("There is no such view."), "{out}");
}

#[test]
fn only_yes_writes_and_once() {
    let bridge = Bridge::live("nine-agents", AT).unwrap();
    let before = bridge.size().unwrap();
    let listed = talk(&bridge, &["3", "q"]);
    let ask = format!("r {}", number(&listed, "deploy-staging"));
    for answer in ["no", "", "y"] {
        let out = talk(&bridge, &["3", &ask, answer, "q"]);
        assert!(
            out.contains("Reassign deploy-staging to worker-2-frontend"),
            "{out}"
        );
        assert!(out.contains("Nothing was written."), "{answer:?}: {out}");
        assert_eq!(bridge.size().unwrap(), before, "{answer:?}");
    }
    let end = talk(&bridge, &["3", &ask]);
    assert!(end.contains("Nothing was written."), "{end}");
    assert_eq!(bridge.size().unwrap(), before);
    talk(&bridge, &["3", &ask, "yes", "q"]);
    assert_eq!(bridge.size().unwrap(), (before.0 + 2, before.1 + 1));
    let after = talk(&bridge, &["3", "q"]);
    let row = after
        .lines()
        .find(|l| l.contains("deploy-staging"))
        .unwrap();
    assert!(row.contains("owner worker-2-frontend"), "{row}");
}

#[test]
fn a_bridge_that_nobody_named_is_said_with_what_can_be_done() {
    let empty = tempfile::tempdir().unwrap();
    let mut command = warden();
    command.current_dir(empty.path()).arg("--plain");
    let (code, out, err) = run(&mut command);
    assert_eq!((code, out.as_str()), (66, ""));
    for choice in ["--db FILE", "--via COMMAND", "swarmwarden demo"] {
        assert!(err.contains(choice), "{choice:?} is not in {err}");
    }
}
