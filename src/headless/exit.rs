//! The contract of exit codes.

use crate::domain::Severity;

/// Exit codes. The numbers are a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, OK.
    Ok = 0,
    /// `check`: something to look at. `drill`: a test failed.
    Warning = 1,
    /// `check`: act.
    Critical = 2,
    /// `check`: cannot tell.
    Unknown = 3,
    /// The command line is wrong.
    Usage = 64,
    /// The file is no bridge, or is damaged.
    Data = 65,
    /// There is no database.
    NoInput = 66,
    /// The bridge does not answer.
    Unavailable = 69,
    /// The output cannot be written.
    CannotWrite = 73,
    /// Somebody was faster; nothing was written.
    Conflict = 75,
    /// Nothing may be written.
    ReadOnly = 77,
    /// The configuration cannot be read.
    Config = 78,
    /// The time was up.
    TimedOut = 124,
    /// Ended by SIGHUP.
    HungUp = 129,
    /// Ended by SIGINT.
    Interrupted = 130,
    /// The reader of the output went away.
    BrokenPipe = 141,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What a severity means to a monitor.
    #[must_use]
    pub const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Ok | Severity::Notice => Self::Ok,
            Severity::Warning => Self::Warning,
            Severity::Critical => Self::Critical,
            Severity::Unknown => Self::Unknown,
        }
    }

    /// What a failure to write means.
    #[must_use]
    pub fn of_write(error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self::BrokenPipe
        } else {
            Self::CannotWrite
        }
    }
}
