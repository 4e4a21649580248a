//! A recording as lines that are only appended.

use super::{Failure, Source};
use crate::cli::Replay;
use std::{
    io::{self, Write},
    thread,
    time::Duration,
};
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
            thread::sleep(Duration::from_secs(step.unsigned_abs()) / speed);
        }
        let next = source.player.at(at)?;
        lines += played::changes(&mut out, &shown, &next)?;
        shown = next;
    }
    played::end(&mut out, &shown, lines)?;
    out.flush()?;
    Ok(Exit::Ok)
}
