//! What credentials travel through, and what keeps them private.

use super::{Facts, Finding, facts::Git, quoted};

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let git = &facts.git;
    let mut all = vec![modes(git)];
    let Some(repository) = &git.repository else {
        all.push(Finding::skip(
            "git.repository",
            "no repository here; name one with --git DIR or git.path",
        ));
        return all;
    };
    all.push(Finding::ok("git.repository", repository.clone()));
    all.push(remote(git, repository));
    all.push(branch(git));
    all.push(key(git));
    all.push(held(git, facts));
    all
}

fn modes(git: &Git) -> Finding {
    let id = "git.modes";
    let Some(first) = git.open.first() else {
        return Finding::ok(
            id,
            "keys and credentials of this machine are their owner's alone",
        );
    };
    let more = match git.open.len() - 1 {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    Finding::fail(
        id,
        format!(
            "{}{more}, mode {:04o}: others may read what is in it",
            first.path, first.mode
        ),
        format!(
            "swarmwarden doctor --fix, or chmod 600 {}; renew it if somebody read it: swarmwarden credentials rotate",
            quoted(&first.path)
        ),
    )
}

fn remote(git: &Git, repository: &str) -> Finding {
    let id = "git.remote";
    match &git.answer {
        None => Finding::skip(id, format!("{repository} has no remote {}", git.remote)),
        Some(Err(why)) => Finding::fail(
            id,
            why.clone(),
            format!(
                "git -C {} ls-remote {} shows it; mend its address with `git remote set-url {} URL`, or the keys that it asks for",
                quoted(repository),
                quoted(&git.remote),
                quoted(&git.remote)
            ),
        ),
        Some(Ok(_)) => Finding::ok(id, format!("{} answers", git.remote)),
    }
}

/// The beginning of a commit's name.
fn short(tip: &str) -> String {
    tip.chars().take(10).collect()
}

fn branch(git: &Git) -> Finding {
    let id = "git.branch";
    let branch = &git.branch;
    let Some(Ok(tip)) = &git.answer else {
        return Finding::skip(id, "the remote does not answer");
    };
    let uses = git.worker.is_some() || git.known.is_some() || git.key.is_some();
    let Some(tip) = tip else {
        if !uses {
            return Finding::skip(
                id,
                format!(
                    "{} has no branch {branch}, and nothing here needs it",
                    git.remote
                ),
            );
        }
        return Finding::warn(
            id,
            format!("{} has no branch {branch}", git.remote),
            "swarmwarden credentials join --worker N on a worker's machine makes it; or set credentials.branch",
        );
    };
    if git.ahead == Some(true) {
        return Finding::warn(
            id,
            format!("{branch} has commits here that {} has not", git.remote),
            format!("git push {} {}", quoted(&git.remote), quoted(branch)),
        );
    }
    match &git.known {
        Some(known) if known == tip => Finding::ok(
            id,
            format!("{branch} stands at {}, here and there", short(tip)),
        ),
        Some(known) => Finding::warn(
            id,
            format!(
                "{branch} stands at {} at {}, and was fetched last at {}",
                short(tip),
                git.remote,
                short(known)
            ),
            "swarmwarden sync --once; let `swarmwarden sync` run",
        ),
        None if !uses => Finding::ok(
            id,
            format!(
                "{branch} stands at {}; nothing here takes from it",
                short(tip)
            ),
        ),
        None => Finding::warn(
            id,
            format!(
                "{branch} stands at {} and was never fetched here",
                short(tip)
            ),
            "swarmwarden sync --once",
        ),
    }
}

fn key(git: &Git) -> Finding {
    let id = "git.key";
    let Some(worker) = git.worker else {
        return Finding::skip(
            id,
            "this machine is no worker's (no $SWARMWARDEN_WORKER, credentials.worker, or host name with worker-N)",
        );
    };
    let join = format!("swarmwarden credentials join --worker {worker}");
    match (&git.key, &git.enrolled) {
        (None, _) => Finding::warn(id, format!("worker {worker} has no key here"), join),
        (Some(Err(why)), _) => Finding::fail(
            id,
            why.clone(),
            "swarmwarden doctor --fix where others may read it",
        ),
        (Some(Ok(own)), Some(there)) if own == there => {
            Finding::ok(id, format!("worker {worker} joined with {own}"))
        }
        (Some(Ok(own)), Some(there)) => Finding::fail(
            id,
            format!("worker {worker}'s key here is {own}, and {there} is the one on the branch"),
            format!(
                "{join} --replace, then on the orchestrator's machine: swarmwarden credentials accept worker-{worker} --fingerprint {own}"
            ),
        ),
        (Some(Ok(own)), None) => Finding::warn(
            id,
            format!("worker {worker}'s key {own} is not on the branch as it was fetched last"),
            join,
        ),
    }
}

fn held(git: &Git, facts: &Facts) -> Finding {
    let id = "git.credential";
    let Some(worker) = git.worker else {
        return Finding::skip(id, "this machine is no worker's");
    };
    let take = "swarmwarden sync --once; where nothing comes, `swarmwarden credentials rotate` on the orchestrator's machine";
    match &git.held {
        None => Finding::warn(
            id,
            format!("no credential of worker {worker} is held here"),
            take,
        ),
        Some(Err(why)) => Finding::fail(id, why.clone(), take),
        Some(Ok(expires)) if *expires <= facts.now => Finding::fail(
            id,
            format!("the credential of worker {worker} expired {expires}"),
            take,
        ),
        Some(Ok(expires)) => Finding::ok(id, format!("worker {worker}'s is good until {expires}")),
    }
}
