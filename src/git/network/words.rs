//! What git's words mean, and which of them must not be shown.

use super::NetworkError;
use crate::domain::text;
use regex::Regex;
use std::sync::LazyLock;

/// Lines of a message that are shown.
const LINES: usize = 3;

/// A user and a password in an address, and values that headers and queries carry secrets in.
static SECRETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s'\x22]*(?P<at>@)|(?P<key>(?:authorization:\s*\w+|[?&](?:access_|private_)?token=|[?&](?:password|key|secret)=))\s*[^\s&'\x22]+",
    )
    .ok()
});

/// What git said, safe to show and to keep: terminal sequences neutralised, secrets and the user parts of addresses masked. Keeps lines.
#[must_use]
pub fn mask(said: &str) -> String {
    let masked = |line: &str| {
        let line = text::redact(line).into_owned();
        let line = match &*SECRETS {
            Some(secrets) => secrets.replace_all(&line, "$scheme$key***$at").into_owned(),
            // Without the pattern nothing is known to be safe.
            None => String::new(),
        };
        text::line(text::head(&line, 512)).into_owned()
    };
    let lines: Vec<_> = said.lines().map(masked).collect();
    lines.join("\n")
}

/// What a failure means.
pub(super) fn meaning(said: &str, remote: &str, branch: &str) -> NetworkError {
    let has = |any: &[&str]| {
        let said = said.to_ascii_lowercase();
        any.iter().any(|words| said.contains(words))
    };
    let (remote, branch, words) = (remote.to_owned(), branch.to_owned(), gist(said));
    if has(&["couldn't find remote ref", "could not find remote ref"]) {
        NetworkError::NoBranch { remote, branch }
    } else if has(&[
        "non-fast-forward",
        "fetch first",
        "stale info",
        "cannot lock ref",
    ]) {
        NetworkError::NonFastForward { remote, branch }
    } else if has(&[
        "authentication failed",
        "could not read username",
        "could not read password",
        "terminal prompts disabled",
        "permission denied",
        "permission to",
        "host key verification failed",
        "access denied",
        "error: 401",
        "error: 403",
        "not authorized",
        "dubious ownership",
        "protected branch",
        "hook declined",
    ]) {
        NetworkError::Refused { remote, words }
    } else if has(&[
        "does not appear to be a git repository",
        "could not read from remote repository",
        "could not resolve host",
        "repository not found",
        "unable to access",
        "connection refused",
        "connection timed out",
        "no route to host",
        "does not exist",
        "unable to find remote helper",
    ]) {
        NetworkError::Unreachable { remote, words }
    } else {
        NetworkError::Failed { remote, words }
    }
}

/// The lines that say what went wrong, in one.
fn gist(said: &str) -> String {
    let said = mask(said);
    let telling = |line: &&str| {
        let line = line.to_ascii_lowercase();
        ["fatal:", "error:", "remote:", "denied", "rejected"]
            .iter()
            .any(|word| line.contains(word))
    };
    let mut lines: Vec<&str> = said.lines().filter(telling).take(LINES).collect();
    if lines.is_empty() {
        lines = said
            .lines()
            .filter(|l| !l.trim().is_empty())
            .take(LINES)
            .collect();
    }
    let whole = lines
        .iter()
        .map(|l| l.trim())
        .collect::<Vec<_>>()
        .join("; ");
    if whole.is_empty() {
        "it said nothing".to_owned()
    } else {
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_what_git_says_are_masked() {
        for (said, gone) in [
            (
                "fatal: unable to access 'https://ana:s3cret@example.org/x.git/': 403",
                "s3cret",
            ),
            (
                "https://ghp_abcdefghijklmnopqrstuvwxyz0123456789@github.com/x",
                "ghp_abc",
            ),
            (
                "GET https://example.org/x?private_token=hunter22 HTTP",
                "hunter22",
            ),
            ("> Authorization: Basic YW5hOmh1bnRlcg==", "YW5h"),
            ("ssh://token:tok@host/x\x1b[31m", "tok@"),
        ] {
            let masked = mask(said);
            assert!(!masked.contains(gone), "{masked}");
            assert!(!masked.contains('\x1b'));
        }
        assert_eq!(
            mask("https://example.org/x.git"),
            "https://example.org/x.git"
        );
        assert_eq!(
            mask("git@example.org: Permission denied (publickey)."),
            "git@example.org: Permission denied (publickey)."
        );
    }

    #[test]
    fn failures_are_told_apart() {
        let of = |said| meaning(said, "origin", "b");
        assert!(matches!(
            of("fatal: couldn't find remote ref refs/heads/b"),
            NetworkError::NoBranch { .. }
        ));
        assert!(matches!(
            of("!\trefs/heads/b:refs/heads/b\t[rejected] (fetch first)"),
            NetworkError::NonFastForward { .. }
        ));
        let denied =
            "git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.";
        assert!(matches!(of(denied), NetworkError::Refused { .. }));
        assert!(matches!(
            of("fatal: 'x' does not appear to be a git repository"),
            NetworkError::Unreachable { .. }
        ));
        assert!(matches!(of(""), NetworkError::Failed { .. }));
    }
}
