//! Tasks to be assigned, from a file.

use super::failure::Failure;
use crate::cli::Assign;
use serde::Deserialize;
use std::{fs, io::Read as _};
use swarmwarden::domain::{Span, TaskId, act::NewTask, message::parse_priority, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    task: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    description: String,
    worker: Option<String>,
    priority: Option<String>,
    timeout: Option<u32>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    depends_on: Vec<String>,
}

/// Every task, with the worker that it goes to.
pub(super) fn read(asked: &Assign) -> Result<Vec<(String, NewTask)>, Failure> {
    let Some(path) = &asked.from else {
        return typed(asked).map(|task| vec![task]);
    };
    let mut raw = String::new();
    let name = text::line(&path.to_string_lossy()).into_owned();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut raw).map(|_| ())
    } else {
        fs::read_to_string(path).map(|text| raw = text)
    };
    read.map_err(|e| Failure::Usage(format!("{name}: {e}")))?;
    let file: File = toml::from_str(&raw).map_err(|e| {
        let why = e.to_string();
        Failure::Usage(format!("{name}: {}", text::line(why.trim())))
    })?;
    if file.task.is_empty() {
        return Err(Failure::Usage(format!("{name}: no [[task]] in it")));
    }
    file.task.into_iter().map(|row| row.task(&name)).collect()
}

impl Row {
    fn task(self, file: &str) -> Result<(String, NewTask), Failure> {
        let wrong = || {
            Failure::Usage(format!(
                "{file}: task {}: a priority is P0, P1, P2 or P3",
                TaskId::from(self.id.as_str())
            ))
        };
        let priority = match &self.priority {
            None => None,
            Some(raw) => Some(parse_priority(raw).ok_or_else(wrong)?),
        };
        Ok((
            self.worker.clone().unwrap_or_else(|| "auto".to_owned()),
            NewTask {
                id: self.id.as_str().into(),
                description: self.description,
                priority,
                timeout: self.timeout.map(|s| Span::seconds(i64::from(s))),
                needs: self.needs,
                depends_on: self
                    .depends_on
                    .iter()
                    .map(|id| TaskId::from(id.as_str()))
                    .collect(),
            },
        ))
    }
}

/// A task of `assign`, from what was typed.
fn typed(asked: &Assign) -> Result<(String, NewTask), Failure> {
    let priority = match &asked.priority {
        None => None,
        Some(raw) => Some(
            parse_priority(raw)
                .ok_or_else(|| Failure::Usage("a priority is P0, P1, P2 or P3".to_owned()))?,
        ),
    };
    Ok((
        asked.worker.clone().unwrap_or_else(|| "auto".to_owned()),
        NewTask {
            id: asked.task.as_deref().unwrap_or_default().into(),
            description: asked.description.clone().unwrap_or_default(),
            priority,
            timeout: asked.timeout.map(|s| Span::seconds(i64::from(s))),
            needs: asked.needs.clone(),
            depends_on: asked
                .depends_on
                .iter()
                .map(|id| TaskId::from(id.as_str()))
                .collect(),
        },
    ))
}
