//! The pictures in `screenshots/`, from the demo's own history at a fixed instant: they are compared, so they cannot go stale.
//! `UPDATE_SCREENSHOTS=1 cargo test --test screenshots` writes them anew.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};
use std::{error::Error, fs, path::Path, sync::Arc};
use swarmwarden::{
    demo::{Demo, DemoDir, Scenario, Spec},
    domain::{
        Changes, Mode, Repo, Snapshot, Source, Span, Stamp, StatusRow, Timestamp,
        health::Detector,
        swarm::{Seen, Swarm},
    },
    engine::Surveyor,
    git::LocalRepo,
    store::{SqliteStore, Store},
    tui::{Model, Msg, Options, paint, picture},
};

/// 2025-11-13T16:08:00Z.
const NOW: Timestamp = Timestamp(1_763_050_080_000_000);
const STEP: Span = Span::seconds(5);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The demo, as a program would have seen it that watched for the last half hour.
fn watched(workers: usize) -> Result<Snapshot> {
    let dir = DemoDir::new()?;
    let path = dir.database();
    let spec = Spec {
        workers,
        seed: 7,
        scenario: Scenario::Incident,
    };
    drop(Demo::backfill(&path, spec, NOW)?);
    let repo = Arc::new(repo(&dir, spec)?);
    let mut store = SqliteStore::open(&path)?;
    let all = store.newest(1_000_000)?;
    let mut swarm = Swarm::new(Detector::default(), None);
    let mut from = Timestamp(i64::MIN);
    let mut at = NOW.plus(Span::seconds(-1_800));
    let mut snapshot = Snapshot::default();
    let mut seen = Seen::Recorded;
    while at <= NOW {
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

/// The frame after `keys` (`\n` is Enter), as SVG.
fn frame(snapshot: &Snapshot, (width, height): (u16, u16), keys: &str) -> String {
    let mut model = Model::new(&Options::default(), NOW);
    model.update(Msg::Snapshot(Arc::new(snapshot.clone())), NOW);
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    for c in keys.chars() {
        let code = if c == '\n' {
            KeyCode::Enter
        } else {
            KeyCode::Char(c)
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        model.update(Msg::Input(Event::Key(key)), NOW);
        buf.reset();
        let hits = paint(&model, &mut buf, NOW);
        model.settle(&hits);
    }
    picture::svg(&buf, "swarmwarden demo --workers 104 --seed 7")
}

#[test]
fn pictures_show_what_the_program_draws() {
    let snapshot = watched(104).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    let mut stale = Vec::new();
    for (name, size, keys) in [
        ("overview-120x40", (120, 40), "1"),
        ("overview-80x24", (80, 24), "1"),
        ("workers-120x40", (120, 40), "2"),
        ("workers-80x24", (80, 24), "2"),
        ("worker-120x40", (120, 40), "2\n"),
        ("tasks-120x40", (120, 40), "3"),
        ("reassign-120x40", (120, 40), "3r"),
        ("sessions-120x40", (120, 40), "6jj"),
        ("sessions-80x24", (80, 24), "6jj"),
        ("branches-120x40", (120, 40), "6v"),
        ("matrix-120x40", (120, 40), "6vvlll"),
    ] {
        let svg = frame(&snapshot, size, keys);
        let path = folder.join(format!("{name}.svg"));
        if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &svg).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != svg {
            stale.push(name);
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?}: UPDATE_SCREENSHOTS=1 cargo test --test screenshots"
    );
}
