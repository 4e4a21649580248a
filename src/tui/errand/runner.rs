//! Carries errands out beside the dashboard: what takes long keeps no key waiting.

use super::{Errand, Messenger, Told};
use crate::tui::run::Host;
use std::{io, sync::Arc};
use tokio::sync::mpsc;

/// Errands under way at once.
const MOST: usize = 4;

/// Who gives errands away.
#[derive(Debug)]
pub(crate) struct Runner {
    messenger: Messenger,
    tell: mpsc::Sender<Result<Told, String>>,
}

impl Runner {
    /// With the end where it is told what came of them.
    pub(crate) fn new(messenger: &Messenger) -> (Self, mpsc::Receiver<Result<Told, String>>) {
        let (tell, told) = mpsc::channel(MOST);
        let messenger = Arc::clone(messenger);
        (Self { messenger, tell }, told)
    }

    /// Begins an errand. One that needs the terminal gets it, and is over when this returns.
    ///
    /// # Errors
    /// The terminal cannot be given away or taken back.
    pub(crate) fn begin<H: Host>(&self, errand: Errand, host: &mut H) -> io::Result<()> {
        let full = || Err("four commands run already; wait for one".to_owned());
        if matches!(errand, Errand::Run { .. }) {
            let mut out = full();
            host.lend(&mut || out = self.messenger.carry_out(&errand))?;
            let _ = self.tell.try_send(out);
            return Ok(());
        }
        match self.tell.clone().try_reserve_owned() {
            Ok(place) => {
                let messenger = Arc::clone(&self.messenger);
                tokio::task::spawn_blocking(move || place.send(messenger.carry_out(&errand)));
            }
            Err(_) => {
                let _ = self.tell.try_send(full());
            }
        }
        Ok(())
    }
}
