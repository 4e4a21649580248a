//! `--plain`: the views as lines that are only ever appended, with numbered choices. For screen readers, and for terminals that can do no
//! more. What it writes it writes as the commands do, after everything was said and `yes` was typed.

use super::{Failure, act::Scene, bridge::Bridge, glance};
use crate::cli::{self, Format};
use std::io::{self, BufRead, Write};
use swarmwarden::{
    domain::{Side, Snapshot, Span, Timestamp, choose, filter::Filter, text},
    headless::{
        Exit, explain,
        view::{self, View},
    },
    settings::Settings,
};

/// What can be looked at, by number.
const VIEWS: [&str; 7] = [
    "Overview", "Workers", "Tasks", "Alerts", "Messages", "Sessions", "Activity",
];
const HELP: &str = "A number chooses. In a list: a number opens a row, r NUMBER reassigns its task, /EXPRESSION filters, / shows all. \
n reads again, m goes back to the menu, q quits.";
/// Rows of one list that are said.
const MOST: usize = 40;

/// A row of the list that was printed last.
enum Row {
    Worker(String),
    Task(String),
    Words(String),
}

struct Talk<'a> {
    settings: &'a Settings,
    /// The list that numbers mean; `None` while they mean views.
    view: Option<usize>,
    filter: Option<Filter>,
    rows: Vec<Row>,
}

/// Talks until `q` or the end of the input.
pub(super) fn run(settings: &Settings) -> Result<Exit, Failure> {
    let mut talk = Talk {
        settings,
        view: None,
        filter: None,
        rows: Vec::new(),
    };
    let bridge = Bridge::of(settings)?;
    say(&format!("swarmwarden, {}. {HELP}", bridge.name()))?;
    talk.menu()?;
    let mut lines = io::stdin().lock().lines();
    while let Some(line) = lines.next() {
        let line = line?;
        let line = line.trim();
        match line.split_once(' ').unwrap_or((line, "")) {
            ("q", _) => break,
            ("m", _) => talk.menu()?,
            ("n" | "", _) => talk.list()?,
            ("h" | "?", _) => say(HELP)?,
            ("r", number) => match talk.task(number) {
                Some(found) => talk.reassign(&found, &mut lines)?,
                None => say("r needs the number of a row that holds an open task, as in r 1.")?,
            },
            _ if line.starts_with('/') => talk.narrow(line.trim_start_matches('/'))?,
            _ => match line.parse() {
                Ok(number) => talk.choose(number)?,
                Err(_) => say(HELP)?,
            },
        }
    }
    Ok(Exit::Ok)
}

fn say(words: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{words}")?;
    out.flush()?;
    Ok(())
}

impl Talk<'_> {
    fn menu(&mut self) -> Result<(), Failure> {
        self.view = None;
        for (n, name) in VIEWS.iter().enumerate() {
            say(&format!("{}. {name}", n + 1))?;
        }
        Ok(())
    }

    fn look(&self) -> Result<(Snapshot, Timestamp), Failure> {
        glance(
            self.settings,
            &Bridge::of(self.settings)?,
            self.settings.mode,
        )
    }

    fn choose(&mut self, number: usize) -> Result<(), Failure> {
        if self.view.is_none() {
            if (1..=VIEWS.len()).contains(&number) {
                self.view = Some(number);
                self.filter = None;
                return self.list();
            }
            return say("There is no such view.");
        }
        match number.checked_sub(1).and_then(|n| self.rows.get(n)) {
            Some(Row::Worker(name)) => {
                let (snapshot, now) = self.look()?;
                match explain::pick(&snapshot, name) {
                    Ok(worker) => explain::text(&mut io::stdout().lock(), worker, now)?,
                    Err(why) => say(&why)?,
                }
                Ok(())
            }
            Some(Row::Task(name)) => self.history(name),
            Some(Row::Words(words)) => say(words),
            None => say("There is no such row."),
        }
    }

    fn narrow(&mut self, expression: &str) -> Result<(), Failure> {
        if expression.trim().is_empty() {
            self.filter = None;
            return self.list();
        }
        match Filter::parse(expression) {
            Ok(filter) => {
                self.filter = Some(filter);
                self.list()
            }
            Err(flaw) => say(&format!("This filter cannot be read: {}", flaw.words)),
        }
    }

    /// Says the rows of the view that was chosen.
    fn list(&mut self) -> Result<(), Failure> {
        let Some(view) = self.view else {
            return self.menu();
        };
        let (mut s, now) = self.look()?;
        let kind = match view {
            2 => View::Workers,
            3 => View::Tasks,
            4 => View::Alerts,
            6 => View::Sessions(false),
            _ => View::Status,
        };
        if view == 1 {
            view::write(
                &mut io::stdout().lock(),
                &s,
                (kind, view::Format::Table),
                now,
            )?;
            self.rows.clear();
            return Ok(());
        }
        if let (Some(filter), true) = (&self.filter, kind != View::Status) {
            s = view::narrowed(s, kind, filter, now);
        }
        let rows = rows(view, &s, now);
        let name = VIEWS.get(view - 1).copied().unwrap_or_default();
        say(&format!("{name}: {} rows", rows.len()))?;
        for (n, (words, _)) in rows.iter().enumerate().take(MOST) {
            say(&format!("{}. {words}", n + 1))?;
        }
        if rows.len() > MOST {
            say(&format!("and {} more; a filter narrows", rows.len() - MOST))?;
        }
        self.rows = rows.into_iter().map(|(_, row)| row).collect();
        Ok(())
    }

    fn history(&self, name: &str) -> Result<(), Failure> {
        let (s, _) = self.look()?;
        let Some(task) = s.tasks.iter().find(|t| t.id.raw() == name) else {
            return say("This task is not kept any more.");
        };
        say(&format!(
            "{}: {}, {}",
            task.id, task.description, task.state
        ))?;
        if let Some(owner) = task.owner() {
            say(&format!(
                "owner {}, generation {}",
                owner.worker, owner.generation
            ))?;
        }
        say(&format!(
            "attempt {}, {} steps",
            task.attempts,
            task.history.len()
        ))
    }

    /// The open task of a row.
    fn task(&self, number: &str) -> Option<String> {
        let n: usize = number.trim().parse().ok()?;
        match self.rows.get(n.checked_sub(1)?)? {
            Row::Task(name) => Some(name.clone()),
            Row::Worker(name) => {
                let (s, _) = self.look().ok()?;
                let worker = s.worker_named(name).ok()?;
                worker.tasks.first().map(|id| id.raw().to_owned())
            }
            Row::Words(_) => None,
        }
    }

    /// Says everything that would be written, and writes it when `yes` is typed.
    fn reassign(
        &self,
        task: &str,
        lines: &mut impl Iterator<Item = io::Result<String>>,
    ) -> Result<(), Failure> {
        let (s, now) = self.look()?;
        let Some(found) = s.tasks.iter().find(|t| t.id.raw() == task) else {
            return say("This task is not kept any more.");
        };
        let ranking = choose::rank(&s, &choose::Wanted::of(found, &s), now);
        let Some(best) = ranking.candidates.first() else {
            return say("Nobody can take it.");
        };
        let to = best.worker.conversation.raw().to_owned();
        let asked = |yes: bool, confirm: Option<String>| cli::Reassign {
            task: task.to_owned(),
            to: to.clone(),
            all_of: false,
            how: cli::How {
                dry_run: !yes,
                yes,
                confirm,
                reason: String::new(),
                output: Format::Text,
            },
        };
        if let Err(error) = Scene::new(self.settings)?.reassign(&asked(false, None)) {
            return say(&text::line(&error.to_string()));
        }
        say(
            "Type yes to write this, yes and the name of its owner when that one is alive, anything else to leave it.",
        )?;
        let answer = lines.next().transpose()?.unwrap_or_default();
        let mut words = answer.split_whitespace();
        if words.next() != Some("yes") {
            return say("Nothing was written.");
        }
        let confirm = words.next().map(str::to_owned);
        match Scene::new(self.settings)?.reassign(&asked(true, confirm)) {
            Ok(_) => Ok(()),
            Err(error) => say(&format!(
                "Nothing was written: {}",
                text::line(&error.to_string())
            )),
        }
    }
}

/// The rows of a view in words, and what their numbers mean.
fn rows(view: usize, s: &Snapshot, now: Timestamp) -> Vec<(String, Row)> {
    let age = |at: Timestamp| now.since(at).max(Span(0));
    match view {
        2 => workers(s, now),
        3 => {
            let open = s.tasks.iter().filter(|t| t.state.is_open());
            open.map(|t| {
                let owner = t
                    .owner()
                    .map_or_else(|| "nobody".to_owned(), |h| h.worker.to_string());
                let words = format!("{}, {}, owner {owner}: {}", t.id, t.state, t.description);
                (words, Row::Task(t.id.raw().to_owned()))
            })
            .collect()
        }
        4 => {
            let all = s.problems.iter().map(|p| {
                let words = format!("{}, {}, {}", p.severity.name(), p.key, p.sentence);
                (format!("{words}, for {}", age(p.since)), Row::Words(words))
            });
            all.collect()
        }
        6 => {
            let all = s.sessions.iter().filter(|x| !x.is_bare());
            all.map(|x| {
                let words = format!("{}, {}, claims {}", x.name(), x.stage.name(), x.claimed());
                (words.clone(), Row::Words(words))
            })
            .collect()
        }
        _ => messages(s),
    }
}

fn workers(s: &Snapshot, now: Timestamp) -> Vec<(String, Row)> {
    let mut all: Vec<_> = s.workers.iter().collect();
    all.sort_by_key(|w| (w.verdict.state, w.verdict.since));
    let words = |w: &&std::sync::Arc<swarmwarden::domain::Worker>| {
        let beat = w.beat().map_or_else(
            || "never beat".to_owned(),
            |at| format!("beat {} ago", now.since(at).max(Span(0))),
        );
        let tasks: Vec<String> = w.tasks.iter().map(ToString::to_string).collect();
        let tasks = if tasks.is_empty() {
            "no task".to_owned()
        } else {
            format!("on {}", tasks.join(" "))
        };
        format!("{}, {}, {beat}, {tasks}", w.id, w.verdict.state)
    };
    all.iter()
        .map(|w| (words(w), Row::Worker(w.conversation.raw().to_owned())))
        .collect()
}

/// Messages, the newest first: what they say and what changed are the same rows in one look.
fn messages(s: &Snapshot) -> Vec<(String, Row)> {
    let newest = s.messages.iter().rev();
    newest
        .map(|m| {
            let way = if m.from == Side::B { "from" } else { "to" };
            let at = m.at.map_or_else(String::new, Timestamp::clock);
            let words = format!("{at} {way} {}, {}: {}", m.worker, m.kind.name(), m.summary);
            (words, Row::Words(m.body.to_string()))
        })
        .collect()
}
