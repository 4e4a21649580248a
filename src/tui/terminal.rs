//! The terminal: taken once, given back whatever happens, and written to one whole frame at a time.

use super::{
    Options, Outcome,
    framed::Framed,
    links::{Links, Shared},
    probe::{self, Late},
    run::{Host, Inputs, Signal, run},
};
use crate::{domain::Timestamp, link::Ports};
use crossterm::{
    cursor, event, execute,
    terminal::{self, disable_raw_mode, enable_raw_mode},
};
use futures::{Stream, stream};
use ratatui::Terminal;
use std::{
    collections::VecDeque,
    io::{self, IsTerminal, Write},
    panic,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    thread,
    time::Duration,
};
use tokio::{
    signal::unix::{Signal as Receiver, SignalKind, signal},
    time::Instant,
};

/// Runs the dashboard on the terminal of this process until it ends. Await it on the thread that called it (`block_on`): that thread
/// owns the terminal, and a panic on any other leaves it alone. Fails when standard input or output is no terminal.
pub async fn start(
    ports: Ports,
    options: Options,
    now: impl Fn() -> Timestamp,
) -> io::Result<Outcome> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        let words = "the dashboard needs a terminal; try `swarmwarden status`";
        return Err(io::Error::other(words));
    }
    let signals = signals()?;
    let mut tty = Tty::enter(options.mouse)?;
    let (options, late) = themed(options)?;
    *tty.keys.lock().map_err(|_| io::Error::other("no keys"))? = Some(event::EventStream::new());
    let links = tty.links.clone();
    let mut terminal = Terminal::new(Framed::linked(io::stdout(), links))?;
    let inputs = Inputs {
        events: Typed {
            keys: Arc::clone(&tty.keys),
            late,
            ready: VecDeque::new(),
        },
        signals: Box::pin(signals),
        ports,
    };
    run(&mut terminal, inputs, &mut tty, &options, now).await
}

/// With the theme that fits the terminal's background, where that shall be asked for; and what to do with an answer that is late.
fn themed(mut options: Options) -> io::Result<(Options, Late)> {
    if !options.ask {
        return Ok((options, Late::default()));
    }
    let (ground, late) = probe::ask()?;
    if let Some(ground) = ground {
        ground.theme().clone_into(&mut options.theme);
        let own = options
            .themes
            .iter()
            .find(|(name, _)| *name == options.theme);
        options.own_theme = own.map(|(_, text)| text.clone());
    }
    Ok((options, late))
}

/// The terminal in our hands. Dropping it gives it back, and so does a panic of the thread that took it.
#[derive(Debug)]
struct Tty {
    /// It is in our hands.
    taken: Arc<AtomicBool>,
    /// It sends us what the mouse does.
    mouse: bool,
    /// It has a title of ours.
    titled: Arc<AtomicBool>,
    title: String,
    keys: Keys,
    links: Shared,
}

/// Who reads keys; nobody while the terminal is lent.
type Keys = Arc<Mutex<Option<event::EventStream>>>;

/// What is typed, while the terminal is ours.
struct Typed {
    keys: Keys,
    /// Takes out what the terminal says.
    late: Late,
    /// What is to be handed on.
    ready: VecDeque<event::Event>,
}

impl Stream for Typed {
    type Item = io::Result<event::Event>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { keys, late, ready } = self.get_mut();
        let Ok(mut keys) = keys.lock() else {
            return Poll::Ready(None);
        };
        let Some(keys) = &mut *keys else {
            return Poll::Pending;
        };
        loop {
            if let Some(event) = ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            match ready!(Pin::new(&mut *keys).poll_next(context)) {
                Some(Ok(event)) => ready.extend(late.pass(event, Instant::now())),
                other => return Poll::Ready(other),
            }
        }
    }
}

impl Tty {
    /// Takes the terminal, and throws away what was typed before.
    fn enter(mouse: bool) -> io::Result<Self> {
        let tty = Self {
            taken: Arc::new(AtomicBool::new(false)),
            mouse,
            titled: Arc::new(AtomicBool::new(false)),
            title: String::new(),
            keys: Arc::default(),
            links: Shared::default(),
        };
        tty.guard_panics();
        tty.take()?;
        while event::poll(Duration::ZERO)? {
            event::read()?;
        }
        Ok(tty)
    }

    fn take(&self) -> io::Result<()> {
        enable_raw_mode()?;
        self.taken.store(true, Ordering::SeqCst);
        execute!(
            io::stdout(),
            terminal::EnterAlternateScreen,
            cursor::Hide,
            event::EnableBracketedPaste,
            event::EnableFocusChange,
        )?;
        if self.mouse {
            capture(true)?;
        }
        Ok(())
    }

    /// While the terminal is ours, a panic of this thread gives it back before anything is printed; a panic of another thread prints
    /// nothing over the screen (who started that thread reports it).
    fn guard_panics(&self) {
        let (taken, titled) = (Arc::clone(&self.taken), Arc::clone(&self.titled));
        let ours = thread::current().id();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == ours {
                restore(&taken, &titled);
            }
            if !taken.load(Ordering::SeqCst) {
                before(info);
            }
        }));
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        restore(&self.taken, &self.titled);
    }
}

impl Host for Tty {
    fn suspend(&mut self) -> io::Result<()> {
        if !can_be_resumed() {
            return Ok(());
        }
        restore(&self.taken, &self.titled);
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?;
        self.take()?;
        self.retitle()
    }

    fn resume(&mut self) -> io::Result<()> {
        disable_raw_mode()?;
        self.take()
    }

    fn lend(&mut self, work: &mut dyn FnMut()) -> io::Result<()> {
        // Nobody but the other program reads keys meanwhile.
        drop(self.keys.lock().map(|mut keys| keys.take()));
        restore(&self.taken, &self.titled);
        work();
        self.take()?;
        if let Ok(mut keys) = self.keys.lock() {
            *keys = Some(event::EventStream::new());
        }
        self.retitle()
    }

    fn ring(&mut self, bytes: &str) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(bytes.as_bytes())?;
        out.flush()
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        capture(on)
    }

    fn links(&mut self, links: Links) {
        self.links.set(links);
    }

    fn title(&mut self, words: &str) -> io::Result<()> {
        words.clone_into(&mut self.title);
        self.retitle()
    }
}

impl Tty {
    /// Gives the terminal our title; the first time the one it had is put aside.
    fn retitle(&self) -> io::Result<()> {
        if self.title.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout();
        if !self.titled.swap(true, Ordering::SeqCst) {
            out.write_all(b"\x1b[22;0t")?;
        }
        write!(out, "\x1b]2;{}\x1b\\", self.title)?;
        out.flush()
    }
}

/// Somebody in this session runs us as a job. A program that is a session of its own (a pane of a multiplexer) would never be woken.
#[must_use]
pub fn can_be_resumed() -> bool {
    use rustix::process::{getpgid, getppid, getsid};
    let Some(parent) = getppid() else {
        return false;
    };
    let same_session = matches!((getsid(None), getsid(Some(parent))), (Ok(a), Ok(b)) if a == b);
    let own_group = matches!((getpgid(None), getpgid(Some(parent))), (Ok(a), Ok(b)) if a != b);
    same_session && own_group
}

/// Presses and the wheel as SGR reports. Not the movements: nothing here follows the pointer.
fn capture(on: bool) -> io::Result<()> {
    let bytes: &[u8] = if on {
        b"\x1b[?1000h\x1b[?1006h"
    } else {
        b"\x1b[?1006l\x1b[?1000l"
    };
    let mut out = io::stdout();
    out.write_all(bytes)?;
    out.flush()
}

/// Gives the terminal back; the second time does nothing. What fails has no remedy: the terminal may be gone.
fn restore(taken: &AtomicBool, titled: &AtomicBool) {
    if !taken.swap(false, Ordering::SeqCst) {
        return;
    }
    if titled.swap(false, Ordering::SeqCst) {
        // An empty title first: a terminal that has no stack of titles is at least not left with counts that are old.
        let _ = io::stdout().write_all(b"\x1b]2;\x1b\\\x1b[23;0t");
    }
    let _ = capture(false);
    let _ = execute!(
        io::stdout(),
        terminal::EndSynchronizedUpdate,
        event::DisableFocusChange,
        event::DisableBracketedPaste,
        terminal::LeaveAlternateScreen,
        cursor::Show,
    );
    let _ = disable_raw_mode();
}

/// The signals that concern a full-screen program.
fn signals() -> io::Result<impl Stream<Item = Signal>> {
    let raw = |signal: rustix::process::Signal| SignalKind::from_raw(signal.as_raw());
    let all = [
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::hangup(), Signal::Hangup),
        (SignalKind::interrupt(), Signal::Interrupt),
        (raw(rustix::process::Signal::TSTP), Signal::Suspend),
        (raw(rustix::process::Signal::CONT), Signal::Resume),
    ];
    let mut streams = Vec::new();
    for (kind, name) in all {
        let each = |(mut receiver, name): (Receiver, Signal)| async move {
            receiver.recv().await?;
            Some((name, (receiver, name)))
        };
        streams.push(Box::pin(stream::unfold((signal(kind)?, name), each)));
    }
    Ok(stream::select_all(streams))
}
