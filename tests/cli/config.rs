//! `config`: where the file is, what it comes to, what is wrong with it.

use super::{run, warden};
use assert_cmd::Command;
use std::{fs, path::Path};
use tempfile::TempDir;

const DEFAULT: &str = include_str!("../../assets/config.toml");

/// A home whose configuration says this.
fn home(text: Option<&str>) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("config/swarmwarden");
    fs::create_dir_all(&place).unwrap();
    if let Some(text) = text {
        fs::write(place.join("config.toml"), text).unwrap();
    }
    dir
}

fn config(home: &Path, args: &[&str]) -> Command {
    let mut command = warden();
    command.env("HOME", home);
    command.env("XDG_CONFIG_HOME", home.join("config"));
    command.arg("config").args(args);
    command
}

#[test]
fn path_names_every_place_and_the_one_in_use() {
    let dir = home(None);
    let (code, out, err) = run(&mut config(dir.path(), &["path"]));
    assert_eq!((code, err.as_str()), (0, ""));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "not named   --config, $SWARMWARDEN_CONFIG");
    assert!(lines[1].starts_with("not there   "), "{out}");
    assert!(lines[1].ends_with("config/swarmwarden/config.toml  (usual place)"));
    let dir = home(Some(""));
    let (_, out, _) = run(&mut config(dir.path(), &["path"]));
    assert!(out.lines().nth(1).unwrap().starts_with("in use  "), "{out}");
    let other = dir.path().join("other.toml");
    fs::write(&other, "").unwrap();
    let (_, out, _) = run(config(dir.path(), &["path", "--config"]).arg(&other));
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("in use ") && lines[0].ends_with("other.toml  (--config)"));
    assert!(lines[1].starts_with("not read "), "{out}");
    let (_, out, _) = run(config(dir.path(), &["path"]).env("SWARMWARDEN_CONFIG", &other));
    assert!(out.contains("other.toml  ($SWARMWARDEN_CONFIG)"), "{out}");
}

#[test]
fn print_says_where_each_value_comes_from_and_no_secret() {
    let text = "[watchdog]\nstall = \"20m\"\nprofile = \"cautious\"\n[watchdog.team.\"a b\"]\ndetector = \"fixed\"\n\
        [ui]\nstart = \"tasks\"\n[keys]\nreassign = [\"X\"]\nhold = [\"q\"]\n\
        [[notify]]\nurl = \"https://hooks.example/T0P/SECRET\"\n\
        [[notify]]\ncommand = [\"post\", \"token=abcdef123456\"]\nseverity = \"critical\"\n";
    let dir = home(Some(text));
    let (code, out, err) = run(
        config(dir.path(), &["print", "--theme", "mono", "--read-only"])
            .env("SWARMWARDEN_DB", "/somewhere/b.db")
            .env("SWARMWARDEN_WORKER", "4"),
    );
    assert_eq!(code, 0, "{err}");
    for line in [
        "path = \"/somewhere/b.db\"  # $SWARMWARDEN_DB",
        "read_only = true  # --read-only",
        "# policy: not set",
        "stall = \"1200s\"  # line 2",
        "profile = \"cautious\"  # line 3",
        "detector = \"fixed\"  # line 5",
        "theme = \"mono\"  # --theme",
        "start = \"tasks\"  # line 7",
        "worker = 4  # $SWARMWARDEN_WORKER",
        "every = \"10s\"  # default",
        "reassign = [\"X\"]  # line 9",
        "url = \"⟨redacted⟩\"",
        "severity = \"critical\"",
    ] {
        assert!(out.lines().any(|l| l == line), "{line}\n{out}");
    }
    assert!(!out.contains("hold"), "a clash is not in force: {out}");
    assert!(err.contains("line 10: `q` is both hold and quit"), "{err}");
    assert!(!out.contains("SECRET") && !out.contains("abcdef"), "{out}");
}

/// What is printed, without where it comes from.
fn values(out: &str) -> Vec<&str> {
    out.lines()
        .map(|l| l.split("  # ").next().unwrap())
        .collect()
}

#[test]
fn what_is_printed_is_a_configuration_that_says_the_same() {
    let text = "[bridge]\npath = \"/x/\\\"y\\\".db\"\n[report]\nbranch = \"claude/status\"\npush = true\nevery = \"1h\"\n\
        [workers]\nwith = [\"sync\", \"keepalive\"]\nrequire_activity = \"5m\"\n[git]\nbase = \"origin/x\"\n\
        [credentials]\nformat = \"both\"\nrotate = \"daily\"\nworker = 3\n[ui]\nnotify = \"off\"\nsymbols = \"unicode\"\n\
        [keys]\nhelp = []\n[watchdog.team.build]\ndetector = \"fixed\"\n";
    for text in [text, ""] {
        let dir = home(Some(text));
        let (code, first, err) = run(&mut config(dir.path(), &["print"]));
        assert_eq!((code, err.as_str()), (0, ""), "{first}");
        let again = home(Some(&first));
        let (code, second, err) = run(&mut config(again.path(), &["print"]));
        assert_eq!((code, err.as_str()), (0, ""), "{first}");
        assert_eq!(values(&first), values(&second));
    }
}

#[test]
fn check_lists_what_is_wrong_by_line_and_exits_78() {
    let dir = home(Some(DEFAULT));
    let (code, out, err) = run(&mut config(dir.path(), &["check"]));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("config.toml: nothing is wrong\n"), "{out}");
    let (code, out, _) = run(&mut config(home(None).path(), &["check"]));
    assert_eq!(code, 0);
    assert!(out.contains("there is none"), "{out}");
    let text = "[bridge]\npath = \"a.db\"\nvia = \"ssh a\"\n[ui]\ntheem = \"term\"\ntheme = \"dusk\"\nstart = \"nowhere\"\n[keys]\nreasign = \"X\"\n";
    let (code, out, _) = run(&mut config(home(Some(text)).path(), &["check"]));
    assert_eq!(code, 78);
    let lines: Vec<&str> = out
        .lines()
        .map(|l| l.split_once("config.toml: ").unwrap().1)
        .collect();
    assert_eq!(
        lines[0],
        "line 7: `ui.start` is one of overview, workers, tasks, alerts, messages, sessions, activity; the default stays"
    );
    assert_eq!(
        lines[1],
        "line 5: unknown key `ui.theem`; the nearest is `ui.theme`"
    );
    assert!(lines[3].starts_with("line 9: unknown action `reasign`"));
    assert!(lines[2].starts_with("line 6: `ui.theme`: no theme is called `dusk`"));
    assert!(lines[4].contains("name one of them"), "{out}");
    let (code, _, err) = run(&mut config(
        dir.path(),
        &["check", "--config", "/nowhere/x.toml"],
    ));
    assert_eq!(code, 78);
    assert!(err.starts_with("swarmwarden: /nowhere/x.toml"), "{err}");
}

#[test]
fn ux_81_an_unknown_key_does_not_keep_the_program_from_starting() {
    let dir = home(Some("[ui]\ntheem = \"mono\"\n"));
    let (code, _, err) = run(warden()
        .args(["demo", "--headless", "--config"])
        .arg(dir.path().join("config/swarmwarden/config.toml")));
    assert_eq!(code, 0);
    assert!(
        err.contains("line 2: unknown key `ui.theem`; the nearest is `ui.theme`"),
        "{err}"
    );
}
