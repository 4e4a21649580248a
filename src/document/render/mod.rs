//! Documents written back: the same shapes that are read, marked as generated, with a person's notes kept.
//!
//! The same input gives the same bytes. Links lead into the repository or to https; paths of this machine are left out.
//! Reading what was written gives the same sessions.

mod escape;
mod handover;
mod keep;
mod lines;
mod status;
mod summary;
mod tracker;

pub use handover::handover_md;
pub use keep::{MergeError, discard, is_generated, is_untouched, merge, note};
pub use status::status_md;
pub use summary::markdown;
pub use tracker::tracker_md;
