//! `beat`: an agent's own hook says that the agent did something. Whatever happens, the agent is not told of it.

use crate::cli;
use std::io::{self, Write as _};
use swarmwarden::{domain::text, headless::Exit, settings::Settings};

/// Bytes of the hook's input that are taken; what it is told is of no interest.
const TAKEN: usize = 64 * 1024;

/// `beat`.
pub(super) fn run(settings: &Settings, asked: &cli::Beat) -> Exit {
    let said = note(settings, asked);
    drain();
    if asked.verbose {
        let _unread = writeln!(io::stderr(), "swarmwarden: {}", text::line(&said));
    }
    Exit::Ok
}

fn note(settings: &Settings, asked: &cli::Beat) -> String {
    let activity = match super::keepalive::activity(settings) {
        Ok(activity) => activity,
        Err(why) => return why.to_string(),
    };
    let given = asked.conversation.clone().filter(|id| !id.is_empty());
    let number = asked.worker.as_deref().and_then(|n| n.trim().parse().ok());
    let worker = number.or(settings.credentials.worker).filter(|n| *n > 0);
    let name =
        given.unwrap_or_else(|| worker.map_or("agent".to_owned(), |n| format!("worker-{n}")));
    let clock = super::clock(settings);
    match activity.touch(&name, clock.now()) {
        Ok(true) => format!("{name} lives"),
        Ok(false) => format!("{name} lives, as was noted a moment ago"),
        Err(why) => format!("{}: {why}", activity.path(&name).display()),
    }
}

/// Takes what is there of the input, so that whoever writes it is not cut off; waits for nothing.
fn drain() {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let input = io::stdin();
    let mut bytes = [0_u8; 8 * 1024];
    let mut taken = 0;
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    while taken < TAKEN {
        let mut fds = [PollFd::new(&input, PollFlags::IN)];
        let ready = poll(&mut fds, Some(&at_once)).is_ok_and(|n| n > 0);
        let readable = fds.iter().any(|f| f.revents().contains(PollFlags::IN));
        if !ready || !readable {
            return;
        }
        match rustix::io::read(&input, &mut bytes) {
            Ok(n) if n > 0 => taken += n,
            _ => return,
        }
    }
}
