//! What goes wrong in a demo: a script up to the first frame, chance afterwards.

use super::{
    names,
    plan::{Event, Plan},
    worker::{Mood, Task, Worker},
};
use crate::domain::{Side, Span};

const MINUTE: i64 = 60;

/// The parts of the script, by index. A swarm that is too small does without the later ones.
mod cast {
    pub(super) const RETURNS: usize = 1;
    pub(super) const SILENT: usize = 2;
    pub(super) const STALLED: usize = 3;
    pub(super) const SUSPECT: usize = 4;
    pub(super) const BACKUP: usize = 5;
    pub(super) const BLOCKED: usize = 6;
    pub(super) const FINISHED: usize = 7;
}

impl Plan {
    /// Queues what the first frame shows, in seconds relative to it. Whoever has a part gets no other task for a while.
    pub(super) fn script(&mut self) {
        use Event::{Answer, Block, Finish, Freeze, Give, Incident, Reassign, Reserve, Stall};
        use cast::{BACKUP, BLOCKED, FINISHED, RETURNS, SILENT, STALLED, SUSPECT};
        let count = self.workers.len();
        let backup = Some(BACKUP).filter(|worker| *worker < count);
        for (seconds, worker, event) in [
            // Froze, lost its task to the backup, came back and reported late.
            (-40 * MINUTE, RETURNS, Reserve(RETURNS, true)),
            (-34 * MINUTE, BACKUP, Reserve(BACKUP, true)),
            (-29 * MINUTE, RETURNS, Give(RETURNS, 0)),
            (-25 * MINUTE, RETURNS, Freeze(RETURNS, 11 * MINUTE)),
            (-20 * MINUTE, RETURNS, Reassign(RETURNS, backup)),
            (-13 * MINUTE, RETURNS, Reserve(RETURNS, false)),
            (-12 * MINUTE, BACKUP, Reserve(BACKUP, false)),
            // Silent with an open task.
            (-22 * MINUTE, SILENT, Reserve(SILENT, true)),
            (-11 * MINUTE, SILENT, Give(SILENT, 2)),
            (-345, SILENT, Freeze(SILENT, 345 + 12 * MINUTE)),
            (6 * MINUTE, SILENT, Reassign(SILENT, None)),
            (13 * MINUTE, SILENT, Reserve(SILENT, false)),
            // Beats, but has not moved.
            (-33 * MINUTE, STALLED, Reserve(STALLED, true)),
            (-22 * MINUTE, STALLED, Give(STALLED, 1)),
            (-17 * MINUTE, STALLED, Stall(STALLED, 25 * MINUTE)),
            (9 * MINUTE, STALLED, Reserve(STALLED, false)),
            // Missed a few beats; comes back soon.
            (-100, SUSPECT, Freeze(SUSPECT, 140)),
            // Waits for an answer.
            (-20 * MINUTE, BLOCKED, Reserve(BLOCKED, true)),
            (-9 * MINUTE, BLOCKED, Give(BLOCKED, 3)),
            (-4 * MINUTE, BLOCKED, Block(BLOCKED)),
            (3 * MINUTE, BLOCKED, Answer(BLOCKED)),
            (4 * MINUTE, BLOCKED, Reserve(BLOCKED, false)),
            // Went home.
            (-21 * MINUTE, FINISHED, Reserve(FINISHED, true)),
            (-10 * MINUTE, FINISHED, Finish(FINISHED)),
            (90, 0, Incident),
        ] {
            let odd = self.millis(0, 900);
            if worker < count {
                self.at(self.present.plus(Span::seconds(seconds)).plus(odd), event);
            }
        }
    }

    /// One keep-alive that came and went five times, and is away at the first frame while its agent works.
    pub(super) fn flapping(&mut self) {
        use Event::{Flap, Give, Mute, Reserve};
        let worker = cast::RETURNS.min(self.workers.len().saturating_sub(1));
        for (seconds, event) in [
            (-40 * MINUTE, Reserve(worker, true)),
            (-38 * MINUTE, Mute(worker, 180)),
            (-32 * MINUTE, Mute(worker, 240)),
            (-25 * MINUTE, Mute(worker, 180)),
            (-19 * MINUTE, Mute(worker, 240)),
            (-12 * MINUTE, Give(worker, 0)),
            (-330, Mute(worker, 330 + 90)),
            (4 * MINUTE, Flap(worker)),
            (10 * MINUTE, Reserve(worker, false)),
        ] {
            self.at(self.present.plus(Span::seconds(seconds)), event);
        }
    }

    /// One agent that is frozen since seventeen minutes, with a task in its hands, while its keep-alive beats on.
    pub(super) fn stalling(&mut self) {
        use Event::{Give, Reserve, Stall};
        let worker = cast::STALLED.min(self.workers.len().saturating_sub(1));
        for (seconds, event) in [
            (-33 * MINUTE, Reserve(worker, true)),
            (-22 * MINUTE, Give(worker, 1)),
            (-18 * MINUTE, Stall(worker, 78 * MINUTE)),
        ] {
            self.at(self.present.plus(Span::seconds(seconds)), event);
        }
    }

    /// Its keep-alive dies; the agent works on.
    pub(super) fn mute(&mut self, worker: usize, seconds: i64) {
        let until = self.now.plus(Span::seconds(seconds));
        self.change(worker, |w| w.mute_until = until);
    }

    /// Its keep-alive dies for some minutes, and again some minutes after it came back.
    pub(super) fn flap(&mut self, worker: usize) {
        let (away, pause) = (self.rng.i64(150..330), self.rng.i64(200..420));
        self.mute(worker, away);
        self.after(Span::seconds(away + pause), Event::Flap(worker));
    }

    /// Falls silent after a last beat.
    pub(super) fn freeze(&mut self, worker: usize, seconds: i64) {
        self.beat(worker);
        let until = self.now.plus(Span::seconds(seconds));
        self.change(worker, |w| w.frozen_until = until);
    }

    pub(super) fn stall(&mut self, worker: usize, seconds: i64) {
        let until = self.now.plus(Span::seconds(seconds));
        self.change(worker, |w| w.stalled_until = until);
    }

    /// Asks, and waits.
    pub(super) fn block(&mut self, worker: usize) {
        let (text, action) = if self.rng.bool() {
            (names::question(&mut self.rng), "question")
        } else {
            (names::blocker(&mut self.rng), "blocked")
        };
        self.change(worker, |w| w.mood = Mood::Blocked);
        self.send(worker, Side::B, text, action);
        self.beat(worker);
    }

    /// The orchestrator answers; the worker fetches it and goes on.
    pub(super) fn answer(&mut self, worker: usize) {
        if !self.is(worker, |w, _| w.mood == Mood::Blocked) {
            return;
        }
        self.send(
            worker,
            Side::A,
            "Yes, go ahead. I took care of the rest.",
            "info",
        );
        self.change(worker, |w| w.mood = Mood::Ready);
        self.fetch(worker);
        self.send(worker, Side::B, "thanks, going on", "info");
        self.beat(worker);
        let next = self.millis(4_000, 12_000);
        self.step_after(worker, next);
    }

    pub(super) fn finish(&mut self, worker: usize) {
        self.change(worker, |w| {
            w.mood = Mood::Finished;
            w.task = None;
        });
        self.send(
            worker,
            Side::B,
            "all my tasks are done, going home",
            "complete",
        );
        self.beat(worker);
    }

    /// The task of a worker that is still silent goes to another one, under the name that says so.
    pub(super) fn reassign(&mut self, from: usize, to: Option<usize>) {
        let free = self.free();
        let chosen = to.or_else(|| self.rng.choice(free));
        let now = self.now;
        let Some(loser) = self.workers.get_mut(from).filter(|w| w.silent(now)) else {
            return;
        };
        let Some(to) = chosen.filter(|to| *to != from) else {
            return self.after(Span::seconds(5), Event::Reassign(from, None));
        };
        let role = loser.role.clone();
        let Some(task) = loser.task.as_mut().filter(|task| !task.moved) else {
            return;
        };
        task.moved = true;
        let id = format!("{}-reassigned", task.id);
        let task = Task::new(id, task.description, "P0", Span::seconds(5 * MINUTE));
        self.assign(to, task, Some(&role));
    }

    /// Something happens to somebody at work, unless too many are in trouble already.
    pub(super) fn incident(&mut self) {
        let well: Vec<usize> = (0..self.workers.len())
            .filter(|w| self.is(*w, Worker::well))
            .collect();
        let few = well.len() * 2 <= self.workers.len();
        let busy = (well.into_iter())
            .filter(|w| !few && self.is(*w, |w, _| w.task.is_some()))
            .collect::<Vec<_>>();
        if let Some(worker) = self.rng.choice(busy) {
            match self.rng.u8(0..6) {
                0 | 1 => {
                    self.freeze(worker, 8 * MINUTE);
                    self.after(Span::seconds(340), Event::Reassign(worker, None));
                }
                2 => self.stall(worker, 18 * MINUTE),
                3 => self.freeze(worker, 100),
                _ => {
                    self.block(worker);
                    let answer = self.millis(90_000, 200_000);
                    self.after(answer, Event::Answer(worker));
                }
            }
        }
        let next = self.millis(100_000, 150_000);
        self.after(next, Event::Incident);
    }

    pub(super) fn change(&mut self, worker: usize, change: impl FnOnce(&mut Worker)) {
        if let Some(worker) = self.workers.get_mut(worker) {
            change(worker);
        }
    }
}
