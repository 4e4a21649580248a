//! What was typed, set in the environment and written in the file, made into what it means. One function says which wins: flags, then
//! environment (clap reads both), then the file, then the defaults.

mod credentials;
mod edit;
mod effective;
mod file;
mod finding;
mod keys;
mod lines;
mod outlets;
mod record;
mod report;
mod terminal;
mod ui;
mod workers;

use crate::domain::{
    Mode, Pace, Span, Timestamp,
    health::{Detector, Fixed},
    text,
    watchdog::Policy,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub use credentials::{Credentials, CredentialsFile};
pub use edit::{Edit, edit};
pub use effective::effective;
pub use file::{File, duration, is_theme, known, read};
pub use finding::{Command, FindingFile, List, with_filter};
pub use keys::Wanted;
pub use outlets::{Address, Outlet};
pub use record::{RecordFile, Recording};
pub use report::{Report, ReportFile};
pub use terminal::{AUTO, Surroundings};
pub use ui::UiFile;
pub use workers::{Job, WorkersFile};

/// Where the bridge writes by itself, and where the protocol's scripts expect it.
pub const DEFAULT_PATHS: [&str; 2] = [
    "/tmp/claude_bridge_secure.db",
    "/tmp/claude_bridge_coordinator.db",
];

/// What was typed or set in the environment; `None` where it was not.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// `--db`.
    pub db: Option<PathBuf>,
    /// `--via`.
    pub via: Option<String>,
    /// `--at`.
    pub at: Option<String>,
    /// `--git`.
    pub git: Option<PathBuf>,
    /// `--swarm`.
    pub swarm: Option<PathBuf>,
    /// `--state` or `SWARMWARDEN_STATE`.
    pub state: Option<PathBuf>,
    /// `--actor`.
    pub actor: Option<String>,
    /// `--read-only`.
    pub read_only: bool,
    /// `--policy`.
    pub policy: Option<String>,
    /// `--with`.
    pub with: Vec<Job>,
    /// `--scope`.
    pub scope: Option<String>,
    /// `--preset`.
    pub preset: Option<String>,
    /// `--theme`.
    pub theme: Option<String>,
    /// `--symbols`.
    pub symbols: Option<String>,
    /// `--no-mouse`.
    pub no_mouse: bool,
    /// `--color`: always, or never; `None` for auto.
    pub color: Option<bool>,
    /// `--slow`: always, or never; `None` for auto.
    pub slow: Option<bool>,
    /// `--pace`.
    pub pace: Option<Pace>,
    /// `--recording`, or `--no-recording`.
    pub record: Option<bool>,
}

/// The environment, as far as it matters. Handed in, so that tests need none.
#[derive(Debug, Clone, Default)]
pub struct Env {
    /// `NO_COLOR`.
    pub no_color: Option<String>,
    /// `FORCE_COLOR` or `CLICOLOR_FORCE`.
    pub force_color: Option<String>,
    /// `CLICOLOR`.
    pub clicolor: Option<String>,
    /// `COLORTERM`.
    pub colorterm: Option<String>,
    /// `TERM`.
    pub term: Option<String>,
    /// `LC_ALL`, `LC_CTYPE` or `LANG`, the first that is set.
    pub locale: Option<String>,
    /// The state directory of the platform (`XDG_STATE_HOME`), when it has one.
    pub state_home: Option<PathBuf>,
    /// `SSH_CONNECTION` is set: what is drawn goes over a line.
    pub ssh: bool,
    /// `SWARMWARDEN_WORKER`.
    pub worker: Option<String>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime: Option<PathBuf>,
    /// `USER` or `LOGNAME`, the first that is set.
    pub user: Option<String>,
    /// Name of the machine.
    pub host: Option<String>,
    /// The terminal.
    pub surroundings: Surroundings,
}

/// How many colours to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// None: bold, underline and reverse only.
    None,
    /// The 16 of ANSI.
    Ansi,
    /// 256.
    Indexed,
    /// 24 bit.
    True,
}

/// What it all means.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// The bridge's database; `None` when none was named and none exists at the usual places, or when it is reached through a command.
    pub db: Option<PathBuf>,
    /// The command that reaches it on another machine.
    pub via: Option<String>,
    /// Live, or a recorded instant.
    pub mode: Mode,
    /// How late, missed and stalled workers are found out.
    pub detector: Detector,
    /// Where the program keeps its own memory; `None` where the platform names no place.
    pub state: Option<PathBuf>,
    /// Who acts, neutralised.
    pub actor: Arc<str>,
    /// Nothing may be written to the bridge.
    pub read_only: bool,
    /// What the watchdog may do by itself; `None` when nobody said.
    pub policy: Option<Policy>,
    /// Plan of the swarm; `None` for the usual file of the repository.
    pub swarm: Option<PathBuf>,
    /// Repository to show.
    pub git: Option<PathBuf>,
    /// How often to read it.
    pub git_every: Span,
    /// How the status document is renewed; `None` where that is switched off.
    pub report: Option<Report>,
    /// How much of what is seen is kept; `None` where nothing is.
    pub record: Option<Recording>,
    /// What its branches are held against; `None` for the usual.
    pub git_base: Option<String>,
    /// Name of the theme.
    pub theme: String,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// Draw less often, and no seconds: the line is slow.
    pub slow: bool,
    /// The mouse is ours from the start.
    pub mouse: bool,
    /// Small charts go along with time.
    pub motion: bool,
    /// Links are written for the terminal to open.
    pub links: bool,
    /// The terminal is asked for its background, by which the theme is chosen.
    pub ask: bool,
    /// The same is done over a line and through a multiplexer.
    pub query: bool,
    /// Colours to use.
    pub colours: Colours,
    /// First view.
    pub start: String,
    /// How somebody is called who does not look: `bell`, `osc9`, `osc777`, `title`.
    pub notify: Vec<String>,
    /// Who else is told of alerts.
    pub outlets: Vec<Outlet>,
    /// How credentials travel.
    pub credentials: Credentials,
    /// What this process does beside watching.
    pub with: Vec<Job>,
    /// How long an agent may show no life and still be kept alive from here; `None` asks for no evidence.
    pub require_activity: Option<Span>,
    /// Directory of the user's session (`XDG_RUNTIME_DIR`), when it has one and no other place was named for our own memory.
    pub runtime: Option<PathBuf>,
    /// How time passes, where this is a rehearsal.
    pub pace: Option<Pace>,
    /// Keys of the dashboard that the operator has chosen.
    pub keys: Vec<Wanted>,
    /// Name of the preset that they change.
    pub preset: String,
    /// Lists, filters with a name, commands of the operator's own.
    pub finding: FindingFile,
    /// The part of the swarm to look at, as it was typed.
    pub scope: Option<String>,
    /// The configuration that was named.
    pub config: Option<PathBuf>,
}

/// Why the command line cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// `--at` is no time.
    #[error("--at {0}: not a time; write it as 2025-11-13T16:08:00Z")]
    At(String),
    /// Two bridges are named.
    #[error(
        "both a database (--db, $SWARMWARDEN_DB, bridge.path) and a command that reaches one (--via, $SWARMWARDEN_VIA, bridge.via) are named; name one of them"
    )]
    Two,
    /// A configuration file that was named cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Decides every setting.
///
/// # Errors
/// [`SettingsError::At`] and [`SettingsError::Two`].
pub fn resolve(
    given: Given,
    file: &File,
    env: &Env,
    exists: impl Fn(&Path) -> bool,
) -> Result<Settings, SettingsError> {
    let mode = match given.at {
        None => Mode::Live,
        Some(raw) => Mode::Recorded(Timestamp::parse(&raw).ok_or(SettingsError::At(raw))?),
    };
    let (db, via) = bridge(given.db, given.via, file)?;
    let file = &file.of_bridge(db.as_deref());
    let usual = || DEFAULT_PATHS.iter().map(PathBuf::from).find(|p| exists(p));
    let theme = named(given.theme, file.theme.as_ref(), "term");
    let symbols = named(given.symbols, file.symbols.as_ref(), "auto");
    Ok(Settings {
        pace: given.pace,
        slow: given.slow.unwrap_or(env.ssh),
        mouse: file.ui.mouse(given.no_mouse),
        motion: file.ui.motion(),
        links: file.ui.links().unwrap_or_else(|| env.shows_links()),
        ask: theme == AUTO && env.may_be_asked(file.ui.query()),
        query: file.ui.query(),
        keys: file.wanted(),
        preset: named(given.preset, file.preset.as_ref(), "vim"),
        finding: file.finding.clone(),
        scope: given.scope,
        config: None,
        db: db.or_else(|| if via.is_none() { usual() } else { None }),
        via,
        mode,
        detector: detector(file),
        runtime: env.runtime.clone().filter(|_| given.state.is_none()),
        state: given
            .state
            .or_else(|| Some(env.state_home.as_ref()?.join("swarmwarden"))),
        actor: actor(given.actor.as_deref(), env),
        read_only: given.read_only || file.read_only.unwrap_or(false),
        policy: given
            .policy
            .as_deref()
            .and_then(Policy::parse)
            .or(file.policy),
        git: given.git.or_else(|| file.git.clone()),
        swarm: given.swarm,
        report: file.report.resolve(),
        record: file.record.resolve(given.record),
        with: file.workers.with(given.with),
        require_activity: file.workers.require_activity,
        git_every: file.git_every.unwrap_or(Span::seconds(10)),
        git_base: file.git_base.clone(),
        ascii: env.is_ascii(&symbols),
        colours: env.colours(given.color, &theme),
        theme,
        start: file.start.clone().unwrap_or_else(|| "overview".to_owned()),
        notify: channels(file),
        outlets: file.outlets.clone(),
        credentials: file
            .credentials
            .resolve(env.worker.as_deref(), env.host.as_deref()),
    })
}

/// What was typed, else what the file says, else the usual.
fn named(given: Option<String>, set: Option<&String>, usual: &str) -> String {
    let given = given.or_else(|| set.cloned());
    given.unwrap_or_else(|| usual.to_owned())
}

/// Where the bridge is: what was typed or set wins over the file, and neither may name two.
fn bridge(
    db: Option<PathBuf>,
    via: Option<String>,
    file: &File,
) -> Result<(Option<PathBuf>, Option<String>), SettingsError> {
    let named = |via: Option<String>| via.filter(|line| !line.trim().is_empty());
    let typed = (db, named(via));
    let chosen = match typed {
        (None, None) => (file.path.clone(), named(file.via.clone())),
        typed => typed,
    };
    match chosen {
        (Some(_), Some(_)) => Err(SettingsError::Two),
        one => Ok(one),
    }
}

/// How somebody is called who does not look.
fn channels(file: &File) -> Vec<String> {
    let usual = || ["bell", "title"].map(str::to_owned).to_vec();
    file.notify.clone().unwrap_or_else(usual)
}

/// Who acts: the one that was named, or the user at this machine.
fn actor(given: Option<&str>, env: &Env) -> Arc<str> {
    let known = |name: Option<&str>| name.filter(|n| !n.trim().is_empty()).map(str::to_owned);
    let here = || {
        let user = known(env.user.as_deref()).unwrap_or_else(|| "somebody".to_owned());
        known(env.host.as_deref()).map_or_else(|| user.clone(), |host| format!("{user}@{host}"))
    };
    let name = known(given).unwrap_or_else(here);
    text::line(text::head(&name, 64)).into()
}

/// The policy that the file asks for.
fn detector(file: &File) -> Detector {
    let plain = Detector::ADAPTIVE;
    let silent = file.silent.unwrap_or(plain.fixed.silent);
    Detector {
        method: file.detector.unwrap_or(plain.method),
        profile: file.profile.unwrap_or(plain.profile),
        fixed: Fixed {
            suspect: file.suspect.unwrap_or(plain.fixed.suspect),
            silent,
            act: file.act.unwrap_or(Span(silent.0 + Span::seconds(30).0)),
        },
        stall: file.stall.unwrap_or(plain.stall),
        phi: file.phi,
        teams: file.teams.clone(),
    }
}

#[cfg(test)]
mod tests;
