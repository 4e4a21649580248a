//! Answers from the recording, on a thread of its own: whoever looks at the past never holds up the present.

use crate::{
    domain::{Message, Moment, Refusal, Snapshot, Travel, health::Detector, text},
    engine::{
        Plan, Supervisor,
        job::{Keepsake, Recording, SharedRecorder as Shared},
        look::file_name,
    },
    link::{Reply, RequestId},
    record::{AnyTape, Player, Reader, RecordError, Recorder, Tap, tap},
};
use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};
use tokio::sync::watch;

/// Questions that may wait.
const WAITING: usize = 32;

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

/// Asks the recording.
#[derive(Debug, Clone)]
pub(super) struct Guide {
    asks: mpsc::SyncSender<(RequestId, Travel)>,
}

impl Guide {
    /// Starts the thread. It ends when nobody can ask any more. `live` lends the bodies of messages that are still there.
    ///
    /// # Errors
    /// As the operating system says, when it gives no thread.
    pub(super) fn start(
        open: OpenTape,
        detector: Detector,
        live: Option<watch::Receiver<Arc<Snapshot>>>,
        replies: tokio::sync::mpsc::Sender<(RequestId, Reply)>,
    ) -> std::io::Result<Self> {
        let (asks, asked) = mpsc::sync_channel(WAITING);
        let mut theatre = Theatre {
            open,
            detector,
            player: None,
            live,
        };
        let serve = move || {
            while let Ok(first) = asked.recv() {
                let mut all = vec![first];
                all.extend(asked.try_iter().take(WAITING));
                for (id, reply) in theatre.answer(&all) {
                    if replies.blocking_send((id, reply)).is_err() {
                        return;
                    }
                }
            }
        };
        thread::Builder::new()
            .name("travel".to_owned())
            .spawn(serve)?;
        Ok(Self { asks })
    }

    /// Asks; the answer comes by itself.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when too many questions wait, [`Refusal::Gone`] when the thread is.
    pub(super) fn ask(&self, id: RequestId, travel: Travel) -> Result<(), Refusal> {
        self.asks.try_send((id, travel)).map_err(|e| match e {
            mpsc::TrySendError::Full(_) => Refusal::Busy,
            mpsc::TrySendError::Disconnected(_) => Refusal::Gone,
        })
    }
}

/// Where the recording is played.
struct Theatre {
    open: OpenTape,
    detector: Detector,
    player: Option<Player>,
    live: Option<watch::Receiver<Arc<Snapshot>>>,
}

impl Theatre {
    /// Answers everything that waits. Of several questions for a moment the newest counts, and its answer is that of all.
    fn answer(&mut self, all: &[(RequestId, Travel)]) -> Vec<(RequestId, Reply)> {
        let moves = |(_, travel): &&(RequestId, Travel)| !matches!(travel, Travel::Survey);
        let newest = all.iter().rev().find(moves).map(|(_, travel)| *travel);
        let moment = newest.map(|travel| self.one(travel));
        all.iter()
            .map(|(id, travel)| match (travel, &moment) {
                (Travel::To(_) | Travel::Step { .. }, Some(reply)) => (*id, reply.clone()),
                _ => (*id, self.one(*travel)),
            })
            .collect()
    }

    fn one(&mut self, travel: Travel) -> Reply {
        let played = self.play(travel);
        if matches!(
            played,
            Err(RecordError::Place { .. } | RecordError::Damaged { .. })
        ) {
            self.player = None;
        }
        played.unwrap_or_else(|error| {
            let why = text::line(&error.to_string()).into_owned();
            Reply::Refused(Refusal::Unavailable(why))
        })
    }

    fn play(&mut self, travel: Travel) -> Result<Reply, RecordError> {
        let player = match &mut self.player {
            Some(player) => player,
            None => {
                let player = Player::new((self.open)()?, self.detector.clone())?;
                self.player.insert(player)
            }
        };
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
        live: watch::Receiver<Arc<Snapshot>>,
        replies: tokio::sync::mpsc::Sender<(RequestId, Reply)>,
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
    pub(super) fn ask(&self, id: RequestId, travel: Travel) -> Option<Reply> {
        let nothing = || {
            let why =
                "nothing is recorded: `[record] enabled` is false, or there is no state directory";
            Err(Refusal::Denied(why.to_owned()))
        };
        let asked = self
            .guide
            .as_ref()
            .map_or_else(nothing, |guide| guide.ask(id, travel));
        asked.err().map(Reply::Refused)
    }
}
