//! What the other side says: answers to whoever asked, news to whoever follows, and its last words.

use super::{
    LINE,
    call::{EVENT, Event, GREETING, Told},
    words::shown,
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, read},
};
use std::{
    io::PipeReader,
    os::fd::{AsFd, OwnedFd},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{SyncSender, TrySendError},
    },
    time::Duration,
};

/// How much is read at once.
const CHUNK: usize = 64 * 1024;
/// Lines and bytes before the greeting, such as a login prints them.
const BANNER: (usize, usize) = (200, 64 * 1024);
/// Bytes of the last line of what is said besides that are kept.
const WORDS: usize = 400;

/// Called when the other side says that there was a commit, and when it is gone.
pub(super) type Hint = Arc<dyn Fn() + Send + Sync>;

/// What the threads leave behind.
#[derive(Default)]
pub(super) struct News {
    pub(super) version: AtomicU64,
    /// How often anything was heard.
    pub(super) heard: AtomicU64,
    /// Bytes of an answer that is not whole yet.
    pub(super) partial: AtomicU64,
    pub(super) trouble: AtomicBool,
    pub(super) ended: AtomicBool,
    /// Why it ended, where that is not the end of the process.
    pub(super) why: Mutex<String>,
    pub(super) words: Mutex<String>,
    pub(super) hint: Option<Hint>,
}

impl News {
    fn hint(&self) {
        if let Some(hint) = &self.hint {
            hint();
        }
    }

    fn end(&self, why: &str) {
        self.why
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_str(why);
        self.ended.store(true, Ordering::Release);
        self.hint();
    }
}

/// Waits for any of them; `false` when nothing came in time.
pub(super) fn ready(fds: &mut [PollFd<'_>], within: Option<Duration>) -> bool {
    let limit = within.map(|within| Timespec {
        tv_sec: i64::try_from(within.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: within.subsec_nanos().into(),
    });
    loop {
        match poll(fds, limit.as_ref()) {
            Ok(0) => return false,
            Err(Errno::INTR) => {}
            Ok(_) | Err(_) => return true,
        }
    }
}

/// Reads a piece as soon as there is one; `None` at the end of the pipe, or of the link.
fn piece<'a>(from: &OwnedFd, stopped: &PipeReader, into: &'a mut [u8]) -> Option<&'a [u8]> {
    loop {
        let mut fds = [
            PollFd::from_borrowed_fd(from.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(stopped.as_fd(), PollFlags::IN),
        ];
        ready(&mut fds, None);
        if !fds.get(1).is_some_and(|f| f.revents().is_empty()) {
            return None;
        }
        match read(from, &mut *into) {
            Ok(0) => return None,
            Ok(n) => return into.get(..n),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => return None,
        }
    }
}

/// Keeps the last line of what is said besides.
pub(super) fn keep_words(news: &News, from: &OwnedFd, stopped: &PipeReader) {
    let (mut chunk, mut line, mut last) = ([0; 4 * 1024], Vec::new(), Vec::new());
    while let Some(bytes) = piece(from, stopped, &mut chunk) {
        for byte in bytes {
            match byte {
                b'\n' | b'\r' if line.is_empty() => {}
                b'\n' | b'\r' => last = std::mem::take(&mut line),
                byte if line.len() < WORDS => line.push(*byte),
                _ => {}
            }
        }
        let words = if line.is_empty() { &last } else { &line };
        let words = shown(String::from_utf8_lossy(words).trim());
        *news.words.lock().unwrap_or_else(PoisonError::into_inner) = words;
    }
}

/// Puts together the lines of the other side.
pub(super) struct Ear {
    news: Arc<News>,
    answers: SyncSender<Vec<u8>>,
    line: Vec<u8>,
    greeted: bool,
    banner: (usize, usize),
}

impl Ear {
    pub(super) fn new(news: Arc<News>, answers: SyncSender<Vec<u8>>) -> Self {
        Self {
            news,
            answers,
            line: Vec::new(),
            greeted: false,
            banner: (0, 0),
        }
    }

    pub(super) fn listen(mut self, from: &OwnedFd, stopped: &PipeReader) {
        let mut chunk = vec![0; CHUNK];
        let mut why = String::new();
        while let Some(bytes) = piece(from, stopped, &mut chunk) {
            if let Err(odd) = self.hear(bytes) {
                why = odd;
                break;
            }
        }
        self.news.end(&why);
    }

    /// Takes a piece; an error is the end of it.
    fn hear(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        self.news.heard.fetch_add(1, Ordering::AcqRel);
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (head, rest) = bytes.split_at(end);
            self.line.extend_from_slice(head);
            bytes = rest.get(1..).unwrap_or_default();
            let line = std::mem::take(&mut self.line);
            self.whole(line)?;
        }
        self.line.extend_from_slice(bytes);
        let limit = if self.greeted { LINE } else { BANNER.1 };
        if self.line.len() > limit {
            return Err(format!("it said a line of more than {limit} bytes"));
        }
        let answering = self.greeted && !EVENT.starts_with(self.line.get(..9).unwrap_or_default());
        let partial = if answering { self.line.len() } else { 0 };
        self.news.partial.store(partial as u64, Ordering::Release);
        Ok(())
    }

    fn whole(&mut self, mut line: Vec<u8>) -> Result<(), String> {
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        if self.greeted && line.starts_with(EVENT) {
            if let Ok(event) = serde_json::from_slice::<Event>(&line) {
                self.told(&event);
            }
            return Ok(());
        }
        if !self.greeted && !line.starts_with(GREETING) {
            self.banner = (self.banner.0 + 1, self.banner.1 + line.len());
            if self.banner.0 > BANNER.0 || self.banner.1 > BANNER.1 {
                let words = shown(&String::from_utf8_lossy(line.get(..80).unwrap_or(&line)));
                return Err(format!(
                    "it does not speak the protocol, but says `{words}`"
                ));
            }
            return Ok(());
        }
        self.greeted = true;
        match self.answers.try_send(line) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(()),
            Err(TrySendError::Full(_)) => Err("it answers what was not asked".to_owned()),
        }
    }

    fn told(&self, event: &Event) {
        match event.event {
            Told::Moved => {
                self.news.version.store(event.version, Ordering::Release);
                self.news.trouble.store(false, Ordering::Release);
                self.news.hint();
            }
            Told::Trouble => {
                self.news.trouble.store(true, Ordering::Release);
                self.news.hint();
            }
            Told::Still | Told::Other => {}
        }
    }
}
