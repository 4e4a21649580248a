//! The shell around the model: the only place with awaits. Generic over backend, input and signals, so that a test scripts it.

mod lent;

use super::{
    Options, Outcome,
    effect::Effect,
    errand::{Errand, Runner, Told},
    frames::{Due, Frames},
    links::Links,
    model::{Model, Msg},
    picture, view,
};
use crate::{
    domain::{Refusal, Timestamp},
    link::{Ports, Reply},
};
use crossterm::event::Event;
use futures::{Stream, StreamExt};
use ratatui::{Frame, Terminal, backend::Backend, buffer::Buffer};
use std::{io, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::Instant};

/// What the system tells the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal is gone.
    Hangup,
    /// SIGINT from elsewhere; the key arrives as a key.
    Interrupt,
    /// SIGTSTP from elsewhere.
    Suspend,
    /// SIGCONT.
    Resume,
}

/// Who gives the terminal away and takes it back.
pub trait Host {
    /// Stops the program until somebody resumes it; the terminal is in our hands again afterwards.
    fn suspend(&mut self) -> io::Result<()>;
    /// Takes the terminal again after the program was stopped from outside.
    fn resume(&mut self) -> io::Result<()>;
    /// Gives the terminal to somebody else while `work` runs.
    fn lend(&mut self, work: &mut dyn FnMut()) -> io::Result<()>;
    /// Writes bytes that call somebody.
    fn ring(&mut self, bytes: &str) -> io::Result<()>;
    /// Takes the mouse, or gives it back.
    fn mouse(&mut self, on: bool) -> io::Result<()>;
    /// Takes where the cells of the next frame lead.
    fn links(&mut self, links: Links);
    /// Gives the terminal a title; the one it had comes back at the end.
    fn title(&mut self, words: &str) -> io::Result<()>;
}

/// A test has no terminal.
impl Host for () {
    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn resume(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn lend(&mut self, work: &mut dyn FnMut()) -> io::Result<()> {
        work();
        Ok(())
    }

    fn ring(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn mouse(&mut self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn links(&mut self, _: Links) {}

    fn title(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// What a run listens to.
#[derive(Debug)]
pub struct Inputs<I, S> {
    /// Keys, pastes, sizes; its end is the end of the run.
    pub events: I,
    /// Signals.
    pub signals: S,
    /// The engine.
    pub ports: Ports,
}

enum Heard {
    Msg(Msg),
    Signal(Signal),
    Resized,
    End(io::Result<()>),
    Frame,
}

/// Runs the dashboard until the operator leaves it or a signal ends it.
pub async fn run<B, I, S, H>(
    terminal: &mut Terminal<B>,
    mut inputs: Inputs<I, S>,
    host: &mut H,
    options: &Options,
    now: impl Fn() -> Timestamp,
) -> io::Result<Outcome>
where
    B: Backend<Error: Send + Sync + 'static>,
    I: Stream<Item = io::Result<Event>> + Unpin,
    S: Stream<Item = Signal> + Unpin,
    H: Host,
{
    let mut model = Model::new(options, now());
    let mut ended = Vec::new();
    let mut frames = Frames::new(Instant::now(), options.slow);
    let mut due = Some(Due::Key);
    let (runner, mut told) = Runner::new(&options.errands);
    begin(&mut model, &mut inputs.ports, now());
    loop {
        if let Some(why) = due
            && frames.next(why, Instant::now()) <= Instant::now()
        {
            show(terminal, host, &mut model, now())?;
            frames.drew(Instant::now());
            due = None;
            if options.panic_test {
                panic_as_asked();
            }
        }
        let frame = due.map(|why| frames.next(why, Instant::now()));
        let tick = next_tick(&model, now());
        let heard = listen(&mut inputs, (&mut ended, &mut told), frame, tick).await;
        let effects = match heard {
            Heard::Frame => continue,
            Heard::End(result) => return result.map(|()| Outcome::default()),
            Heard::Resized => {
                due = Some(Due::Key);
                continue;
            }
            Heard::Signal(signal) => {
                if let Some(outcome) = obey(signal, terminal, host)? {
                    return Ok(outcome);
                }
                due = Some(Due::Key);
                continue;
            }
            Heard::Msg(msg) => {
                if model.is_news(&msg) {
                    due = due.max(Some(urgency(&msg)));
                }
                model.update(msg, now())
            }
        };
        for effect in effects {
            if let Effect::Errand(errand) = effect {
                if begin_errand(&runner, errand, terminal, host)? {
                    due = Some(Due::Key);
                    if let Some(outcome) = lent::over(&mut inputs.signals).await {
                        return Ok(outcome);
                    }
                }
                continue;
            }
            let done = carry_out(effect, terminal, host, &mut model, &inputs.ports, now())?;
            if let Some(outcome) = done {
                return Ok(outcome);
            }
        }
    }
}

/// Begins an errand; `true` when it had the terminal, so that all is drawn again.
fn begin_errand<B, H>(
    runner: &Runner,
    errand: Errand,
    terminal: &mut Terminal<B>,
    host: &mut H,
) -> io::Result<bool>
where
    B: Backend<Error: Send + Sync + 'static>,
    H: Host,
{
    let lent = matches!(errand, Errand::Run { .. });
    runner.begin(errand, host)?;
    if lent {
        terminal.clear().map_err(io::Error::other)?;
    }
    Ok(lent)
}

/// Does one thing; an outcome ends the run.
fn carry_out<B, H>(
    effect: Effect,
    terminal: &mut Terminal<B>,
    host: &mut H,
    model: &mut Model,
    ports: &Ports,
    now: Timestamp,
) -> io::Result<Option<Outcome>>
where
    B: Backend<Error: Send + Sync + 'static>,
    H: Host,
{
    match effect {
        Effect::Send(envelope) => send(model, ports, envelope, now),
        Effect::Suspend => {
            host.suspend()?;
            terminal.clear().map_err(io::Error::other)?;
        }
        Effect::Errand(_) => {} // given to the runner
        Effect::Ring(bytes) => host.ring(&bytes)?,
        Effect::Title(words) => host.title(&words)?,
        Effect::Mouse(on) => host.mouse(on)?,
        Effect::Redraw => terminal.clear().map_err(io::Error::other)?,
        Effect::Quit { print } => {
            return Ok(Some(Outcome {
                print: print.then(|| text(terminal, model, now)),
                signal: None,
            }));
        }
    }
    Ok(None)
}

/// An answer is as urgent as its question.
fn urgency(msg: &Msg) -> Due {
    if matches!(msg, Msg::Input(_) | Msg::Reply(..) | Msg::Told(_)) {
        Due::Key
    } else {
        Due::Facts
    }
}

#[expect(clippy::panic, reason = "this is what the test asks for")]
fn panic_as_asked() {
    panic!("this panic was asked for");
}

/// What is known before the first event.
fn begin(model: &mut Model, ports: &mut Ports, now: Timestamp) {
    let first = Arc::clone(&ports.snapshot.borrow_and_update());
    model.update(Msg::Snapshot(first), now);
    let jobs = Arc::clone(&ports.jobs.borrow_and_update());
    model.update(Msg::Jobs(jobs), now);
}

fn show<B, H>(
    terminal: &mut Terminal<B>,
    host: &mut H,
    model: &mut Model,
    now: Timestamp,
) -> io::Result<()>
where
    B: Backend<Error: Send + Sync + 'static>,
    H: Host,
{
    let mut hits = view::Hits::default();
    let draw = |frame: &mut Frame<'_>| {
        hits = view::draw(model, frame, now);
        host.links(std::mem::take(&mut hits.links));
    };
    terminal.draw(draw).map_err(io::Error::other)?;
    model.settle(&hits);
    Ok(())
}

/// A channel that ended. It is told once, and not asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Engine,
    Jobs,
    Replies,
    Signals,
}

/// Waits for the next thing that happens: input first, the clock's next second last.
async fn listen<I, S>(
    inputs: &mut Inputs<I, S>,
    (ended, told): (&mut Vec<Ended>, &mut mpsc::Receiver<Result<Told, String>>),
    frame: Option<Instant>,
    tick: Duration,
) -> Heard
where
    I: Stream<Item = io::Result<Event>> + Unpin,
    S: Stream<Item = Signal> + Unpin,
{
    let ports = &mut inputs.ports;
    loop {
        return tokio::select! { biased;
            event = inputs.events.next() => match event {
                Some(Ok(Event::Resize(..))) => Heard::Resized,
                Some(Ok(event)) => Heard::Msg(Msg::Input(event)),
                Some(Err(e)) => Heard::End(Err(e)),
                None => Heard::End(Ok(())),
            },
            signal = inputs.signals.next(), if !ended.contains(&Ended::Signals) => {
                let Some(signal) = signal else {
                    ended.push(Ended::Signals);
                    continue;
                };
                Heard::Signal(signal)
            }
            reply = ports.replies.recv(), if !ended.contains(&Ended::Replies) => {
                let Some((id, reply)) = reply else {
                    ended.push(Ended::Replies);
                    continue;
                };
                Heard::Msg(Msg::Reply(id, reply))
            }
            Some(told) = told.recv() => Heard::Msg(Msg::Told(told)),
            changed = ports.snapshot.changed(), if !ended.contains(&Ended::Engine) => {
                Heard::Msg(if changed.is_ok() {
                    Msg::Snapshot(Arc::clone(&ports.snapshot.borrow_and_update()))
                } else {
                    ended.push(Ended::Engine);
                    Msg::EngineGone
                })
            }
            changed = ports.jobs.changed(), if !ended.contains(&Ended::Jobs) => {
                if changed.is_err() {
                    ended.push(Ended::Jobs);
                    continue;
                }
                Heard::Msg(Msg::Jobs(Arc::clone(&ports.jobs.borrow_and_update())))
            }
            () = tokio::time::sleep_until(frame.unwrap_or_else(Instant::now)), if frame.is_some() => Heard::Frame,
            () = tokio::time::sleep(tick) => Heard::Msg(Msg::Tick),
        };
    }
}

/// How long nothing need happen: until the clock's next second, or until recorded time has passed.
fn next_tick(model: &Model, now: Timestamp) -> Duration {
    let second = to_next_second(now);
    model.pace().map_or(second, |pace| pace.min(second))
}

/// Time until the seconds on the clock change.
fn to_next_second(now: Timestamp) -> Duration {
    let left = 1_000_000 - now.0.rem_euclid(1_000_000);
    Duration::from_micros(u64::try_from(left).unwrap_or(1_000_000))
}

fn send(model: &mut Model, ports: &Ports, envelope: crate::link::Envelope, now: Timestamp) {
    let id = envelope.id;
    let refusal = match ports.commands.try_send(envelope) {
        Ok(()) => return,
        Err(mpsc::error::TrySendError::Full(_)) => Refusal::Busy,
        Err(mpsc::error::TrySendError::Closed(_)) => Refusal::Gone,
    };
    model.update(Msg::Reply(id, Reply::Refused(refusal)), now);
}

/// What a signal does; an outcome ends the run.
fn obey<B, H>(
    signal: Signal,
    terminal: &mut Terminal<B>,
    host: &mut H,
) -> io::Result<Option<Outcome>>
where
    B: Backend<Error: Send + Sync + 'static>,
    H: Host,
{
    match signal {
        Signal::Terminate | Signal::Hangup | Signal::Interrupt => {
            return Ok(Some(Outcome {
                print: None,
                signal: Some(signal),
            }));
        }
        Signal::Suspend => host.suspend()?,
        Signal::Resume => host.resume()?,
    }
    terminal.clear().map_err(io::Error::other)?;
    Ok(None)
}

/// The view as text, as large as the terminal.
fn text<B: Backend>(terminal: &Terminal<B>, model: &Model, now: Timestamp) -> String {
    let size = terminal.size().unwrap_or_default();
    let mut buf = Buffer::empty(ratatui::layout::Rect::from((
        ratatui::layout::Position::ORIGIN,
        size,
    )));
    view::paint(model, &mut buf, now);
    picture::text(&buf)
}

#[cfg(test)]
mod tests;
