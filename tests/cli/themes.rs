//! `theme`, and themes of one's own.

use super::{nine, on, run, warden};
use std::{fs, path::Path};

/// The binary with `home` as the place of its configuration.
fn at(home: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = warden();
    run(command.env("XDG_CONFIG_HOME", home).args(args))
}

fn home(theme: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("swarmwarden/themes");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("mine.toml"), theme).unwrap();
    fs::write(dir.join("not a theme.toml"), "").unwrap();
    home
}

#[test]
fn the_list_has_the_shipped_ones_and_ones_own() {
    let home = home("");
    let (code, out, err) = at(home.path(), &["theme", "list", "--theme", "cb"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let names: Vec<&str> = out
        .lines()
        .map(|line| line[2..].split_whitespace().next().unwrap())
        .collect();
    let shipped = [
        "term", "dark", "light", "cb", "cb-light", "contrast", "mono",
    ];
    assert_eq!(names[..7], shipped);
    assert_eq!(names[7..], ["mine"]);
    let used: Vec<&str> = out.lines().filter(|l| l.starts_with('*')).collect();
    assert!(used.len() == 1 && used[0].starts_with("* cb "), "{out}");
}

#[test]
fn what_is_printed_is_a_theme_of_ones_own() {
    let home = home("");
    let (code, dark, err) = at(home.path(), &["theme", "print", "dark"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(dark.contains("background = \"#121212\"\n"), "{dark}");
    let path = home.path().join("swarmwarden/themes/mine.toml");
    fs::write(path, &dark).unwrap();
    let (_, mine, err) = at(home.path(), &["theme", "print", "mine"]);
    assert_eq!(err, "");
    let tokens = |text: &str| text.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(tokens(&mine), tokens(&dark));
}

#[test]
fn what_is_wrong_with_a_theme_is_said_with_its_line() {
    let home = home("inherit = \"light\"\n\ncrti = \"red\"\nok = \"\\u001b[2J\"\n");
    let (code, out, err) = at(home.path(), &["theme", "print", "mine"]);
    assert_eq!(code, 0);
    assert!(out.contains("background = \"#ffffff\"\n"), "{out}");
    assert_eq!(
        err.lines().next().unwrap(),
        "swarmwarden: theme mine: line 3: unknown token `crti`; the nearest is `crit`"
    );
    assert!(err.contains("line 4: `ok`"), "{err}");
    assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}'));
}

#[test]
fn a_theme_that_is_not_there_is_told_with_those_that_are() {
    let home = home("");
    for name in ["drak", "../config", "", "a\u{1b}b"] {
        let (code, out, err) = at(home.path(), &["theme", "print", name]);
        assert_eq!((code, out.as_str()), (64, ""), "{err}");
        let all = "there are term, dark, light, cb, cb-light, contrast, mono, mine, auto;";
        assert!(err.contains(all), "{err}");
        assert!(err.contains("themes"), "{err}");
        assert!(!err.contains('\u{1b}'));
    }
    let (_, _, err) = at(home.path(), &["theme", "print", "drak"]);
    assert!(err.contains("the nearest is `dark`"), "{err}");
}

#[test]
fn the_configuration_is_warned_of_and_never_in_the_way() {
    let home = home("");
    let config = home.path().join("config.toml");
    fs::write(&config, "[ui]\ntheme = \"drak\"\n").unwrap();
    let config = config.to_str().unwrap();
    let args = ["status", "--at", super::AT, "--config", config];
    let (code, out, err) = on(&nine(), &args);
    assert_eq!(code, 0);
    assert!(!out.is_empty());
    assert!(
        err.starts_with("swarmwarden: config: line 2: `ui.theme`: no theme is called `drak`"),
        "{err}"
    );
}
