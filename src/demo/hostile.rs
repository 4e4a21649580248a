//! What a database may hold that no well-behaved agent writes: terminal sequences, marks that turn a line around, bytes that
//! are no text, times that are none, strings that look like keys, and shapes of JSON that are not what they should be.

use super::plan::{Act, Event, Plan};
use crate::domain::{Side, Span};

pub(super) const ROLES: [&str; 10] = [
    "worker-1-\x1b[31mred\x1b[0m",
    "worker-2-\x1b]0;owned\x07title",
    "worker-3-\u{202e}cod.exe\u{202c}",
    "worker-4-👩\u{200d}💻-❤\u{fe0f}",
    "worker-5-漢字かな-テスト",
    "worker-6-cafe\u{301}",
    "worker-7-$(reboot)`id`",
    "worker-8-<script>alert(1)</script>",
    "worker-9-a|b\tc\r\nd\0e",
    "worker-10-\u{9b}2J\u{200b}\u{feff}-a-role-that-is-much-longer-than-any-column-will-ever-be-on-any-terminal-of-the-world",
];

const TASK_IDS: [&str; 6] = [
    "t-\x1b[2J\x1b[H",
    "t-\u{202e}txt.evil",
    "t-任務-42",
    "t-$(touch x)",
    "t-<img src=x onerror=alert(1)>",
    "t-../../etc/passwd|\t\0",
];

/// Built from parts, so that no scanner takes them for lost keys.
const KEYS: &str = concat!(
    "AKIA",
    "ABCDEFGHIJKLMNOP ",
    "ghp_",
    "abcdefghijklmnopqrstuvwxyz0123456789 ",
    "sk-",
    "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijkl ",
    "Bearer ",
    "abcdefghijklmnop.qrstuvwxyz ",
    "password=",
    "correct-horse-battery ",
    "0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef"
);

/// A message: body, metadata, and a text in place of its time.
type Odd = (&'static [u8], Option<&'static str>, Option<&'static str>);

const ROWS: [Odd; 24] = [
    (b"plain text with an escape \x1b[31mred\x1b[0m, a bell \x07 and a NUL \0 in it", Some("{}"), None),
    (b"\x1b]52;c;cm0gLXJmIC8=\x07 clipboard", Some("{}"), None),
    (b"\x1b]8;;https://example.invalid\x1b\\link\x1b]8;;\x1b\\", Some("{}"), None),
    (b"\x1bP+q544e\x1b\\ device control, \xc2\x9b31m C1, \xc2\x90 more", Some("{}"), None),
    ("\u{202e}right to left \u{2066}isolate\u{2069} \u{200b}zero\u{200d}width\u{feff}".as_bytes(), Some("{}"), None),
    ("👩\u{200d}👩\u{200d}👧\u{200d}👦 🏳\u{fe0f}\u{200d}🌈 ❤\u{fe0f} 👍🏽".as_bytes(), Some("{}"), None),
    ("漢字かな交じり文 with 半角ｶﾅ and e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}".as_bytes(), Some("{}"), None),
    (b"\xff\xfe\xfa no text \xc3\x28 at all \xf0\x28\x8c\x28", None, None),
    (b"cr\rlf\ncrlf\r\ntab\tvt\x0bff\x0cdel\x7f", Some("{}"), None),
    (b"$(reboot) `id` ; rm -rf / && echo | sh", Some("{}"), None),
    (b"<script>alert(1)</script> &lt; <b>bold</b> | a | b |", Some("{}"), None),
    (KEYS.as_bytes(), Some("{}"), None),
    (br#"{"type": "status_update", "task_id": "#, Some(r#"{"action_type": "#), None),
    (br#"{"type": "status_update", "task_id": 42, "status": ["completed"], "progress": "many"}"#, Some("null"), None),
    (br#"{"type": "status_update", "task_id": "no-such-task", "status": "completed", "progress": 900}"#, Some("[]"), None),
    (br#"{"type": "task_assignment"}"#, None, None),
    (br#"{"type": "task_assignment", "task_id": "", "priority": "P9", "timeout": -1}"#, None, None),
    (b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", Some("[[[["), None),
    (b"", None, None),
    (b"from the year 9999", Some("{}"), Some("9999-12-31T23:59:59.999999")),
    (b"from no year", Some("{}"), Some("0000-00-00T00:00:00")),
    (b"from yesterday", Some("{}"), Some("yesterday")),
    (b"from the epoch", Some("{}"), Some("1970-01-01T00:00:00")),
    (b"error timeout fatal panic: words are not verdicts", Some(r#"{"action_type": "\u001b[31mblocked"}"#), Some("")),
];

/// Length of the giant message, in bytes.
const GIANT: usize = 1 << 20;

pub(super) fn task_id(n: usize) -> String {
    let id = TASK_IDS
        .get(n % TASK_IDS.len())
        .copied()
        .unwrap_or_default();
    match n / TASK_IDS.len() {
        0 => id.to_owned(),
        round => format!("{id}-{round}"),
    }
}

/// What a worker writes in place of the time of its beats.
pub(super) fn stamp(worker: usize) -> Option<Box<str>> {
    match worker {
        3 => Some("not a time".into()),
        4 => Some("2999-01-01T00:00:00".into()),
        5 => Some("".into()),
        6 => Some("2025-13-45T99:99:99\x1b[31m".into()),
        _ => None,
    }
}

/// What a worker reports in place of a status.
pub(super) fn status(worker: usize) -> Option<&'static str> {
    match worker {
        1 => Some("\x1b[5mworking\x1b[0m\r\n"),
        2 => Some("\u{202e}gnikrow"),
        8 => Some("complete|<b>\0"),
        _ => None,
    }
}

impl Plan {
    /// Writes the odd row number `n`, and queues the next one: often before the first frame, rarely afterwards.
    pub(super) fn odd(&mut self, n: usize) {
        let worker = n % self.workers.len().max(1);
        let row = ROWS.get(n % ROWS.len());
        if let (Some(conversation), Some((body, metadata, stamp))) =
            (self.conversation(worker), row)
        {
            let body = if n == ROWS.len() / 2 {
                b"giant ".iter().copied().cycle().take(GIANT).collect()
            } else {
                (*body).into()
            };
            self.emit(
                conversation,
                Act::Send {
                    from: if n.is_multiple_of(3) {
                        Side::A
                    } else {
                        Side::B
                    },
                    body,
                    metadata: metadata.map(Into::into),
                    stamp: stamp.map(Into::into),
                },
            );
        }
        let pause = if self.now < self.present { 60 } else { 20 };
        self.after(Span::seconds(pause), Event::Odd(n + 1));
    }
}
