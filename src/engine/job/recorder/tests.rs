use super::{Memory, Recorder, Slate, recall};
use crate::{
    domain::{Timestamp, health::Habit},
    engine::{Clock, job::Job},
    store::{RhythmRow, Sidecar},
};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn habit(beats: i32) -> Habit {
    let mut habit = Habit::default();
    for n in 0..beats {
        habit.rhythm.learn(20.0 + f64::from(n % 3));
    }
    habit
}

fn memory(dir: &TempDir) -> Memory {
    let opened = Sidecar::open(dir.path(), Path::new("bridge.db"), NOW);
    Arc::new(Mutex::new(opened.unwrap()))
}

#[tokio::test]
async fn what_is_learned_is_there_after_a_restart() {
    let dir = TempDir::new().unwrap();
    let slate = Slate::default();
    let mut job = Recorder::new(
        slate.clone(),
        memory(&dir),
        Clock::driven(|| NOW),
        "b".into(),
    );
    slate.put(NOW, vec![("c1".into(), habit(5)), ("c2".into(), habit(9))]);
    slate.put(NOW, vec![("c1".into(), habit(40))]);
    job.step().await.unwrap();
    job.step().await.unwrap();
    drop(job);
    let known = recall(&memory(&dir).lock().unwrap()).unwrap();
    assert_eq!((known.len(), &known["c1"]), (2, &habit(40)));
}

#[test]
fn what_could_not_be_written_waits_and_never_replaces_something_newer() {
    let slate = Slate::default();
    slate.put(NOW, vec![("c1".into(), habit(1)), ("c2".into(), habit(1))]);
    let taken = slate.take();
    slate.put(NOW, vec![("c1".into(), habit(2))]);
    slate.back(taken);
    let waiting = slate.take();
    assert_eq!((&waiting["c1"].1, &waiting["c2"].1), (&habit(2), &habit(1)));
}

#[test]
fn a_row_that_does_not_read_starts_cold() {
    let dir = TempDir::new().unwrap();
    let memory = memory(&dir);
    let row = RhythmRow {
        conversation: "c1".into(),
        seen_at: NOW,
        state: "[]".into(),
    };
    memory.lock().unwrap().keep_rhythms(&[row], NOW).unwrap();
    assert!(recall(&memory.lock().unwrap()).unwrap().is_empty());
}

#[tokio::test]
async fn generations_are_kept_for_ever_and_never_fall() {
    let dir = TempDir::new().unwrap();
    let slate = Slate::default();
    let mut job = Recorder::new(
        slate.clone(),
        memory(&dir),
        Clock::driven(|| NOW),
        "b".into(),
    );
    for generation in [2, 3, 1] {
        slate.raise([("T-1".into(), generation)].into());
        job.step().await.unwrap();
    }
    slate.raise([("T-1".into(), 2), ("T-2".into(), 1)].into());
    slate.raise([("T-2".into(), 4)].into());
    job.step().await.unwrap();
    drop(job);
    let kept = memory(&dir).lock().unwrap().generations().unwrap();
    assert_eq!(kept, [("T-1".into(), 3), ("T-2".into(), 4)].into());
}
