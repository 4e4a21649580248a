//! Everything that the screen depends on, and nothing else.

use super::{
    Channels, Options,
    acting::Acting,
    bell::Bell,
    clip::Between,
    errand::Told,
    facts::Facts,
    finding::Finding,
    keymap::{Chord, Context, Keymap},
    mouse::Mouse,
    order::ListWish,
    overlay::Overlay,
    screen::{Screens, Sight},
    theme::{Depth, Palette, Theme},
    travel::Journey,
    update::Toast,
    widget::{Clock, TimeForm},
};
use crate::{
    domain::{Command, Snapshot, Timestamp},
    link::{JobHealth, Reply, RequestId},
};
use crossterm::event::Event;
use std::{collections::BTreeMap, sync::Arc};

/// A full-screen view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// What is wrong, and will we finish.
    #[default]
    Overview,
    /// Everybody.
    Workers,
    /// One worker.
    Worker,
    /// What is left, and who has it.
    Tasks,
    /// One task.
    Task,
    /// What fires, and who has it.
    Alerts,
    /// What they say.
    Messages,
    /// How far each session is, and whether what is claimed is true.
    Sessions,
    /// One session.
    Session,
    /// What changed, by whom.
    Activity,
}

impl View {
    /// Name on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Workers | Self::Worker => "Workers",
            Self::Tasks | Self::Task => "Tasks",
            Self::Alerts => "Alerts",
            Self::Messages => "Messages",
            Self::Sessions | Self::Session => "Sessions",
            Self::Activity => "Activity",
        }
    }

    /// Name where there is little room.
    pub(crate) const fn short(self) -> &'static str {
        match self {
            Self::Overview => "Over",
            Self::Workers | Self::Worker => "Work",
            Self::Tasks | Self::Task => "Task",
            Self::Alerts => "Alrt",
            Self::Messages => "Msgs",
            Self::Sessions | Self::Session => "Sess",
            Self::Activity => "Actv",
        }
    }

    pub(crate) const fn context(self) -> Context {
        match self {
            Self::Overview => Context::Overview,
            Self::Workers => Context::Workers,
            Self::Worker => Context::Worker,
            Self::Tasks => Context::Tasks,
            Self::Task => Context::Task,
            Self::Alerts => Context::Alerts,
            Self::Messages => Context::Messages,
            Self::Sessions => Context::Sessions,
            Self::Session => Context::Session,
            Self::Activity => Context::Activity,
        }
    }
}

/// Everything that can happen to the dashboard.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key, a paste, a new size.
    Input(Event),
    /// Newer facts.
    Snapshot(Arc<Snapshot>),
    /// Health of the background jobs.
    Jobs(Arc<[JobHealth]>),
    /// The answer to a command.
    Reply(RequestId, Reply),
    /// What came of an errand.
    Told(Result<Told, String>),
    /// The engine ended.
    EngineGone,
    /// Time passed.
    Tick,
}

/// State of the dashboard.
#[derive(Debug)]
pub struct Model {
    pub(crate) facts: Facts,
    pub(crate) jobs: Arc<[JobHealth]>,
    pub(crate) view: View,
    pub(crate) previous: View,
    pub(crate) screens: Screens,
    pub(crate) overlay: Option<Overlay>,
    pub(crate) typed: Typed,
    pub(crate) toast: Option<Toast>,
    pub(crate) acting: Acting,
    pub(crate) look: Look,
    pub(crate) requests: u64,
    /// What can be taken back, the newest last.
    pub(crate) undo: Vec<Undo>,
    pub(crate) bell: Bell,
    pub(crate) mouse: Mouse,
    pub(crate) finding: Finding,
    /// Until when rows keep their places, because the cursor moved.
    pub(crate) hold: Option<Timestamp>,
    pub(crate) travel: Journey,
    /// How much of what a key acts on the last frame could show.
    pub(crate) sight: Sight,
}

/// What `u` takes back.
#[derive(Debug, Clone)]
pub(crate) enum Undo {
    /// Something with alerts.
    Alert {
        /// Of the request: when it is refused there is nothing to take back.
        id: RequestId,
        /// The inverse.
        command: Box<Command>,
        /// What it takes back.
        again: Box<Command>,
    },
    /// The last action on the swarm, which is remembered where actions are.
    Act,
}

/// Keys that wait for more.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    /// Beginning of a sequence.
    pub(crate) pending: Vec<Chord>,
    /// Some key was pressed: what is selected is what the operator saw.
    pub(crate) any: bool,
    /// The filter of the view is being typed.
    pub(crate) prompt: bool,
}

/// How things are shown.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Look {
    pub(crate) theme: Theme,
    pub(crate) depth: Depth,
    pub(crate) ascii: bool,
    /// No seconds where minutes do.
    pub(crate) slow: bool,
    pub(crate) keymap: Keymap,
    pub(crate) form: TimeForm,
    pub(crate) east: i32,
    pub(crate) wrap: bool,
    /// Small charts stand still within a step of theirs.
    pub(crate) still: bool,
    /// The clipboard of the terminal.
    pub(crate) between: Between,
    /// Links lead to this machine's files, too; `None` for no links.
    pub(crate) links: Option<Arc<str>>,
    /// The focused panel alone.
    pub(crate) zoom: bool,
    /// How somebody is called who does not look.
    pub(crate) channels: Channels,
    /// What the configuration says of lists, by name.
    pub(crate) lists: BTreeMap<String, ListWish>,
    /// Why nothing may be written.
    pub(crate) read_only: Option<Arc<str>>,
}

impl Model {
    /// The dashboard before the first event.
    #[must_use]
    pub fn new(options: &Options, now: Timestamp) -> Self {
        let mut notes = Vec::new();
        let (palette, flaws) = match &options.own_theme {
            Some(own) => Palette::read(own),
            None => (
                Palette::named(&options.theme).unwrap_or_default(),
                Vec::new(),
            ),
        };
        notes.extend(
            flaws
                .iter()
                .map(|flaw| format!("theme {}: {flaw}", options.theme)),
        );
        let (keymap, flaws) = Keymap::preset(&options.preset).rebound(&options.rebind);
        notes.extend(flaws.into_iter().map(|flaw| flaw.words));
        notes.extend(options.banner.clone());
        let toast = (!notes.is_empty()).then(|| Toast::long(notes.join("; "), now));
        let mut model = Self {
            hold: None,
            sight: Sight::default(),
            facts: Facts::default(),
            jobs: Arc::from([]),
            view: options.start,
            previous: View::Overview,
            screens: Screens::default(),
            overlay: None,
            acting: Acting::of(Arc::clone(&options.actor), options.seed),
            typed: Typed::default(),
            toast,
            look: Look {
                theme: Theme::of(&palette, options.depth),
                depth: options.depth,
                ascii: options.ascii,
                slow: options.slow,
                keymap,
                form: TimeForm::default(),
                east: options.east,
                wrap: true,
                still: options.still,
                between: options.between.clone(),
                links: options.links.clone(),
                zoom: false,
                channels: options.channels,
                read_only: options.read_only.clone(),
                lists: options.lists.clone(),
            },
            requests: 0,
            undo: Vec::new(),
            bell: Bell::default(),
            mouse: Mouse::new(options.mouse),
            finding: Finding::of(options),
            travel: options
                .replay
                .map_or_else(Journey::default, Journey::replay)
                .judged(options.detector.clone()),
        };
        model.order_as_configured();
        model
    }

    /// The snapshot on show.
    #[must_use]
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        self.facts.shown()
    }

    /// The same, whatever part of it is looked at.
    pub(crate) fn whole(&self) -> &Arc<Snapshot> {
        self.facts.whole()
    }

    /// How soon time must pass again, when that is sooner than the clock's next second.
    pub(crate) fn pace(&self) -> Option<std::time::Duration> {
        self.travel.pace(self.look.slow)
    }

    /// Times of a frame at `now`.
    pub(crate) fn clock(&self, now: Timestamp) -> Clock {
        Clock {
            coarse: self.look.slow,
            still: self.look.still,
            ..self.facts.clock(now, self.look.form, self.look.east)
        }
    }

    /// Where a key is looked up, first to last.
    pub(crate) fn contexts(&self) -> Vec<Context> {
        let own = match (&self.overlay, self.typed.prompt) {
            (Some(overlay), _) => overlay.context(),
            (None, true) => Context::Prompt,
            (None, false) => self.view.context(),
        };
        let below = own.stack().iter().copied();
        std::iter::once(own).chain(below).collect()
    }
}
