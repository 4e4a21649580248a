//! The units of `assets/systemd`: they start what there is, and the service manager understands them.

use super::{alive::scene::skipped, run, warden};
use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

/// Where the units expect the program.
const PROGRAM: &str = "%h/.cargo/bin/swarmwarden";

fn units() -> BTreeMap<String, String> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/systemd");
    let files = fs::read_dir(dir).unwrap().flatten();
    let named = files.map(|f| {
        let name = f.file_name().into_string().unwrap();
        (name, fs::read_to_string(f.path()).unwrap())
    });
    named.collect()
}

fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    let key = format!("{key}=");
    unit.lines().filter_map(|l| l.strip_prefix(&*key)).collect()
}

#[test]
fn every_unit_starts_a_command_that_there_is_and_is_fenced_in() {
    let all = units();
    let services: Vec<_> = all
        .iter()
        .filter(|(n, _)| n.ends_with(".service"))
        .collect();
    assert!(services.len() >= 8, "{services:?}");
    for (name, unit) in services {
        let [line] = values(unit, "ExecStart")[..] else {
            panic!("{name} starts one thing");
        };
        let words: Vec<_> = line.split_whitespace().collect();
        assert_eq!(words[0], PROGRAM, "{name}");
        let (code, out, err) = run(warden().args(&words[1..]).arg("--help"));
        assert_eq!(code, 0, "{name}: {line}: {err}");
        assert!(out.contains("Usage: swarmwarden "), "{name}: {out}");
        for key in [
            "NoNewPrivileges",
            "ProtectSystem",
            "ReadWritePaths",
            "RestrictAddressFamilies",
            "UMask",
        ] {
            assert_eq!(values(unit, key).len(), 1, "{name}: {key}");
        }
        let kind = values(unit, "Type");
        if kind == ["notify"] {
            assert_eq!(values(unit, "WatchdogSec"), ["90"], "{name}");
            assert_eq!(values(unit, "Restart"), ["on-failure"], "{name}");
        } else {
            assert_eq!(kind, ["oneshot"], "{name}");
            assert!(
                all.contains_key(&name.replace(".service", ".timer")),
                "{name} has no timer"
            );
        }
    }
    let timers = all.iter().filter(|(_, u)| u.contains("[Timer]"));
    for (name, unit) in timers {
        assert!(all.contains_key(values(unit, "Unit")[0]), "{name}");
        assert_eq!(values(unit, "OnCalendar").len(), 1, "{name}");
    }
}

#[test]
fn a_flag_that_there_is_not_would_be_noticed() {
    let (code, _, _) = run(warden().args(["watchdog", "--no-such-flag", "--help"]));
    assert_eq!(code, 64);
}

#[test]
fn the_service_manager_understands_them() {
    if !Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_ok_and(|o| o.status.success())
    {
        skipped("systemd-analyze is not installed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for (name, unit) in units() {
        let unit = unit.replace(PROGRAM, env!("CARGO_BIN_EXE_swarmwarden"));
        fs::write(dir.path().join(name), unit).unwrap();
    }
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--user", "--man=no", "--recursive-errors=no"]);
    let files = units();
    verify.args(files.keys().map(|name| dir.path().join(name)));
    verify
        .env("XDG_RUNTIME_DIR", dir.path())
        .env("HOME", dir.path());
    let done = verify.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let ours: Vec<_> = said
        .lines()
        .filter(|l| l.contains("swarmwarden-"))
        .collect();
    assert!(ours.is_empty(), "{ours:#?}");
}
