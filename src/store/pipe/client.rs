//! The side of whoever wants the bridge: a store like any other.

use super::{
    PROTOCOL, REQUEST,
    call::{
        Answer, Greeting, Nothing, Purpose, PurposeArgs, Request, Scope, SourceForm, VersionForm,
    },
    fault::Fault,
    lines::Bounded,
    link::{Broken, Link},
    plan::Plan,
    proofs::Shown,
    words::shown,
};
use crate::{
    domain::{MessageId, SourceInfo},
    store::StoreError,
};
use serde::{Deserialize, Serialize};
use std::{thread, time::Duration};
use zeroize::Zeroizing;

mod calls;
mod proving;

/// How often the version may be asked for while nothing is heard, before the other side is asked: with ten looks a second about six seconds,
/// in which it would have said six times that it lives.
const QUIET: u32 = 64;
/// The shortest pause before a pipe is opened again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// What was served when this store was opened.
struct Known {
    source: SourceInfo,
    file: Option<String>,
}

/// A bridge on the other side of a pipe.
pub struct PipeStore {
    plan: Plan,
    link: Option<Link>,
    known: Known,
    scope: Scope,
    /// How often the pipe was opened: versions of two servers are not compared.
    epoch: u64,
    number: u64,
    /// What was heard when the version was asked for last, and how often it was since.
    quiet: (u64, u32),
    shown: Shown,
    /// Up to the second nothing is for us, from the first on.
    skip: (MessageId, MessageId),
    replaced: bool,
    random: fastrand::Rng,
}

/// Why an attempt came to nothing.
enum Trouble {
    Broken(Broken),
    Store(StoreError),
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An answer, decoded.
struct Reply<R> {
    n: Option<u64>,
    body: Result<R, Fault>,
}

/// How an answer is decoded.
type Decode<'a, R> = dyn Fn(&[u8]) -> Result<Reply<R>, String> + 'a;

/// Reads an answer, and makes of it what the caller wants.
fn decode<'de, T: Deserialize<'de>, R>(
    line: &'de [u8],
    make: impl FnOnce(T) -> Result<R, String>,
) -> Result<Reply<R>, String> {
    let answer: Answer<T> = serde_json::from_slice(line).map_err(|e| shown(&e.to_string()))?;
    let body = match (answer.ok, answer.error) {
        (_, Some(fault)) => Err(fault),
        (Some(ok), None) => Ok(make(ok)?),
        (None, None) => return Err("neither an answer nor an error".to_owned()),
    };
    Ok(Reply { n: answer.n, body })
}

/// The answer to request `n`.
fn read<R>(n: u64, reply: Result<Reply<R>, String>) -> Result<Result<R, Fault>, Trouble> {
    let broken = |why: String| Broken::lasting(format!("it breaks the protocol: {why}"));
    let reply = reply.map_err(broken)?;
    match (reply.n, reply.body) {
        (Some(number), body) if number == n => Ok(body),
        (None, Err(fault)) => Ok(Err(fault)),
        _ => Err(broken(format!("another answer than that to request {n}")).into()),
    }
}

impl PipeStore {
    /// Opens the pipe. What the other side cannot open comes as the error that it is there.
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say; [`StoreError::Pipe`] where the other side is not reached, or speaks another protocol.
    pub fn open(plan: Plan) -> Result<Self, StoreError> {
        let random = fastrand::Rng::with_seed(plan.seed);
        let mut store = Self {
            plan,
            link: None,
            known: Known {
                source: SourceInfo {
                    name: "".into(),
                    schema: crate::domain::Schema::Bridge,
                    faults: Vec::new(),
                },
                file: None,
            },
            scope: Scope::Operators,
            epoch: 0,
            number: 0,
            quiet: (0, 0),
            shown: Shown::default(),
            skip: Default::default(),
            replaced: false,
            random,
        };
        match store.connect() {
            Ok(()) => Ok(store),
            Err(Trouble::Broken(broken)) => Err(store.down(&broken)),
            Err(Trouble::Store(error)) => Err(error),
        }
    }

    /// For whom the other side serves.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    fn down(&self, broken: &Broken) -> StoreError {
        StoreError::Pipe {
            command: self.plan.dial.name().to_owned(),
            why: broken.why.clone(),
        }
    }

    /// Opens a pipe and finds out what is served.
    fn connect(&mut self) -> Result<(), Trouble> {
        let failed = |e: std::io::Error| Broken::lasting(format!("it cannot be started: {e}"));
        let ends = self.plan.dial.dial().map_err(failed)?;
        let mut link = Link::new(ends, self.plan.hint.clone()).map_err(failed)?;
        match self.agree(&mut link) {
            Ok(()) => {
                self.link = Some(link);
                Ok(())
            }
            Err(trouble) => {
                link.abandon();
                Err(trouble)
            }
        }
    }

    /// Hears who is there, and says what is wanted.
    fn agree(&mut self, link: &mut Link) -> Result<(), Trouble> {
        // A login takes longer than an answer.
        let first = link.next(self.plan.patience.silence * 2)?;
        let (greeting, source) = self.greeted(&first)?;
        let info = || Broken::lasting("it serves a kind of bridge that is not known here");
        let mut source = source.info().ok_or_else(info)?;
        let scope = greeting.scope.unwrap_or(Scope::Operators);
        let served = match scope {
            Scope::Operators => Purpose::Reading,
            Scope::Workers => Purpose::Beats,
        };
        if served != self.plan.purpose {
            let args = PurposeArgs {
                purpose: self.plan.purpose,
            };
            let opened: SourceForm = self.on(link, "open", &args)?;
            source = opened.info().ok_or_else(info)?;
        }
        if self.epoch > 0
            && (greeting.file != self.known.file || !same(&source, &self.known.source))
        {
            self.replaced = true;
            return Err(self.gone().into());
        }
        self.known = Known {
            source,
            file: greeting.file,
        };
        self.scope = scope;
        self.epoch += 1;
        self.quiet = (0, 0);
        link.learn(greeting.version);
        (self.shown, self.skip) = Default::default();
        for proof in self.provable() {
            self.show(link, proof)?;
        }
        Ok(())
    }

    fn greeted(&self, line: &[u8]) -> Result<(Greeting, SourceForm), Trouble> {
        #[derive(Deserialize)]
        struct First {
            #[serde(rename = "swarmwarden-pipe")]
            protocol: u32,
            #[serde(default)]
            program: String,
        }
        let odd = |e: serde_json::Error| {
            Broken::lasting(format!(
                "its greeting cannot be read: {}",
                shown(&e.to_string())
            ))
        };
        let first: First = serde_json::from_slice(line).map_err(odd)?;
        if first.protocol != PROTOCOL {
            return Err(Broken::lasting(format!(
                "it speaks version {} of the protocol (swarmwarden {}), and this is version {PROTOCOL} (swarmwarden {}): install the same version on both machines",
                first.protocol,
                shown(&first.program),
                env!("CARGO_PKG_VERSION"),
            ))
            .into());
        }
        let mut greeting: Greeting = serde_json::from_slice(line).map_err(odd)?;
        if let Some(fault) = greeting.error.take() {
            return Err(fault.error(self.plan.dial.name()).into());
        }
        let none = || Broken::lasting("its greeting names no bridge");
        let source = greeting.source.take().ok_or_else(none)?;
        Ok((greeting, source))
    }

    fn gone(&self) -> StoreError {
        StoreError::Replaced {
            path: self.known.source.name.to_string(),
        }
    }

    /// One request and its answer on a pipe, with no second try.
    fn on<T: for<'de> Deserialize<'de>>(
        &mut self,
        link: &mut Link,
        call: &'static str,
        args: &impl Serialize,
    ) -> Result<T, Trouble> {
        let (n, wanted) = self.request(call, args)?;
        let answer = link.exchange(&wanted, self.plan.patience.silence)?;
        let reply = decode(&answer, |value: T| Ok(value));
        read(n, reply)?.map_err(|fault| Trouble::Store(fault.error(self.plan.dial.name())))
    }

    fn request(
        &mut self,
        call: &'static str,
        args: &impl Serialize,
    ) -> Result<(u64, Zeroizing<Vec<u8>>), Trouble> {
        self.number += 1;
        let n = self.number;
        let mut line = Bounded::new(REQUEST - 1);
        let written = serde_json::to_writer(&mut line, &Request { n, call, args });
        let (over, mut bytes) = (line.over, Zeroizing::new(line.bytes));
        if let Err(error) = written {
            let why = if over {
                format!("a request of more than {} MiB", REQUEST >> 20)
            } else {
                error.to_string()
            };
            let path = self.known.source.name.to_string();
            return Err(StoreError::Refused { path, why }.into());
        }
        bytes.push(b'\n');
        Ok((n, bytes))
    }

    fn attempt<R>(
        &mut self,
        call: &'static str,
        args: &impl Serialize,
        decode: &Decode<'_, R>,
    ) -> Result<Result<R, Fault>, Trouble> {
        if self.replaced {
            return Err(self.gone().into());
        }
        if self.link.is_none() {
            self.connect()?;
        }
        let (n, wanted) = self.request(call, args)?;
        let silence = self.plan.patience.silence;
        let Some(link) = &mut self.link else {
            return Err(Broken::new("it is closed").into());
        };
        let answer = link.exchange(&wanted, silence)?;
        read(n, decode(&answer))
    }

    /// Asks, and asks again on a new pipe when this one dies: everything that is asked is safe to repeat.
    fn ask<R>(
        &mut self,
        call: &'static str,
        args: &impl Serialize,
        decode: &Decode<'_, R>,
    ) -> Result<R, StoreError> {
        // At once the first time: most pipes die alone, and not their hosts.
        let (mut left, mut pause) = (self.plan.patience.reopening, Duration::ZERO);
        loop {
            let broken = match self.attempt(call, args, decode) {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(fault)) => match fault.after() {
                    Some(after) if after <= left => {
                        left -= after;
                        thread::park_timeout(after);
                        continue;
                    }
                    _ => return Err(fault.error(self.plan.dial.name())),
                },
                Err(Trouble::Store(error)) => {
                    // What could not be opened is not kept.
                    if self.replaced {
                        self.link = None;
                    }
                    return Err(error);
                }
                Err(Trouble::Broken(broken)) => broken,
            };
            if let Some(mut link) = self.link.take() {
                link.abandon();
            }
            if broken.lasting || left.is_zero() {
                return Err(self.down(&broken));
            }
            // Half to one and a half of it, so that many do not come back at once.
            let share = 0.5 + self.random.f64();
            let wait = pause.mul_f64(share).min(left);
            left = left.saturating_sub(wait);
            thread::park_timeout(wait);
            pause = (pause * 2).clamp(PAUSES.0, PAUSES.1);
        }
    }

    fn asked_version(&mut self) -> Result<u64, StoreError> {
        let version = self.ask("version", &Nothing {}, &|line| {
            decode(line, |form: VersionForm| Ok(form.version))
        })?;
        if let Some(link) = &self.link {
            link.learn(version);
        }
        Ok(version)
    }

    /// The version that was told, while that can be believed.
    fn told_version(&mut self) -> Option<u64> {
        self.plan.hint.as_ref()?;
        let link = self.link.as_ref().filter(|_| !self.replaced)?;
        let heard = link.heard()?;
        self.quiet = if heard == self.quiet.0 {
            (heard, self.quiet.1 + 1)
        } else {
            (heard, 0)
        };
        (self.quiet.1 < QUIET).then(|| link.version())
    }
}

/// Whether it is the same bridge; what it lacks may change while it is open.
fn same(a: &SourceInfo, b: &SourceInfo) -> bool {
    a.name == b.name && a.schema == b.schema
}
