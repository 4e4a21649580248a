//! Carries errands out beside the dashboard: what takes long keeps no key waiting.

use super::{Errand, Messenger, Told};
use crate::tui::run::Host;
use std::{io, sync::Arc};
use tokio::sync::{Semaphore, mpsc};

/// Programs that run beside the dashboard at once.
const MOST: usize = 4;
/// All other errands under way at once.
const OTHERS: usize = 4;

/// Who gives errands away. What it began ends with it.
#[derive(Debug)]
pub(crate) struct Runner {
    messenger: Messenger,
    tell: mpsc::Sender<Result<Told, String>>,
    /// Places of programs: however long they run, a place is left for the rest.
    programs: Arc<Semaphore>,
}

impl Runner {
    /// With the end where it is told what came of them.
    pub(crate) fn new(messenger: &Messenger) -> (Self, mpsc::Receiver<Result<Told, String>>) {
        let (tell, told) = mpsc::channel(MOST + OTHERS);
        let runner = Self {
            messenger: Arc::clone(messenger),
            tell,
            programs: Arc::new(Semaphore::new(MOST)),
        };
        (runner, told)
    }

    /// Begins an errand. One that needs the terminal gets it, and is over when this returns.
    ///
    /// # Errors
    /// The terminal cannot be given away or taken back.
    pub(crate) fn begin<H: Host>(&self, errand: Errand, host: &mut H) -> io::Result<()> {
        if matches!(errand, Errand::Run { .. }) {
            let mut out = Err("it did not run".to_owned());
            host.lend(&mut || out = self.messenger.carry_out(&errand))?;
            let _ = self.tell.try_send(out);
            return Ok(());
        }
        let kept = match &errand {
            Errand::CarryOut(id, what) => Some((*id, what.clone())),
            _ => None,
        };
        if let Err(why) = self.beside(errand) {
            let told = match kept {
                Some((id, what)) => Ok(Told::CarriedOut(id, what, why.to_owned(), false)),
                None => Err(why.to_owned()),
            };
            let _ = self.tell.try_send(told);
        }
        Ok(())
    }

    fn beside(&self, errand: Errand) -> Result<(), &'static str> {
        let program = if matches!(
            errand,
            Errand::Watch { .. } | Errand::Plan(_) | Errand::CarryOut(..)
        ) {
            let place = Arc::clone(&self.programs).try_acquire_owned();
            Some(place.map_err(|_| "four commands run already; wait for one")?)
        } else {
            None
        };
        let place = self.tell.clone().try_reserve_owned();
        let place = place.map_err(|_| "too much is under way; try again in a moment")?;
        let messenger = Arc::clone(&self.messenger);
        tokio::task::spawn_blocking(move || {
            let out = messenger.carry_out(&errand);
            drop(program);
            place.send(out);
        });
        Ok(())
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.messenger.end();
    }
}

#[cfg(test)]
mod tests {
    use super::{Errand, MOST, Runner, Told};
    use crate::tui::{Errands, Messenger};
    use std::sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    };

    /// Programs run until the barrier opens.
    #[derive(Debug)]
    struct Held {
        barrier: Barrier,
        over: AtomicBool,
    }

    impl Errands for Held {
        fn carry_out(&self, errand: &Errand) -> Result<Told, String> {
            if matches!(errand, Errand::Watch { .. }) {
                self.barrier.wait();
            }
            Ok(Told::Word("done".to_owned()))
        }

        fn end(&self) {
            self.over.store(true, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn programs_that_run_leave_places_for_the_rest_and_end_with_it() {
        let held = Arc::new(Held {
            barrier: Barrier::new(MOST + 1),
            over: AtomicBool::new(false),
        });
        let messenger: Messenger = Arc::clone(&held) as _;
        let (runner, mut told) = Runner::new(&messenger);
        let watch = || Errand::Watch {
            name: "logs".to_owned(),
            argv: Vec::new(),
        };
        for _ in 0..=MOST {
            runner.begin(watch(), &mut ()).unwrap();
        }
        let refused = told.recv().await.unwrap();
        assert!(refused.unwrap_err().starts_with("four commands run"));
        runner.begin(Errand::Reload, &mut ()).unwrap();
        let done = told.recv().await.unwrap();
        assert_eq!(done.unwrap(), Told::Word("done".to_owned()));
        assert!(!held.over.load(Ordering::SeqCst));
        held.barrier.wait();
        drop(runner);
        assert!(held.over.load(Ordering::SeqCst));
    }
}
