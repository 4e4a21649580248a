//! How far a consumer of messages has come, kept so that a crash loses none: what is about to be handed over is written down before, and that it
//! was handed over afterwards. What lies between the two after a crash is handed over again, and marked as possibly seen.

use crate::domain::{ConversationId, MessageId, Timestamp, text};
use rustix::fs::{FlockOperation, flock};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// Where to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// Nothing was ever handed over.
    Fresh,
    /// After this message.
    After {
        /// Everything up to this one was handed over.
        done: MessageId,
        /// Up to this one may have been.
        begun: MessageId,
    },
}

/// The marks of one consumer, held until they are dropped.
#[derive(Debug)]
pub struct Marks {
    dir: PathBuf,
    _lock: File,
}

impl Marks {
    /// Takes the marks in `dir`, which is made; `Err` in `Ok` is who holds them, neutralised.
    ///
    /// # Errors
    /// As the file system says.
    pub fn open(dir: &Path, now: Timestamp) -> io::Result<Result<Self, String>> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(dir.join("lock"))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut holder = String::new();
                let _unread = lock.take(256).read_to_string(&mut holder);
                return Ok(Err(text::line(holder.trim()).into_owned()));
            }
            Err(error) => return Err(error.into()),
        }
        let words = format!("pid {} since {now}\n", std::process::id());
        lock.seek(SeekFrom::Start(0))?;
        lock.write_all(words.as_bytes())?;
        lock.set_len(words.len() as u64)?;
        Ok(Ok(Self {
            dir: dir.to_owned(),
            _lock: lock,
        }))
    }

    /// Where to go on in a conversation. A mark that cannot be read is none: then everything unread comes again.
    #[must_use]
    pub fn resume(&self, conversation: &ConversationId) -> Resume {
        let kept = fs::read_to_string(self.path(conversation)).unwrap_or_default();
        let mut numbers = kept.split_ascii_whitespace().map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(done)), Some(Ok(begun))) => Resume::After {
                done: MessageId(done),
                begun: MessageId(begun),
            },
            _ => Resume::Fresh,
        }
    }

    /// Notes how far a conversation has come. One small write; it outlives the process, not a loss of power.
    ///
    /// # Errors
    /// As the file system says.
    pub fn note(
        &self,
        conversation: &ConversationId,
        done: MessageId,
        begun: MessageId,
    ) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(self.path(conversation))?;
        // Always of one length: a write in place, whole.
        file.write_all(format!("{:020} {:020}\n", done.0, begun.0).as_bytes())
    }

    fn path(&self, conversation: &ConversationId) -> PathBuf {
        let raw = conversation.raw();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let head: String = raw.chars().filter(|c| plain(*c)).take(64).collect();
        let odd = head != raw;
        // Names that are not their own file name are told apart by a hash (FNV-1a).
        let hash = raw.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
        self.dir.join(if odd {
            format!("{head}.{hash:016x}.mark")
        } else {
            format!("{head}.mark")
        })
    }
}
