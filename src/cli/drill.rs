//! What can be typed about drills.

use clap::{Args, ValueEnum};
use std::path::PathBuf;
use swarmwarden::{
    domain::{Schema, Span},
    drill::{Fault, TESTS},
};

/// `drill`.
#[derive(Debug, Args)]
pub(crate) struct Drill {
    /// Which tests: a number from 1 to 13, several with commas, or all.
    #[arg(long, value_name = "N,…", default_value = "all", value_parser = tests)]
    pub(crate) test: Tests,
    /// How many times faster than life protocol time passes.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub(crate) speed: u32,
    /// Tables of the private bridge: those of the bridge's program, or those that the protocol's scripts expect.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) schema: Tables,
    /// The bridge's own program, a Python file with the class `SecureBridge`: tests 1, 2 and 6 run it.
    #[arg(long, value_name = "PATH")]
    pub(crate) bridge_program: Option<PathBuf>,
    /// Format.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Form,
    /// Write the result file and the audit trail of the protocol here.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Break this mechanism on purpose, to see its test fail.
    #[arg(long = "break", value_name = "NAME", value_delimiter = ',', value_parser = Fault::parse, hide = true)]
    pub(crate) faults: Vec<Fault>,
}

/// Numbers of tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tests(pub(crate) Vec<u8>);

/// Tables of a bridge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tables {
    /// What the bridge's program writes.
    #[default]
    Bridge,
    /// What the protocol's scripts expect.
    Scripts,
}

impl From<Tables> for Schema {
    fn from(tables: Tables) -> Self {
        match tables {
            Tables::Bridge => Self::Bridge,
            Tables::Scripts => Self::Scripts,
        }
    }
}

/// Format of a drill's result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    #[default]
    Text,
    /// The protocol's result file, with what we add.
    Json,
    /// Markdown.
    Md,
    /// One case for each test.
    Junit,
}

/// `drill-agent`.
#[derive(Debug, Args)]
pub(crate) struct DrillAgent {
    /// Its credential.
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: PathBuf,
    /// Seconds that a task takes.
    #[arg(long, value_name = "S", default_value_t = 45)]
    pub(crate) work: i64,
    /// Progress reports on the way.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) reports: u32,
    /// Ask every so many seconds instead of being told.
    #[arg(long, value_name = "S")]
    pub(crate) poll: Option<i64>,
    /// Send what it likes, with nothing taken out.
    #[arg(long)]
    pub(crate) unredacted: bool,
}

impl DrillAgent {
    /// How often it asks.
    pub(crate) fn asks(&self) -> Option<Span> {
        self.poll.map(Span::seconds)
    }
}

/// Reads `9`, `9,12` or `all`.
fn tests(raw: &str) -> Result<Tests, String> {
    if raw == "all" {
        return Ok(Tests((1..=TESTS).collect()));
    }
    let one = |word: &str| word.trim().parse().ok().filter(|n| (1..=TESTS).contains(n));
    let mut all: Option<Vec<u8>> = raw.split(',').map(one).collect();
    if let Some(all) = &mut all {
        all.sort_unstable();
        all.dedup();
    }
    all.filter(|all| !all.is_empty())
        .map(Tests)
        .ok_or_else(|| format!("a number from 1 to {TESTS}, several with commas, or all"))
}
