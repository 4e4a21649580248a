//! Tests 1 and 2: the program and the bridge are there, nine agents start, and eight conversations are made that their workers can use.

use super::{Trial, distribute::joined, finish};
use crate::{
    domain::{Schema, Side, Span},
    drill::{
        Aim, Fault, Log, Spec, Trouble,
        crew::{Crew, Manner, ROLES},
        log::part,
        python,
        stage::Stage,
    },
    store::{Bearer, Beaten, SqliteStore, Store as _},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path};

pub(super) const INSTALL: Trial = Trial {
    number: 1,
    name: "installation and setup",
    key: "test_1_installation",
    fastest: 120,
    run: install,
};

pub(super) const TALKS: Trial = Trial {
    number: 2,
    name: "conversation creation",
    key: "test_2_conversation_creation",
    fastest: 120,
    run: talks,
};

fn install(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    if let Some(program) = &spec.bridge {
        log.prefix = "bridge program: ";
        let stage = Stage::bare(spec, 1)?;
        let found = python::ask(&stage, program, ("open", ""), "")?;
        log.exactly(
            "loaded, with its class",
            usize::from(*part(&found, "class") == true),
            1,
        );
        log.step(
            stage.now(),
            format!("{} opened a bridge", program.display()),
        );
        opens(&stage, log)?;
        log.prefix = "";
    } else {
        log.note("test 1 used this program and a bridge with the tables of the bridge's program instead of the Python bridge (--bridge-program runs that)");
    }
    let stage = Stage::shared(spec, speed)?;
    let (code, out, _) = stage.run(&["--version"])?;
    let version = out.trim().to_owned();
    log.exactly(
        "program answers",
        usize::from(code == 0 && !version.is_empty()),
        1,
    );
    log.step(stage.now(), format!("{version} answers"));
    if spec.breaks(Fault::Tables) {
        let broken = "ALTER TABLE messages RENAME TO letters";
        stage.client()?.raw().execute_batch(broken)?;
    }
    opens(&stage, log)?;
    agents(&stage, log)
}

/// `status` opens the bridge.
fn opens(stage: &Stage<'_>, log: &mut Log) -> Result<(), Trouble> {
    let (code, out, err) = stage.run(&["status", "-o", "json"])?;
    let status: Value = serde_json::from_str(&out).unwrap_or_default();
    let tables = part(part(&status, "source"), "db_schema")
        .as_str()
        .unwrap_or("none")
        .to_owned();
    let whole = code == 0
        && part(&status, "warnings")
            .as_array()
            .is_some_and(Vec::is_empty);
    log.exactly(
        "bridge opened by status, with all its tables",
        usize::from(whole),
        1,
    );
    log.step(
        stage.now(),
        format!("status ended with {code}, tables {tables} {}", err.trim()),
    );
    Ok(())
}

/// Nine agents start: an orchestrator that watches, and eight workers of two processes each.
fn agents(stage: &Stage<'_>, log: &mut Log) -> Result<(), Trouble> {
    let begun = stage.clock.steady();
    let mut crew = Crew::hire(stage)?;
    let mut watcher = stage.start(stage.command("orchestrator", &["events", "--follow"]))?;
    crew.live(stage)?;
    crew.work(stage, Manner::works(60))?;
    joined(stage, &crew)?;
    let sees = stage.until(
        "the orchestrator sees the bridge",
        Span::seconds(120),
        || {
            Ok(watcher
                .lines(0)
                .iter()
                .any(|(_, l)| l.contains("\"hello\""))
                .then_some(()))
        },
    );
    let took = Span(stage.clock.steady().0 - begun.0);
    let mut up = usize::from(sees.is_ok() && watcher.over().is_none());
    for worker in &mut crew.workers {
        let whole = worker
            .processes()
            .filter_map(|p| p.over().is_none().then_some(()))
            .count()
            == 2;
        up += usize::from(whole);
    }
    log.step(stage.now(), "one orchestrator and eight workers run");
    log.exactly("agents that run", up, 9);
    log.measure(
        "until all of them ran",
        took.as_f64(),
        "real s",
        Aim::Most(60.0),
    );
    log.fact("agents", up);
    crew.dismiss()?;
    finish(stage, &crew.tokens(), log);
    Ok(())
}

fn talks(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    if let Some(program) = &spec.bridge {
        log.prefix = "bridge program: ";
        foreign(spec, program, log)?;
        log.prefix = "";
    } else {
        log.note("test 2 used conversations as the bridge's program writes them instead of the Python bridge (--bridge-program runs that)");
    }
    let stage = Stage::shared(spec, speed)?;
    let mut crew = Crew::hire(&stage)?;
    log.step(stage.now(), "eight conversations made");
    let ids: BTreeSet<_> = crew
        .workers
        .iter()
        .map(|w| w.id().raw().to_owned())
        .collect();
    let shaped = |id: &String| {
        id.strip_prefix("conv_")
            .is_some_and(|h| h.len() == 16 && h.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    log.exactly(
        "conversations with an id of their own",
        ids.iter().filter(|id| shaped(id)).count(),
        8,
    );
    let tokens: BTreeSet<_> = crew
        .tokens()
        .into_iter()
        .filter(|t| t.len() == 64)
        .collect();
    log.exactly("tokens, none twice", tokens.len(), 16);
    let (used, proved) = used(&stage, &crew)?;
    log.step(stage.now(), "each worker used its own");
    log.exactly("conversations that their workers may use", used, 8);
    if stage.schema() == Schema::Bridge || proved > 0 {
        log.exactly("of them with a verified token", proved, 8);
    } else {
        log.note("this bridge has no columns for tokens: nothing is verified there");
    }
    log.fact("conversations", used);
    crew.dismiss()?;
    finish(&stage, &crew.tokens(), log);
    Ok(())
}

/// How many workers may use their conversation, and how many of them were asked for their token.
fn used(stage: &Stage<'_>, crew: &Crew) -> Result<(usize, usize), Trouble> {
    let mut store = SqliteStore::open_for_beats(stage.db())?;
    let (mut proved, mut used) = (0, 0);
    for worker in &crew.workers {
        let bearer = Bearer {
            conversation: worker.id(),
            side: Side::B,
            token: &worker.talk.worker,
        };
        let beaten = store.beat(&bearer, stage.now())?;
        used += usize::from(matches!(beaten, Beaten::Written { .. }));
        proved += usize::from(matches!(beaten, Beaten::Written { proved: true, .. }));
    }
    Ok((used, proved))
}

/// The same of the bridge's own program.
fn foreign(spec: &Spec, program: &Path, log: &mut Log) -> Result<(), Trouble> {
    let stage = Stage::bare(spec, 1)?;
    let roles: Vec<_> = (1..)
        .zip(ROLES)
        .map(|(n, role)| format!("worker-{n}-{role}"))
        .collect();
    let found = python::ask(&stage, program, ("talks", &json!(roles).to_string()), "")?;
    let count = |name: &str| usize::try_from(part(&found, name).as_u64().unwrap_or(0)).unwrap_or(0);
    log.step(stage.now(), "the bridge's program made eight conversations");
    log.exactly("conversations made", count("made"), 8);
    log.exactly("tokens, none twice", count("tokens"), 16);
    let files: Vec<_> = (1..=8)
        .map(|n| stage.path(&format!("worker-{n}.json")))
        .collect();
    let mut command = vec!["keepalive", "--once", "--credentials"];
    let files: Vec<_> = files
        .iter()
        .map(|f| f.to_string_lossy().into_owned())
        .collect();
    command.extend(files.iter().map(String::as_str));
    let (_, out, _) = stage.run(&command)?;
    log.exactly("conversations that a keep-alive may use", beating(&out), 8);
    Ok(())
}

/// The first number of `8 of 8 conversations beat`.
fn beating(out: &str) -> usize {
    let words = out.split(' ').next().unwrap_or_default();
    words.parse().unwrap_or(0)
}
