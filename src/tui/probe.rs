//! What colour the terminal's background has: asked once, before the first frame (OSC 11). Who answers in time decides the theme; an answer
//! that comes late is swallowed, and is never taken for keys.

mod late;

pub(super) use late::Late;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::{
    io::{self, Write},
    time::Duration,
};
use tokio::time::Instant;

const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long a late one is waited for.
const LATEST: Duration = Duration::from_secs(10);
/// Relative luminance with which black and white text have the same contrast.
const MIDDLE: f64 = 0.179;

/// What a background is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// Light text is read better on it.
    Dark,
    /// Dark text is.
    Light,
}

impl Ground {
    /// The shipped theme for it.
    pub(super) const fn theme(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

/// Asks the terminal, which is in raw mode and read by nobody else; what is typed meanwhile is thrown away. Takes at most 100 ms.
pub(super) fn ask() -> io::Result<(Option<Ground>, Late)> {
    let mut out = io::stdout();
    out.write_all(QUESTION)?;
    out.flush()?;
    let (begun, stdin) = (Instant::now(), io::stdin());
    let mut heard = Vec::new();
    while let Some(left) = PATIENCE.checked_sub(begun.elapsed()) {
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        let left = Timespec {
            tv_sec: 0,
            tv_nsec: left.subsec_nanos().into(),
        };
        match poll(&mut fds, Some(&left)) {
            Ok(0) => break,
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let mut chunk = [0; 256];
        let n = rustix::io::read(&stdin, &mut chunk)?;
        if n == 0 {
            break;
        }
        heard.extend_from_slice(chunk.get(..n).unwrap_or_default());
        if let Some(reply) = reply(&heard) {
            return Ok((ground(reply), Late::default()));
        }
    }
    Ok((None, Late::after(&heard, Instant::now() + LATEST)))
}

/// What stands between the beginning and the end of an answer, when all of it is there.
fn reply(heard: &[u8]) -> Option<&str> {
    let begin = b"\x1b]11;";
    let at = heard.windows(begin.len()).position(|w| w == begin)?;
    let rest = heard.get(at + begin.len()..)?;
    let end = rest
        .iter()
        .enumerate()
        .position(|(n, b)| *b == 7 || rest.get(n..n + 2) == Some(b"\x1b\\"))?;
    std::str::from_utf8(rest.get(..end)?).ok()
}

/// Reads `rgb:RRRR/GGGG/BBBB`, one to four digits each, or `rgba:` with one more. `None` for anything else.
fn ground(reply: &str) -> Option<Ground> {
    let ("rgb" | "rgba", digits) = reply.split_once(':')? else {
        return None;
    };
    let mut parts = digits.split('/').map(|part| {
        let all = u32::from(u16::MAX) >> (16 - 4 * part.len().clamp(1, 4));
        let plain = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_hexdigit());
        let value = u32::from_str_radix(part, 16).ok().filter(|_| plain)?;
        let share = f64::from(value) / f64::from(all);
        Some(if share <= 0.040_45 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        })
    });
    let mut next = || parts.next().flatten();
    let (r, g, b) = (next()?, next()?, next()?);
    let luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    Some(if luminance > MIDDLE {
        Ground::Light
    } else {
        Ground::Dark
    })
}

#[cfg(test)]
mod tests;
