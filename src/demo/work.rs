//! An ordinary day: workers join, beat, poll, get tasks and get on with them.

use super::{
    Scenario, hostile,
    message::{Acknowledgment, Assignment, Update, json},
    names,
    plan::{Act, Event, Plan},
    worker::{Mood, Task, Worker},
};
use crate::domain::{Side, Span, Timestamp};

/// How long a task takes on average, in milliseconds.
const LENGTH: i64 = 150_000;

impl Plan {
    pub(super) fn join(&mut self, worker: usize) {
        self.create(worker);
        let Some(role) = self.workers.get(worker).map(|w| w.role.clone()) else {
            return;
        };
        self.send(worker, Side::B, &format!("{role} online and ready"), "info");
        self.beat(worker);
        let (beat, poll) = (self.millis(1_000, 30_000), self.millis(1_000, 90_000));
        self.after(beat, Event::Beat(worker));
        self.after(poll, Event::Poll(worker));
    }

    fn create(&mut self, worker: usize) {
        let tokens = [(); 2].map(|()| hex(&mut self.rng, 64));
        if let Some(w) = self.workers.get_mut(worker) {
            w.joined = true;
            let (conversation, role) = (w.conversation.clone(), w.role.as_str().into());
            self.emit(conversation, Act::Create { role, tokens });
            self.after(Span::seconds(170 * 60), Event::Rotate(worker));
        }
    }

    pub(super) fn rotate(&mut self, worker: usize) {
        let next = conversation(&mut self.rng);
        match self.workers.get_mut(worker) {
            Some(w) if w.task.is_none() && w.mood != Mood::Blocked => {
                w.conversation = next;
                self.create(worker);
                self.beat(worker);
            }
            _ => self.after(Span::seconds(30), Event::Rotate(worker)),
        }
    }

    pub(super) fn beat_again(&mut self, worker: usize) {
        if self.is(worker, |w, now| !w.silent(now)) {
            self.beat(worker);
        }
        let next = self.millis(29_800, 30_700);
        self.after(next, Event::Beat(worker));
    }

    pub(super) fn poll(&mut self, worker: usize) {
        if self.is(worker, |w, now| !w.silent(now) && now >= w.mute_until) {
            self.fetch(worker);
        }
        let next = self.millis(80_000, 100_000);
        self.after(next, Event::Poll(worker));
    }

    pub(super) fn is(&self, worker: usize, test: impl Fn(&Worker, Timestamp) -> bool) -> bool {
        (self.workers.get(worker)).is_some_and(|w| test(w, self.now))
    }

    /// The workers that could take a task.
    pub(super) fn free(&self) -> Vec<usize> {
        (0..self.workers.len())
            .filter(|w| self.is(*w, Worker::free))
            .collect()
    }

    pub(super) fn assign_any(&mut self) {
        let free = self.free();
        if let Some(worker) = self.rng.choice(free) {
            let priority = ["P0", "P1", "P2", "P2", "P3"];
            let priority = self.rng.choice(priority).unwrap_or("P2");
            let length = self.millis(LENGTH / 2, LENGTH * 3 / 2);
            let task = self.new_task(priority, length);
            self.assign(worker, task, None);
        }
        // About three of four workers are busy, whatever their number.
        let pace = LENGTH * 4 / 3 / i64::try_from(self.workers.len()).unwrap_or(1).max(1);
        let next = self.millis((pace / 2).max(200), (pace * 3 / 2).max(300));
        self.after(next, Event::Assign);
    }

    pub(super) fn give(&mut self, worker: usize, number: usize) {
        let (id, description) = names::scripted(number);
        let task = Task::new(id, description, "P1", Span::seconds(20 * 60));
        self.assign(worker, task, None);
    }

    fn new_task(&mut self, priority: &'static str, length: Span) -> Task {
        let number = self.tasks;
        self.tasks += 1;
        let (mut id, description) = names::task(number);
        if self.scenario == Scenario::Hostile && number % 3 == 1 {
            id = hostile::task_id(number / 3);
        }
        Task::new(id, description, priority, length)
    }

    /// Hands a task to a worker; `from` is the role that lost it.
    pub(super) fn assign(&mut self, worker: usize, task: Task, from: Option<&str>) {
        let mut message = Assignment::new(&task.id, task.description, task.priority);
        if let Some(role) = from {
            message = message.moved_from(role);
        }
        let text = json(&message);
        self.send(worker, Side::A, &text, "info");
        if let Some(w) = self.workers.get_mut(worker) {
            w.task = Some(task);
        }
        let delay = self.millis(1_500, 5_000);
        self.after(delay, Event::Pickup(worker));
    }

    pub(super) fn pickup(&mut self, worker: usize) {
        let Some(w) = self.workers.get(worker) else {
            return;
        };
        let (Some(task), None) = (&w.task, w.idle_until(self.now)) else {
            if let Some(until) = w.idle_until(self.now) {
                self.at(until.plus(Span::seconds(2)), Event::Pickup(worker));
            }
            return;
        };
        let text = json(&Acknowledgment {
            kind: "acknowledgment",
            task_id: &task.id,
            worker_id: &w.role,
        });
        let pause = task.pause();
        self.fetch(worker);
        self.send(worker, Side::B, &text, "info");
        self.beat(worker);
        self.step_after(worker, pause);
    }

    /// Queues the next report of a worker, in place of any other.
    pub(super) fn step_after(&mut self, worker: usize, pause: Span) {
        if let Some(w) = self.workers.get_mut(worker) {
            w.turn += 1;
            let turn = w.turn;
            self.after(pause, Event::Step(worker, turn));
        }
    }

    /// A worker gets on with its task, or hands in the result.
    pub(super) fn step(&mut self, worker: usize, turn: u32) {
        let now = self.now;
        let Some(w) = (self.workers.get_mut(worker)).filter(|w| w.turn == turn) else {
            return;
        };
        if let Some(until) = w.idle_until(now) {
            return self.step_after(worker, until.plus(Span::seconds(3)).since(now));
        }
        // While it waits for an answer, the answer goes on.
        let (Mood::Ready, Some(task)) = (w.mood, &mut w.task) else {
            return;
        };
        task.step += 1;
        let done = task.step > 5 || task.moved;
        let update = Update {
            kind: "status_update",
            task_id: &task.id,
            status: if done { "completed" } else { "in_progress" },
            progress: if done { 100 } else { task.step * 18 },
            result: done.then(|| names::result(&mut self.rng)),
        };
        let (text, pause) = (json(&update), task.pause());
        if done {
            w.task = None;
        }
        self.send(
            worker,
            Side::B,
            &text,
            if done { "complete" } else { "info" },
        );
        if done {
            return self.beat(worker);
        }
        self.step_after(worker, pause);
        self.work_aloud(worker);
    }

    /// Now and then a remark in prose, or a command.
    fn work_aloud(&mut self, worker: usize) {
        match self.rng.u8(0..12) {
            0 => {
                let note = names::note(&mut self.rng);
                self.send(worker, Side::B, note, "info");
            }
            1 => {
                let Some(conversation) = self.conversation(worker) else {
                    return;
                };
                for action in ["command_execute_start", "command_execute_complete"] {
                    let details = r#"{"command": "cargo test", "mode": "restricted"}"#.into();
                    self.emit(conversation.clone(), Act::Command { action, details });
                }
            }
            _ => {}
        }
    }
}

fn hex(rng: &mut fastrand::Rng, digits: usize) -> Box<str> {
    (0..digits)
        .map(|_| rng.digit(16))
        .collect::<String>()
        .into()
}

/// An id as the bridge makes them.
pub(super) fn conversation(rng: &mut fastrand::Rng) -> Box<str> {
    format!("conv_{}", hex(rng, 16)).into()
}
