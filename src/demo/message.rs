//! The texts of the protocol, as agents write them.

use serde::Serialize;

/// What an orchestrator hands out.
#[derive(Serialize)]
pub(super) struct Assignment<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    task_id: &'a str,
    description: &'a str,
    priority: &'static str,
    timeout: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_assignee: Option<&'a str>,
}

impl<'a> Assignment<'a> {
    pub(super) const fn new(
        task_id: &'a str,
        description: &'a str,
        priority: &'static str,
    ) -> Self {
        Self {
            kind: "task_assignment",
            task_id,
            description,
            priority,
            timeout: 900,
            original_assignee: None,
        }
    }

    pub(super) const fn moved_from(mut self, role: &'a str) -> Self {
        self.original_assignee = Some(role);
        self
    }
}

/// What a worker answers first.
#[derive(Serialize)]
pub(super) struct Acknowledgment<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) task_id: &'a str,
    pub(super) worker_id: &'a str,
}

/// What a worker reports.
#[derive(Serialize)]
pub(super) struct Update<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) task_id: &'a str,
    pub(super) status: &'static str,
    pub(super) progress: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) result: Option<&'a str>,
}

/// As JSON. These types hold nothing that JSON cannot.
pub(super) fn json(message: &impl Serialize) -> String {
    serde_json::to_string(message).unwrap_or_default()
}
