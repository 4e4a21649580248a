//! `report`: documents about the sessions, printed or committed.

use super::{Failure, bridge::Bridge, sessions};
use crate::cli::{Paper as Asked, Report};
use std::io::{self, Write};
use swarmwarden::{
    domain::{Snapshot, Span, Timestamp, session::written},
    engine::{Paper, Publisher, Reporting},
    git::{Network, Plumbing},
    headless::{
        Exit, sessions as shown,
        shift::Shift,
        view::{self, View},
    },
    settings::{self, Settings},
};

pub(super) fn run(settings: &Settings, asked: &Report) -> Result<Exit, Failure> {
    let snapshot = sessions::picture(settings)?;
    if let Some(since) = &asked.since {
        return shift(settings, snapshot, (since, asked.format));
    }
    let doc = written(&snapshot, asked.branch.as_deref());
    let mut out = io::BufWriter::new(io::stdout().lock());
    let paper = match asked.format {
        Asked::StatusMd => Paper::Status,
        Asked::TrackerMd => Paper::Tracker,
        Asked::HandoverMd => Paper::Handover,
        Asked::Markdown if !asked.commit => {
            let how = (View::Status, view::Format::Md);
            view::write(&mut out, &snapshot, how, snapshot.at)?;
            out.flush()?;
            return Ok(Exit::Ok);
        }
        Asked::Markdown => Paper::Summary,
        Asked::Json if asked.commit => {
            let words = "--commit writes a document, not json: name one with --format";
            return Err(Failure::Usage(words.to_owned()));
        }
        Asked::Json => {
            shown::json(&mut out, &snapshot)?;
            out.flush()?;
            return Ok(Exit::Ok);
        }
    };
    let Some(branch) = asked.branch.as_deref().filter(|_| asked.commit) else {
        write!(out, "{}", paper.render(&doc))?;
        out.flush()?;
        return Ok(Exit::Ok);
    };
    let remote = asked.push.then_some(asked.remote.as_str());
    let publisher = Publisher {
        adopt: asked.adopt,
        ..publisher(settings, branch, remote)
    };
    let done = publisher.publish(paper, &doc, "", snapshot.at)?;
    let word = if done.new { "committed" } else { "unchanged" };
    let pushed = if done.pushed.is_some() {
        ", pushed"
    } else {
        ""
    };
    writeln!(
        out,
        "{word}: {} on {branch} @{}{pushed}",
        done.path, done.commit
    )?;
    out.flush()?;
    Ok(Exit::Ok)
}

/// `report --since`.
fn shift(
    settings: &Settings,
    mut snapshot: Snapshot,
    (since, format): (&str, Asked),
) -> Result<Exit, Failure> {
    let bridge = Bridge::of(settings)?;
    let from = settings::duration(since)
        .map(|span| snapshot.at.plus(Span(-span.0)))
        .or_else(|| Timestamp::parse(since))
        .ok_or_else(|| {
            Failure::Usage(format!("`{since}` is neither a span such as 8h nor a time"))
        })?;
    snapshot.alerts = super::remembered(settings, bridge.place());
    let shift = Shift::new(&snapshot, &super::audit::records(settings)?, from);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        Asked::Markdown => out.write_all(shift.markdown(&snapshot).as_bytes())?,
        Asked::Json => {
            serde_json::to_writer_pretty(&mut out, &shift).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        _ => {
            let why = "--since prints md or json".to_owned();
            return Err(Failure::Usage(why));
        }
    }
    out.flush()?;
    Ok(Exit::Ok)
}

pub(super) fn publisher(settings: &Settings, branch: &str, remote: Option<&str>) -> Publisher {
    let path = settings.git.clone().unwrap_or_else(|| ".".into());
    Publisher {
        plumbing: Plumbing::at(path.clone()),
        network: Network::at(path),
        actor: settings.actor.clone(),
        branch: branch.to_owned(),
        remote: remote.map(str::to_owned),
        adopt: false,
    }
}

/// How the status document is renewed by itself, when that is switched on.
pub(super) fn reporting(settings: &Settings) -> Option<Reporting> {
    let report = settings.report.as_ref()?;
    Some(Reporting {
        publisher: publisher(settings, &report.branch, report.remote.as_deref()),
        every: std::time::Duration::from_micros(report.every.0.unsigned_abs()),
    })
}
