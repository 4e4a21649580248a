//! The frontends without a screen: pure functions of a snapshot, written to whatever is handed in. Data goes to the output, talk does
//! not; nothing is cut to a width, and there is no escape sequence.

pub mod act;
pub mod audit;
pub mod check;
pub mod checklist;
pub mod doctor;
pub mod events;
mod exit;
pub mod explain;
pub mod git;
pub mod hooks;
pub mod inbox;
pub mod json;
pub mod log;
mod markdown;
pub mod metrics;
pub mod own;
pub mod played;
pub mod rollcall;
pub mod sessions;
pub mod shift;
pub mod text;
pub mod view;

pub use exit::Exit;
