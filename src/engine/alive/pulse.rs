//! Tells the service manager that all jobs move, from their own loops: a job that hangs ends the pings. (One datagram to the
//! socket that `NOTIFY_SOCKET` names, as `sd_notify` sends it.)

use crate::{
    domain::{Span, Timestamp},
    engine::{
        Clock,
        job::{Cadence, Job, JobError},
    },
};
use std::{
    collections::BTreeMap,
    os::unix::net::UnixDatagram,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Pings are sent at most this often.
const SELDOM: Span = Span::seconds(1);

struct State {
    /// When each job has to have moved again.
    due: BTreeMap<&'static str, Option<Timestamp>>,
    ready: bool,
    pinged: Timestamp,
}

/// The pulse of a process. Clones share it.
#[derive(Clone)]
pub struct Pulse {
    to: Option<Arc<(UnixDatagram, Vec<u8>)>>,
    state: Arc<Mutex<State>>,
}

impl Default for Pulse {
    /// Nobody listens.
    fn default() -> Self {
        Self::new(None)
    }
}

impl Pulse {
    /// Tells whoever listens at `socket`, as `NOTIFY_SOCKET` names it; nobody without one.
    #[must_use]
    pub fn new(socket: Option<Vec<u8>>) -> Self {
        let out = socket.and_then(|name| Some(Arc::new((UnixDatagram::unbound().ok()?, name))));
        if let Some(out) = &out {
            let _blocks = out.0.set_nonblocking(true);
        }
        Self {
            to: out,
            state: Arc::new(Mutex::new(State {
                due: BTreeMap::new(),
                ready: false,
                pinged: Timestamp(i64::MIN / 2),
            })),
        }
    }

    /// `job` with this pulse in its loop.
    #[must_use]
    pub fn of<J: Job>(&self, job: J, clock: Clock) -> Paced<J> {
        self.lock().due.insert(job.name(), None);
        Paced {
            job,
            clock,
            pulse: self.clone(),
        }
    }

    /// Says that this process ends.
    pub fn stopping(&self) {
        self.send("STOPPING=1");
    }

    /// A job moved at `now`, and will again within `within`.
    pub fn moved(&self, job: &'static str, now: Timestamp, within: Duration) {
        let within = Span(i64::try_from(within.as_micros()).unwrap_or(i64::MAX));
        let mut state = self.lock();
        state.due.insert(job, Some(now.plus(within)));
        let all = state
            .due
            .values()
            .all(|due| due.is_some_and(|at| at >= now));
        if !all {
            return;
        }
        if !state.ready {
            state.ready = true;
            self.send("READY=1");
        }
        if now.since(state.pinged) >= SELDOM {
            state.pinged = now;
            self.send("WATCHDOG=1");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, words: &str) {
        let Some(to) = &self.to else { return };
        let (socket, name) = &**to;
        // That nobody listens is nobody's concern.
        let _unheard = match name.split_first() {
            #[cfg(target_os = "linux")]
            Some((b'@', rest)) => {
                use std::os::linux::net::SocketAddrExt as _;
                std::os::unix::net::SocketAddr::from_abstract_name(rest)
                    .and_then(|at| socket.send_to_addr(words.as_bytes(), &at))
            }
            _ => {
                use std::os::unix::ffi::OsStringExt as _;
                let path = PathBuf::from(std::ffi::OsString::from_vec(name.clone()));
                socket.send_to(words.as_bytes(), path)
            }
        };
    }
}

/// A job that tells the service manager of every step.
pub struct Paced<J> {
    job: J,
    clock: Clock,
    pulse: Pulse,
}

impl<J: Job> Job for Paced<J> {
    fn name(&self) -> &'static str {
        self.job.name()
    }

    fn serves(&self) -> Arc<str> {
        self.job.serves()
    }

    fn cadence(&self) -> Cadence {
        self.job.cadence()
    }

    fn patience(&self) -> Duration {
        self.job.patience()
    }

    async fn step(&mut self) -> Result<(), JobError> {
        let done = self.job.step().await;
        let pause = match self.job.cadence() {
            Cadence::AtOnce => Duration::ZERO,
            Cadence::Every(pause) => pause,
        };
        // A failure is followed by a pause of the supervisor's.
        let within = pause.saturating_mul(2) + self.job.patience();
        self.pulse.moved(self.job.name(), self.clock.now(), within);
        done
    }
}
