//! The pictures in `screenshots/`, from the demo's own history at a fixed instant: they are compared, so they cannot go stale.
//! `UPDATE_SCREENSHOTS=1 cargo nextest run --test screenshots` writes them anew.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};
use std::{error::Error, fs, path::Path, sync::Arc};
use swarmwarden::{
    demo::{Demo, DemoDir, Scenario, Spec},
    domain::{
        Changes, Command, Mode, Repo, Snapshot, Source, Span, Stamp, StatusRow, Timestamp,
        audit::Key,
        health::Detector,
        swarm::{Seen, Swarm},
    },
    engine::Surveyor,
    git::LocalRepo,
    link::{Envelope, Reply},
    store::{Commit, SqliteStore, Store},
    tui::{Depth, Effect, Model, Msg, Options, paint, picture},
};

/// 2025-11-13T16:08:00Z.
const NOW: Timestamp = Timestamp(1_763_050_080_000_000);
const STEP: Span = Span::seconds(5);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The demo's bridge and repository.
struct Stage {
    /// Holds the files.
    dir: DemoDir,
    store: SqliteStore,
    repo: Arc<Repo>,
}

impl Stage {
    fn new(workers: usize) -> Result<Self> {
        let dir = DemoDir::new()?;
        let path = dir.database();
        let spec = Spec {
            workers,
            seed: 7,
            scenario: Scenario::Incident,
        };
        drop(Demo::backfill(&path, spec, NOW)?);
        let repo = Arc::new(repo(&dir, spec)?);
        let store = SqliteStore::open(&path)?;
        Ok(Self { dir, store, repo })
    }
}

/// The demo, as a program would have seen it that watched for half an hour until `end`.
fn watched(stage: &mut Stage, end: Timestamp) -> Result<Snapshot> {
    let repo = Arc::clone(&stage.repo);
    let all = stage.store.newest(1_000_000)?;
    let mut swarm = Swarm::new(Detector::default(), None);
    let mut from = Timestamp(i64::MIN);
    let mut at = NOW.plus(Span::seconds(-1_800));
    let mut snapshot = Snapshot::default();
    let mut seen = Seen::Recorded;
    while at <= end {
        swarm.apply(between(&all, from, at, seen == Seen::Recorded), seen);
        snapshot = swarm.picture(at, source(at), Some(Arc::clone(&repo)));
        from = at;
        at = at.plus(STEP);
        seen = Seen::Live(at);
    }
    Ok(snapshot)
}

/// The rows of a span, and the heartbeats as they stood at its end.
fn between(all: &Changes, from: Timestamp, to: Timestamp, first: bool) -> Changes {
    let within = |at: Stamp| at.at().is_none_or(|at| from < at && at <= to);
    let statuses = all.statuses.iter().flatten().map(|row| StatusRow {
        heartbeat: row
            .heartbeat
            .at()
            .map_or(row.heartbeat, |last| Stamp::At(beat(last, to))),
        ..row.clone()
    });
    Changes {
        conversations: first.then(|| all.conversations.clone()).flatten(),
        statuses: Some(statuses.collect()),
        messages: all
            .messages
            .iter()
            .filter(|m| within(m.at))
            .cloned()
            .collect(),
        audits: all
            .audits
            .iter()
            .filter(|a| within(a.at))
            .cloned()
            .collect(),
        ..Changes::default()
    }
}

/// The newest beat at `now` of a worker that beats every half minute and beat last at `last`.
fn beat(last: Timestamp, now: Timestamp) -> Timestamp {
    let every = Span::seconds(30).0;
    let ahead = (last.0 - now.0).max(0);
    Timestamp(last.0 - (ahead + every - 1) / every * every)
}

fn source(at: Timestamp) -> Source {
    Source {
        name: "bridge.db".into(),
        path: "bridge.db".into(),
        schema: Some(swarmwarden::domain::Schema::Bridge),
        read_at: Some(at.plus(Span(-200_000))),
        mode: Mode::Demo,
        watch: "file system events".into(),
        ..Source::default()
    }
}

/// The demo's repository, whole.
fn repo(dir: &DemoDir, spec: Spec) -> Result<Repo> {
    let path = dir.repository(spec, NOW)?;
    let found = Surveyor::new(Arc::new(LocalRepo::at(path)), None).look(NOW)?;
    Ok(Repo {
        path: "/srv/swarm".into(),
        ..found
    })
}

/// A dashboard on a terminal of one size.
struct Screen {
    model: Model,
    buf: Buffer,
    now: Timestamp,
}

impl Screen {
    fn new(snapshot: &Snapshot, (width, height): (u16, u16), theme: &str) -> Self {
        let options = Options {
            theme: theme.to_owned(),
            depth: Depth::True,
            ..Options::default()
        };
        let mut screen = Self {
            model: Model::new(&options, NOW),
            buf: Buffer::empty(Rect::new(0, 0, width, height)),
            now: NOW,
        };
        screen.tell(Msg::Snapshot(Arc::new(snapshot.clone())));
        screen
    }

    fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        let effects = self.model.update(msg, self.now);
        self.buf.reset();
        let hits = paint(&self.model, &mut self.buf, self.now);
        self.model.settle(&hits);
        effects
    }

    /// Presses keys (`\n` is Enter, `\x1b` is Esc), and says what the last of them asks for.
    fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for c in keys.chars() {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                c => KeyCode::Char(c),
            };
            let key = KeyEvent::new(code, KeyModifiers::NONE);
            effects = self.tell(Msg::Input(Event::Key(key)));
        }
        effects
    }
}

const TITLE: &str = "swarmwarden demo --workers 104 --seed 7";
const SIZES: [(u16, u16); 2] = [(120, 40), (80, 24)];

/// Every view and what leads to it.
const VIEWS: [(&str, &str); 17] = [
    ("overview", "1"),
    ("workers", "2"),
    ("grid", "2v"),
    ("tree", "2vv"),
    ("worker", "2\n"),
    ("tasks", "3"),
    ("board", "3vv"),
    ("task", "3\n"),
    ("reassign", "3r"),
    ("alerts", "4"),
    ("messages", "5jj"),
    ("sessions", "6jj"),
    ("session", "6jj\n"),
    ("branches", "6v"),
    ("matrix", "6vvlll"),
    ("activity", "7jj"),
    ("help", "1?"),
];

/// From the problem to a new owner: what each step shows, and for how long. The write goes into the demo's bridge.
fn incident(stage: &mut Stage, snapshot: &Snapshot) -> Result<Vec<(Buffer, u32)>> {
    let mut screen = Screen::new(snapshot, (120, 40), "dark");
    let mut film = Vec::new();
    let mut show = |screen: &Screen, seconds| film.push((screen.buf.clone(), seconds));
    screen.press("1");
    show(&screen, 3);
    screen.press("\n");
    show(&screen, 3);
    screen.press("r");
    show(&screen, 4);
    screen.press("j");
    show(&screen, 2);
    // What is typed ahead confirms nothing.
    screen.now = NOW.plus(Span::seconds(2));
    let effects = screen.press("y");
    let sent = effects.into_iter().find_map(|effect| match effect {
        Effect::Send(envelope) => Some(envelope),
        _ => None,
    });
    let Some(Envelope {
        id,
        command: Command::Act(mut deal),
    }) = sent
    else {
        return Err("nothing was sent".into());
    };
    let mut store = SqliteStore::open_for_writing(stage.dir.database())?;
    let written = store.commit(&mut deal.write, &Key([7; 32]), screen.now)?;
    let Commit::Written { .. } = written else {
        return Err(format!("{written:?}").into());
    };
    screen.tell(Msg::Reply(
        id,
        Reply::Done(format!("{}: done", deal.headline)),
    ));
    let after = watched(stage, NOW.plus(Span::seconds(5)))?;
    screen.now = NOW.plus(Span::seconds(5));
    screen.tell(Msg::Snapshot(Arc::new(after)));
    show(&screen, 4);
    screen.press("7");
    show(&screen, 4);
    Ok(film)
}

#[test]
fn pictures_show_what_the_program_draws() {
    let mut stage = Stage::new(104).unwrap();
    let snapshot = watched(&mut stage, NOW).unwrap();
    let mut pictures = Vec::new();
    for (view, keys) in VIEWS {
        for (w, h) in SIZES {
            for theme in ["dark", "light"] {
                let mut screen = Screen::new(&snapshot, (w, h), theme);
                screen.press(keys);
                let svg = picture::svg(&screen.buf, TITLE);
                pictures.push((format!("{view}-{w}x{h}-{theme}.svg"), svg));
            }
        }
    }
    let scenes = incident(&mut stage, &snapshot).unwrap();
    let moving = picture::film(&scenes, TITLE);
    assert!(!moving.contains("<script"));
    pictures.push(("incident.svg".to_owned(), moving));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    let write = std::env::var_os("UPDATE_SCREENSHOTS").is_some();
    if write {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
    }
    let mut drifted = Vec::new();
    for (name, drawn) in &pictures {
        let path = folder.join(name);
        if write {
            fs::write(&path, drawn).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != *drawn {
            drifted.push(name);
        }
    }
    assert!(
        drifted.is_empty(),
        "{drifted:?}: UPDATE_SCREENSHOTS=1 cargo nextest run --test screenshots"
    );
    let kept = fs::read_dir(&folder).unwrap().count();
    assert_eq!(kept, pictures.len(), "pictures that nothing draws");
}

#[test]
fn the_readme_shows_pictures_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mut shown = 0;
    for part in readme.split("screenshots/").skip(1) {
        let name = part.split(['"', ')', ' ']).next().unwrap();
        if Path::new(name).extension().is_some_and(|e| e == "svg") {
            assert!(root.join("screenshots").join(name).is_file(), "{name}");
            shown += 1;
        }
    }
    assert!(shown > 10, "{shown}");
}
