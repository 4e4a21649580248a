//! The health of our background processes, as files of the state directory: written by each, read by whoever looks from outside. A mark for each
//! job that ever ran stays when its process is gone, so that its absence is noticed.

use super::{bridge::Bridge, failure::Failure};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};
use swarmwarden::{
    domain::{Span, Timestamp, text},
    engine::{
        Clock,
        job::{Served, Shown, Standing},
    },
    headless::{Exit, doctor::facts::Daemon, own},
    link::{JobHealth, Phase},
    settings::Settings,
    store::Sidecar,
};

/// Between two writes of the health file, at most.
const HEALTH: Duration = Duration::from_secs(5);
/// Bytes of a file that is read.
const CAP: u64 = 1 << 20;
/// Ticks of a second in what Linux says of processes.
const TICKS: i64 = 100;
/// Files that are looked at.
const FILES: usize = 1_024;

/// Where they lie for the bridge that is configured.
pub(super) fn place(settings: &Settings) -> Option<PathBuf> {
    let (state, bridge) = settings.state.as_deref().zip(Bridge::known(settings))?;
    Some(Sidecar::place(state, bridge.place()).with_extension("daemons"))
}

/// The health of this process.
pub(super) struct HealthFile {
    dir: Option<PathBuf>,
    shown: Option<Shown>,
    last: Option<Timestamp>,
    began: Timestamp,
    marked: Vec<&'static str>,
    /// Jobs as they were told of last, and whether each was well.
    told: Vec<(&'static str, bool)>,
}

impl HealthFile {
    pub(super) fn new(settings: &Settings, shown: Option<Shown>, began: Timestamp) -> Self {
        let dir = place(settings);
        if let Some(dir) = &dir {
            let _made = fs::create_dir_all(dir);
            sweep(dir);
        }
        Self {
            dir,
            shown,
            last: None,
            began,
            marked: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Writes how the jobs are: every few seconds, and at once when one comes, goes, fails or recovers.
    pub(super) fn write(&mut self, jobs: &[JobHealth], clock: &Clock) {
        let now = clock.now();
        let due =
            |last: Timestamp| now.since(last).0 >= i64::try_from(HEALTH.as_micros()).unwrap_or(0);
        let told: Vec<_> = jobs.iter().map(|j| (j.name, j.is_well())).collect();
        let wanted = self.last.is_none_or(due) || told != self.told;
        let Some(dir) = self.dir.clone().filter(|_| wanted) else {
            return;
        };
        self.told = told;
        self.last = Some(now);
        let pid = std::process::id();
        let value = json!({
            "schema": "swarmwarden.daemon/v1", "pid": pid, "started": self.began, "at": now,
            "steady": clock.steady().0, "boot": boot(), "born": began(pid).map(|at| at.0),
            "jobs": jobs.iter().map(health).collect::<Vec<_>>(),
            "conversations": self.shown.as_ref().map_or_else(Vec::new, |s| s.all().iter().map(served).collect()),
        });
        put(&dir.join(format!("{pid}.json")), &value);
        for job in jobs {
            if KNOWN.contains(&job.name) && !self.marked.contains(&job.name) {
                self.marked.push(job.name);
                self.mark(&dir, job.name, false);
            }
        }
    }

    fn mark(&self, dir: &Path, job: &str, ended: bool) {
        let value =
            json!({"job": job, "pid": std::process::id(), "started": self.began, "ended": ended});
        put(&dir.join(format!("{job}.ran")), &value);
    }
}

impl Drop for HealthFile {
    fn drop(&mut self) {
        let Some(dir) = self.dir.clone() else { return };
        let pid = std::process::id();
        for job in &self.marked {
            // Another process may do the same by now.
            let path = dir.join(format!("{job}.ran"));
            if read::<Mark>(&path).is_some_and(|mark| mark.pid == pid) {
                self.mark(&dir, job, true);
            }
        }
        let _gone = fs::remove_file(dir.join(format!("{pid}.json")));
    }
}

/// Jobs that others rely on.
pub(super) const KNOWN: [&str; 4] = ["keepalive", "push", "sync", "watchdog"];

/// `check --self`: whether they live, move and tell of themselves.
pub(super) fn check(settings: &Settings, named: &str, limit: Span) -> Result<Exit, Failure> {
    let Some(dir) = place(settings) else {
        return Err(match settings.db {
            None => Failure::NoDatabase,
            Some(_) => Failure::Usage("no state directory; name one with --state DIR".to_owned()),
        });
    };
    let mut wanted: Vec<&str> = named.split(',').filter(|n| !n.is_empty()).collect();
    if let Some(odd) = wanted.iter().find(|n| !KNOWN.contains(n)) {
        let odd = text::line(odd);
        let why = format!("no job called `{odd}`; there are {}", KNOWN.join(", "));
        return Err(Failure::Usage(why));
    }
    let all = daemons(&dir, &Clock::system());
    if wanted.is_empty() {
        let known = KNOWN.into_iter();
        let asked = |job: &&str| {
            settings.with.iter().any(|j| j.name() == *job) || all.iter().any(|d| d.job == *job)
        };
        wanted = known.filter(asked).collect();
    }
    let (line, exit) = own::line(&all, &wanted, limit);
    writeln!(io::stdout(), "{line}")?;
    Ok(exit)
}

/// By rename: whoever reads finds one whole.
fn put(path: &Path, value: &Value) {
    let mut next = path.as_os_str().to_owned();
    next.push(".new");
    let written = fs::write(&next, format!("{value}\n"));
    let _unwritten = written
        .and_then(|()| fs::set_permissions(&next, fs::Permissions::from_mode(0o600)))
        .and_then(|()| fs::rename(&next, path));
}

/// Whether processes can be seen.
pub(super) fn visible() -> bool {
    lives(std::process::id())
}

/// Whether a process lives; one that only waits to be taken note of does not.
pub(super) fn lives(pid: u32) -> bool {
    began(pid).is_some()
}

/// Which start of the machine this is.
fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// When a process that lives began, since the machine started.
fn began(pid: u32) -> Option<Span> {
    let about = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Its name comes before, in brackets, and may be anything.
    let mut words = about.rsplit(')').next()?.split_whitespace();
    if matches!(words.next()?, "Z" | "X") {
        return None;
    }
    let ticks: i64 = words.nth(18)?.parse().ok()?;
    Some(Span(ticks.saturating_mul(1_000_000 / TICKS)))
}

/// Removes what processes left that are gone; the marks stay.
fn sweep(dir: &Path) {
    for (path, pid) in left(dir) {
        if !lives(pid) {
            let _gone = fs::remove_file(path);
        }
    }
}

/// Files that are named after their process.
pub(super) fn left(dir: &Path) -> Vec<(PathBuf, u32)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let named = |path: PathBuf| {
        let pid = path.file_name()?.to_str()?.split(['.', '-']).next()?;
        let pid = pid.parse::<u32>().ok()?;
        Some((path, pid))
    };
    entries
        .take(FILES)
        .filter_map(|entry| named(entry.path()))
        .collect()
}

/// What a process tells of itself. A field that is missing was written by another version.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    started: Option<String>,
    at: Option<String>,
    steady: Option<i64>,
    boot: Option<String>,
    born: Option<i64>,
    jobs: Vec<ToldJob>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ToldJob {
    name: String,
    phase: String,
    well: Option<bool>,
    last_error: Option<ToldError>,
    next_run: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ToldError {
    text: String,
}

/// That a job ran here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Mark {
    pid: u32,
    started: Option<String>,
    ended: bool,
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Option<T> {
    use io::Read as _;
    let mut raw = String::new();
    let file = fs::File::open(path).ok()?;
    file.take(CAP).read_to_string(&mut raw).ok()?;
    serde_json::from_str(&raw).ok()
}

fn time(raw: Option<&str>) -> Option<Timestamp> {
    Timestamp::parse(raw?)
}

/// Every job of which there is a file: those that run, and those that ran. O(files).
pub(super) fn daemons(dir: &Path, clock: &Clock) -> Vec<Daemon> {
    let mut all = Vec::new();
    for (path, pid) in left(dir) {
        let whole = path.extension().is_some_and(|e| e == "json");
        if let Some(told) = whole.then(|| read::<Told>(&path)).flatten() {
            all.extend(told.jobs.iter().map(|job| daemon(&told, job, pid, clock)));
        }
    }
    for job in KNOWN {
        let Some(mark) = read::<Mark>(&dir.join(format!("{job}.ran"))) else {
            continue;
        };
        let same = |d: &Daemon| d.job == job && (d.pid == mark.pid || d.alive);
        if all.iter().any(same) {
            continue;
        }
        all.push(Daemon {
            job: job.to_owned(),
            pid: mark.pid,
            started: time(mark.started.as_deref()),
            ended: mark.ended,
            ..Daemon::default()
        });
    }
    all
}

fn daemon(told: &Told, job: &ToldJob, pid: u32, clock: &Clock) -> Daemon {
    let line = |raw: &str| text::line(text::head(raw, 512)).into_owned();
    // The time that passed since the machine started: nobody sets it.
    let same_boot = told.boot.is_none() || told.boot == boot();
    let since = |at: i64| Span(clock.steady().0 - at);
    let age = told.steady.map(since).filter(|age| same_boot && age.0 >= 0);
    let at = time(told.at.as_deref());
    let next = time(job.next_run.as_deref());
    let late = at.zip(next).map(|(at, next)| at.since(next));
    let error = job.last_error.as_ref().filter(|_| job.well == Some(false));
    Daemon {
        job: line(&job.name),
        pid,
        started: time(told.started.as_deref()),
        // A process that began after that has only its number.
        alive: same_boot
            && began(pid).is_some_and(|at| match told.born {
                Some(born) => at.0 == born,
                None => told.steady.is_none_or(|told| at.0 <= told + 1_000_000),
            }),
        ended: false,
        age,
        error: error.map(|e| line(&e.text)),
        phase: line(&job.phase),
        overdue: late.filter(|late| late.0 > 0),
    }
}

fn health(job: &JobHealth) -> Value {
    let phase = match job.phase {
        Phase::Idle => "idle",
        Phase::Running => "running",
        Phase::Backoff { .. } => "backoff",
        Phase::Stopped => "stopped",
        Phase::Dead => "dead",
    };
    json!({
        "name": job.name, "serves": &*job.serves, "phase": phase, "well": job.is_well(), "last_ok": job.last_ok,
        "last_error": job.last_error.as_ref().map(|(at, why)| json!({"at": at, "text": &**why})),
        "next_run": job.next_run, "runs": job.runs, "panics": job.panics,
    })
}

fn served(one: &Served) -> Value {
    let (state, why) = match &one.standing {
        Standing::New => ("new", None),
        Standing::Beats => ("beats", None),
        Standing::Refused(why) => ("refused", Some(why.to_string())),
        Standing::Unvouched(why) => ("unvouched", Some(why.clone())),
        Standing::Elsewhere(why) => ("elsewhere", Some(why.clone())),
    };
    json!({
        "conversation": one.conversation, "worker": &*one.role, "state": state, "why": why, "last": one.last, "beats": one.beats,
    })
}
