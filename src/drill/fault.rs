//! What can be broken on purpose, and which test must fail then.

/// A mechanism that is broken in the set-up of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Test 1: the bridge's table of messages is not there.
    Tables,
    /// Test 2: conversations are over as soon as they are made.
    Expiry,
    /// Test 3: another process holds the bridge while the tasks are handed out.
    Locked,
    /// Test 4: the agent of one worker is stopped before anything is asked of it.
    Mute,
    /// Tests 5 and 11: one message in seven is never written.
    Loss,
    /// Test 11: one message in seven is written twice.
    Double,
    /// Test 6: agents send what they like, with nothing taken out.
    Redaction,
    /// Test 6: both sides of a conversation have the same token.
    Tokens,
    /// Test 7: nobody starts the keep-alive that crashed again.
    Restart,
    /// Test 8: somebody changed a row of the audit log.
    Audit,
    /// Test 8: one row of the audit log in five is never written.
    Unlogged,
    /// Tests 9 and 12: there is no watchdog.
    Watchdog,
    /// Tests 9 and 12: the watchdog may suggest, and not act.
    Policy,
    /// Tests 9 and 12: nobody counts as silent before a day has passed.
    Detector,
    /// Test 9: the report of the worker that lost the task is filed under its new owner and generation.
    Fence,
    /// Test 10: the workers' clones look at another remote.
    Remote,
    /// Test 11: workers have no keep-alive.
    KeepAlive,
    /// Test 13: workers ask once a minute instead of being told.
    Push,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Tables,
        Self::Expiry,
        Self::Locked,
        Self::Mute,
        Self::Loss,
        Self::Double,
        Self::Redaction,
        Self::Tokens,
        Self::Restart,
        Self::Audit,
        Self::Unlogged,
        Self::Watchdog,
        Self::Policy,
        Self::Detector,
        Self::Fence,
        Self::Remote,
        Self::KeepAlive,
        Self::Push,
    ];

    /// Name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tables => "tables",
            Self::Expiry => "expiry",
            Self::Locked => "locked",
            Self::Mute => "mute",
            Self::Loss => "loss",
            Self::Double => "double",
            Self::Redaction => "redaction",
            Self::Tokens => "tokens",
            Self::Restart => "restart",
            Self::Audit => "audit",
            Self::Unlogged => "unlogged",
            Self::Watchdog => "watchdog",
            Self::Policy => "policy",
            Self::Detector => "detector",
            Self::Fence => "fence",
            Self::Remote => "remote",
            Self::KeepAlive => "keepalive",
            Self::Push => "push",
        }
    }

    /// Reads a name.
    ///
    /// # Errors
    /// A sentence with all names.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|f| f.name() == raw);
        found.ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|f| f.name()).collect();
            format!("one of {}", names.join(", "))
        })
    }
}
