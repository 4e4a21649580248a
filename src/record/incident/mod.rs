//! An incident: a stretch of a recording as one file of JSON lines, which plays on another machine. First a header; then, for every time without
//! a gap, the state at its beginning, the heads of messages that it rests on and that were not told before, and what was seen; and an end that
//! counts it, so that a file that was cut off is known.

mod export;
mod import;
mod sane;

use crate::domain::{
    Span,
    health::{Detector, Fixed, Method, Profile},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use export::{Exported, export};
pub use import::{Incident, IncidentError, import};

/// Name of the format.
pub const SCHEMA: &str = "swarmwarden.incident/v1";

/// Heads, states and events that a file may have.
const ROWS: usize = 1_000_000;
/// Times without a gap in one incident.
const SECTIONS: usize = 1_000;
/// How long it may be, in milliseconds: 31 days.
const LONGEST: i64 = 31 * 86_400_000;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header {
    schema: String,
    /// Program that wrote it, with its version.
    program: String,
    /// First and last instant, in milliseconds.
    from: i64,
    to: i64,
    /// Times without a gap, where there is more than one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sections: Vec<(i64, i64)>,
    bridge: String,
    detector: Judge,
}

/// A [`Detector`]; times in seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Judge {
    method: String,
    profile: String,
    suspect: i64,
    silent: i64,
    act: i64,
    stall: i64,
    #[serde(default)]
    phi: Option<u8>,
    #[serde(default)]
    teams: BTreeMap<String, String>,
}

const fn method(method: Method) -> &'static str {
    match method {
        Method::Adaptive => "adaptive",
        Method::Fixed => "fixed",
    }
}

fn read_method(name: &str) -> Method {
    if name == "fixed" {
        Method::Fixed
    } else {
        Method::Adaptive
    }
}

impl Judge {
    fn of(d: &Detector) -> Self {
        let profile = match d.profile {
            Profile::Balanced => "balanced",
            Profile::Cautious => "cautious",
        };
        let teams = d.teams.iter();
        Self {
            method: method(d.method).to_owned(),
            profile: profile.to_owned(),
            suspect: d.fixed.suspect.as_seconds(),
            silent: d.fixed.silent.as_seconds(),
            act: d.fixed.act.as_seconds(),
            stall: d.stall.as_seconds(),
            phi: d.phi,
            teams: teams
                .map(|(team, m)| (team.clone(), method(*m).to_owned()))
                .collect(),
        }
    }

    fn detector(&self) -> Detector {
        let span = |seconds: i64| Span::seconds(seconds.clamp(1, 31 * 86_400));
        let profile = match self.profile.as_str() {
            "cautious" => Profile::Cautious,
            _ => Profile::Balanced,
        };
        Detector {
            method: read_method(&self.method),
            profile,
            fixed: Fixed {
                suspect: span(self.suspect),
                silent: span(self.silent),
                act: span(self.act),
            },
            stall: span(self.stall),
            phi: self.phi.map(|phi| phi.clamp(1, 30)),
            teams: (self.teams.iter().take(1_000))
                .map(|(team, m)| (team.clone(), read_method(m)))
                .collect(),
        }
    }
}
