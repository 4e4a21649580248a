//! A recording as lines that are only appended.

use super::{Failure, Source};
use crate::cli::Replay;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, Write};
use swarmwarden::{
    domain::{Span, Timestamp, text},
    headless::{Exit, played},
};

/// Up to this long, it is looked at every second of it; else every ten.
const SHORT: Span = Span::seconds(2 * 3_600);

/// Plays `source` from an instant to its end.
pub(super) fn play(source: &mut Source, asked: &Replay, begin: Timestamp) -> Result<Exit, Failure> {
    let end = match source.ends {
        Some((_, to)) => to,
        None => source.player.survey()?.to,
    };
    let step = if end.since(begin) > SHORT { 10 } else { 1 };
    let name = match &asked.file {
        Some(file) => text::line(&file.to_string_lossy()).into_owned(),
        None => "what was recorded".to_owned(),
    };
    let mut out = io::stdout().lock();
    let mut shown = source.player.at(begin)?;
    played::begin(&mut out, &name, &shown, end)?;
    let (mut at, mut lines) = (begin, 0);
    while at < end {
        at = at.plus(Span::seconds(step)).min(end);
        if let Some(speed) = asked.speed {
            out.flush()?;
            let ms = step.unsigned_abs() * 1_000 / u64::from(speed);
            if wait(ms) {
                return Ok(Exit::BrokenPipe);
            }
        }
        let mut next = source.player.at(at)?;
        if next.at < at {
            // Nothing was recorded here: on with what comes next.
            next = source.player.step(at, false)?;
            at = at.max(next.at);
        }
        lines += played::changes(&mut out, &shown, &next)?;
        shown = next;
    }
    played::end(&mut out, &shown, lines)?;
    out.flush()?;
    Ok(Exit::Ok)
}

/// Lets so many milliseconds pass; `true` when nobody reads any more.
fn wait(ms: u64) -> bool {
    let out = io::stdout();
    let mut fds = [PollFd::new(&out, PollFlags::empty())];
    let timeout = Timespec {
        tv_sec: i64::try_from(ms / 1_000).unwrap_or(i64::MAX),
        tv_nsec: i64::try_from(ms % 1_000 * 1_000_000).unwrap_or_default(),
    };
    poll(&mut fds, Some(&timeout)).is_ok_and(|n| n > 0)
}
