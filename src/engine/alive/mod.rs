//! What keeping a worker alive rests on: its credentials, that nobody else does it, and evidence that the agent itself lives.

mod activity;
mod claims;
mod inbox;
mod marks;
mod note;
mod pulse;
mod sources;
mod witness;

pub use activity::{Activity, SELDOM};
pub use claims::{Claims, perished};
pub use inbox::{Inbox, Item, Reading, Whose};
pub use marks::{Marks, Resume};
pub use note::{Level, Note, Say, mute};
pub use pulse::{Paced, Pulse};
pub use sources::{Loaded, Sources};
pub use witness::{Evidence, Kind, Witness};

#[cfg(test)]
mod tests;
