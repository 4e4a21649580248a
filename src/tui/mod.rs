//! The full-screen frontend. It knows facts and a queue, nothing else: [`crate::link::Ports`] in, cells out. The model changes only in
//! `update` (no input or output, no clock), the screen is a function of the model, and one shell owns terminal, clock and awaits.

mod acting;
mod answer;
mod bell;
mod clip;
mod custom;
mod effect;
mod errand;
mod facts;
mod finding;
mod framed;
mod frames;
mod keymap;
mod links;
mod marks;
mod model;
mod mouse;
mod order;
mod overlay;
mod probe;
mod reasons;
mod run;
mod screen;
mod search;
mod sheet;
mod sieve;
mod terminal;
mod theme;
mod told;
mod travel;
mod undertake;
mod update;
mod view;
mod widget;

pub mod picture;

pub use bell::Channels;
pub use clip::Between;
pub use effect::Effect;
pub use errand::{Custom, Errand, Errands, Fresh, Messenger, Nobody, Told, Undertaking};
pub use keymap::{Bound, Flaw, Live, Place, Rebind, live, presets};
pub use model::{Model, Msg, View};
pub use order::{ListWish, known_lists};
pub use run::{Signal, run};
pub use terminal::{can_be_resumed, start};
pub use theme::{Depth, Palette};
pub use view::{Hits, paint};

use std::{collections::BTreeMap, sync::Arc};

/// How the dashboard looks and begins. Resolved by the settings; nothing here is read from the environment.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// Name of a shipped theme; an unknown name is `term`.
    pub theme: String,
    /// The terminal is asked for its background, and the theme is dark or light by its answer; without one it is the one that is named.
    pub ask: bool,
    /// What leads somewhere is a link that the terminal opens, on the machine of this name; `None` writes none.
    pub links: Option<Arc<str>>,
    /// Text of a theme of the operator's own; it wins over the name.
    pub own_theme: Option<String>,
    /// Colours of the terminal.
    pub depth: Depth,
    /// Draw with bytes of 0x20 to 0x7E only.
    pub ascii: bool,
    /// The line is slow: facts are drawn once a second, and no time has seconds that need not have them.
    pub slow: bool,
    /// Small charts move on only when a whole step of theirs has passed.
    pub still: bool,
    /// What lies between us and the terminal's clipboard.
    pub between: Between,
    /// The mouse is ours from the start.
    pub mouse: bool,
    /// The part of the swarm to look at, as it was typed.
    pub scope: Option<String>,
    /// Why `:rw` is refused, when it is.
    pub locked: Option<Arc<str>>,
    /// Name of a preset of keys; an unknown name is `vim`.
    pub preset: String,
    /// Keys that the operator has chosen; what cannot be done is said in the status line.
    pub rebind: Vec<Rebind>,
    /// First view.
    pub start: View,
    /// Operator's zone, in seconds east of UTC.
    pub east: i32,
    /// Why nothing may be written, when nothing may: shown as `RO`; neutralised by whoever sets it.
    pub read_only: Option<Arc<str>>,
    /// How somebody is called who does not look.
    pub channels: Channels,
    /// Who acts, neutralised.
    pub actor: Arc<str>,
    /// Makes the names of this run's actions its own: random.
    pub seed: u64,
    /// Shown in the status line at the start, neutralised by whoever sets it.
    pub banner: Option<String>,
    /// Name and text of every theme of the operator's own.
    pub themes: Vec<(String, String)>,
    /// Filters with a name.
    pub filters: BTreeMap<String, String>,
    /// Commands of the operator's own.
    pub commands: Vec<Custom>,
    /// What the configuration says of lists, by name.
    pub lists: BTreeMap<String, ListWish>,
    /// Who reads the configuration again, and runs commands.
    pub errands: Messenger,
    /// What judges workers: what another one would have said is asked by its differences.
    pub detector: crate::domain::health::Detector,
    /// What is shown is a recording and nothing else, played so many times as fast as it was.
    pub replay: Option<u32>,
    /// Panic once the first frame is drawn: the test that a panic gives the terminal back.
    pub panic_test: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            theme: "term".to_owned(),
            ask: false,
            links: None,
            own_theme: None,
            depth: Depth::default(),
            ascii: false,
            slow: false,
            still: false,
            between: Between::default(),
            mouse: false,
            preset: "vim".to_owned(),
            scope: None,
            locked: None,
            rebind: Vec::new(),
            start: View::Overview,
            east: 0,
            read_only: None,
            channels: Channels::default(),
            actor: "operator".into(),
            seed: 0,
            banner: None,
            themes: Vec::new(),
            filters: BTreeMap::new(),
            commands: Vec::new(),
            lists: BTreeMap::new(),
            errands: Arc::new(Nobody),
            detector: crate::domain::health::Detector::default(),
            replay: None,
            panic_test: false,
        }
    }
}

/// How the dashboard ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The last view as text, when the operator asked for it; print it once the terminal is given back.
    pub print: Option<String>,
    /// The signal that ended it, when one did.
    pub signal: Option<Signal>,
}

#[cfg(test)]
#[path = "../../tests/swarm/mod.rs"]
mod fixture;
