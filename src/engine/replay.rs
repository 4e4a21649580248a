//! An engine on a recording and nothing else: it shows moments, and writes nothing.

use super::{
    Engine,
    travel::{Guide, OpenTape},
};
use crate::{
    domain::{Command, Refusal, Snapshot, health::Detector},
    link::{EnginePorts, Envelope, Ports, Reply, pair},
};
use std::io;
use tokio_util::sync::CancellationToken;

/// Why nothing can be done to a recording.
pub const RECORDED: &str = "this is a recording: nothing can be written";

impl Engine {
    /// Plays what `open` gives, judged by `detector`; `first` is on show at the start. Must be called on a runtime.
    ///
    /// # Errors
    /// As the operating system says, when it gives no thread.
    pub fn replay(
        open: OpenTape,
        detector: Detector,
        first: Snapshot,
    ) -> io::Result<(Self, Ports)> {
        let (ports, ends) = pair(first);
        let EnginePorts {
            snapshot,
            jobs,
            mut commands,
            replies,
        } = ends;
        let guide = Guide::start(open, detector, None, replies.clone())?;
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let serve = async move {
            // A closed channel would be news.
            let _open = (snapshot, jobs);
            loop {
                let envelope = tokio::select! {
                    () = stopped.cancelled() => break,
                    envelope = commands.recv() => envelope,
                };
                let Some(Envelope { id, command }) = envelope else {
                    break;
                };
                let refused = |why| Some(Reply::Refused(why));
                let reply = match Guide::question(&command) {
                    Some(ask) => guide.ask(id, ask).err().map(Reply::Refused),
                    None => match command {
                        Command::OlderMessages { .. } => Some(Reply::Messages(Vec::new())),
                        _ => refused(Refusal::ReadOnly(RECORDED.to_owned())),
                    },
                };
                if let Some(reply) = reply
                    && replies.send((id, reply)).await.is_err()
                {
                    break;
                }
            }
        };
        let commands = tokio::spawn(serve);
        Ok((Self { stop, commands }, ports))
    }
}
