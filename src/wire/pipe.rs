//! `pipe`: the bridge's database for another machine, on standard input and output.

use super::{bridge, failure::Failure, live};
use crate::cli;
use std::{
    fs,
    io::{self, BufReader, BufWriter},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};
use swarmwarden::{
    domain::{Mode, text},
    headless::Exit,
    settings::Settings,
    store::{
        StoreError,
        pipe::{Bell, End, LINE, Purpose, Rang, Scope, Serving, serve},
    },
    watch::{Watch, Woke, network_file_system},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

/// Notices commits of a file.
struct Eye(Watch);

impl Bell for Eye {
    fn wait(
        &mut self,
        probe: &mut dyn FnMut() -> Result<u64, StoreError>,
        last: u64,
        timeout: Duration,
    ) -> Result<Rang, StoreError> {
        Ok(match self.0.wait(probe, last, timeout)? {
            Woke::Changed(version) => Rang::Changed(version),
            Woke::Timeout => Rang::Nothing,
            Woke::Poked => Rang::Poked,
        })
    }

    fn poker(&self) -> Box<dyn Fn() + Send> {
        let poker = self.0.poker();
        Box::new(move || poker.poke())
    }
}

/// `pipe`.
pub(super) fn run(settings: &Settings, asked: &cli::Pipe) -> Result<Exit, Failure> {
    if settings.via.is_some() || settings.mode != Mode::Live {
        let why = "pipe serves a file of this machine as it is: name one with --db FILE, and leave out --via and --at";
        return Err(Failure::Usage(why.to_owned()));
    }
    let path = settings.db.clone().ok_or(Failure::NoDatabase)?;
    let how = serving(settings, path, asked.whom);
    live::complete(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (done, ended) = oneshot::channel();
        // A thread of its own: one that waits for input keeps nobody from ending.
        thread::Builder::new()
            .name("pipe".to_owned())
            .spawn(move || {
                let mut out = BufWriter::with_capacity(64 * 1024, io::stdout());
                let input = BufReader::with_capacity(64 * 1024, io::stdin());
                let _nobody_waits = done.send(serve(input, &mut out, how));
            })?;
        tokio::select! {
            end = ended => match end.map_err(io::Error::other)? {
                End::Eof => Ok(Exit::Ok),
                End::Gone(error) => Ok(Exit::of_write(&error)),
                End::Unheard(error) => Err(error.into()),
                End::Unopened(error) => Err(error.into()),
            },
            _ = interrupt.recv() => Ok(Exit::Interrupted),
            _ = terminate.recv() => Ok(Exit::Terminated),
        }
    })
}

fn serving(settings: &Settings, path: PathBuf, whom: cli::For) -> Serving {
    let clock = super::clock(settings);
    let watch = Watch::new(&path);
    let watched = path.clone();
    let why = forbidden(settings, &path);
    Serving {
        open: Box::new(move |purpose| match &why {
            Some(why) if purpose != Purpose::Reading => Err(StoreError::NotWritable {
                path: text::line(&path.to_string_lossy()).into_owned(),
                why: why.clone(),
            }),
            _ => bridge::file(&path, purpose),
        }),
        scope: match whom {
            cli::For::Operators => Scope::Operators,
            cli::For::Workers => Scope::Workers,
        },
        now: Some(Arc::new(move || clock.now().plus(clock.step()))),
        file: Box::new(move || {
            let found = fs::metadata(&watched).ok()?;
            Some(format!("{}-{}", found.dev(), found.ino()))
        }),
        bell: Box::new(Eye(watch)),
        line: LINE,
    }
}

/// Why nothing may be written.
fn forbidden(settings: &Settings, path: &Path) -> Option<String> {
    if settings.read_only {
        return Some("asked for with --read-only or bridge.read_only on its host".to_owned());
    }
    network_file_system(path).map(|kind| {
        format!("{kind} cannot share a database between machines; serve it where it lies")
    })
}
