//! Everything that the palette lists.

use super::{
    Fuzzy, Line, Row, Run,
    line::{self, WORDS},
};
use crate::{
    domain::{Timestamp, spelling::nearest, text},
    tui::{
        acting::Target,
        custom::{self, Names},
        keymap::{Action, Binding, Context},
        model::Model,
        overlay::menu::Menu,
        reasons::{place, why_not},
    },
};

/// The rows that fit what is typed, the best first, and how many there are.
pub(super) fn find(
    model: &mut Model,
    (target, names): (&Target, &Names),
    typed: &str,
    now: Timestamp,
) -> (Vec<Row>, usize) {
    if let Some((all, rest)) = arguments(model, typed) {
        let of = all.len();
        return (fitting(all, rest), of);
    }
    let all = all(model, (target, names), now);
    let of = all.len();
    let known: Vec<String> = all.iter().map(|row| row.complete.clone()).collect();
    let mut rows: Vec<Row> = line::parse(model, typed).into_iter().collect();
    rows.extend(fitting(all, typed));
    if rows.is_empty() {
        rows.push(nothing(typed, &known));
    }
    (rows, of)
}

/// What a word that is not known may have meant.
fn nothing(typed: &str, known: &[String]) -> Row {
    let known = known.iter().map(|name| name.trim());
    let near = nearest(typed.trim(), known).unwrap_or_default();
    Row {
        name: format!(":{}", text::line(typed)),
        key: String::new(),
        note: String::new(),
        alias: String::new(),
        can: Err(format!("nothing is called so; the nearest is `{near}`")),
        complete: near.to_owned(),
    }
}

/// Those that fit, the best first; with nothing typed all of them, what can be done before what cannot.
fn fitting(all: Vec<Row>, typed: &str) -> Vec<Row> {
    let typed = typed.trim();
    if typed.is_empty() {
        let (can, cannot): (Vec<Row>, Vec<Row>) = all.into_iter().partition(|r| r.can.is_ok());
        return can.into_iter().chain(cannot).collect();
    }
    let mut fuzzy = Fuzzy::new(typed);
    let mut found: Vec<(u32, Row)> = all
        .into_iter()
        .filter_map(|row| {
            let own = fuzzy.score(&row.name);
            let other = fuzzy.score(&row.alias);
            Some((own.max(other)?, row))
        })
        .collect();
    let begins = |name: &str| {
        let name = name.strip_prefix(':').unwrap_or(name).to_lowercase();
        name.starts_with(&typed.to_lowercase())
    };
    found.sort_by_key(|(score, row)| {
        let first = begins(&row.name) || begins(&row.alias);
        let short = row.name.chars().count();
        (!first, row.can.is_err(), std::cmp::Reverse(*score), short)
    });
    found.into_iter().map(|(_, row)| row).collect()
}

/// The words that can follow those that are typed.
fn arguments<'a>(model: &Model, typed: &'a str) -> Option<(Vec<Row>, &'a str)> {
    let rows = |head: &str, names: Vec<(String, String)>, line: &dyn Fn(&str) -> Option<Row>| {
        let row = |(name, note): (String, String)| {
            let mut row = line(&format!("{head}{name}"))?;
            row.complete = format!("{head}{name}");
            row.alias = name;
            row.note = note;
            Some(row)
        };
        names.into_iter().filter_map(row).collect::<Vec<Row>>()
    };
    let parsed = |words: &str| line::parse(model, words);
    if let Some(rest) = typed.strip_prefix('@') {
        return Some((line::scopes(model, "@"), rest));
    }
    if let Some(rest) = typed.strip_prefix("scope ") {
        return Some((line::scopes(model, "scope "), rest));
    }
    if let Some(rest) = typed.strip_prefix("team ") {
        return Some((line::teams(model), rest));
    }
    if let Some(rest) = typed.strip_prefix("theme ") {
        return Some((rows("theme ", model.finding.theme_names(), &parsed), rest));
    }
    if let Some(rest) = typed.strip_prefix("time ") {
        let names = ["age", "local", "utc"].map(|n| (n.to_owned(), "times".to_owned()));
        return Some((rows("time ", names.to_vec(), &parsed), rest));
    }
    let rest = typed.strip_prefix("filter ")?;
    if rest.starts_with("save") || model.finding.filters.is_empty() {
        return None;
    }
    let names = model.finding.filters.clone().into_iter().collect();
    Some((rows("filter ", names, &parsed), rest))
}

/// Every action: those of the view first, then what can be done with what is selected, then lines.
fn all(model: &mut Model, (target, names): (&Target, &Names), now: Timestamp) -> Vec<Row> {
    let mut out = actions(model);
    out.extend(deeds(model, target, now));
    out.extend(lines(model));
    let own = model.finding.commands.clone();
    out.extend(own.iter().map(|command| {
        let what = command.run.join(" ");
        let can =
            custom::call(model, command, names).map(|call| Run::Line(Line::Custom(Box::new(call))));
        let note = format!("yours: {}", text::fit(&text::line(&what), 40));
        plain(&command.name, note, can)
    }));
    out
}

fn plain(name: &str, note: String, can: Result<Run, String>) -> Row {
    let name = text::line(name).into_owned();
    Row {
        complete: name.clone(),
        name,
        key: String::new(),
        note,
        alias: String::new(),
        can,
    }
}

fn actions(model: &Model) -> Vec<Row> {
    let map = &model.look.keymap;
    let own = model.view.context();
    let near: Vec<Context> = std::iter::once(own)
        .chain(own.stack().iter().copied())
        .collect();
    let mut actions: Vec<Action> = Vec::new();
    for binding in near.iter().flat_map(|c| map.rows(*c)) {
        if !actions.contains(&binding.run) {
            actions.push(binding.run);
        }
    }
    for action in Action::ALL {
        if !actions.contains(action) {
            actions.push(*action);
        }
    }
    let row = |action: Action| {
        let places = map.places(action);
        let here = near.iter().copied().find(|c| places.contains(c));
        let context = here.or_else(|| places.first().copied());
        let rows = context.map_or(&[][..], |c| map.rows(c));
        let binding = rows.iter().find(|b| b.run == action);
        let mut row = plain(
            binding.map_or(action.name(), |b| b.desc.as_str()),
            context.map_or_else(String::new, |c| place(c).to_owned()),
            why_not(model, action).map_or(Ok(Run::Action(action)), Err),
        );
        row.key = binding.map_or_else(String::new, Binding::key);
        action.name().clone_into(&mut row.alias);
        action.name().clone_into(&mut row.complete);
        row
    };
    actions.into_iter().map(row).collect()
}

/// What can be done with what is selected, as in the list of actions; without a selection, what could be.
fn deeds(model: &mut Model, target: &Target, now: Timestamp) -> Vec<Row> {
    const TASK: [&str; 7] = [
        "hold task",
        "redeliver task",
        "fence task",
        "requeue task",
        "cancel task",
        "dead-letter task",
        "adopt a late report",
    ];
    let menu = Menu::actions(model, target, now);
    let mut out: Vec<Row> = menu
        .deeds()
        .map(|(label, can)| plain(label, "selected".to_owned(), can.map(Run::Entry)))
        .collect();
    let why = |what: &str| Err(format!("no {what} is selected"));
    if target.tasks.is_empty() {
        out.extend(TASK.map(|name| plain(name, "tasks".to_owned(), why("open task"))));
    }
    if target.worker.is_none() {
        let names = ["hold worker", "nudge worker"];
        out.extend(names.map(|name| plain(name, "workers".to_owned(), why("worker"))));
    }
    out
}

fn lines(model: &Model) -> Vec<Row> {
    let mut out = Vec::new();
    for (word, wants, what) in WORDS {
        if wants.is_empty() {
            let mut row = line::parse(model, word).unwrap_or_else(|| nothing(word, &[]));
            what.clone_into(&mut row.alias);
            row.name = format!(":{word} — {what}");
            out.push(row);
            continue;
        }
        let insert = Ok(Run::Insert(word.to_owned()));
        let mut row = plain(&format!(":{word}{wants}"), what.to_owned(), insert);
        what.clone_into(&mut row.alias);
        word.clone_into(&mut row.complete);
        out.push(row);
    }
    for (name, what) in model.finding.theme_names() {
        let typed = format!("theme {name}");
        if let Some(mut row) = line::parse(model, &typed) {
            row.name = typed;
            row.note = format!("{what}; shown while you choose");
            out.push(row);
        }
    }
    for name in model.finding.filters.keys() {
        out.extend(line::parse(model, &format!("filter {name}")));
    }
    for word in ["whatif fixed:120s", "at -15m", "incident"] {
        out.extend(line::parse(model, word));
    }
    out
}
