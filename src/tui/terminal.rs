//! The terminal: taken once, given back whatever happens, and written to one whole frame at a time.

use super::{
    Options, Outcome,
    run::{Host, Inputs, Signal, run},
};
use crate::{domain::Timestamp, link::Ports};
use crossterm::{
    cursor, event, execute, queue,
    style::force_color_output,
    terminal::{self, disable_raw_mode, enable_raw_mode},
};
use futures::{Stream, stream};
use ratatui::{
    Terminal,
    backend::{Backend, ClearType, CrosstermBackend, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};
use std::{
    io::{self, IsTerminal, Write},
    panic,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::signal::unix::{Signal as Receiver, SignalKind, signal};

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
    force_color_output(options.depth != super::Depth::None);
    let signals = signals()?;
    let mut tty = Tty::enter()?;
    let mut terminal = Terminal::new(Framed::new(io::stdout()))?;
    let inputs = Inputs {
        events: event::EventStream::new(),
        signals: Box::pin(signals),
        ports,
    };
    run(&mut terminal, inputs, &mut tty, &options, now).await
}

/// The terminal in our hands. Dropping it gives it back, and so does a panic of the thread that took it.
#[derive(Debug)]
struct Tty {
    /// It is in our hands.
    taken: Arc<AtomicBool>,
}

impl Tty {
    /// Takes the terminal, and throws away what was typed before.
    fn enter() -> io::Result<Self> {
        let tty = Self {
            taken: Arc::new(AtomicBool::new(false)),
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
        )
    }

    /// While the terminal is ours, a panic of this thread gives it back before anything is printed; a panic of another thread prints
    /// nothing over the screen (who started that thread reports it).
    fn guard_panics(&self) {
        let taken = Arc::clone(&self.taken);
        let ours = thread::current().id();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == ours {
                restore(&taken);
            }
            if !taken.load(Ordering::SeqCst) {
                before(info);
            }
        }));
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        restore(&self.taken);
    }
}

impl Host for Tty {
    fn suspend(&mut self) -> io::Result<()> {
        if !can_be_resumed() {
            return Ok(());
        }
        restore(&self.taken);
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?;
        self.take()
    }

    fn resume(&mut self) -> io::Result<()> {
        disable_raw_mode()?;
        self.take()
    }
}

/// Somebody in this session runs us as a job. A program that is a session of its own (a pane of a multiplexer) would never be woken.
fn can_be_resumed() -> bool {
    use rustix::process::{getpgid, getppid, getsid};
    let Some(parent) = getppid() else {
        return false;
    };
    let same_session = matches!((getsid(None), getsid(Some(parent))), (Ok(a), Ok(b)) if a == b);
    let own_group = matches!((getpgid(None), getpgid(Some(parent))), (Ok(a), Ok(b)) if a != b);
    same_session && own_group
}

/// Gives the terminal back; the second time does nothing. What fails has no remedy: the terminal may be gone.
fn restore(taken: &AtomicBool) {
    if !taken.swap(false, Ordering::SeqCst) {
        return;
    }
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

/// A backend that collects a frame and writes it at once, inside a synchronized update. Writes nothing when nothing changed.
#[derive(Debug)]
pub(crate) struct Framed<W: Write> {
    out: W,
    frame: Vec<u8>,
    /// The cursor as it is on screen.
    cursor: Option<bool>,
    /// Where it will stand.
    at: Option<Position>,
}

impl<W: Write> Framed<W> {
    /// Writes to `out`.
    pub(crate) const fn new(out: W) -> Self {
        Self {
            out,
            frame: Vec::new(),
            cursor: None,
            at: None,
        }
    }

    fn inner(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }
}

impl<W: Write> Backend for Framed<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.at = None;
        self.inner().draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor != Some(false) {
            self.cursor = Some(false);
            queue!(self.frame, cursor::Hide)?;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor != Some(true) {
            self.cursor = Some(true);
            queue!(self.frame, cursor::Show)?;
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.at != Some(position) {
            self.at = Some(position);
            queue!(self.frame, cursor::MoveTo(position.x, position.y))?;
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        // Whoever clears does not know what is on screen: the cursor is set anew, too.
        (self.cursor, self.at) = (None, None);
        self.inner().clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = terminal::size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner().window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut whole = Vec::with_capacity(self.frame.len() + 16);
        queue!(whole, terminal::BeginSynchronizedUpdate)?;
        whole.append(&mut self.frame);
        queue!(whole, terminal::EndSynchronizedUpdate)?;
        self.out.write_all(&whole)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
