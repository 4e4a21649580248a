//! Writing lines.

use crate::store::pipe::{call::Answer, fault::Fault, lines::Bounded};
use serde::Serialize;
use std::io::{self, Write};

/// Where lines go.
pub(super) struct Out<'a> {
    to: &'a mut dyn Write,
    limit: usize,
}

impl<'a> Out<'a> {
    pub(super) fn new(to: &'a mut dyn Write, limit: usize) -> Self {
        Self { to, limit }
    }

    /// Bytes that an answer may have.
    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    /// Writes a line that is short.
    pub(super) fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(value).map_err(io::Error::other)?;
        bytes.push(b'\n');
        self.to.write_all(&bytes)?;
        self.to.flush()
    }

    /// Answers; `false` when that would be over the limit, and nothing was written.
    pub(super) fn ok(&mut self, n: u64, value: &impl Serialize) -> io::Result<bool> {
        let mut line = Bounded::new(self.limit);
        let answer = Answer {
            n: Some(n),
            ok: Some(value),
            error: None,
        };
        if let Err(error) = serde_json::to_writer(&mut line, &answer) {
            return if line.over {
                Ok(false)
            } else {
                Err(io::Error::other(error))
            };
        }
        line.bytes.push(b'\n');
        self.to.write_all(&line.bytes)?;
        self.to.flush()?;
        Ok(true)
    }

    /// Answers with an error.
    pub(super) fn error(&mut self, n: Option<u64>, error: Fault) -> io::Result<()> {
        self.line(&Answer::<()> {
            n,
            ok: None,
            error: Some(error),
        })
    }
}
