mod guards;
mod merges;
mod outage;
mod past;

use super::{
    Clock, Engine, Pen, Plan, View,
    job::{Memory, Open, Opened},
};
use crate::{
    domain::{
        Command, ConversationId, DataState, Event, Happening, JobOrder, MessageId, Mode, Schema,
        Side, Snapshot, Span, State, Timestamp, audit::Key, health::Detector,
    },
    link::{Envelope, Phase, Ports, Reply, RequestId},
    store::{MemoryStore, StoreError},
};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

mod alerts;

const START: i64 = 1_763_050_080_000_000;

/// A bridge in memory, an engine on it; its clock stands still until a test moves it.
struct Bench {
    store: MemoryStore,
    ports: Ports,
    engine: Engine,
    worker: ConversationId,
    now: Arc<AtomicI64>,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp(START).plus(Span::seconds(seconds))
}

impl Bench {
    fn start(mode: Mode) -> Self {
        Self::with(mode, Detector::FIXED, None, |clock, _| clock)
    }

    fn with(
        mode: Mode,
        detector: Detector,
        memory: Option<Memory>,
        clock: impl Fn(Clock, Arc<AtomicI64>) -> Clock,
    ) -> Self {
        Self::edited(mode, detector, memory, clock, |_, _| {})
    }

    fn edited(
        mode: Mode,
        detector: Detector,
        memory: Option<Memory>,
        clock: impl Fn(Clock, Arc<AtomicI64>) -> Clock,
        edit: impl FnOnce(&mut Plan, &MemoryStore),
    ) -> Self {
        let store = MemoryStore::new(Schema::Bridge);
        let worker = store.conversation("conv_1", "worker-1-tests", at(-600));
        store.beat(&worker, Side::B, "working", at(-10));
        for n in 0..300 {
            store.send(&worker, Side::B, &format!("line {n}"), at(-400 + n));
        }
        let now = Arc::new(AtomicI64::new(START));
        let (opened, ticking) = (store.clone(), Arc::clone(&now));
        let open: Open = Arc::new(move || {
            Ok(Opened {
                store: Box::new(opened.clone()),
                watch: None,
            })
        });
        let mut plan = Plan {
            open,
            name: "memory".into(),
            view: View {
                mode,
                detector,
                habits: Arc::default(),
                floors: Arc::default(),
            },
            clock: clock(
                Clock::driven(move || Timestamp(ticking.load(Ordering::Relaxed))),
                Arc::clone(&now),
            ),
            memory,
            record: None,
            notes: Vec::new(),
            repos: None,
            books: None,
            warding: None,
            pen: Pen::Ready {
                open: {
                    let store = store.clone();
                    Arc::new(move || Ok(Box::new(store.clone())))
                },
                key: Key([7; 32]),
            },
            syncing: None,
            keeping: None,
            pulse: None,
            rotating: None,
            reporting: None,
            outlets: Vec::new(),
        };
        edit(&mut plan, &store);
        let (engine, ports) = Engine::start(plan);
        Self {
            store,
            ports,
            engine,
            worker,
            now,
        }
    }

    /// The first snapshot for which `wanted` holds; time passes meanwhile.
    async fn until(&mut self, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        loop {
            let snapshot = self.ports.snapshot.borrow_and_update().clone();
            if wanted(&snapshot) {
                return snapshot;
            }
            self.ports.snapshot.changed().await.unwrap();
        }
    }

    async fn ask(&mut self, command: Command) -> Reply {
        self.ports
            .commands
            .send(Envelope {
                id: RequestId(7),
                command,
            })
            .await
            .unwrap();
        let (id, reply) = self.ports.replies.recv().await.unwrap();
        assert_eq!(id, RequestId(7));
        reply
    }
}

fn whole(s: &Snapshot) -> bool {
    s.source.progress.is_none() && s.source.read_at.is_some()
}

#[tokio::test]
async fn what_was_there_already_is_no_event() {
    let mut bench = Bench::start(Mode::Live);
    let all = bench.until(whole).await;
    assert_eq!((all.messages.len(), all.traffic.messages), (300, 300));
    assert_eq!(all.source.state(at(0)), DataState::Live);
    assert!(all.events.is_empty());
}

#[tokio::test]
async fn a_commit_becomes_an_event_and_a_picture() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    bench.store.send(&bench.worker, Side::B, "hello", at(1));
    let seen = bench.until(|s| s.traffic.messages == 301).await;
    let last = &seen.events.back().unwrap().what;
    assert!(
        matches!(last, Happening::Message(m) if &*m.summary == "hello"),
        "{last:?}"
    );
}

#[tokio::test]
async fn time_alone_makes_a_worker_late_and_then_silent() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    for (seconds, state) in [(200, State::Suspect), (301, State::Silent)] {
        bench.now.store(at(seconds).0, Ordering::Relaxed);
        bench.until(|s| s.states.of(state) == 1).await;
    }
    bench.now.store(at(302).0, Ordering::Relaxed);
    bench.store.beat(&bench.worker, Side::B, "working", at(302));
    let back = bench.until(|s| s.states.up() == 1).await;
    assert_eq!(back.workers[0].verdict.state, State::Idle);
}

#[tokio::test]
async fn a_failed_read_keeps_the_last_picture_and_recovers() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    bench.store.fail(|| StoreError::Busy {
        path: "memory".into(),
    });
    let stale = bench.until(|s| s.source.error.is_some()).await;
    assert_eq!(
        (stale.workers.len(), stale.source.state(at(0))),
        (1, DataState::Stale)
    );
    assert!(
        bench
            .ports
            .jobs
            .borrow()
            .iter()
            .any(|j| j.last_error.is_some() && !j.is_well())
    );
    bench.store.heal();
    let live = bench.until(|s| s.source.error.is_none()).await;
    assert_eq!(live.source.state(at(0)), DataState::Live);
}

#[tokio::test]
async fn a_replaced_file_is_opened_again_and_the_history_of_watching_stays() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    bench.store.send(&bench.worker, Side::B, "before", at(1));
    bench.until(|s| s.traffic.messages == 301).await;
    bench.store.fail(|| StoreError::Replaced {
        path: "memory".into(),
    });
    bench.until(|s| s.source.error.is_some()).await;
    bench.store.heal();
    let again = bench.until(|s| s.source.error.is_none() && whole(s)).await;
    assert!(again.source.reopened >= 1);
    let noted =
        |e: &Event| matches!(&e.what, Happening::Source(text) if text.contains("opened again"));
    assert!(again.events.iter().any(|e| noted(e)));
    assert!(
        again
            .events
            .iter()
            .any(|e| matches!(&e.what, Happening::Message(m) if &*m.summary == "before"))
    );
}

#[tokio::test]
async fn older_pages_come_on_demand() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    let Reply::Messages(page) = bench
        .ask(Command::OlderMessages {
            before: MessageId(50),
            limit: 20,
        })
        .await
    else {
        panic!("no page");
    };
    assert_eq!(
        (page.len(), page[0].id, page[19].id),
        (20, MessageId(30), MessageId(49))
    );
    assert_eq!(page[0].worker.raw(), "worker-1-tests");
}

#[tokio::test]
async fn jobs_stop_and_start_as_ordered_and_say_so() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    let order = |order| Command::Job {
        name: "refresh",
        order,
    };
    assert!(matches!(
        bench.ask(order(JobOrder::Stop)).await,
        Reply::Done(_)
    ));
    bench
        .ports
        .jobs
        .wait_for(|jobs| jobs.iter().any(|j| j.phase == Phase::Stopped))
        .await
        .unwrap();
    bench.store.send(&bench.worker, Side::B, "unseen", at(1));
    assert!(matches!(
        bench.ask(order(JobOrder::Start)).await,
        Reply::Done(_)
    ));
    bench.until(|s| s.traffic.messages == 301 && whole(s)).await;
    assert!(matches!(
        bench
            .ask(Command::Job {
                name: "nope",
                order: JobOrder::Stop
            })
            .await,
        Reply::Refused(_)
    ));
}

#[tokio::test]
async fn a_recorded_instant_hides_what_came_later() {
    let mut bench = Bench::start(Mode::Recorded(at(-300)));
    let seen = bench.until(whole).await;
    assert_eq!(
        (seen.traffic.messages, seen.source.state(at(0))),
        (101, DataState::Recorded(at(-300)))
    );
    let page = bench
        .ask(Command::OlderMessages {
            before: MessageId(10),
            limit: 5,
        })
        .await;
    assert!(matches!(page, Reply::Messages(p) if p.len() == 5));
}

#[tokio::test]
async fn stopping_ends_every_job_and_closes_the_channel() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    bench.engine.stop().await;
    while bench.ports.snapshot.changed().await.is_ok() {}
}
