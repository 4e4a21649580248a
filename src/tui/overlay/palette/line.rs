//! Lines that are typed in full.

use super::{Line, Row, Run};
use crate::{
    domain::{ConversationId, Scope, filter::Filter, scope, text},
    tui::{
        acting,
        model::{Model, View},
        travel,
        widget::TimeForm,
    },
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Words that begin a line, with what they want and what they do.
pub(super) const WORDS: [(&str, &str, &str); 21] = [
    (
        "filter save ",
        "NAME",
        "give the filter of this view a name",
    ),
    ("filter ", "NAME", "the filter of that name"),
    ("scope ", "NAME", "look at a session, a team or a worker"),
    ("team ", "NAME", "look at a team"),
    ("theme ", "NAME", "another theme; shown while you choose"),
    ("time ", "age|local|utc", "how times are written"),
    ("workers ", "FILTER", "workers that match"),
    ("tasks ", "FILTER", "tasks that match"),
    ("alerts ", "FILTER", "alerts that match"),
    ("messages ", "FILTER", "messages that match"),
    ("sessions ", "FILTER", "sessions that match"),
    ("activity ", "FILTER", "what changed that matches"),
    ("at ", "11:30|-15m", "the swarm as it was"),
    (
        "whatif ",
        "DETECTOR",
        "what another detector would have said of the last day",
    ),
    (
        "incident",
        "",
        "the trouble on show as one file that replays elsewhere",
    ),
    ("rw", "", "allow writes"),
    ("ro", "", "forbid writes"),
    ("reload", "", "read the configuration again"),
    (
        "unmute",
        "",
        "end the mute of the selected alert; `unmute all` ends all",
    ),
    ("resolved", "", "alerts that are over, too"),
    ("@", "NAME", "look at a session, a team or a worker"),
];

/// A row for a line, when what is typed is one.
pub(super) fn parse(model: &Model, typed: &str) -> Option<Row> {
    let typed = typed.trim();
    let (head, rest) = typed.split_once(' ').unwrap_or((typed, ""));
    let rest = rest.trim();
    let means = match head {
        "" => return None,
        "team" if !rest.is_empty() => look_at(model, &format!("team:{rest}")),
        "scope" if !rest.is_empty() => look_at(model, rest),
        "filter" => named(model, rest)?,
        "theme" if !rest.is_empty() => theme(model, rest),
        "time" if !rest.is_empty() => time(rest),
        "rw" => Ok((Line::Write(true), writes(model))),
        "ro" => Ok((Line::Write(false), writes(model))),
        "reload" => Ok((Line::Reload, "the configuration".to_owned())),
        "unmute" => unmute(model, rest == "all"),
        "resolved" => Ok((Line::Resolved, "alerts".to_owned())),
        "at" | "replay" | "whatif" | "incident" => {
            let (visit, note) = match travel::read(model, head, rest)? {
                Ok(asked) => asked,
                Err(why) => return Some(row(typed, Err(why))),
            };
            Ok((Line::Past(visit), note))
        }
        _ if head.starts_with('@') => {
            look_at(model, typed.strip_prefix('@').unwrap_or_default().trim())
        }
        _ => return view(head, rest).or_else(|| jump(model, typed)),
    };
    Some(row(typed, means))
}

type Means = Result<(Line, String), String>;

pub(super) fn row(typed: &str, means: Means) -> Row {
    let name = text::line(typed).into_owned();
    let (can, note) = match means {
        Ok((line, note)) => (Ok(Run::Line(line)), note),
        Err(why) => (Err(why), String::new()),
    };
    Row {
        complete: name.clone(),
        name: format!(":{name}"),
        key: String::new(),
        note,
        alias: String::new(),
        can,
    }
}

fn look_at(model: &Model, words: &str) -> Means {
    let scope = Scope::parse(words, model.whole()).map_err(|why| why.to_string())?;
    let note = if scope.is_all() {
        "the whole swarm".to_owned()
    } else {
        let mine = |w: &&Arc<crate::domain::Worker>| scope.has(w, model.whole());
        let n = model.whole().workers.iter().filter(mine).count();
        format!("{n} of {} workers", model.whole().workers.len())
    };
    Ok((Line::Scope(scope), note))
}

/// `filter save NAME`, `filter NAME`.
fn named(model: &Model, rest: &str) -> Option<Means> {
    let name = rest.strip_prefix("save").map(str::trim);
    Some(match name {
        Some("") => return None,
        Some(name)
            if !name
                .chars()
                .all(|c| c.is_alphanumeric() || "-_".contains(c)) =>
        {
            Err("a name is made of letters, digits, - and _".to_owned())
        }
        Some(name) => match model.filter() {
            None | Some("") => Err("this view has no filter; / types one".to_owned()),
            Some(filter) => Ok((Line::Keep(name.to_owned()), filter.to_owned())),
        },
        None if rest.is_empty() => return None,
        None => match model.finding.filters.get(rest) {
            Some(_) if model.filter().is_none() => Err("this view has no filter".to_owned()),
            Some(filter) => Ok((Line::Use(rest.to_owned()), filter.clone())),
            None => {
                let names = model.finding.filters.keys().map(String::as_str);
                let nearest = crate::domain::spelling::nearest(rest, names);
                Err(nearest.map_or_else(
                    || "no filter has a name yet; `filter save NAME` gives one".to_owned(),
                    |n| format!("no filter is called so; the nearest is `{n}`"),
                ))
            }
        },
    })
}

fn theme(model: &Model, name: &str) -> Means {
    let all = model.finding.theme_names();
    if let Some((name, what)) = all.iter().find(|(own, _)| own == name) {
        return Ok((Line::Theme(name.clone()), what.clone()));
    }
    let names = all.iter().map(|(name, _)| name.as_str());
    let nearest = crate::domain::spelling::nearest(name, names).unwrap_or_default();
    Err(format!("no theme is called so; the nearest is `{nearest}`"))
}

pub(super) fn time(word: &str) -> Means {
    let forms = [TimeForm::Relative, TimeForm::Local, TimeForm::Utc];
    let same = |f: &&TimeForm| {
        f.name().eq_ignore_ascii_case(word) || (**f == TimeForm::Relative && word == "relative")
    };
    let found = forms.iter().find(same);
    let found = found.ok_or_else(|| "age, local or utc".to_owned())?;
    Ok((Line::Time(*found), "times".to_owned()))
}

/// What may be done now.
pub(super) fn writes(model: &Model) -> String {
    match acting::forbidden(model) {
        Some(why) => format!("now: RO, {why}"),
        None => "now: RW".to_owned(),
    }
}

fn unmute(model: &Model, all: bool) -> Means {
    if let Some(why) = crate::tui::screen::alerts::past(model) {
        return Err(why);
    }
    let n = model.snapshot().silences.len();
    if n == 0 {
        return Err("nothing is muted".to_owned());
    }
    if all {
        return Ok((Line::Unmute(true), format!("{n} mutes")));
    }
    let found = crate::tui::screen::alerts::muted(model);
    if found.is_empty() {
        return Err("the selected alert is not muted; `unmute all` ends all".to_owned());
    }
    Ok((Line::Unmute(false), "the selected alert".to_owned()))
}

/// `tasks state:orph`: a view with a filter; without one the filter stays as it is.
fn view(head: &str, filter: &str) -> Option<Row> {
    let views = [
        View::Overview,
        View::Workers,
        View::Tasks,
        View::Alerts,
        View::Messages,
        View::Sessions,
        View::Activity,
    ];
    let view = views
        .into_iter()
        .find(|v| v.name().eq_ignore_ascii_case(head))?;
    let typed = format!("{head} {filter}");
    let means = if filter.is_empty() {
        Ok((Line::View(view, None), "view".to_owned()))
    } else if view == View::Overview {
        Err("the Overview has no filter".to_owned())
    } else {
        match Filter::parse(filter) {
            Ok(_) => Ok((
                Line::View(view, Some(filter.to_owned())),
                "view with a filter".to_owned(),
            )),
            Err(flaw) => Err(flaw.words),
        }
    };
    Some(row(typed.trim(), means))
}

/// `w007`, `T-112`, `s3-infra`: to whoever or whatever is called so.
fn jump(model: &Model, typed: &str) -> Option<Row> {
    let whole = model.whole();
    if let Some(task) = whole
        .tasks
        .iter()
        .find(|t| t.id.raw().eq_ignore_ascii_case(typed))
    {
        let note = format!("task · {}", text::fit(&task.description, 30));
        return Some(row(typed, Ok((Line::Task(task.id.clone()), note))));
    }
    if let Some(session) = whole
        .sessions
        .iter()
        .find(|s| s.key.eq_ignore_ascii_case(typed))
    {
        let line = Line::Session(Arc::clone(&session.key));
        return Some(row(typed, Ok((line, "session".to_owned()))));
    }
    let found = Scope::parse(&format!("worker:{typed}"), whole).ok()?;
    let (conversation, id) = found.worker?;
    let note = format!("worker · {id}");
    Some(row(typed, Ok((Line::Worker(conversation), note))))
}

/// Everything that can be looked at: its name, and a row for it behind `head`. O(sessions + teams + workers).
pub(super) fn scopes(model: &Model, head: &str) -> Vec<Row> {
    let whole = model.whole();
    let mut sessions: HashMap<&str, HashSet<&ConversationId>> = HashMap::new();
    let mut teams: HashMap<&str, usize> = HashMap::new();
    for worker in &whole.workers {
        let own = sessions.entry(&worker.session).or_default();
        own.insert(&worker.conversation);
        if let Some(team) = &worker.team {
            *teams.entry(team).or_default() += 1;
        }
    }
    for session in &whole.sessions {
        let own = sessions.entry(&session.key).or_default();
        own.extend(&session.workers);
    }
    let look = |name: String, n: Option<usize>, what: &str, scope: Scope| {
        let note = n.map_or_else(|| what.to_owned(), |n| format!("{what} · {n} workers"));
        let mut row = row(&format!("{head}{name}"), Ok((Line::Scope(scope), note)));
        row.alias = text::line(&name).into_owned();
        row
    };
    let every = Some(whole.workers.len());
    let mut all = vec![look(
        "all".to_owned(),
        every,
        "the whole swarm",
        Scope::default(),
    )];
    for name in scope::session_names(whole) {
        let n = sessions.get(&*name).map_or(0, HashSet::len);
        let shown = name.to_string();
        all.push(look(shown, Some(n), "session", Scope::session(name)));
    }
    for name in scope::team_names(whole) {
        let n = teams.get(&*name).copied();
        all.push(look(format!("team:{name}"), n, "team", Scope::team(name)));
    }
    for worker in &whole.workers {
        let name = format!("worker:{}", worker.id);
        all.push(look(name, None, "worker", Scope::worker(worker)));
    }
    all
}

/// Every team, behind `team `.
pub(super) fn teams(model: &Model) -> Vec<Row> {
    let mut all = scopes(model, "");
    all.retain(|row| row.alias.starts_with("team:"));
    for row in &mut all {
        let name = row.alias.split_off("team:".len());
        row.complete = format!("team {name}");
        row.name = format!(":{}", row.complete);
        row.alias = name;
    }
    all
}
