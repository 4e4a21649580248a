//! `rollcall`: every worker is asked, and the answers are counted.

use super::{Bridge, Failure, agreed, op, pen};
use crate::{
    cli::{self, Format},
    wire::{self, act::Scene, books},
};
use std::{
    io::{self, Write as _},
    path::Path,
    time::Duration,
};
use swarmwarden::{
    domain::{
        ConversationId, Cursor, MessageId, Refusal, Side, Span, State,
        act::{Deed, Order, propose},
    },
    engine::{Clock, end, outcome},
    headless::{
        Exit,
        rollcall::{self as report, Asked},
    },
    settings::Settings,
    store::{Attempt, SqliteStore, Store},
    watch::Watch,
};

/// Messages that one look takes.
const PAGE: usize = 4_096;

/// `rollcall`.
pub(in super::super) fn run(settings: &Settings, asked: &cli::Rollcall) -> Result<Exit, Failure> {
    let db = Bridge::of_file(settings)?;
    let scene = Scene::new(settings)?;
    let living = |w: &&_| -> bool {
        let worker: &swarmwarden::domain::Worker = w;
        worker.verdict.state != State::Expired
    };
    let workers = scene.snapshot.workers.iter().map(AsRef::as_ref);
    let workers: Vec<_> = workers.filter(living).collect();
    if workers.is_empty() {
        let why = "there is nobody to ask: no conversation lives";
        return Err(Failure::Refused(Refusal::Denied(why.to_owned())));
    }
    let [random, _] = wire::pen::random();
    let id = format!("{}{:08x}", report::PREFIX, random >> 32);
    let question = report::question(&id);
    let mut all: Vec<_> = (workers.iter())
        .map(|w| Asked {
            worker: w.id.to_string(),
            conversation: w.conversation.raw().to_owned(),
            state: w.verdict.state.name(),
            answered: None,
        })
        .collect();
    let deeds = workers.iter().map(|w| Deed::Message {
        to: w.conversation.clone(),
        text: question.clone(),
    });
    let deeds: Vec<_> = deeds.collect();
    if asked.how.dry_run {
        let names: Vec<_> = all.iter().map(|a| a.worker.clone()).collect();
        writeln!(io::stdout(), "{question}\nto {}", names.join(", "))?;
        writeln!(io::stderr(), "dry run: nothing was written")?;
        return Ok(Exit::Ok);
    }
    agreed(&format!("ask {} workers", deeds.len()), asked.how.yes)?;
    let clock = Clock::system();
    let (at, began, before) = (clock.now(), clock.steady(), scene.snapshot.cursor);
    send(settings, &scene, deeds, &asked.how.reason)?;
    wait(db, &id, &mut all, (before, asked.timeout), (began, &clock))?;
    let mut out = io::stdout().lock();
    match asked.how.output {
        Format::Text => report::text(&mut out, &all)?,
        Format::Json => writeln!(out, "{:#}", report::json(&all, &id, at))?,
    }
    Ok(report::exit(&all))
}

/// Writes the question to each, as any action: in the audit log, and in our own books.
fn send(
    settings: &Settings,
    scene: &Scene<'_>,
    deeds: Vec<Deed>,
    reason: &str,
) -> Result<(), Failure> {
    let (open, key) = pen(settings, Bridge::of_file(settings)?)?;
    let (mut store, clock) = (open()?, Clock::system());
    let mut head = None;
    for deed in deeds {
        let order = Order {
            op: op(),
            actor: settings.actor.clone(),
            cause: "operator",
            reason: if reason.is_empty() {
                "roll call"
            } else {
                reason
            }
            .to_owned(),
            deed,
        };
        let proposal = propose(&scene.snapshot, &order, scene.now).map_err(Failure::Refused)?;
        let mut write = proposal.write.clone();
        // One after the other in the chain of their actor.
        write.basis.head = head.or(write.basis.head);
        let commit = store.commit(&mut write, &key, clock.now());
        let done = commit
            .map_err(|e| Refusal::NotWritten(Failure::from(e).to_string()))
            .and_then(|commit| outcome(commit, clock.now(), |_| None));
        if let Some(books) = books::of(settings) {
            let title = &proposal.headline;
            books.note(&Attempt::of(&write, title, clock.now(), end(&done)));
        }
        let done = done.map_err(Failure::Refused)?;
        head = done.link.or(write.basis.head);
    }
    Ok(())
}

/// Waits until all have answered, or the time is over.
fn wait(
    db: &Path,
    id: &str,
    all: &mut [Asked],
    (before, timeout): (Cursor, Span),
    (began, clock): (Span, &Clock),
) -> Result<(), Failure> {
    let mut store = SqliteStore::open(db)?;
    let mut watch = Watch::new(db);
    let mut after = MessageId(before.message);
    let mut version = store.version()?;
    loop {
        let passed = Span(clock.steady().0 - began.0);
        loop {
            let page = store.since(after, PAGE)?;
            for row in page.iter().filter(|m| m.from == Side::B) {
                let waits = |a: &&mut Asked| {
                    a.answered.is_none()
                        && ConversationId::from(&*a.conversation) == row.conversation
                };
                let one = all.iter_mut().find(waits);
                if let Some(one) = one.filter(|_| report::answers(&row.text, id)) {
                    one.answered = Some(passed);
                }
            }
            after = page.last().map_or(after, |m| m.id);
            if page.len() < PAGE {
                break;
            }
        }
        let left = timeout.0 - passed.0;
        if all.iter().all(|a| a.answered.is_some()) || left <= 0 {
            return Ok(());
        }
        let pause = Duration::from_micros(left.unsigned_abs()).min(Duration::from_secs(1));
        let mut probe = || store.version();
        watch.wait(&mut probe, version, pause)?;
        version = store.version()?;
    }
}
