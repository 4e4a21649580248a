//! What the shell must do for the model: plain data, so that a test compares it.

use super::errand::Errand;
use crate::link::Envelope;

/// One deed of the shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send to the engine.
    Send(Envelope),
    /// Leave; print the current view after that when asked to.
    Quit {
        /// Print the view.
        print: bool,
    },
    /// Give the terminal back until somebody resumes us.
    Suspend,
    /// Take the mouse, or give it back to the terminal.
    Mouse(bool),
    /// Draw every cell again.
    Redraw,
    /// Write these bytes to the terminal: they call somebody.
    Ring(String),
    /// Do something that touches files or processes; what comes of it is told.
    Errand(Errand),
    /// Give the terminal this title.
    Title(String),
}
