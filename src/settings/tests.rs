use super::{Address, Colours, Env, File, Given, read, resolve};
use crate::domain::{
    Mode, Span,
    health::{Method, Profile},
};
use std::path::{Path, PathBuf};

const DEFAULT: &str = include_str!("../../assets/config.toml");

#[test]
fn the_commented_default_is_valid_and_says_what_the_program_does() {
    let (file, warnings) = read(DEFAULT);
    assert_eq!(warnings, Vec::<String>::new());
    let none = |_: &Path| false;
    let with = resolve(Given::default(), &file, &Env::default(), none).unwrap();
    let without = resolve(Given::default(), &File::default(), &Env::default(), none).unwrap();
    assert_eq!(format!("{with:?}"), format!("{without:?}"));
    let (all, warnings) = read(&DEFAULT.replace("# path", "path"));
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(all.path, Some(PathBuf::from("bridge.db")));
}

#[test]
fn an_unknown_key_is_a_warning_with_its_line_and_the_nearest_name() {
    let (_, warnings) = read("[ui]\ntheme = \"term\"\n\n[watchdog]\nfixed_silnt = \"60s\"\n");
    assert_eq!(
        warnings,
        ["line 5: unknown key `watchdog.fixed_silnt`; the nearest is `watchdog.fixed_silent`"]
    );
}

#[test]
fn a_team_may_have_a_detector_of_its_own_and_mistakes_in_it_are_told() {
    let raw = "[watchdog]\nprofile = \"cautious\"\n[watchdog.team.build]\ndetector = \"fixed\"\n\
               [watchdog.team.docs]\ndetector = \"fuzzy\"\n[watchdog.team.web]\ndetecter = \"fixed\"\n";
    let (file, warnings) = read(raw);
    let found = resolve(Given::default(), &file, &Env::default(), |_| false)
        .unwrap()
        .detector;
    assert_eq!(
        (found.method, found.profile),
        (Method::Adaptive, Profile::Cautious)
    );
    assert_eq!(
        found.teams.into_iter().collect::<Vec<_>>(),
        [("build".to_owned(), Method::Fixed)]
    );
    assert_eq!(
        warnings,
        [
            "line 6: `watchdog.team.docs.detector` is one of adaptive, fixed; the default stays",
            "line 8: unknown key `watchdog.team.web.detecter`; the nearest is `watchdog.team.NAME.detector`"
        ]
    );
}

#[test]
fn a_bad_value_keeps_the_default() {
    let (file, warnings) =
        read("[watchdog]\nstall = \"soon\"\n[ui]\ntheme = 3\nstart = \"workers\"");
    assert_eq!(
        (
            file.stall,
            file.theme,
            file.start.as_deref(),
            warnings.len()
        ),
        (None, None, Some("workers"), 2)
    );
}

#[test]
fn a_broken_file_is_one_warning() {
    let (file, warnings) = read("[ui\n\x1b[2J");
    assert_eq!((file, warnings.len()), (File::default(), 1));
    assert!(!warnings[0].contains('\x1b'));
}

#[test]
fn flags_win_over_the_file_and_the_usual_places_come_last() {
    let (file, _) = read("[bridge]\npath = \"file.db\"\n[watchdog]\nfixed_silent = \"5m\"\n");
    let db = |given: Option<&str>, file: &File, exists: bool| {
        let given = Given {
            db: given.map(PathBuf::from),
            ..Given::default()
        };
        resolve(given, file, &Env::default(), |_| exists)
            .unwrap()
            .db
    };
    assert_eq!(db(Some("flag.db"), &file, true), Some("flag.db".into()));
    assert_eq!(db(None, &file, true), Some("file.db".into()));
    assert_eq!(
        db(None, &File::default(), true),
        Some(super::DEFAULT_PATHS[0].into())
    );
    assert_eq!(db(None, &File::default(), false), None);
    assert_eq!(file.silent, Some(Span::seconds(300)));
}

#[test]
fn an_instant_is_read_or_refused() {
    let at = |raw: &str| {
        let given = Given {
            at: Some(raw.to_owned()),
            ..Given::default()
        };
        resolve(given, &File::default(), &Env::default(), |_| false)
    };
    assert!(matches!(
        at("2025-11-13T16:08:00Z").unwrap().mode,
        Mode::Recorded(_)
    ));
    assert!(
        at("yesterday")
            .unwrap_err()
            .to_string()
            .contains("2025-11-13T16:08:00Z")
    );
}

#[test]
fn a_line_is_slow_under_ssh_unless_somebody_says_otherwise() {
    let slow = |slow, ssh| {
        let given = Given {
            slow,
            ..Given::default()
        };
        let env = Env {
            ssh,
            ..Env::default()
        };
        let settings = resolve(given, &File::default(), &env, |_| false);
        settings.unwrap().slow
    };
    assert!(slow(None, true) && slow(Some(true), false));
    assert!(!slow(None, false) && !slow(Some(false), true));
}

#[test]
fn colours_follow_the_environment_in_its_order() {
    let colour = |env: Env, color: Option<bool>| {
        let given = Given {
            color,
            ..Given::default()
        };
        resolve(given, &File::default(), &env, |_| false)
            .unwrap()
            .colours
            != Colours::None
    };
    let some = |v: &str| Some(v.to_owned());
    assert!(colour(Env::default(), None));
    assert!(!colour(
        Env {
            no_color: some("1"),
            force_color: some("1"),
            ..Env::default()
        },
        None
    ));
    assert!(colour(
        Env {
            no_color: some("1"),
            ..Env::default()
        },
        Some(true)
    ));
    assert!(colour(
        Env {
            no_color: some(""),
            ..Env::default()
        },
        None
    ));
    assert!(!colour(
        Env {
            clicolor: some("0"),
            ..Env::default()
        },
        None
    ));
    assert!(!colour(
        Env {
            term: some("dumb"),
            ..Env::default()
        },
        None
    ));
    assert!(colour(
        Env {
            force_color: some("1"),
            term: some("dumb"),
            ..Env::default()
        },
        None
    ));
}

#[test]
fn symbols_need_utf8() {
    let ascii = |locale: &str, term: &str| {
        let env = Env {
            locale: Some(locale.to_owned()),
            term: Some(term.to_owned()),
            ..Env::default()
        };
        resolve(Given::default(), &File::default(), &env, |_| false)
            .unwrap()
            .ascii
    };
    assert!(!ascii("de_DE.UTF-8", "xterm-256color"));
    assert!(ascii("C", "xterm-256color"));
    assert!(ascii("C.UTF-8", "linux"));
}

#[test]
fn the_number_of_colours_follows_the_terminal() {
    let colours = |colorterm: Option<&str>, term: &str| {
        let env = Env {
            colorterm: colorterm.map(str::to_owned),
            term: Some(term.to_owned()),
            ..Env::default()
        };
        resolve(Given::default(), &File::default(), &env, |_| false)
            .unwrap()
            .colours
    };
    assert_eq!(colours(Some("truecolor"), "xterm"), Colours::True);
    assert_eq!(colours(None, "tmux-256color"), Colours::Indexed);
    assert_eq!(colours(None, "xterm"), Colours::Ansi);
    assert_eq!(colours(Some("truecolor"), "dumb"), Colours::None);
}

#[test]
fn who_is_told_is_read_and_what_is_wrong_is_said() {
    let text = r#"
        [ui]
        notify = ["bell", "osc9"]
        [[notify]]
        command = ["notify-send", "swarm"]
        severity = "critical"
        [[notify]]
        url = "https://hooks.example/x"
        [[notify]]
        url = "file:///etc/passwd"
        [[notify]]
        commando = "x"
    "#;
    let (file, warnings) = read(text);
    assert_eq!(
        file.notify.as_deref(),
        Some(&["bell", "osc9"].map(str::to_owned)[..])
    );
    assert_eq!(file.outlets.len(), 2);
    assert_eq!(file.outlets[0].least, "critical");
    assert_eq!(
        file.outlets[1].to,
        Address::Url("https://hooks.example/x".to_owned())
    );
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("number 3") && warnings[1].contains("`commando`"));
    let (off, none) = read("[ui]\nnotify = \"off\"");
    assert_eq!((off.notify, none.len()), (Some(Vec::new()), 0));
    let (_, wrong) = read("[ui]\nnotify = [\"beep\"]");
    assert_eq!(wrong.len(), 1);
}

#[test]
fn credentials_have_their_own_section() {
    let raw = "[credentials]\nbranch = \"creds\"\nworker = 3\nrotate = \"daily\"\nformat = \"both\"\ninterval = \"90s\"\n";
    let (file, warnings) = read(raw);
    assert_eq!(warnings, Vec::<String>::new());
    let env = Env {
        host: Some("cloud-worker-7".to_owned()),
        ..Env::default()
    };
    let of = |file: &File| {
        resolve(Given::default(), file, &env, |_| false)
            .unwrap()
            .credentials
    };
    let found = of(&file);
    assert_eq!(
        (found.branch.as_str(), found.worker, found.interval),
        ("creds", Some(3), Span::seconds(90))
    );
    assert_eq!(of(&File::default()).worker, Some(7));
    let wrong = "[credentials]\nbranch = \"a..b\"\nfolder = \"../x\"\nswarm = \"a/b\"\nworker = 0\nformat = \"x\"\nrotate = 1\nworkers = 1\n";
    let (file, warnings) = read(wrong);
    assert_eq!(
        (warnings.len(), of(&file)),
        (7, of(&File::default())),
        "{warnings:?}"
    );
    assert!(
        warnings[6].contains("nearest is `credentials.worker`"),
        "{warnings:?}"
    );
}

#[test]
fn one_bridge_is_named_and_what_is_typed_wins_over_the_file() {
    let resolved = |db: Option<&str>, via: Option<&str>, raw: &str| {
        let given = Given {
            db: db.map(PathBuf::from),
            via: via.map(str::to_owned),
            ..Given::default()
        };
        let (file, warnings) = read(raw);
        assert_eq!(warnings, Vec::<String>::new());
        resolve(given, &file, &Env::default(), |_| true)
            .map(|s| (s.db.map(|p| p.display().to_string()), s.via))
            .map_err(|e| e.to_string())
    };
    let db = |path: &str| Ok((Some(path.to_owned()), None));
    let via = |line: &str| Ok((None, Some(line.to_owned())));
    let (path, line) = ("[bridge]\npath = \"f.db\"\n", "[bridge]\nvia = \"ssh f\"\n");
    assert_eq!(resolved(None, Some("ssh t"), path), via("ssh t"));
    assert_eq!(resolved(Some("t.db"), None, line), db("t.db"));
    assert_eq!(resolved(None, None, line), via("ssh f"));
    assert_eq!(resolved(None, None, path), db("f.db"));
    assert_eq!(resolved(None, Some(" "), ""), db(super::DEFAULT_PATHS[0]));
    let both = format!("{path}via = \"ssh f\"\n");
    for two in [
        resolved(Some("t.db"), Some("ssh t"), ""),
        resolved(None, None, &both),
    ] {
        let words = two.unwrap_err();
        assert!(words.contains("--db") && words.contains("--via"), "{words}");
    }
    assert_eq!(resolved(Some("t.db"), None, &both), db("t.db"));
    let (_, warnings) = read("[bridge]\nvia = 3\n");
    assert!(
        warnings[0].contains("`bridge.via` is a command in quotes"),
        "{warnings:?}"
    );
}

#[test]
fn a_line_is_found_however_the_key_is_written() {
    let raw = "loose = 1\nui.theem = \"term\"\n[watchdog.team.\"a b\"]\ndetecter = \"fixed\"\n[git]\n# every = \"1s\"\nevery = 1\n";
    let (_, warnings) = read(raw);
    let starts: Vec<&str> = warnings
        .iter()
        .map(|w| w.split(':').next().unwrap())
        .collect();
    assert_eq!(
        starts,
        ["line 7", "line 1", "line 2", "line 4"],
        "{warnings:#?}"
    );
    let (file, _) = read("ui = { start = \"tasks\" }");
    assert_eq!(file.lines.get("ui.start"), Some(&Some(1)));
}
