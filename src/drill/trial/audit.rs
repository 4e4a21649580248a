//! Test 8: the audit log holds every operation of the run, and the chain of our own deeds holds.

use super::{Trial, distribute::joined, finish};
use crate::{
    domain::{AuditKind, Schema, Side},
    drill::{
        Aim, Fault, Log, Spec, Trouble,
        crew::{Crew, Manner},
        stage::Stage,
    },
    store::Store as _,
};
use rustix::process::Signal;
use std::collections::BTreeMap;

pub(super) const TRIAL: Trial = Trial {
    number: 8,
    name: "audit trail",
    key: "test_8_audit_trail",
    fastest: 120,
    run,
};

/// Rows that one look takes.
const ROWS: usize = 20_000;

fn run(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    let stage = Stage::shared(spec, speed)?;
    let mut crew = Crew::hire(&stage)?;
    let start = stage.store()?.newest(1)?.end;
    if spec.breaks(Fault::Unlogged) {
        unlog(&stage, &crew)?;
    }
    crew.live(&stage)?;
    crew.work(
        &stage,
        Manner {
            reports: 2,
            ..Manner::works(600)
        },
    )?;
    joined(&stage, &crew)?;
    let deeds = deeds(&stage, &crew, log)?;
    for worker in &crew.workers {
        let words = serde_json::json!({"type": "test_task", "test_id": "roll-call"});
        crew.tell(worker.number, &words)?;
    }
    stage.until(
        "everybody answers",
        crate::domain::Span::seconds(60),
        || {
            Ok((crew
                .receipts()
                .iter()
                .filter(|r| r.name == "roll-call")
                .count()
                >= 8)
                .then_some(()))
        },
    )?;
    // In order, so that what is being said is said to its end: a message and its entry are two commits.
    crew.workers.iter_mut().for_each(|w| w.signal(Signal::TERM));
    for worker in &mut crew.workers {
        for process in worker.processes() {
            process.end();
        }
    }
    log.step(stage.now(), "every process ended; the log is read");
    if spec.breaks(Fault::Audit) {
        touch(&stage, &crew)?;
    }
    verified(&stage, deeds, log)?;
    accounted(&stage, (&crew, start), log)?;
    crew.dismiss()?;
    finish(&stage, &crew.tokens(), log);
    Ok(())
}

/// The chain of this run holds, and has a link for each deed.
fn verified(stage: &Stage<'_>, deeds: usize, log: &mut Log) -> Result<(), Trouble> {
    let (code, out, _) = stage.run(&["audit", "verify"])?;
    log.step(stage.now(), format!("audit verify ended with {code}"));
    let own = format!("{}:", stage.actor);
    let links = out
        .lines()
        .find(|l| l.starts_with("ok") && l.contains(&own));
    let links = links.and_then(|l| l.rsplit_once(": ")?.1.split(' ').next()?.parse().ok());
    log.exactly("chain of this run holds", usize::from(links.is_some()), 1);
    log.exactly("links in it, one for each deed", links.unwrap_or(0), deeds);
    Ok(())
}

/// Deeds of an operator, each with a command of its own; how many.
fn deeds(stage: &Stage<'_>, crew: &Crew, log: &mut Log) -> Result<usize, Trouble> {
    let role = |n: usize| {
        crew.workers
            .get(n)
            .map(|w| w.role.clone())
            .unwrap_or_default()
    };
    let (one, two) = (stage.name("audit-1"), stage.name("audit-2"));
    let (first, second, third) = (role(0), role(1), role(2));
    let all = [
        format!("assign {first} --task {one} --description First"),
        format!("assign {second} --task {two} --description Second"),
        format!("reassign {one} --to {third} --confirm {first} --reason drill"),
        format!("priority {two} P0"),
        format!("hold {two}"),
        format!("release {two}"),
        format!("cancel {two} --confirm {two}"),
    ];
    for deed in &all {
        let args: Vec<_> = deed.split(' ').chain(["--yes"]).collect();
        let (code, out, err) = stage.run(&args)?;
        if code != 0 {
            log.fail(format!(
                "{} ended with {code}: {} {}",
                deed,
                out.trim(),
                err.trim()
            ));
        }
    }
    log.step(
        stage.now(),
        "seven deeds of an operator, from assign to cancel",
    );
    Ok(all.len())
}

/// Every message has its row in the log, and every conversation.
fn accounted(
    stage: &Stage<'_>,
    (crew, start): (&Crew, crate::domain::Cursor),
    log: &mut Log,
) -> Result<(), Trouble> {
    let mut store = stage.store()?;
    let changes = store.changes(&start, ROWS, &[])?;
    let mine = |id: &crate::domain::ConversationId| crew.workers.iter().any(|w| w.id() == id);
    let mut balance: BTreeMap<(String, &str), i64> = BTreeMap::new();
    let (mut messages, mut entries) = (0usize, 0usize);
    let side = |side: Side| match side {
        Side::A => "a",
        Side::B => "b",
        Side::Other => "other",
    };
    // What this program wrote itself stands in its own chain.
    for row in changes
        .messages
        .iter()
        .filter(|r| mine(&r.conversation) && r.mark.is_none())
    {
        messages += 1;
        *balance
            .entry((row.conversation.raw().to_owned(), side(row.from)))
            .or_default() += 1;
    }
    for row in changes
        .audits
        .iter()
        .filter(|a| a.conversation.as_ref().is_some_and(mine))
    {
        entries += 1;
        if let (AuditKind::Sent, Some(id)) = (row.kind, &row.conversation) {
            *balance
                .entry((id.raw().to_owned(), side(row.side)))
                .or_default() -= 1;
        }
    }
    let odd: u64 = if stage.schema() == Schema::Bridge {
        balance.values().map(|n| n.unsigned_abs()).sum()
    } else {
        // The log of the scripts names no side.
        let mut each: BTreeMap<&str, i64> = BTreeMap::new();
        for ((id, _), n) in &balance {
            *each.entry(id).or_default() += n;
        }
        each.values().map(|n| n.unsigned_abs()).sum()
    };
    log.count("messages of the run", messages, Aim::Least(8.0));
    log.count("entries of the log", entries, Aim::Least(16.0));
    log.none(
        "messages without an entry, or entries without a message",
        usize::try_from(odd).unwrap_or(usize::MAX),
    );
    log.fact("operations", messages);
    log.fact("audit_entries", entries);
    Ok(())
}

/// The breakage of the chain: somebody changed the reason of a deed.
fn touch(stage: &Stage<'_>, crew: &Crew) -> Result<(), Trouble> {
    let sql = match stage.schema() {
        Schema::Bridge => {
            "UPDATE audit_log SET details = replace(details, '\"drill\"', '\"other\"') WHERE action LIKE 'swarm%'"
        }
        Schema::Scripts => {
            "UPDATE audit_log SET metadata = replace(metadata, '\"drill\"', '\"other\"') WHERE event_type LIKE 'swarm%'"
        }
    };
    Ok(crew.orchestrator.raw().execute_batch(sql)?)
}

/// The breakage of the log: one row in five is not written.
fn unlog(stage: &Stage<'_>, crew: &Crew) -> Result<(), Trouble> {
    let action = if stage.schema() == Schema::Bridge {
        "action"
    } else {
        "event_type"
    };
    Ok(crew.orchestrator.raw().execute_batch(&format!(
        "CREATE TABLE unlogged (n INTEGER); INSERT INTO unlogged VALUES (0);
         CREATE TRIGGER unlogs BEFORE INSERT ON audit_log WHEN NEW.{action} = 'send_message'
         BEGIN UPDATE unlogged SET n = n + 1; SELECT RAISE(IGNORE) FROM unlogged WHERE n % 5 = 0; END"
    ))?)
}
