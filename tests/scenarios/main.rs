//! Facts over time and the verdicts that must follow: one generic test over all the scenario files in this folder.

use serde::Deserialize;
use std::{collections::BTreeMap, error::Error, fs, path::Path};
use swarmwarden::domain::{
    AuditKind, AuditRow, Changes, ConversationRow, Cursor, MessageId, MessageRow, Seen, Side,
    Snapshot, Source, Stamp, State, StatusRow, Subject, Swarm, Timestamp, health::Detector,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    title: String,
    conversations: Vec<[String; 5]>,
    statuses: Vec<[String; 3]>,
    messages: Vec<[String; 7]>,
    audits: Vec<[String; 6]>,
    expect: Vec<Expect>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Expect {
    at: String,
    #[serde(default)]
    workers: BTreeMap<String, String>,
    #[serde(default)]
    states: BTreeMap<String, u32>,
    /// What differs under the adaptive detector without samples.
    #[serde(default)]
    adaptive: BTreeMap<String, String>,
    #[serde(default)]
    adaptive_states: BTreeMap<String, u32>,
    tasks: Option<Tasks>,
    problems: Option<Vec<String>>,
}

#[derive(Deserialize, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Tasks {
    total: u64,
    done: u64,
    failed: u64,
    open: u64,
}

fn stamp(raw: &str) -> Stamp {
    Stamp::parse((!raw.is_empty()).then_some(raw))
}

fn conversation([id, a, b, made, expires]: &[String; 5]) -> ConversationRow {
    ConversationRow {
        id: id.as_str().into(),
        role_a: a.as_str().into(),
        role_b: b.as_str().into(),
        created: stamp(made),
        expires: stamp(expires),
    }
}

fn status([conversation, status, heartbeat]: &[String; 3]) -> StatusRow {
    StatusRow {
        conversation: conversation.as_str().into(),
        side: Side::B,
        status: status.as_str().into(),
        heartbeat: stamp(heartbeat),
    }
}

fn message(
    [id, of, from, text, action, at, read]: &[String; 7],
) -> Result<MessageRow, Box<dyn Error>> {
    let from = Side::parse(from);
    Ok(MessageRow {
        id: MessageId(id.parse()?),
        conversation: of.as_str().into(),
        from,
        to: if from == Side::A { Side::B } else { Side::A },
        text: text.as_str().into(),
        action: (!action.is_empty()).then(|| action.as_str().into()),
        mark: None,
        at: stamp(at),
        read: read == "1",
    })
}

fn audit([id, of, side, action, count, at]: &[String; 6]) -> Result<AuditRow, Box<dyn Error>> {
    Ok(AuditRow {
        id: id.parse()?,
        conversation: Some(of.as_str().into()),
        side: Side::parse(side),
        kind: match action.as_str() {
            "get_messages" => AuditKind::Fetched(count.parse()?),
            "send_message" => AuditKind::Sent,
            a if a.starts_with("command_") => AuditKind::Command,
            _ => AuditKind::Other,
        },
        at: stamp(at),
        link: None,
    })
}

impl Scenario {
    fn changes(&self) -> Result<Changes, Box<dyn Error>> {
        Ok(Changes {
            conversations: Some(self.conversations.iter().map(conversation).collect()),
            statuses: Some(self.statuses.iter().map(status).collect()),
            messages: self
                .messages
                .iter()
                .map(message)
                .collect::<Result<_, _>>()?,
            audits: self.audits.iter().map(audit).collect::<Result<_, _>>()?,
            cursor: Cursor {
                message: i64::MAX,
                audit: i64::MAX,
                conversations: (0, 0),
            },
            ..Changes::default()
        })
    }

    /// Live at `at` (read marks from the rows), or looked back upon (read marks from the audit rows).
    fn picture(
        &self,
        detector: Detector,
        at: Timestamp,
        recorded: bool,
    ) -> Result<Snapshot, Box<dyn Error>> {
        let mut swarm = Swarm::new(detector, recorded.then_some(at));
        let changes = self.changes()?;
        if recorded {
            swarm.learn_fetches(&changes.audits);
        }
        swarm.apply(changes, Seen::Recorded);
        Ok(swarm.picture(at, Source::default(), None))
    }
}

impl Expect {
    /// As it is under the adaptive detector.
    fn adaptive(mut self) -> Self {
        self.workers.extend(std::mem::take(&mut self.adaptive));
        if !self.adaptive_states.is_empty() {
            self.states = std::mem::take(&mut self.adaptive_states);
        }
        self
    }
}

fn check(name: &str, expect: &Expect, shown: &Snapshot) -> Vec<String> {
    let mut wrong = Vec::new();
    for (worker, wanted) in &expect.workers {
        let found = shown.workers.iter().find(|w| w.id.raw() == worker);
        let state = found.map_or("missing".to_owned(), |w| {
            let v = &w.verdict;
            if wanted.contains(" since ") {
                format!("{} since {}", v.state, v.since)
            } else {
                v.state.to_string()
            }
        });
        if state != *wanted {
            wrong.push(format!(
                "{name}: {worker} is {state}, not {wanted}: {:#?}",
                found.map(|w| &w.verdict)
            ));
        }
    }
    if !expect.states.is_empty() {
        let counted = State::ALL
            .into_iter()
            .map(|s| (s.name().to_owned(), shown.states.of(s)))
            .filter(|(_, n)| *n > 0);
        let counted: BTreeMap<_, _> = counted.collect();
        if counted != expect.states {
            wrong.push(format!("{name}: {counted:?}, not {:?}", expect.states));
        }
    }
    if let Some(wanted) = &expect.tasks {
        let c = shown.task_counts;
        let found = Tasks {
            total: c.total,
            done: c.done,
            failed: c.failed,
            open: c.open(),
        };
        if found != *wanted {
            wrong.push(format!("{name}: {found:?}, not {wanted:?}"));
        }
    }
    if let Some(wanted) = &expect.problems {
        let say = |p: &swarmwarden::domain::Problem| match &p.subject {
            Subject::Worker(_, id) => format!("{} {} {id}", p.severity.name(), p.kind),
            Subject::Source => format!("{} {} source", p.severity.name(), p.kind),
            Subject::Session(key) => format!("{} {} {key}", p.severity.name(), p.kind),
        };
        let found: Vec<_> = shown.problems.iter().map(say).collect();
        if found != *wanted {
            wrong.push(format!("{name}: problems {found:#?}, not {wanted:#?}"));
        }
    }
    wrong
}

#[test]
fn every_scenario_ends_as_it_must() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios"))
        .unwrap()
        .flatten()
    {
        if file.path().extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let scenario: Scenario = toml::from_str(&fs::read_to_string(file.path()).unwrap()).unwrap();
        for expect in &scenario.expect {
            let at = Timestamp::parse(&expect.at).unwrap();
            for recorded in [true, false] {
                let last = scenario
                    .messages
                    .iter()
                    .map(|m| m[5].as_str())
                    .max()
                    .and_then(Timestamp::parse);
                if !recorded && last.is_some_and(|last| last > at) {
                    continue; // rows of the future are known only to a live view
                }
                for (method, detector, expect) in [
                    ("fixed", Detector::FIXED, expect.clone()),
                    ("adaptive", Detector::ADAPTIVE, expect.clone().adaptive()),
                ] {
                    let name = format!(
                        "{} at {} ({method}, recorded: {recorded})",
                        scenario.title, expect.at
                    );
                    let shown = scenario.picture(detector, at, recorded).unwrap();
                    wrong.extend(check(&name, &expect, &shown));
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= 4, "no scenarios found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
