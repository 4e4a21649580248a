//! Test 6: tokens, expiry, the separation of conversations, redaction; nothing that was printed shows a secret.

use super::{Trial, finish};
use crate::{
    domain::{ConversationId, MessageId, Schema, Side, Span, credential::Secret},
    drill::{
        Aim, Log, Spec, Trouble,
        client::Conversation,
        crew::{Crew, Manner},
        log::part,
        python,
        stage::{Eye, Stage},
    },
    store::{Bearer, Beaten, SqliteStore, Store as _, Taken},
};
use serde_json::json;

pub(super) const TRIAL: Trial = Trial {
    number: 6,
    name: "security validation",
    key: "test_6_security",
    fastest: 120,
    run,
};

/// Key-like strings that are nobody's, each put together only here, and what of each must not be kept.
fn secrets() -> Vec<(String, String)> {
    let long = |n: usize| {
        "aB3dE5gH7jK9mN1pQ3sT5vW7yZ2bC4eF6hJ8kL0n"
            .repeat(2)
            .get(..n)
            .unwrap_or_default()
            .to_owned()
    };
    let whole = |prefix: &str, n: usize| {
        let key = format!("{prefix}{}", long(n));
        (format!("use {key} for it"), key)
    };
    let aws = format!("AKIA{}", "IOSFODNN7EXAMPLE");
    let word = "correct-horse-battery";
    vec![
        (format!("the key is {aws}"), aws.clone()),
        whole("ghp_", 36),
        whole("sk-", 48),
        (format!("Authorization: Bearer {}", long(40)), long(40)),
        (format!("password={word}"), word.to_owned()),
        (format!("api_key: {}", long(32)), long(32)),
    ]
}

fn run(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    if let Some(program) = &spec.bridge {
        log.prefix = "bridge program: ";
        foreign(spec, program, log)?;
        log.prefix = "";
    } else {
        log.note("test 6 used the checks of this program and the bridge's rules of redaction instead of the Python bridge; HMAC and the YOLO guard are the bridge program's own (--bridge-program runs them)");
    }
    let stage = Stage::shared(spec, speed)?;
    let mut crew = Crew::hire(&stage)?;
    crew.work(&stage, Manner::works(30))?;
    crew.live(&stage)?;
    if stage.schema() == Schema::Bridge {
        tokens(&stage, &crew, log)?;
    } else {
        log.note("the tables of the scripts hold no expiry, and what is sent there is sent without a token: only redaction and what is printed were looked at");
    }
    redaction(&stage, &crew, log)?;
    processes(&stage, &mut crew, log);
    crew.dismiss()?;
    finish(&stage, &crew.tokens(), log);
    Ok(())
}

/// Everything that a wrong token may try, through the keep-alive, the inbox and the bridge's own way.
fn tokens(stage: &Stage<'_>, crew: &Crew, log: &mut Log) -> Result<(), Trouble> {
    let [one, other, ..] = &crew.workers[..] else {
        return Err(Trouble::Refused("there are no workers".to_owned()));
    };
    let wrong = Secret::new("0".repeat(64));
    let over = crew.orchestrator.create(
        "s2-orchestrator",
        &stage.name("worker-9-over"),
        Some(Span(0)),
    )?;
    let mine = one.id();
    let tried: [(&str, &ConversationId, &Secret); 4] = [
        ("a wrong token", mine, &wrong),
        ("the other side's token", mine, &one.talk.orchestrator),
        ("another conversation's token", mine, &other.talk.worker),
        ("a conversation that is over", &over.id, &over.worker),
    ];
    let message = crew
        .tell(1, &json!({"type": "test_task", "test_id": "sealed"}))?
        .row;
    let tried_of = tried.len();
    for (what, id, token) in tried {
        let open = opened(stage, crew, (id, token), message)?;
        log.none(&format!("ways that {what} opens"), open);
        log.step(
            stage.now(),
            format!("{what}: beat, fetch, send and keep-alive tried"),
        );
    }
    let right = opened(stage, crew, (mine, &one.talk.worker), message)?;
    log.exactly("ways that the right token opens", right, 4);
    log.fact("token_checks", 4 * (tried_of + 1));
    Ok(())
}

/// How many of the four ways in are open to a token.
fn opened(
    stage: &Stage<'_>,
    crew: &Crew,
    (id, token): (&ConversationId, &Secret),
    message: MessageId,
) -> Result<usize, Trouble> {
    let mut store = SqliteStore::open_for_beats(stage.db())?;
    let bearer = Bearer {
        conversation: id,
        side: Side::B,
        token,
    };
    let beat = matches!(store.beat(&bearer, stage.now())?, Beaten::Written { .. });
    let take = matches!(
        store.take(&bearer, &[message], stage.now())?,
        Taken::Marked(_)
    );
    let say = crew
        .orchestrator
        .send(id, (Side::B, token), "is anybody there?")
        .is_ok();
    let talk = Conversation {
        id: id.clone(),
        role: "drill-worker".to_owned(),
        orchestrator: Secret::new(String::new()),
        worker: token.clone(),
        created: stage.now(),
        expires: stage.now().plus(Span::seconds(3_600)),
    };
    let file = crate::drill::crew::credential(stage, 99, &talk)?;
    let file = file.to_string_lossy().into_owned();
    let (code, _, _) = crate::drill::process::run(
        stage.command("stranger", &["keepalive", "--once", "--credentials", &file]),
        &stage.spoken,
    )?;
    Ok([beat, take, say, code == 0]
        .into_iter()
        .filter(|open| *open)
        .count())
}

/// Key-like strings are in no row, and in nothing that is printed.
fn redaction(stage: &Stage<'_>, crew: &Crew, log: &mut Log) -> Result<(), Trouble> {
    let mut eye = Eye::open(stage)?;
    let Some(worker) = crew.workers.first() else {
        return Ok(());
    };
    let all = secrets();
    for (words, _) in &all {
        crew.orchestrator
            .send(worker.id(), (Side::A, &worker.talk.orchestrator), words)?;
        crew.orchestrator
            .send(worker.id(), (Side::B, &worker.talk.worker), words)?;
    }
    log.step(
        stage.now(),
        format!("{} messages with key-like strings sent", 2 * all.len()),
    );
    eye.look()?;
    let keeps = |text: &str| {
        all.iter()
            .filter(|(_, key)| text.contains(key.as_str()))
            .count()
    };
    let kept: usize = eye.rows.iter().map(|row| keeps(&row.text)).sum();
    log.none("key-like strings kept in the bridge", kept);
    let id = worker.id().raw().to_owned();
    for args in [
        &["status"][..],
        &["status", "-o", "json"],
        &["events"],
        &["check"],
        &[
            "inbox",
            "--conversation",
            &id,
            "--since",
            "0",
            "--consumer",
            "drill-look",
        ],
    ] {
        let (code, out, err) = stage.run(args)?;
        if out.is_empty() && err.is_empty() {
            log.fail(format!("{args:?} ended with {code} and printed nothing"));
        }
    }
    let keys: Vec<String> = all.into_iter().map(|(_, key)| key).collect();
    log.none(
        "lines of processes that show a key-like string",
        stage.leaks(&keys),
    );
    log.fact("secrets_leaked", kept);
    Ok(())
}

/// No process has a token in its arguments or in its environment.
fn processes(stage: &Stage<'_>, crew: &mut Crew, log: &mut Log) {
    let tokens = crew.tokens();
    let mut shown = 0;
    for worker in &mut crew.workers {
        for process in worker.processes() {
            for file in ["cmdline", "environ"] {
                let path = format!("/proc/{}/{file}", process.id());
                let words = std::fs::read(path).unwrap_or_default();
                let words = String::from_utf8_lossy(&words);
                shown += tokens.iter().filter(|t| words.contains(t.as_str())).count();
            }
        }
    }
    log.step(
        stage.now(),
        "arguments and environments of sixteen processes looked at",
    );
    log.none("tokens in arguments and environments", shown);
}

/// The same of the bridge's own program.
fn foreign(spec: &Spec, program: &std::path::Path, log: &mut Log) -> Result<(), Trouble> {
    let stage = Stage::bare(spec, 1)?;
    let all = secrets();
    let words: Vec<_> = all.iter().map(|(words, _)| words).collect();
    let found = python::ask(
        &stage,
        program,
        ("security", ""),
        &format!("{}\n", json!(words)),
    )?;
    let refused = part(&found, "refused")
        .as_object()
        .cloned()
        .unwrap_or_default();
    log.step(
        stage.now(),
        "the bridge's program was tried with wrong tokens and key-like strings",
    );
    let open = refused.values().filter(|v| v.is_null()).count();
    log.count(
        "tries that it refused",
        refused.len() - open,
        Aim::Least(4.0),
    );
    log.none("tries that it let pass", open);
    if *part(&found, "guard") == false {
        log.note("yolo_guard.py does not lie beside the bridge's program: its guard was not tried");
    }
    let rows = stage.store()?.newest(100)?.messages;
    let keeps = |text: &str| {
        all.iter()
            .filter(|(_, key)| text.contains(key.as_str()))
            .count()
    };
    let kept: usize = rows.iter().map(|row| keeps(&row.text)).sum();
    log.count("messages kept", rows.len(), Aim::Least(6.0));
    log.none("key-like strings kept", kept);
    Ok(())
}
