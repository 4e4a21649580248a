//! One opened pipe: a thread that reads what the other side says, one that keeps its last words, and the process at its end. The threads wait
//! for two things at once, the pipe and the end of this link, so that they end with it whatever the other side holds open.

use super::{
    dial::Ends,
    ear::{Ear, Hint, News, keep_words, ready},
};
use rustix::{
    event::{PollFd, PollFlags},
    fs::{OFlags, fcntl_getfl, fcntl_setfl},
    io::{Errno, write},
    process::{Pid, Signal, kill_process_group},
};
use std::{
    io::{self, PipeWriter, pipe},
    os::fd::OwnedFd,
    process::Child,
    sync::{
        Arc, PoisonError,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Name of the thread that keeps the last words.
const WORDS: &str = "pipe-words";
/// Between two looks while an answer is awaited.
const SLICE: Duration = Duration::from_millis(100);
/// How long a process may take to end by itself, and how often that is looked at.
const GRACE: (u32, Duration) = (400, Duration::from_millis(1));

/// The same for one that is given up.
const HASTE: u32 = 20;

/// Why there is no answer.
pub(super) struct Broken {
    pub(super) why: String,
    /// It will be no better the next time.
    pub(super) lasting: bool,
    /// So long nothing was heard.
    pub(super) silence: Duration,
}

impl Broken {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            lasting: false,
            silence: Duration::ZERO,
        }
    }

    pub(super) fn lasting(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            lasting: true,
            silence: Duration::ZERO,
        }
    }
}

/// One opened pipe.
pub(super) struct Link {
    news: Arc<News>,
    answers: Option<Receiver<Vec<u8>>>,
    to: Option<OwnedFd>,
    /// Ends the threads when it is dropped.
    stop: Option<PipeWriter>,
    threads: Vec<JoinHandle<()>>,
    child: Option<Child>,
    /// Nothing good is to be expected of it any more.
    abandoned: bool,
}

impl Link {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the operating system gives no thread or no pipe.
    pub(super) fn new(ends: Ends, hint: Option<Hint>) -> io::Result<Self> {
        let news = Arc::new(News {
            hint,
            ..News::default()
        });
        let (stopped, stop) = pipe()?;
        let (said, answers) = sync_channel(4);
        fcntl_setfl(&ends.to, fcntl_getfl(&ends.to)? | OFlags::NONBLOCK)?;
        let mut link = Self {
            news: Arc::clone(&news),
            answers: Some(answers),
            to: Some(ends.to),
            stop: Some(stop),
            threads: Vec::new(),
            child: ends.child,
            abandoned: false,
        };
        if let Some(errors) = ends.errors {
            let (news, stopped) = (Arc::clone(&news), stopped.try_clone()?);
            let run = move || keep_words(&news, &errors, &stopped);
            link.threads.push(spawn(WORDS, run)?);
        }
        let run = move || Ear::new(news, said).listen(&ends.from, &stopped);
        link.threads.push(spawn("pipe-reader", run)?);
        Ok(link)
    }

    /// Has it end without much of a grace.
    pub(super) const fn abandon(&mut self) {
        self.abandoned = true;
    }

    /// The version that was told last.
    pub(super) fn version(&self) -> u64 {
        self.news.version.load(Ordering::Acquire)
    }

    /// How often anything was heard; `None` where what was told last is not to be trusted.
    pub(super) fn heard(&self) -> Option<u64> {
        let ended = self.news.ended.load(Ordering::Acquire);
        let trouble = self.news.trouble.load(Ordering::Acquire);
        (!ended && !trouble).then(|| self.news.heard.load(Ordering::Acquire))
    }

    /// Sends a request and waits for its answer, at most for `silence` without a sign of one.
    pub(super) fn exchange(&mut self, line: &[u8], silence: Duration) -> Result<Vec<u8>, Broken> {
        let mut left = line;
        let Some(to) = &self.to else {
            return Err(Broken::new("it is closed"));
        };
        let mut waited = Duration::ZERO;
        while !left.is_empty() {
            match write(to, left) {
                Ok(sent) => left = left.get(sent..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    if waited >= silence {
                        return Err(silent(silence, "did not take a request"));
                    }
                    let mut fds = [PollFd::new(to, PollFlags::OUT)];
                    if !ready(&mut fds, Some(SLICE)) {
                        waited += SLICE;
                    }
                }
                // Why it is gone is known by whoever reads.
                Err(_) => break,
            }
        }
        self.next(silence)
    }

    /// Waits for a line of the other side.
    pub(super) fn next(&mut self, silence: Duration) -> Result<Vec<u8>, Broken> {
        let (mut waited, mut partial) = (Duration::ZERO, 0);
        loop {
            let Some(answers) = &self.answers else {
                return Err(Broken::new("it is closed"));
            };
            match answers.recv_timeout(SLICE) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Disconnected) => return Err(self.epitaph()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = self.news.partial.load(Ordering::Acquire);
            waited = if now == partial {
                waited + SLICE
            } else {
                Duration::ZERO
            };
            partial = now;
            if waited >= silence {
                return Err(silent(silence, "did not answer"));
            }
        }
    }

    /// Why it ended: its own words, and how its process did.
    fn epitaph(&mut self) -> Broken {
        let code = self.child.as_mut().and_then(|child| ended(child, GRACE.0));
        // The words come through a pipe of their own: its last ones are in when its thread has ended, unless somebody else holds it open.
        let said =
            |thread: &JoinHandle<()>| thread.thread().name() == Some(WORDS) && thread.is_finished();
        for _ in 0..100 {
            if self.child.is_none() || self.threads.iter().any(said) {
                break;
            }
            thread::park_timeout(GRACE.1);
        }
        let (words, why) = (self.words(), self.why());
        let mut sentence = match code.map(|code| code.code()) {
            _ if !why.is_empty() => why,
            Some(Some(code)) => format!("it ended with exit code {code}"),
            Some(None) => "it was ended by a signal".to_owned(),
            None => "it closed the pipe".to_owned(),
        };
        if !words.is_empty() {
            sentence = format!("{sentence}: {words}");
        }
        let lasting = matches!(code.and_then(|c| c.code()), Some(126 | 127));
        Broken {
            why: sentence,
            lasting,
            silence: Duration::ZERO,
        }
    }

    fn words(&self) -> String {
        let words = self.news.words.lock();
        words.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn why(&self) -> String {
        let why = self.news.why.lock();
        why.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Link {
    /// Closes the pipe, gives the process a moment to end by itself, and ends it and all that it started.
    fn drop(&mut self) {
        let looks = if self.abandoned { HASTE } else { GRACE.0 };
        (self.to, self.answers) = (None, None);
        // What the other side holds open is closed when this returns, as with a file.
        for _ in 0..looks {
            if self.news.ended.load(Ordering::Acquire) || self.threads.is_empty() {
                break;
            }
            thread::park_timeout(GRACE.1);
        }
        if let Some(child) = &mut self.child {
            let gone = ended(child, looks).is_some();
            let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            if let Some(id) = id {
                let _none_left = kill_process_group(id, Signal::KILL);
            }
            if !gone {
                let _unkillable = ended(child, GRACE.0);
            }
        }
        self.stop = None;
        for thread in self.threads.drain(..) {
            let _panicked = thread.join();
        }
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(run)
}

fn silent(silence: Duration, what: &str) -> Broken {
    let why = format!(
        "it {what} within {} s; does it ask for a password?",
        silence.as_secs().max(1)
    );
    Broken {
        silence,
        ..Broken::new(why)
    }
}

/// Looks so often whether a process has ended.
fn ended(child: &mut Child, looks: u32) -> Option<std::process::ExitStatus> {
    for _ in 0..looks {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::park_timeout(GRACE.1);
    }
    None
}
