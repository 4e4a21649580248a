//! A worker's hour: heartbeats and signs of life as differences of differences in variable-length numbers, about four bytes each.
//!
//! An event is a number whose low three bits say what it is and whose rest is how its distance from the last of its kind differs from the
//! distance before; then what it holds. Times in rows are kept as the difference to when they were seen.

use super::event::{Act, Beat, Event, Time, What};
use std::{collections::BTreeMap, sync::Arc};

/// A heartbeat with the status as before.
const BEAT: u64 = 0;
/// A heartbeat with another status, with no time, or with the last look.
const STATUS: u64 = 1;
/// A poll that fetched nothing.
const POLL: u64 = 2;
/// Any other sign of life.
const ACT: u64 = 3;
/// Kinds that have a rhythm of their own.
const KINDS: usize = 4;
/// Most events that are taken from one block.
const MOST: usize = 1_000_000;

/// A block that does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a block of it does not read")]
pub(super) struct Broken;

/// When the last of a kind was, how long after the one before, and how late its own time was.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    at: i64,
    step: i64,
    late: i64,
}

/// Writes the heartbeats and signs of life of one worker, ascending; others are left out.
#[must_use]
pub(super) fn encode(hour: i64, events: &[Event]) -> Vec<u8> {
    let mut out = Vec::with_capacity(events.len() * 5);
    let mut lasts = [Last {
        at: hour,
        ..Last::default()
    }; KINDS];
    let mut status: Box<str> = "".into();
    for event in events {
        match &event.what {
            What::Beat(beat) => {
                let plain = matches!(beat.at, Time::At(_)) && beat.since.is_none();
                if plain && beat.status == status {
                    begin(&mut out, &mut lasts, BEAT, event.ms);
                    lateness(&mut out, &mut lasts, BEAT, event.ms, beat.at);
                } else {
                    begin(&mut out, &mut lasts, STATUS, event.ms);
                    text(&mut out, &beat.status);
                    time(&mut out, event.ms, beat.at);
                    since(&mut out, event.ms, beat.since);
                    status.clone_from(&beat.status);
                }
            }
            What::Act(act) => {
                if act.kind == 2 && matches!(act.at, Time::At(_)) && act.since.is_none() {
                    begin(&mut out, &mut lasts, POLL, event.ms);
                    lateness(&mut out, &mut lasts, POLL, event.ms, act.at);
                } else {
                    begin(&mut out, &mut lasts, ACT, event.ms);
                    number(&mut out, act.kind);
                    time(&mut out, event.ms, act.at);
                    since(&mut out, event.ms, act.since);
                }
            }
            _ => {}
        }
    }
    out
}

/// Reads what [`encode`] wrote, of the worker `who`. O(bytes).
///
/// # Errors
/// [`Broken`] for anything else.
pub(super) fn decode(hour: i64, who: &Arc<str>, bytes: &[u8]) -> Result<Vec<Event>, Broken> {
    let mut input = Input(bytes);
    let mut lasts = [Last {
        at: hour,
        ..Last::default()
    }; KINDS];
    let mut status: Box<str> = "".into();
    let mut all = Vec::new();
    while !input.0.is_empty() {
        if all.len() == MOST {
            return Err(Broken);
        }
        let first = input.number()?;
        let kind = first & 7;
        let last = usize::try_from(kind)
            .ok()
            .and_then(|k| lasts.get_mut(k))
            .ok_or(Broken)?;
        last.step = last.step.checked_add(unzigzag(first >> 3)).ok_or(Broken)?;
        last.at = last.at.checked_add(last.step).ok_or(Broken)?;
        let ms = last.at;
        let who = Arc::clone(who);
        let what = match kind {
            BEAT => What::Beat(Beat {
                who,
                status: status.clone(),
                at: input.late(last)?,
                since: None,
            }),
            STATUS => {
                status = input.text()?;
                What::Beat(Beat {
                    who,
                    status: status.clone(),
                    at: input.time(ms)?,
                    since: input.since(ms)?,
                })
            }
            POLL => What::Act(Act {
                who,
                kind: 2,
                at: input.late(last)?,
                since: None,
            }),
            _ => What::Act(Act {
                who,
                kind: input.number()?,
                at: input.time(ms)?,
                since: input.since(ms)?,
            }),
        };
        all.push(Event { ms, what });
    }
    // The kinds were interleaved as they were written, so that their order is that of time already, but for damage.
    all.sort_by_key(|event| event.ms);
    Ok(all)
}

/// Blocks of several workers, by their numbers, one after another.
#[must_use]
pub(super) fn join(blocks: &BTreeMap<i64, Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::new();
    for (who, block) in blocks {
        number(&mut out, who.cast_unsigned());
        number(&mut out, block.len() as u64);
        out.extend_from_slice(block);
    }
    out
}

/// What [`join`] put together. O(bytes).
///
/// # Errors
/// [`Broken`] for anything else.
pub(super) fn split(bytes: &[u8]) -> Result<BTreeMap<i64, Vec<u8>>, Broken> {
    let mut input = Input(bytes);
    let mut all = BTreeMap::new();
    while !input.0.is_empty() {
        let who = input.number()?.cast_signed();
        let len = usize::try_from(input.number()?).map_err(|_| Broken)?;
        let (block, rest) = input.0.split_at_checked(len).ok_or(Broken)?;
        input.0 = rest;
        all.insert(who, block.to_vec());
    }
    Ok(all)
}

fn begin(out: &mut Vec<u8>, lasts: &mut [Last; KINDS], kind: u64, ms: i64) {
    let Some(last) = usize::try_from(kind).ok().and_then(|k| lasts.get_mut(k)) else {
        return;
    };
    let step = ms.saturating_sub(last.at);
    number(out, (zigzag(step.saturating_sub(last.step)) << 3) | kind);
    (last.at, last.step) = (ms, step);
}

fn lateness(out: &mut Vec<u8>, lasts: &mut [Last; KINDS], kind: u64, ms: i64, at: Time) {
    let (Some(last), Time::At(at)) = (
        usize::try_from(kind).ok().and_then(|k| lasts.get_mut(k)),
        at,
    ) else {
        return;
    };
    let late = ms.saturating_sub(at.div_euclid(1_000));
    number(out, zigzag(late.saturating_sub(last.late)));
    last.late = late;
}

fn time(out: &mut Vec<u8>, ms: i64, at: Time) {
    match at {
        Time::None => out.push(0),
        Time::Bad(_) => out.push(1),
        Time::At(at) => {
            out.push(2);
            number(out, zigzag(ms.saturating_sub(at.div_euclid(1_000))));
        }
    }
}

fn since(out: &mut Vec<u8>, ms: i64, since: Option<i64>) {
    // One more than the distance; zero is none.
    let distance = since.map_or(0, |at| ms.saturating_sub(at).max(0).saturating_add(1));
    number(out, distance.unsigned_abs());
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

const fn zigzag(n: i64) -> u64 {
    // Three bits are taken by the kind: distances beyond 2^59 ms do not occur, and saturate.
    let n = if n > 1 << 58 {
        1 << 58
    } else if n < -(1 << 58) {
        -(1 << 58)
    } else {
        n
    };
    ((n << 1) ^ (n >> 63)).cast_unsigned()
}

const fn unzigzag(n: u64) -> i64 {
    (n >> 1).cast_signed() ^ -((n & 1).cast_signed())
}

fn number(out: &mut Vec<u8>, mut n: u64) {
    #[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 128")]
    out.push(n as u8);
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> Result<u8, Broken> {
        let (first, rest) = self.0.split_first().ok_or(Broken)?;
        self.0 = rest;
        Ok(*first)
    }

    fn number(&mut self) -> Result<u64, Broken> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(n);
            }
        }
        Err(Broken)
    }

    /// A time in a row, by how late the row was seen.
    fn late(&mut self, last: &mut Last) -> Result<Time, Broken> {
        let late = last.late.checked_add(unzigzag(self.number()?));
        last.late = late.ok_or(Broken)?;
        let ms = last.at.saturating_sub(last.late);
        Ok(Time::At(ms.saturating_mul(1_000)))
    }

    fn text(&mut self) -> Result<Box<str>, Broken> {
        let len = usize::try_from(self.number()?).map_err(|_| Broken)?;
        if len > crate::domain::text::ID_CAP || len > self.0.len() {
            return Err(Broken);
        }
        let (text, rest) = self.0.split_at(len);
        self.0 = rest;
        std::str::from_utf8(text)
            .map(Into::into)
            .map_err(|_| Broken)
    }

    fn time(&mut self, ms: i64) -> Result<Time, Broken> {
        Ok(match self.byte()? {
            0 => Time::None,
            1 => Time::Bad(true),
            2 => {
                let late = unzigzag(self.number()?);
                Time::At(ms.saturating_sub(late).saturating_mul(1_000))
            }
            _ => return Err(Broken),
        })
    }

    fn since(&mut self, ms: i64) -> Result<Option<i64>, Broken> {
        let distance = i64::try_from(self.number()?).map_err(|_| Broken)?;
        Ok((distance > 0).then(|| ms.saturating_sub(distance - 1)))
    }
}

#[cfg(test)]
mod tests;
