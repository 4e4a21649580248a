//! Looking back: a recording that is played, a stretch of it as a file, and another detector on it.

mod apply;
mod plain;

use super::{
    bridge::Bridge,
    failure::{Failure, chain},
    live, screen,
};
use crate::cli::{Comparison as Sheet, Export, Replay, WhatIf};
use rustix::fs::{Mode as RawMode, OFlags};
use std::{
    fs::File,
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::{Mode, Timestamp, health::Detector, text, when::when},
    engine::{Engine, OpenTape, RECORDED, recorded},
    headless::{Exit, view},
    record::{self, AnyTape, Incident, IncidentError, Player, RecordError},
    settings::Settings,
    store::Sidecar,
    tui,
};

/// Where a bridge's recording lies.
pub(super) fn place(state: &Path, bridge: &Path) -> PathBuf {
    Sidecar::place(state, bridge).with_extension("seen")
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

/// What is played.
struct Source {
    open: OpenTape,
    player: Player,
    detector: Detector,
    /// First and last instant, where that is known without looking through all of it.
    ends: Option<(Timestamp, Timestamp)>,
}

/// The recording of the bridge that was named or found.
fn of_bridge(settings: &Settings) -> Result<Source, Failure> {
    let bridge = Bridge::of(settings)?;
    let state = settings.state.as_deref().ok_or(RecordError::Empty)?;
    let path = place(state, bridge.place());
    let mut open = recorded(path);
    let detector = settings.detector.clone();
    let player = Player::new(open()?, detector.clone())?;
    Ok(Source {
        open,
        player,
        detector,
        ends: None,
    })
}

/// An incident in a file.
fn of_file(path: &Path) -> Result<Source, Failure> {
    let wrong = |e: IncidentError| Failure::Incident(path.to_owned(), e);
    // A pipe that nobody writes to must not hold us up.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, RawMode::empty());
    let file = file.map_err(|e| wrong(io::Error::from(e).into()))?;
    let file = File::from(file);
    let meta = file.metadata().map_err(|e| wrong(e.into()))?;
    if !meta.is_file() {
        let why = io::Error::other("it is no file");
        return Err(wrong(why.into()));
    }
    let incident = record::import(BufReader::new(file)).map_err(wrong)?;
    let detector = incident.detector.clone();
    let tape = |incident: &Incident| -> AnyTape { Box::new(incident.clone()) };
    let player = Player::new(tape(&incident), detector.clone())?;
    let section = incident.section();
    let instant = |ms: i64| Timestamp(ms.saturating_mul(1_000));
    let ends = Some((instant(section.from), instant(section.until)));
    let open: OpenTape = Box::new(move || Ok(tape(&incident)));
    Ok(Source {
        open,
        player,
        detector,
        ends,
    })
}

/// A time as it was typed.
fn instant(name: &str, raw: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    when(raw, now).ok_or_else(|| {
        let raw = text::line(raw);
        Failure::Usage(format!(
            "{name} {raw}: not a time; write 2025-11-13T16:08:00Z, 16:08, 18:08+02:00 or -15m"
        ))
    })
}

/// `replay`.
pub(super) fn replay(
    settings: &Settings,
    asked: &Replay,
    (plain, talk): (bool, bool),
    panic_test: bool,
) -> Result<Exit, Failure> {
    let plain = plain || talk;
    let now = super::clock(settings).now();
    let at = asked.at.as_deref().map(|raw| instant("--at", raw, now));
    let at = at.transpose()?;
    let opened = match &asked.file {
        Some(file) => of_file(file),
        None => of_bridge(settings),
    };
    let mut source = match (opened, at) {
        (Err(Failure::Record(RecordError::Empty)), Some(at)) if asked.file.is_none() => {
            return unrecorded(settings, asked, at, plain, panic_test);
        }
        (opened, _) => opened?,
    };
    let begin = match (at, source.ends) {
        (Some(at), Some((from, to))) => at.clamp(from, to),
        (None, Some((_, to))) if plain && !talk => to,
        (None, Some((from, _))) => from,
        (at, None) => {
            let survey = source.player.survey()?;
            if let Some(at) = at.filter(|at| *at < survey.from) {
                return unrecorded(settings, asked, at, plain, panic_test);
            }
            let last = survey.troubles.last().map(|last| last.from);
            at.or(last)
                .unwrap_or(if talk { survey.from } else { survey.to })
        }
    };
    if talk {
        return plain::play(&mut source, asked, begin);
    }
    let first = source.player.at(begin)?;
    if plain {
        let now = first.at;
        return super::print(first, view::View::Status, &asked.show, now);
    }
    let options = tui::Options {
        read_only: Some(RECORDED.into()),
        replay: Some(asked.speed.unwrap_or(1)),
        ..screen::options(settings, panic_test)?
    };
    let clock = super::clock(settings);
    screen::show(
        || Engine::replay(source.open, source.detector, first),
        options,
        &clock,
    )
}

/// An instant before the recording began: what the rows of the bridge say of it. Heartbeats are overwritten there, and not known.
fn unrecorded(
    settings: &Settings,
    asked: &Replay,
    at: Timestamp,
    plain: bool,
    panic_test: bool,
) -> Result<Exit, Failure> {
    let mut settings = settings.clone();
    settings.mode = Mode::Recorded(at);
    let note = "nothing was recorded then: shown from the rows of the bridge, in which heartbeats of the past are not known";
    writeln!(io::stderr(), "swarmwarden: {note}")?;
    let bridge = Bridge::of(&settings)?;
    if plain {
        let (snapshot, now) = super::glance(&settings, &bridge, settings.mode)?;
        return super::print(snapshot, view::View::Status, &asked.show, now);
    }
    live::dashboard(&settings, live::Subject::of(&settings, bridge), panic_test)
}

/// `incident export`.
pub(super) fn export(settings: &Settings, asked: &Export) -> Result<Exit, Failure> {
    let now = super::clock(settings).now();
    let mut source = of_bridge(settings)?;
    let survey = source.player.survey()?;
    let time = |name: &str, raw: &Option<String>| {
        raw.as_deref()
            .map(|raw| instant(name, raw, now))
            .transpose()
    };
    let (from, to) = (time("--from", &asked.from)?, time("--to", &asked.to)?);
    let nothing = || {
        let why = "nothing was wrong in what was recorded: say what you want with --from and --to";
        Failure::Usage(why.to_owned())
    };
    let wider = |from: Timestamp, to: Timestamp| {
        let around = asked.around;
        (
            from.plus(swarmwarden::domain::Span(-around.0)),
            to.plus(around),
        )
    };
    let trouble = |at: Timestamp| survey.incident(at, asked.around).ok_or_else(nothing);
    let (from, to) = match (from, to) {
        (Some(from), to) => wider(from, to.unwrap_or(survey.to)),
        (None, Some(to)) => (trouble(to)?.0, to.plus(asked.around)),
        (None, None) => trouble(survey.to)?,
    };
    if from > to {
        return Err(Failure::Usage("--from lies behind --to".to_owned()));
    }
    let done = record::export(&mut source.player, &source.detector, (from, to), &asked.out)?;
    let file = text::line(&asked.out.to_string_lossy()).into_owned();
    let gaps = done.gaps.iter();
    let gaps = gaps.map(|(from, to)| format!(", nothing recorded from {from} to {to}"));
    let gaps = gaps.collect::<Vec<_>>().concat();
    writeln!(
        io::stdout(),
        "{file}: {} to {}{gaps}, {} events, {} bytes; play it with `swarmwarden replay {file}`",
        done.from,
        done.to,
        done.events,
        done.bytes,
    )?;
    Ok(Exit::Ok)
}

/// `whatif`.
pub(super) fn whatif(
    settings: &Settings,
    asked: &WhatIf,
    config: Option<&Path>,
) -> Result<Exit, Failure> {
    let now = super::clock(settings).now();
    let other = settings
        .detector
        .with(&asked.detector)
        .map_err(Failure::Usage)?;
    let other = apply::profiled(other, asked.profile.as_deref());
    let mut source = of_bridge(settings)?;
    let to = source.player.survey()?.to.min(now);
    let since = to.plus(swarmwarden::domain::Span(-asked.since.0));
    let both = (&settings.detector, &other);
    let found = record::what_if(&mut source.player, both, since)?;
    let (mine, its) = (settings.detector.name(), other.name());
    let mut out = io::stdout().lock();
    match asked.output {
        Sheet::Table => {
            for line in found.lines(&mine, &its) {
                writeln!(out, "{line}")?;
            }
        }
        Sheet::Json => writeln!(out, "{}", found.json(&mine, &its))?,
    }
    drop(out);
    if asked.apply {
        return apply::apply(&other, asked, config);
    }
    Ok(Exit::Ok)
}

/// The exit code of a recording that is not played.
pub(super) fn exit(error: &RecordError) -> Exit {
    match error {
        RecordError::Empty => Exit::NoInput,
        RecordError::Newer { .. } | RecordError::Damaged { .. } => Exit::Data,
        RecordError::Place { what: "read", .. } => Exit::Unavailable,
        RecordError::Place { .. } => Exit::CannotWrite,
    }
}

/// What is wrong with a file that shall be played, in one safe line.
pub(super) fn of_incident(path: &Path, error: &IncidentError) -> String {
    format!("{}: {}", text::line(&path.to_string_lossy()), chain(error))
}
