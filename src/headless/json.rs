//! `-o json`: the report, by `assets/schema/status.v1.json`.

use crate::domain::{Snapshot, Timestamp, report::Report};
use std::io::{self, Write};

/// Writes the report of a snapshot, and a line break.
///
/// # Errors
/// When the output cannot be written.
pub fn write(out: &mut dyn Write, snapshot: &Snapshot, now: Timestamp) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Report::new(snapshot, now))
        .map_err(io::Error::from)?;
    writeln!(out)
}
