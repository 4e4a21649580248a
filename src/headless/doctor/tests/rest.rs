use super::super::{
    Facts, Fix, State, facts, fixes, judge,
    write::{self, Mended},
};
use super::{NOW, at, file, says, well};
use crate::domain::Span;

#[test]
fn who_works_on_it() {
    let daemon = || facts::Daemon {
        job: "watchdog".to_owned(),
        pid: 42,
        started: Some(NOW),
        alive: true,
        age: Some(Span::seconds(3)),
        ..facts::Daemon::default()
    };
    let id = "daemons.watchdog";
    says(id, State::Skip, &["never ran"], |_| {});
    says(id, State::Fail, &["does not run", "systemctl"], |f| {
        f.wanted = vec!["watchdog".to_owned()]
    });
    says(id, State::Ok, &["process 42", "3s ago"], |f| {
        f.daemons = vec![daemon()]
    });
    says(id, State::Fail, &["hangs", "kill -CONT 42"], |f| {
        f.daemons = vec![facts::Daemon {
            age: Some(Span::seconds(300)),
            ..daemon()
        }]
    });
    says(id, State::Fail, &["died"], |f| {
        f.daemons = vec![facts::Daemon {
            alive: false,
            ..daemon()
        }]
    });
    says(id, State::Skip, &["as it was asked"], |f| {
        f.daemons = vec![facts::Daemon {
            alive: false,
            ended: true,
            ..daemon()
        }]
    });
    says(id, State::Warn, &["disk is full"], |f| {
        f.daemons = vec![facts::Daemon {
            error: Some("the disk is full".to_owned()),
            ..daemon()
        }]
    });
    says(
        "daemons.scripts",
        State::Warn,
        &["mcp-keepalive-daemon (9)", "verifies no token", "kill 9"],
        |f| {
            f.processes.scripts = vec![("mcp-keepalive-daemon".to_owned(), 9)];
        },
    );
    says(
        "bridge.locks",
        State::Fail,
        &["process 9 (python3)", "kept other writers out"],
        |f| {
            f.processes.holders = vec![facts::Holder {
                pid: 9,
                command: "python3".to_owned(),
                writes: true,
                alone: false,
            }];
        },
    );
}

#[test]
fn this_machine() {
    says("host.inotify", State::Warn, &["sysctl"], |f| {
        f.host.inotify = Some([100, 128, 2])
    });
    says("host.inotify", State::Warn, &["max_user_instances"], |f| {
        f.host.inotify = Some([100_000, 128, 127])
    });
    says("host.sqlite", State::Fail, &["3.45.1"], |f| {
        f.host.engine = "3.45.1".to_owned()
    });
    says("host.config", State::Warn, &["line 2"], |f| {
        f.host.config.2 = vec!["line 2: unknown key".to_owned()]
    });
    says("host.state", State::Fail, &["--state DIR"], |f| {
        f.host.state_writable = false
    });
    says("host.memory", State::Warn, &["newer"], |f| {
        f.host.memory = Some(Err("a newer swarmwarden".to_owned()))
    });
    let server = |missing: Option<&str>| {
        let missing = missing.map(str::to_owned);
        vec![("codex".to_owned(), "/c.toml".to_owned(), missing)]
    };
    says("host.server", State::Ok, &["codex (/c.toml)"], |f| {
        f.host.servers = server(None);
    });
    says(
        "host.server",
        State::Fail,
        &["/gone.py", "setup bridge --program codex"],
        |f| {
            f.host.servers = server(Some("/gone.py"));
        },
    );
    let hooks = |calls| vec![("codex".to_owned(), "/c.toml".to_owned(), calls)];
    says("host.hooks", State::Warn, &["hooks install codex"], |f| {
        (f.host.hooks, f.git.worker) = (hooks(false), Some(3))
    });
    says("host.hooks", State::Ok, &["codex"], |f| {
        f.host.hooks = hooks(true)
    });
    let terminal = |term: &str, size, utf8| {
        Some(facts::Terminal {
            term: term.to_owned(),
            size: Some(size),
            utf8,
            ..facts::Terminal::default()
        })
    };
    says("host.terminal", State::Ok, &["120x40"], |f| {
        f.host.terminal = terminal("xterm-256color", (120, 40), true)
    });
    says(
        "host.terminal",
        State::Warn,
        &["TERM=xterm-256color"],
        |f| f.host.terminal = terminal("dumb", (120, 40), true),
    );
    says("host.terminal", State::Warn, &["30x10"], |f| {
        f.host.terminal = terminal("xterm", (30, 10), true)
    });
    says("host.terminal", State::Warn, &["C.UTF-8"], |f| {
        f.host.terminal = terminal("xterm", (120, 40), false)
    });
}

#[test]
fn what_credentials_travel_through() {
    let repo = |f: &mut Facts| {
        f.git.repository = Some("/repo".to_owned());
        f.git.remote = "origin".to_owned();
        f.git.branch = "creds".to_owned();
        f.git.answer = Some(Ok(Some("a".repeat(40))));
        f.git.known = Some("a".repeat(40));
    };
    let with = |change: fn(&mut Facts)| {
        move |f: &mut Facts| {
            repo(f);
            change(f);
        }
    };
    says("git.remote", State::Ok, &["answers"], with(|_| {}));
    says(
        "git.remote",
        State::Fail,
        &["ls-remote", "no such host"],
        with(|f| f.git.answer = Some(Err("no such host".to_owned()))),
    );
    says(
        "git.remote",
        State::Skip,
        &["no remote origin"],
        with(|f| f.git.answer = None),
    );
    says("git.branch", State::Ok, &["here and there"], with(|_| {}));
    says(
        "git.branch",
        State::Warn,
        &["fetched last", "sync --once"],
        with(|f| f.git.known = Some("b".repeat(40))),
    );
    says(
        "git.branch",
        State::Warn,
        &["git push origin creds"],
        with(|f| f.git.ahead = Some(true)),
    );
    says(
        "git.key",
        State::Warn,
        &["join --worker 3"],
        with(|f| f.git.worker = Some(3)),
    );
    says(
        "git.key",
        State::Fail,
        &["own", "other", "--replace"],
        with(|f| {
            (f.git.worker, f.git.key, f.git.enrolled) = (
                Some(3),
                Some(Ok("own".to_owned())),
                Some("other".to_owned()),
            );
        }),
    );
    says(
        "git.credential",
        State::Fail,
        &["expired", "sync --once"],
        with(|f| (f.git.worker, f.git.held) = (Some(3), Some(Ok(at(-1))))),
    );
    says(
        "git.modes",
        State::Fail,
        &["/k.key", "0644", "--fix"],
        |f| f.git.open = vec![file("/k.key")],
    );
}

#[test]
fn only_what_is_ours_is_mended() {
    assert_eq!(fixes(&well()), []);
    let broken = well().with(|f| {
        f.host.state = None;
        f.git.open = vec![
            file("/ours"),
            facts::File {
                owner: 7,
                ..file("/theirs")
            },
        ];
        f.stale = vec![facts::Stale {
            path: "/lock".to_owned(),
            pid: 9,
        }];
    });
    let wanted = [
        Fix::Make("/state".to_owned()),
        Fix::Close("/ours".to_owned()),
        Fix::Clear("/lock".to_owned(), 9),
    ];
    assert_eq!(fixes(&broken), wanted);
}

#[test]
fn text_and_json_say_the_same() {
    let facts = well().with(|f| f.host.inotify = Some([100, 128, 2]));
    let all = judge(&facts);
    let mended = [Mended {
        what: "/x: cleared".to_owned(),
        error: None,
    }];
    let mut text = Vec::new();
    write::text(&mut text, &all, &mended).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("fixed  /x: cleared\n"), "{text}");
    assert!(
        text.ends_with(" SKIP\n") && text.contains("1 WARN"),
        "{text}"
    );
    let json = write::json(&all, &mended, (Some("/srv/bridge.db"), NOW));
    assert_eq!(
        (&json["state"], &json["summary"]["warn"]),
        (&"warn".into(), &1.into())
    );
    assert_eq!(json["findings"].as_array().unwrap().len(), all.len());
}
