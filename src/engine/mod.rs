//! Drives everything that has a pulse.

mod clock;
mod look;

pub use clock::Clock;
pub use look::{PAGE, View, describe, learn, look};
