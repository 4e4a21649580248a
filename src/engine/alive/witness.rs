//! Evidence that an agent itself lives, so that nobody vouches for a frozen one. How old a sign is goes by the time that passed since it was
//! seen to change: a clock that is set makes nobody young.

use super::{Activity, activity::stamp};
use crate::domain::{ConversationId, Span, Timestamp, text};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

/// How long tmux may take to answer, in looks of 5 ms.
const LOOKS: u32 = 400;

/// What shows life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The file that `beat` touches for the conversation or its worker.
    Hook,
    /// A file that the agent writes.
    File(PathBuf),
    /// A process, of the start time where it is given: neither stopped nor dead.
    Pid(u32, Option<u64>),
    /// A pane of tmux whose window shows activity.
    Tmux(String),
}

/// A witness, for one conversation or for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// For which; `None` for every one.
    pub of: Option<ConversationId>,
    /// What shows life.
    pub kind: Kind,
}

impl Witness {
    /// Reads `hook`, `file:PATH`, `pid:N`, `pid:N@START` or `tmux:%1`, each after `CONVERSATION=` where it is for one.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let wrong = || {
            "a witness is hook, file:PATH, pid:N, pid:N@START or tmux:PANE, after CONVERSATION= where it is for one".to_owned()
        };
        let kinds = ["hook", "file:", "pid:", "tmux:"];
        let (of, rest) = match raw.split_once('=') {
            Some((id, rest)) if !kinds.iter().any(|k| raw.starts_with(k)) => {
                (Some(ConversationId::from(id)), rest)
            }
            _ => (None, raw),
        };
        let kind = match rest.split_once(':') {
            None if rest == "hook" => Kind::Hook,
            Some(("file", path)) if !path.is_empty() => Kind::File(path.into()),
            Some(("tmux", pane)) if !pane.is_empty() && !pane.starts_with('-') => {
                Kind::Tmux(pane.to_owned())
            }
            Some(("pid", number)) => {
                let (pid, start) = match number.split_once('@') {
                    Some((pid, start)) => (pid, Some(start.parse().map_err(|_| wrong())?)),
                    None => (number, None),
                };
                Kind::Pid(pid.parse().map_err(|_| wrong())?, start)
            }
            _ => return Err(wrong()),
        };
        Ok(Self { of, kind })
    }
}

/// What must be seen before a worker is vouched for.
#[derive(Debug, Clone)]
pub struct Evidence {
    limit: Span,
    witnesses: Vec<Witness>,
    activity: Activity,
    /// What a witness showed last, and when that was first seen.
    seen: BTreeMap<(usize, PathBuf), (i64, Timestamp)>,
    /// Start times of processes, as they were at the first look.
    started: BTreeMap<u32, u64>,
}

impl Evidence {
    /// A sign of life not older than `limit` of any of `witnesses`; of the hook where none is named.
    #[must_use]
    pub fn new(limit: Span, witnesses: Vec<Witness>, activity: Activity) -> Self {
        let hook = || {
            vec![Witness {
                of: None,
                kind: Kind::Hook,
            }]
        };
        Self {
            limit,
            witnesses: if witnesses.is_empty() {
                hook()
            } else {
                witnesses
            },
            activity,
            seen: BTreeMap::new(),
            started: BTreeMap::new(),
        }
    }

    /// The youngest sign of life of an agent, when it is young enough; else why nobody vouches for it. `now` never jumps, `wall` is what files
    /// are dated by. Blocks at most two seconds where tmux does not answer.
    ///
    /// # Errors
    /// The words for people, neutralised.
    pub fn of(
        &mut self,
        (conversation, worker, alone): (&ConversationId, u32, bool),
        now: Timestamp,
        wall: Timestamp,
    ) -> Result<Span, String> {
        let mut best: Option<Span> = None;
        let mut words = Vec::new();
        let asked: Vec<_> = (self.witnesses.iter().enumerate())
            .filter(|(_, w)| w.of.as_ref().is_none_or(|id| id == conversation))
            .map(|(n, w)| (n, w.kind.clone()))
            .collect();
        for (n, kind) in asked {
            let shown = match kind {
                Kind::Hook => self.hook((n, conversation, worker, alone), now, wall),
                Kind::File(path) => self.dated((n, &path), modified(&path), now, wall),
                Kind::Pid(pid, start) => self.process(pid, start),
                Kind::Tmux(pane) => self.pane(n, &pane, now, wall),
            };
            match shown {
                Ok(age) => best = Some(best.map_or(age, |b| b.min(age))),
                Err(why) => words.push(why),
            }
        }
        match best {
            Some(age) if age <= self.limit => Ok(age),
            Some(age) => Err(format!(
                "the agent showed no life for {age} (limit {})",
                self.limit
            )),
            None if words.is_empty() => Err("no witness is named for it".to_owned()),
            None => Err(words.join("; ")),
        }
    }

    fn hook(
        &mut self,
        (n, conversation, worker, alone): (usize, &ConversationId, u32, bool),
        now: Timestamp,
        wall: Timestamp,
    ) -> Result<Span, String> {
        let mut names = vec![conversation.raw().to_owned(), format!("worker-{worker}")];
        // A hook that does not know whose it is counts where only one can be meant.
        if alone {
            names.push("agent".to_owned());
        }
        let mut best: Option<Span> = None;
        for name in names {
            let path = self.activity.path(&name);
            if let Ok(age) = self.dated((n, &path), modified(&path), now, wall) {
                best = Some(best.map_or(age, |b| b.min(age)));
            }
        }
        best.ok_or_else(|| {
            "its hook was never heard: `swarmwarden hooks install` sets it up".to_owned()
        })
    }

    /// How long ago a dated sign changed.
    fn dated(
        &mut self,
        (n, path): (usize, &Path),
        at: Option<Timestamp>,
        now: Timestamp,
        wall: Timestamp,
    ) -> Result<Span, String> {
        let Some(at) = at else {
            let name = path.to_string_lossy();
            return Err(format!("{} is not there", text::line(&name)));
        };
        let known = self.seen.get(&(n, path.to_owned())).copied();
        let since = match known {
            Some((stamp, since)) if stamp == at.0 => since,
            Some(_) => now,
            // The first look has nothing but the date.
            None => Timestamp(now.0 - wall.since(at).0.max(0)),
        };
        self.seen.insert((n, path.to_owned()), (at.0, since));
        Ok(now.since(since))
    }

    fn process(&mut self, pid: u32, named: Option<u64>) -> Result<Span, String> {
        let gone = || format!("process {pid} is gone");
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).map_err(|_| gone())?;
        // The name stands in parentheses and may hold anything.
        let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next().unwrap_or_default();
        let begun: u64 = (fields.nth(18).and_then(|f| f.parse().ok())).ok_or_else(gone)?;
        let first = *self.started.entry(pid).or_insert(named.unwrap_or(begun));
        match state {
            _ if first != begun => Err(format!("process {pid} is another one now")),
            "Z" | "X" | "x" => Err(gone()),
            "T" | "t" => Err(format!("process {pid} is stopped")),
            _ => Ok(Span(0)),
        }
    }

    fn pane(
        &mut self,
        n: usize,
        pane: &str,
        now: Timestamp,
        wall: Timestamp,
    ) -> Result<Span, String> {
        let said = ask_tmux(pane)?;
        let (dead, at) = said.trim().split_once(' ').unwrap_or(("1", ""));
        if dead != "0" {
            return Err(format!("the pane {} is dead", text::line(pane)));
        }
        let seconds: Option<i64> = at.trim().parse().ok();
        let at = seconds.map(|s| Timestamp(0).plus(Span::seconds(s)));
        self.dated((n, Path::new(pane)), at, now, wall)
    }
}

fn modified(path: &Path) -> Option<Timestamp> {
    stamp(fs::metadata(path).ok()?.modified().ok()?)
}

/// Whether a pane is dead, and when its window showed activity last.
fn ask_tmux(pane: &str) -> Result<String, String> {
    let name = text::line(pane).into_owned();
    let wrong = move |why: &str| format!("tmux does not show the pane {name}: {why}");
    let format = "#{pane_dead} #{window_activity}";
    let mut child = Command::new("tmux")
        .args(["display-message", "-p", "-t", pane, format])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| wrong(&e.to_string()))?;
    for _ in 0..LOOKS {
        match child.try_wait() {
            Ok(None) => thread::park_timeout(Duration::from_millis(5)),
            Ok(Some(status)) if status.success() => {
                let out = child
                    .wait_with_output()
                    .map_err(|e| wrong(&e.to_string()))?;
                return Ok(String::from_utf8_lossy(&out.stdout).into_owned());
            }
            Ok(Some(_)) => return Err(wrong("it knows none")),
            Err(e) => return Err(wrong(&e.to_string())),
        }
    }
    let _dead = child.kill();
    let _reaped = child.wait();
    Err(wrong("no answer within two seconds"))
}
