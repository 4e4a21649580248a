//! What a worker is called. Number, team and role are read from the role on its side of the conversation, which may be anything.

use super::worker::WorkerFold;
use std::sync::Arc;

/// Parts of a label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) number: Option<u32>,
    pub(super) role: Option<Arc<str>>,
    pub(super) team: Option<Arc<str>>,
}

/// Reads `worker-3-tests` (number 3, role `tests`) and `haiku-21-team-6` (number 21, role `haiku`, team `team-6`).
pub(super) fn parts(label: &str) -> Parts {
    let tokens: Vec<&str> = label.split('-').collect();
    let at = tokens
        .iter()
        .skip(1)
        .position(|t| t.len() <= 6 && t.parse::<u32>().is_ok())
        .map(|i| i + 1);
    let number = at.and_then(|i| tokens.get(i)).and_then(|t| t.parse().ok());
    let (head, tail) = match at {
        Some(i) => (
            tokens.get(..i).unwrap_or_default(),
            tokens.get(i + 1..).unwrap_or_default(),
        ),
        None => (tokens.as_slice(), &[][..]),
    };
    let join = |words: &[&str]| (!words.is_empty()).then(|| Arc::<str>::from(words.join("-")));
    let generic = |words: &[&str]| matches!(words, ["worker" | "agent" | "session" | ""] | []);
    match tail.iter().position(|t| *t == "team") {
        Some(team) => Parts {
            number,
            role: if generic(head) {
                join(tail.get(..team).unwrap_or_default())
            } else {
                join(head)
            },
            team: join(tail.get(team..).unwrap_or_default()),
        },
        None if tail.is_empty() => Parts {
            number,
            role: if generic(head) { None } else { join(head) },
            team: None,
        },
        None => Parts {
            number,
            role: join(tail),
            team: None,
        },
    }
}

/// A key that sorts labels with their numbers as numbers: 2 comes before 10.
pub(in crate::domain) fn natural(label: &str) -> String {
    let mut key = String::with_capacity(label.len() + 16);
    let mut rest = label;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (token, tail) = rest.split_at(end);
        if digits {
            key.extend(std::iter::repeat_n(
                '0',
                20usize.saturating_sub(token.len()),
            ));
        }
        key.push_str(token);
        rest = tail;
    }
    key
}

/// Puts workers in their order, and notes who shares a label with whom: the newest first.
pub(super) fn settle(workers: &mut [WorkerFold]) {
    workers.sort_by_cached_key(|w| {
        let newest = std::cmp::Reverse((w.created, w.conversation.clone()));
        (natural(w.label.raw()), Arc::clone(&w.session), newest)
    });
    let mut previous: Option<(super::WorkerId, Arc<str>)> = None;
    for fold in workers {
        let this = (fold.label.clone(), Arc::clone(&fold.session));
        fold.twin = previous.as_ref() == Some(&this);
        previous = Some(this);
    }
}

#[cfg(test)]
mod tests {
    use super::{natural, parts};

    #[test]
    fn parts_of_the_usual_labels() {
        let show = |label| {
            let p = parts(label);
            (
                p.number,
                p.role.as_deref().map(str::to_owned),
                p.team.as_deref().map(str::to_owned),
            )
        };
        let s = |t: &str| Some(t.to_owned());
        assert_eq!(show("worker-3-tests"), (Some(3), s("tests"), None));
        assert_eq!(show("worker-7-wsl-cli"), (Some(7), s("wsl-cli"), None));
        assert_eq!(show("haiku-21-team-6"), (Some(21), s("haiku"), s("team-6")));
        assert_eq!(show("worker-13-team-2"), (Some(13), None, s("team-2")));
        assert_eq!(
            show("backend_developer"),
            (None, s("backend_developer"), None)
        );
        assert_eq!(show("worker"), (None, None, None));
        assert_eq!(show(""), (None, None, None));
    }

    #[test]
    fn ten_comes_after_two() {
        let mut labels = ["worker-10-a", "worker-2-b", "worker-2-a", "alpha"];
        labels.sort_by_key(|l| natural(l));
        assert_eq!(labels, ["alpha", "worker-2-a", "worker-2-b", "worker-10-a"]);
    }
}
