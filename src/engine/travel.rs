//! Answers from the recording, on threads of their own: whoever looks at the past never holds up the present, and whoever goes through much
//! of it no other instant.

use crate::{
    domain::{
        Command, Message, Moment, Refusal, Snapshot, Timestamp, Travel, health::Detector, text,
    },
    engine::{
        Plan, Supervisor,
        job::{Keepsake, Recording, SharedRecorder as Shared},
        look::file_name,
    },
    link::{Reply, RequestId},
    record::{AnyTape, Player, Reader, RecordError, Recorder, Tap, export, tap, what_if},
};
use std::{
    cell::Cell,
    collections::{HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};
use tokio::sync::watch;

/// Questions that may wait.
const WAITING: usize = 32;
/// Without a question for so long, what is kept for the next one is let go.
const UNUSED: Duration = Duration::from_secs(600);

/// What takes down what is seen, where somebody records.
#[derive(Debug, Clone, Default)]
pub(super) struct Taps(Option<Arc<Mutex<Tap>>>);

impl Taps {
    pub(super) fn new(tap: Option<Tap>) -> Self {
        Self(tap.map(|tap| Arc::new(Mutex::new(tap))))
    }

    pub(super) fn with(&self, take: impl FnOnce(&mut Tap)) {
        if let Some(tap) = &self.0 {
            take(&mut tap.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// A page of the history.
    pub(super) fn page(&self, changes: &crate::domain::Changes) {
        self.with(|tap| tap.page(changes));
    }
}

/// Opens the recording: when it is first asked for, and again after a failure.
pub type OpenTape = Box<dyn FnMut() -> Result<AnyTape, RecordError> + Send>;

/// The recording of a bridge, which another thread may be writing.
#[must_use]
pub fn recorded(path: PathBuf) -> OpenTape {
    Box::new(move || {
        let reader = Reader::open(&path)?.ok_or(RecordError::Empty)?;
        Ok(Box::new(reader))
    })
}

/// A question to the recording.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    /// What was then.
    Travel(Travel),
    /// A stretch of it as a file.
    Export(Timestamp, Timestamp, Arc<str>),
    /// Another detector on it.
    WhatIf(Box<Detector>, Timestamp),
}

/// Asks the recording.
#[derive(Debug, Clone)]
pub(super) struct Guide {
    /// What was at an instant.
    moves: Desk,
    /// What takes going through much of the recording, which holds up no instant.
    rest: Desk,
}

type Desk = mpsc::SyncSender<(RequestId, Ask)>;

impl Guide {
    /// Starts the threads. They end when nobody can ask any more. `live` lends the bodies of messages that are still there.
    ///
    /// # Errors
    /// As the operating system says, when it gives no thread.
    pub(super) fn start(
        open: OpenTape,
        detector: Detector,
        live: Option<watch::Receiver<Arc<Snapshot>>>,
        replies: tokio::sync::mpsc::Sender<(RequestId, Reply)>,
    ) -> std::io::Result<Self> {
        let open = Arc::new(Mutex::new(open));
        let rest = Theatre {
            open: Arc::clone(&open),
            detector: detector.clone(),
            player: None,
            live: None,
        };
        let moves = Theatre {
            open,
            detector,
            player: None,
            live,
        };
        Ok(Self {
            moves: Self::desk("travel", moves, replies.clone(), true)?,
            rest: Self::desk("survey", rest, replies, false)?,
        })
    }

    /// A thread that answers what it is asked; one that is `eager` makes states between questions.
    fn desk(
        name: &str,
        mut theatre: Theatre,
        replies: tokio::sync::mpsc::Sender<(RequestId, Reply)>,
        eager: bool,
    ) -> std::io::Result<Desk> {
        let (asks, asked) = mpsc::sync_channel(WAITING);
        let serve = move || {
            let mut restless = false;
            loop {
                // Between questions, the states are made that make the next ones cheap.
                let first = if restless {
                    match asked.try_recv() {
                        Err(mpsc::TryRecvError::Empty) => {
                            restless = theatre.prepare();
                            continue;
                        }
                        first => first.ok(),
                    }
                } else {
                    match asked.recv_timeout(UNUSED) {
                        Err(mpsc::RecvTimeoutError::Timeout) => {
                            theatre.player = None;
                            continue;
                        }
                        first => first.ok(),
                    }
                };
                let Some(first) = first else { return };
                let mut all = vec![first];
                all.extend(asked.try_iter().take(WAITING));
                for (id, reply) in theatre.answer(&all) {
                    if replies.blocking_send((id, reply)).is_err() {
                        return;
                    }
                }
                restless = eager;
            }
        };
        thread::Builder::new().name(name.to_owned()).spawn(serve)?;
        Ok(asks)
    }

    /// The question that a command is, where it is one.
    pub(super) fn question(command: &Command) -> Option<Ask> {
        match command {
            Command::Travel(travel) => Some(Ask::Travel(*travel)),
            Command::ExportIncident { from, to, path } => {
                Some(Ask::Export(*from, *to, Arc::clone(path)))
            }
            Command::WhatIf { detector, since } => Some(Ask::WhatIf(detector.clone(), *since)),
            _ => None,
        }
    }

    /// Asks; the answer comes by itself.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when too many questions wait, [`Refusal::Gone`] when the thread is.
    pub(super) fn ask(&self, id: RequestId, ask: Ask) -> Result<(), Refusal> {
        let desk = match ask {
            Ask::Travel(Travel::To(_) | Travel::Step { .. }) => &self.moves,
            Ask::Travel(Travel::Survey) | Ask::Export(..) | Ask::WhatIf(..) => &self.rest,
        };
        desk.try_send((id, ask)).map_err(|e| match e {
            mpsc::TrySendError::Full(_) => Refusal::Busy,
            mpsc::TrySendError::Disconnected(_) => Refusal::Gone,
        })
    }
}

/// Where the recording is played.
struct Theatre {
    open: Arc<Mutex<OpenTape>>,
    detector: Detector,
    player: Option<Player>,
    live: Option<watch::Receiver<Arc<Snapshot>>>,
}

impl Theatre {
    /// Answers everything that waits. Of several questions for a moment the newest counts, and its answer is that of all.
    fn answer(&mut self, all: &[(RequestId, Ask)]) -> Vec<(RequestId, Reply)> {
        let moves = |(_, ask): &(RequestId, Ask)| match ask {
            Ask::Travel(travel @ (Travel::To(_) | Travel::Step { .. })) => Some(*travel),
            _ => None,
        };
        let newest = all.iter().rev().find_map(moves);
        let moment = newest.map(|travel| self.one(&Ask::Travel(travel)));
        all.iter()
            .map(|one| match (moves(one), &moment) {
                (Some(_), Some(reply)) => (one.0, reply.clone()),
                _ => (one.0, self.one(&one.1)),
            })
            .collect()
    }

    fn one(&mut self, ask: &Ask) -> Reply {
        let done = match ask {
            Ask::Travel(travel) => self.play(*travel),
            Ask::Export(from, to, path) => self.export((*from, *to), path),
            Ask::WhatIf(detector, since) => self.compare(detector, *since),
        };
        if matches!(
            done,
            Err(RecordError::Place { .. } | RecordError::Damaged { .. })
        ) {
            self.player = None;
        }
        done.unwrap_or_else(|error| {
            let why = text::line(&error.to_string()).into_owned();
            Reply::Refused(Refusal::Unavailable(why))
        })
    }

    /// Makes one of the states that make questions cheap; `false` when there is none left to make.
    fn prepare(&mut self) -> bool {
        let Some(player) = &mut self.player else {
            return false;
        };
        let made = Cell::new(0);
        let one = || made.replace(made.get() + 1) > 0;
        player.warm(one).is_ok() && made.get() > 1
    }

    fn export(
        &mut self,
        stretch: (Timestamp, Timestamp),
        path: &str,
    ) -> Result<Reply, RecordError> {
        let detector = self.detector.clone();
        let done = export(self.player()?, &detector, stretch, Path::new(path))?;
        let gaps = match done.gaps.len() {
            0 => String::new(),
            1 => ", with one gap,".to_owned(),
            n => format!(", with {n} gaps,"),
        };
        let words = format!(
            "{} to {}{gaps} written to {}: play it with `swarmwarden replay`",
            done.from.clock(),
            done.to.clock(),
            text::line(path)
        );
        Ok(Reply::Done(words))
    }

    fn compare(&mut self, detector: &Detector, since: Timestamp) -> Result<Reply, RecordError> {
        let now = self.detector.clone();
        let found = what_if(self.player()?, (&now, detector), since)?;
        Ok(Reply::Lines(found.lines(&now.name(), &detector.name())))
    }

    fn player(&mut self) -> Result<&mut Player, RecordError> {
        match &mut self.player {
            Some(player) => Ok(player),
            empty => {
                let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(empty.insert(Player::new(open()?, self.detector.clone())?))
            }
        }
    }

    fn play(&mut self, travel: Travel) -> Result<Reply, RecordError> {
        let player = self.player()?;
        let mut picture = match travel {
            Travel::Survey => return Ok(Reply::Recording(Arc::new(player.survey()?))),
            Travel::To(at) => player.at(at)?,
            Travel::Step { from, back } => player.step(from, back)?,
        };
        if let Some(live) = &self.live {
            lend(&mut picture, &live.borrow());
        }
        Ok(Reply::Moment(Moment(Arc::new(picture))))
    }
}

/// The recording holds heads of messages. Where the bridge still has their bodies, the picture of the present lends them; and what the bridge
/// is called.
fn lend(picture: &mut Snapshot, live: &Snapshot) {
    picture.source.name = Arc::clone(&live.source.name);
    picture.source.path = Arc::clone(&live.source.path);
    picture.source.schema = live.source.schema;
    let known: HashMap<_, &Arc<Message>> = live.messages.iter().map(|m| (m.id, m)).collect();
    let whole = |head: &Arc<Message>| match known.get(&head.id) {
        Some(found) if found.conversation == head.conversation => Arc::new(Message {
            read: head.read,
            ..Message::clone(found)
        }),
        _ => Arc::clone(head),
    };
    let messages: VecDeque<_> = picture.messages.iter().map(whole).collect();
    picture.messages = Arc::new(messages);
}

/// What the present looks like, and where answers go.
type Ends = (
    watch::Receiver<Arc<Snapshot>>,
    tokio::sync::mpsc::Sender<(RequestId, Reply)>,
);

/// What is recorded, and who is asked about it.
pub(super) struct Archive {
    /// Writes, at the very end once more.
    pub(super) recorder: Option<Shared>,
    guide: Option<Guide>,
}

impl Archive {
    /// Starts what the plan says about recordings; gives what takes down what is seen.
    pub(super) fn start(
        plan: &Plan,
        supervisor: &mut Supervisor,
        (live, replies): Ends,
    ) -> (Self, Taps) {
        let Some(Keepsake { path, room }) = plan.record.clone() else {
            let (recorder, guide) = (None, None);
            return (Self { recorder, guide }, Taps::default());
        };
        let detector = || plan.view.detector.clone();
        let (tap, spout) = tap(file_name(&plan.name));
        let recorder = room.map(|room| {
            let recorder = Recorder::new(path.clone(), room, detector(), spout);
            let recorder = Arc::new(Mutex::new(recorder));
            let name = Arc::clone(&plan.name);
            supervisor.add(Recording::new(Arc::clone(&recorder), name));
            recorder
        });
        let taps = Taps::new(recorder.is_some().then_some(tap));
        // Without a thread there is no past to look at, and everything else goes on.
        let guide = Guide::start(recorded(path), detector(), Some(live), replies).ok();
        (Self { recorder, guide }, taps)
    }

    /// Asks about the past; an answer at once is a refusal.
    pub(super) fn ask(&self, id: RequestId, command: &Command) -> Option<Reply> {
        let nothing = || {
            let why =
                "nothing is recorded: `[record] enabled` is false, or there is no state directory";
            Refusal::Denied(why.to_owned())
        };
        let asked = match (&self.guide, Guide::question(command)) {
            (Some(guide), Some(ask)) => guide.ask(id, ask),
            _ => Err(nothing()),
        };
        asked.err().map(Reply::Refused)
    }
}
