//! What an agent's own hook leaves behind: a file whose time says when the agent last did something.

use crate::domain::{Span, Timestamp};
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Activity is written down at most this often.
pub const SELDOM: Span = Span::seconds(15);
/// Bytes that a name may have.
const NAME: usize = 128;

/// The directory of these files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    dir: PathBuf,
}

impl Activity {
    /// In the directory of the user's session where there is one, else in the state directory. Makes nothing.
    #[must_use]
    pub fn new(runtime: Option<&Path>, state: &Path) -> Self {
        let dir = match runtime {
            Some(runtime) => runtime.join("swarmwarden").join("activity"),
            None => state.join("activity"),
        };
        Self { dir }
    }

    /// The file of whoever is called `name`: a conversation, `worker-3`, or `agent` where nobody said.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name: String = name
            .chars()
            .map(|c| if plain(c) { c } else { '_' })
            .take(NAME)
            .collect();
        self.dir.join(name)
    }

    /// Notes that `name` did something at `now`, by the wall clock; says whether it was written. A file that is younger than [`SELDOM`] stays
    /// as it is. About 20 µs.
    ///
    /// # Errors
    /// As the file system says.
    pub fn touch(&self, name: &str, now: Timestamp) -> io::Result<bool> {
        let path = self.path(name);
        if let Ok(facts) = fs::metadata(&path)
            && let Some(at) = facts.modified().ok().and_then(stamp)
            && (0..SELDOM.0).contains(&now.since(at).0)
        {
            return Ok(false);
        }
        let mut how = OpenOptions::new();
        how.write(true).create(true).truncate(false).mode(0o600);
        let file = match how.open(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(&self.dir)?;
                how.open(&path)?
            }
            other => other?,
        };
        let micros = u64::try_from(now.0).unwrap_or_default();
        file.set_modified(UNIX_EPOCH + Duration::from_micros(micros))?;
        Ok(true)
    }
}

/// A file's time; `None` before 1970.
pub(super) fn stamp(time: SystemTime) -> Option<Timestamp> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp(i64::try_from(since.as_micros()).ok()?))
}
