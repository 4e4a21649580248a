//! With what the bridge is written, or why nothing may be.

use super::bridge::Bridge;
use std::path::Path;
use swarmwarden::{
    domain::{Mode, text},
    engine::Pen,
    settings::Settings,
    store::{key, pipe::Purpose},
};

/// The pen for `bridge`, with the key of the audit chain in `state`.
pub(super) fn pen(settings: &Settings, bridge: &Bridge, mode: Mode, state: Option<&Path>) -> Pen {
    let forbidden = |why: &str| Pen::Forbidden(text::line(why).into());
    if let Mode::Recorded(at) = mode {
        return forbidden(&format!(
            "this is {at}, and the past cannot be written; leave out --at"
        ));
    }
    if settings.read_only {
        return forbidden("asked for with --read-only or bridge.read_only");
    }
    if let Some(kind) = bridge.shared() {
        return forbidden(&format!(
            "{kind} cannot share a database between machines; act where it lies"
        ));
    }
    let Some(state) = state else {
        return forbidden("no directory for the key of the audit chain; name one with --state DIR");
    };
    match key(state, &settings.actor) {
        Ok(key) => Pen::Ready {
            open: bridge.opener(Purpose::Writing),
            key,
        },
        Err(error) => {
            let place = state.display();
            forbidden(&format!(
                "no key for the audit chain in {place}: {error}; name another directory with --state DIR"
            ))
        }
    }
}

/// 128 random bits.
pub(super) fn random() -> [u64; 2] {
    // Without a generator of the operating system there is no key either, and nothing is written.
    [(); 2].map(|()| getrandom::u64().unwrap_or_default())
}
