//! A child process that is given the JSON on its standard input. An address is reached by `curl`, so that no network code is compiled in.

use super::{Delivery, NotifyError, Outlet};
use crate::domain::{Severity, text};
use std::{
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{ChildStderr, Command},
    time::timeout,
};

/// How long a child may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of what it says that are looked at.
const HEARD: u64 = 512;
/// How long its last words are waited for when it has ended.
const REST: Duration = Duration::from_millis(50);

/// A program of the operator's. No shell: every argument is one argument.
#[derive(Debug, Clone)]
pub struct Child {
    name: Arc<str>,
    argv: Vec<String>,
    least: Severity,
    patience: Duration,
    /// It leads a group of its own, all of which ends with it.
    leads: bool,
}

impl Child {
    /// Runs `argv`; `None` when it is empty.
    #[must_use]
    pub fn command(argv: Vec<String>, least: Severity) -> Option<Self> {
        let name = argv.first()?.rsplit('/').next()?;
        Some(Self {
            name: text::line(text::head(name, 64)).into(),
            argv,
            least,
            patience: PATIENCE,
            leads: false,
        })
    }

    /// Runs a line of the shell, at most for `patience`. One that takes longer ends with all that it started; what it leaves behind when it ends
    /// by itself lives on.
    #[must_use]
    pub fn shell(line: &str, patience: Duration) -> Self {
        let argv = ["sh", "-c", line].map(str::to_owned).to_vec();
        // The program only: a line may hold a secret.
        let program = line.split_whitespace().next().unwrap_or("sh");
        let program = program.rsplit('/').next().unwrap_or(program);
        Self {
            name: text::redact(&text::line(text::head(program, 64))).into(),
            argv,
            least: Severity::Ok,
            patience,
            leads: true,
        }
    }

    /// Posts to an address; `None` when it is neither http nor https. The address may hold a secret: it is never shown.
    #[must_use]
    pub fn url(url: &str, least: Severity) -> Option<Self> {
        let known = url.starts_with("https://") || url.starts_with("http://");
        let argv = [
            "curl",
            "--silent",
            "--show-error",
            "--fail",
            "--max-time",
            "10",
            "--proto",
            "=http,https",
            "--header",
            "Content-Type: application/json",
            "--data-binary",
            "@-",
            "--output",
            "/dev/null",
            "--url",
            url,
        ];
        let argv = argv.map(str::to_owned).to_vec();
        known.then(|| Self {
            name: "curl".into(),
            argv,
            least,
            patience: PATIENCE,
            leads: false,
        })
    }

    #[cfg(test)]
    pub(super) fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    async fn run(&self, json: Arc<str>) -> Result<(), NotifyError> {
        let start = |source| NotifyError::Start {
            name: Arc::clone(&self.name),
            source,
        };
        let (program, arguments) = self
            .argv
            .split_first()
            .ok_or_else(|| start(std::io::ErrorKind::NotFound.into()))?;
        let mut command = Command::new(program);
        if self.leads {
            command.process_group(0);
        } else {
            // Who is told of alerts needs no worker's token.
            command.env_remove("SWARMWARDEN_TOKEN");
        }
        let mut child = command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(start)?;
        let mut group = Group(child.id().filter(|_| self.leads));
        let (input, said) = (child.stdin.take(), child.stderr.take());
        let feed = async {
            if let Some(mut input) = input {
                // A child that does not read is no failure: its exit code says whether it did what it should.
                let _unread = input.write_all(json.as_bytes()).await;
                let _unread = input.write_all(b"\n").await;
            }
        };
        let words = Mutex::new(Vec::new());
        let hear = hear(said, &words);
        let talk = async { tokio::join!(feed, hear) };
        tokio::pin!(talk);
        // Its end counts, not that of its output: what it left behind may hold that open.
        let status = tokio::select! {
            status = child.wait() => {
                let _rest = timeout(REST, &mut talk).await;
                status
            }
            _ = &mut talk => child.wait().await,
        };
        let status = status.map_err(start)?;
        group.0 = None;
        let words = words.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if status.success() {
            return Ok(());
        }
        Err(NotifyError::Failed {
            name: Arc::clone(&self.name),
            code: status
                .code()
                .map_or_else(|| "a signal".to_owned(), |c| c.to_string()),
            words: text::redact(&text::line(String::from_utf8_lossy(&words).trim())).into_owned(),
        })
    }
}

/// Takes what a child says, and keeps the first of it.
async fn hear(said: Option<ChildStderr>, words: &Mutex<Vec<u8>>) {
    let Some(said) = said else { return };
    let mut first = said.take(HEARD);
    let mut bytes = [0; 128];
    while let Ok(n @ 1..) = first.read(&mut bytes).await {
        let some = bytes.get(..n).unwrap_or_default();
        (words.lock().unwrap_or_else(PoisonError::into_inner)).extend_from_slice(some);
    }
    let mut rest = first.into_inner();
    let _unheard = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
}

/// Ends a group of processes when it is dropped, whatever its leader left behind.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let pid = self.0.and_then(|pid| i32::try_from(pid).ok());
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            let _gone = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}

impl Outlet for Child {
    fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    fn least(&self) -> Severity {
        self.least
    }

    fn tell(&self, json: Arc<str>) -> Delivery<'_> {
        Box::pin(async move {
            let running = timeout(self.patience, self.run(json));
            running.await.unwrap_or_else(|_| {
                Err(NotifyError::TooSlow {
                    name: Arc::clone(&self.name),
                    seconds: self.patience.as_secs(),
                })
            })
        })
    }
}
