//! What came while another program had the terminal.

use super::Signal;
use crate::tui::Outcome;
use futures::{Stream, StreamExt};
use std::time::Duration;

/// Within this time after the terminal is ours again every signal that came before has been heard of.
const SETTLED: Duration = Duration::from_millis(30);

/// Forgets the signals of the keys that were meant for the other program: they interrupt and stop it, and us with it, because one terminal
/// has one group in front. A signal that ends us is the outcome.
pub(super) async fn over<S>(signals: &mut S) -> Option<Outcome>
where
    S: Stream<Item = Signal> + Unpin,
{
    while let Ok(Some(signal)) = tokio::time::timeout(SETTLED, signals.next()).await {
        if matches!(signal, Signal::Terminate | Signal::Hangup) {
            return Some(Outcome {
                print: None,
                signal: Some(signal),
            });
        }
    }
    None
}
