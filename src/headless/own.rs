//! `check --self`: one line for a monitor about this program's own background processes. A dead-man's switch: whoever watches the swarm is
//! watched from outside.

use super::{Exit, doctor::facts::Daemon};
use crate::domain::{Span, text};
use std::fmt::Write as _;

/// The line, and its exit code: 2 when a job does not run, hangs or is dead; 1 when it says that something is wrong, or its next step is late;
/// 3 when nobody is known to run. `wanted` are jobs; of several processes that do the same the best counts. O(jobs · processes).
#[must_use]
pub fn line(all: &[Daemon], wanted: &[&str], limit: Span) -> (String, Exit) {
    if wanted.is_empty() {
        let why = "nothing ever ran here for this bridge: name what should, --self watchdog";
        return (format!("SWARMWARDEN UNKNOWN - {why}"), Exit::Unknown);
    }
    let mut worst = Exit::Ok;
    let (mut words, mut data) = (Vec::new(), String::new());
    for job in wanted {
        let of = all.iter().filter(|d| d.job == *job);
        let judged = of.map(|d| (judge(d, limit), d));
        let best = judged.min_by_key(|((exit, _), d)| (exit.code(), !d.alive, d.age));
        let (exit, said) = match &best {
            Some(((exit, said), _)) => (*exit, said.clone()),
            None => (Exit::Critical, "never ran here".to_owned()),
        };
        if exit.code() > worst.code() {
            worst = exit;
        }
        words.push(format!("{job} {said}"));
        let alive = best.as_ref().filter(|(_, d)| d.alive);
        let up = u8::from(exit != Exit::Critical);
        let _ = write!(data, " '{job}_up'={up};;1:;0;1");
        if let Some(age) = alive.and_then(|(_, d)| d.age) {
            let seconds = age.as_f64();
            let limit = limit.as_seconds();
            let _ = write!(data, " '{job}_age'={seconds:.1}s;;{limit};0;");
        }
    }
    let name = match worst {
        Exit::Ok => "OK",
        Exit::Warning => "WARNING",
        _ => "CRITICAL",
    };
    let words = text::line(&words.join("; ")).replace('|', "¦");
    (format!("SWARMWARDEN {name} - {words} |{data}"), worst)
}

fn judge(daemon: &Daemon, limit: Span) -> (Exit, String) {
    let pid = daemon.pid;
    if !daemon.alive {
        let how = if daemon.ended {
            "ended as it was asked to"
        } else {
            "died"
        };
        return (Exit::Critical, format!("does not run: process {pid} {how}"));
    }
    match (daemon.age, &daemon.error) {
        (None, _) => (
            Exit::Critical,
            format!("process {pid} never told of itself"),
        ),
        (Some(age), _) if age > limit => (
            Exit::Critical,
            format!("hangs: process {pid} told of itself {age} ago"),
        ),
        _ if daemon.phase == "dead" => (
            Exit::Critical,
            format!("is dead inside of process {pid}, which runs"),
        ),
        _ if daemon.overdue.is_some_and(|late| late > limit) => {
            let late = daemon.overdue.unwrap_or_default();
            (Exit::Warning, format!("is {late} late in process {pid}"))
        }
        (_, Some(error)) => (Exit::Warning, format!("runs in process {pid}: {error}")),
        (Some(_), None) => (Exit::Ok, format!("runs in process {pid}")),
    }
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::{
        domain::Span,
        headless::{Exit, doctor::facts::Daemon},
    };

    fn daemon(job: &str) -> Daemon {
        Daemon {
            job: job.to_owned(),
            pid: 7,
            alive: true,
            age: Some(Span::seconds(2)),
            phase: "idle".to_owned(),
            ..Daemon::default()
        }
    }

    #[test]
    fn each_way_to_fail_is_told_apart() {
        let dog = || daemon("watchdog");
        for (found, exit, words) in [
            (dog(), Exit::Ok, "watchdog runs in process 7"),
            (
                Daemon {
                    alive: false,
                    ..dog()
                },
                Exit::Critical,
                "process 7 died",
            ),
            (
                Daemon {
                    alive: false,
                    ended: true,
                    ..dog()
                },
                Exit::Critical,
                "as it was asked",
            ),
            (
                Daemon {
                    age: Some(Span::seconds(31)),
                    ..dog()
                },
                Exit::Critical,
                "hangs",
            ),
            (Daemon { age: None, ..dog() }, Exit::Critical, "never told"),
            (
                Daemon {
                    phase: "dead".to_owned(),
                    ..dog()
                },
                Exit::Critical,
                "is dead",
            ),
            (
                Daemon {
                    overdue: Some(Span::seconds(60)),
                    ..dog()
                },
                Exit::Warning,
                "1m00s late",
            ),
            (
                Daemon {
                    error: Some("a|b".to_owned()),
                    ..dog()
                },
                Exit::Warning,
                "a¦b",
            ),
        ] {
            let (line, code) = line(&[found], &["watchdog"], Span::seconds(30));
            assert_eq!(code, exit, "{line}");
            assert!(line.contains(words), "{line}");
        }
    }

    #[test]
    fn the_worst_job_counts_and_of_one_job_the_best_process() {
        let dead = Daemon {
            alive: false,
            pid: 8,
            ..daemon("watchdog")
        };
        let both = [dead.clone(), daemon("watchdog")];
        assert_eq!(line(&both, &["watchdog"], Span::seconds(30)).1, Exit::Ok);
        let (text, exit) = line(&both, &["watchdog", "sync"], Span::seconds(30));
        assert_eq!(exit, Exit::Critical);
        assert!(text.contains("sync never ran here | 'watchdog_up'=1;;1:;0;1 'watchdog_age'=2.0s;;30;0; 'sync_up'=0"), "{text}");
        assert_eq!(line(&[], &[], Span::seconds(30)).1, Exit::Unknown);
    }
}
