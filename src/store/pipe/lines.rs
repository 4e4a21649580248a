//! Lines of bounded length.

use std::io::{self, BufRead, Write};
use zeroize::Zeroizing;

/// A line that is read may hold a token: its memory is overwritten when it is dropped.
pub(super) type Line = Zeroizing<Vec<u8>>;

/// What came of reading a line.
pub(super) enum Read {
    /// A line, without its end.
    Line(Line),
    /// One over the limit; it was skipped.
    TooLong,
    /// The end. What was not ended by a line feed was half a line, and is nothing.
    End,
}

/// Reads the next line of at most `limit` bytes. Memory stays within the limit whatever comes.
///
/// # Errors
/// As the input says.
pub(super) fn read(from: &mut dyn BufRead, limit: usize) -> io::Result<Read> {
    let mut line = Line::default();
    let mut over = false;
    loop {
        let available = match from.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok(Read::End);
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(available.len());
        let piece = available.get(..taken).unwrap_or_default();
        if over || line.len() + piece.len() > limit {
            over = true;
            line = Line::default();
        } else {
            line.extend_from_slice(piece);
        }
        from.consume(taken + usize::from(end.is_some()));
        if end.is_some() {
            return Ok(if over {
                Read::TooLong
            } else {
                Read::Line(line)
            });
        }
    }
}

/// Bytes up to a limit; one more is an error.
pub(super) struct Bounded {
    pub(super) bytes: Vec<u8>,
    limit: usize,
    /// More were written than fit.
    pub(super) over: bool,
}

impl Bounded {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            over: false,
        }
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            self.over = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
