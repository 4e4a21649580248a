//! The dashboard's own part: how it looks and listens, and how it ends.

use super::{errands, failure::Failure, live::complete_within, outside, pen::random};
use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};
use swarmwarden::{
    engine::{Clock, Engine},
    headless::Exit,
    link::Ports,
    settings::{AUTO, Colours, Settings},
    tui::{self, Depth, Signal, View as Screen},
};

/// How it looks, as the settings say; whether something may be written is for whoever shows it.
pub(super) fn options(settings: &Settings, panic_test: bool) -> Result<tui::Options, Failure> {
    let own_theme = super::theme::own(&settings.theme)?;
    Ok(tui::Options {
        theme: match settings.theme.as_str() {
            AUTO => tui::Options::default().theme,
            named => named.to_owned(),
        },
        ask: settings.ask && settings.colours != Colours::None && own_theme.is_none(),
        links: settings.links.then(outside::machine),
        own_theme,
        depth: match settings.colours {
            Colours::None => Depth::None,
            Colours::Ansi => Depth::Ansi,
            Colours::Indexed => Depth::Indexed,
            Colours::True => Depth::True,
        },
        ascii: settings.ascii,
        slow: settings.slow,
        detector: settings.detector.clone(),
        mouse: settings.mouse,
        still: !settings.motion,
        between: outside::between(),
        errands: Arc::new(errands::Clerk::new(settings)),
        scope: settings.scope.clone(),
        preset: settings.preset.clone(),
        themes: super::theme::owned(),
        filters: settings.finding.filters.clone(),
        commands: errands::commands(&settings.finding),
        lists: errands::lists(&settings.finding),
        start: match settings.start.as_str() {
            "workers" => Screen::Workers,
            "messages" => Screen::Messages,
            "sessions" => Screen::Sessions,
            "tasks" => Screen::Tasks,
            "alerts" => Screen::Alerts,
            "activity" => Screen::Activity,
            _ => Screen::Overview,
        },
        east: east(),
        channels: outside::channels(settings),
        actor: Arc::clone(&settings.actor),
        seed: random()[0],
        rebind: super::keys::rebinds(&settings.keys),
        panic_test,
        ..tui::Options::default()
    })
}

/// Shows what `begin` starts, until the operator leaves. `begin` is called on a runtime.
pub(super) fn show(
    begin: impl FnOnce() -> io::Result<(Engine, Ports)>,
    options: tui::Options,
    clock: &Clock,
) -> Result<Exit, Failure> {
    // Who quits wants the prompt: what is left to end by then is a read that hangs.
    let outcome = complete_within(Duration::from_millis(50), async {
        let (engine, ports) = begin()?;
        let outcome = tui::start(ports, options, || clock.now()).await;
        engine.stop().await;
        Ok(outcome?)
    })?;
    if let Some(text) = outcome.print {
        writeln!(io::stdout(), "{text}")?;
    }
    Ok(match outcome.signal {
        Some(Signal::Interrupt) => Exit::Interrupted,
        Some(Signal::Hangup) => Exit::HungUp,
        Some(Signal::Terminate) => Exit::Terminated,
        Some(Signal::Suspend | Signal::Resume) | None => Exit::Ok,
    })
}

/// The operator's zone, in seconds east of UTC.
fn east() -> i32 {
    use chrono::{Local, Offset, TimeZone};
    let now = Clock::system().now().utc().unwrap_or_default().naive_utc();
    Local.offset_from_utc_datetime(&now).fix().local_minus_utc()
}
