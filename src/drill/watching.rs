//! The watchdog of a drill: the real one, in a process of its own, listened to.

use super::{Fault, Trouble, process::Process, stage::Stage};
use crate::domain::{ConversationId, Span, Timestamp};
use serde_json::Value;

/// How silence is found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detector {
    /// After 300 s, and work moves after 330 s, as the protocol has it.
    Fixed,
    /// By each worker's own rhythm.
    Adaptive,
}

impl Detector {
    pub(super) const ALL: [Self; 2] = [Self::Adaptive, Self::Fixed];

    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Fixed => "fixed: ",
            Self::Adaptive => "adaptive: ",
        }
    }

    /// How long after the last beat the alert must be there.
    pub(super) const fn limit(self) -> Span {
        match self {
            Self::Fixed => Span::seconds(360),
            Self::Adaptive => Span::seconds(135),
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Adaptive => "adaptive",
        }
    }
}

/// An alert that was raised.
#[derive(Debug, Clone)]
pub(super) struct Raised {
    pub(super) at: Timestamp,
    pub(super) conversation: String,
    pub(super) words: String,
}

/// The watchdog, while it runs.
pub(super) struct Watchdog {
    process: Option<Process>,
}

impl Watchdog {
    /// Starts it under policy `auto`, and waits until it sees the bridge.
    pub(super) fn start(stage: &Stage<'_>, detector: Detector) -> Result<Self, Trouble> {
        if stage.spec.breaks(Fault::Watchdog) {
            return Ok(Self { process: None });
        }
        let config = match (detector, stage.spec.breaks(Fault::Detector)) {
            (_, true) => "[watchdog]\ndetector = \"fixed\"\nfixed_silent = \"24h\"\n",
            (Detector::Fixed, _) => {
                "[watchdog]\ndetector = \"fixed\"\nfixed_silent = \"300s\"\nfixed_act = \"330s\"\n"
            }
            (Detector::Adaptive, _) => "[watchdog]\ndetector = \"adaptive\"\n",
        };
        let config = stage.write("watchdog.toml", config)?;
        let policy = if stage.spec.breaks(Fault::Policy) {
            "suggest"
        } else {
            "auto"
        };
        let mut command = stage.command("state", &["watchdog", "--policy", policy, "--config"]);
        command.arg(config);
        let process = stage.start(command)?;
        stage.hears(&process, "the watchdog sees the bridge")?;
        Ok(Self {
            process: Some(process),
        })
    }

    /// Alerts of silent workers, as they were raised.
    pub(super) fn raised(&self) -> Vec<Raised> {
        let lines = self.process.as_ref().map_or_else(Vec::new, |p| p.lines(0));
        lines.iter().filter_map(|(_, line)| raised(line)).collect()
    }

    /// How many alerts are about anybody else.
    pub(super) fn others(&self, id: &ConversationId) -> usize {
        let other = |r: &&Raised| r.conversation != id.raw();
        self.raised().iter().filter(other).count()
    }

    /// The alert about one worker.
    pub(super) fn about(&self, id: &ConversationId) -> Option<Raised> {
        self.raised()
            .into_iter()
            .find(|r| r.conversation == id.raw())
    }
}

fn raised(line: &str) -> Option<Raised> {
    let value: Value = serde_json::from_str(line).ok()?;
    let word = |name: &str| value.get(name).and_then(Value::as_str);
    let meant = word("type")? == "alert.firing" && word("kind")? == "silent";
    meant.then_some(())?;
    Some(Raised {
        at: Timestamp::parse(word("ts")?)?,
        conversation: word("conversation")?.to_owned(),
        words: word("text").unwrap_or_default().to_owned(),
    })
}
