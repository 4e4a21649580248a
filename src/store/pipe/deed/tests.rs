//! What is known by name on the other side must be all that is said here.

use super::{ACTIONS, DEEDS, REPORTS, TaskForm, known};
use crate::domain::{
    Kind, Task, TaskState,
    act::{Deed, NewTask},
    ledger::Ledger,
};
use std::sync::Arc;

fn deeds() -> Vec<Deed> {
    let (task, to) = (|| "t".into(), || "c".into());
    let new = NewTask {
        id: "t".into(),
        description: String::new(),
        priority: None,
        timeout: None,
        needs: Vec::new(),
        depends_on: Vec::new(),
    };
    let (late, from) = (crate::domain::MessageId(1), to());
    let both = |hold| {
        [
            Deed::HoldTask { task: task(), hold },
            Deed::HoldWorker { worker: to(), hold },
        ]
    };
    let mut all = vec![
        Deed::Assign {
            task: new,
            to: to(),
        },
        Deed::Reassign {
            task: task(),
            to: to(),
        },
        Deed::Undo {
            task: task(),
            op: "o".into(),
        },
        Deed::Fence { task: task() },
        Deed::Redeliver { task: task() },
        Deed::Cancel { task: task() },
        Deed::Dead { task: task() },
        Deed::Requeue { task: task() },
        Deed::Adopt { task: task(), late },
        Deed::Revoke { task: task(), from },
        Deed::Priority {
            task: task(),
            priority: 1,
        },
        Deed::Message {
            to: to(),
            text: String::new(),
        },
        Deed::Nudge { to: to(), n: 1 },
        Deed::Escalate {
            about: to(),
            text: String::new(),
        },
    ];
    all.extend(both(true));
    all.extend(both(false));
    all
}

#[test]
fn every_deed_and_every_report_has_a_known_name() {
    for deed in deeds() {
        // A deed that is new must be added above, and to the names.
        match deed {
            Deed::Assign { .. }
            | Deed::Reassign { .. }
            | Deed::Undo { .. }
            | Deed::Fence { .. }
            | Deed::Redeliver { .. }
            | Deed::Cancel { .. }
            | Deed::Dead { .. }
            | Deed::Requeue { .. }
            | Deed::Adopt { .. }
            | Deed::Revoke { .. }
            | Deed::HoldTask { .. }
            | Deed::Priority { .. }
            | Deed::HoldWorker { .. }
            | Deed::Message { .. }
            | Deed::Escalate { .. }
            | Deed::Nudge { .. } => assert_eq!(known(&DEEDS, deed.name()), Ok(deed.name())),
        }
    }
    for kind in [
        Kind::Ack,
        Kind::Progress,
        Kind::Done,
        Kind::Failed,
        Kind::Blocked,
    ] {
        let word = kind.report().unwrap();
        assert_eq!(known(&REPORTS, word), Ok(word));
    }
    assert!(known(&ACTIONS, "info").is_ok() && known(&ACTIONS, "question").is_ok());
    assert_eq!(
        known(&DEEDS, "\u{1b}[1m").unwrap_err(),
        "`⟨4 control bytes⟩` is not known here"
    );
}

#[test]
fn a_task_keeps_what_deciding_needs() {
    let json = r#"{"id":"t","state":"running","generation":3,"attempts":2,"last":9,"held":true,
        "holders":[{"conversation":"c","worker":"w","generation":3,"message":7,"at":5,"op":["o","ana"]}],
        "told":["x"],"adopted":4,"late":[{"message":8,"worker":"v","status":"completed","at":null}],
        "step":{"at":6,"by":["ana","silent"]},"later":1}"#;
    let task = |json: &str| -> Result<Task, String> {
        serde_json::from_str::<TaskForm>(json).unwrap().task()
    };
    let whole = task(json).unwrap();
    assert_eq!(
        (whole.state, whole.generation, whole.held),
        (TaskState::Running, 3, true)
    );
    let again = serde_json::to_string(&TaskForm::from(&whole)).unwrap();
    assert_eq!(task(&again).unwrap(), whole);
    let odd = json.replace("running", "flying");
    assert_eq!(task(&odd).unwrap_err(), "no state `flying`");
    // A swarm of two thousand tasks fits in a request by far.
    let tasks: Vec<_> = (0..2_000)
        .map(|n| {
            Arc::new(Task {
                id: format!("task-{n}").as_str().into(),
                ..whole.clone()
            })
        })
        .collect();
    let ledger = Ledger::excerpt(&tasks, crate::domain::MessageId(9));
    let forms: Vec<TaskForm> = ledger.listing().iter().map(|t| (&**t).into()).collect();
    let size = serde_json::to_string(&forms).unwrap().len();
    assert!(size < 1 << 20, "{size}");
}
