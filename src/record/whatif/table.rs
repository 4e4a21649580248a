//! A comparison as lines, and as JSON.

use super::{Comparison, Raised, Verdicts};
use crate::domain::Timestamp;
use serde_json::{Value, json};

/// Alerts that are listed by name.
const LISTED: usize = 10;

impl Comparison {
    /// A table for people, neutralised: `now` and `then` name the two detectors.
    #[must_use]
    pub fn lines(&self, now: &str, then: &str) -> Vec<String> {
        let row = |name: &str, of: &dyn Fn(&Verdicts) -> String| {
            format!("{name:<26}{:>16}{:>16}", of(&self.now), of(&self.then))
        };
        let delay = |v: &Verdicts, pick: usize| {
            let delays = v.delays().map(|(mean, late)| [mean, late]);
            let one = delays.and_then(|d| d.get(pick).copied());
            one.map_or_else(|| "-".to_owned(), |span| format!("{:.1} s", span.as_f64()))
        };
        let rate = |v: &Verdicts| {
            let days = v.worker_days();
            #[expect(clippy::cast_precision_loss, reason = "a count of alerts")]
            let alarms = v.false_alarms() as f64;
            if days > 0.0 {
                format!("{:.3}", alarms / days)
            } else {
                "-".to_owned()
            }
        };
        let mut out = vec![
            format!("{} to {}", self.from, self.to),
            format!("{:<26}{now:>16}{then:>16}", ""),
            row("alerts", &|v| v.raised.len().to_string()),
            row("detection delay, mean", &|v| delay(v, 0)),
            row("detection delay, p99", &|v| delay(v, 1)),
            row("false alarms", &|v| v.false_alarms().to_string()),
            row("false alarms / worker-day", &rate),
            row("worker-days", &|v| format!("{:.2}", v.worker_days())),
            format!("gained {}, lost {}", self.counts.0, self.counts.1),
        ];
        let named = |sign: char, list: &[Raised], count: usize, out: &mut Vec<String>| {
            let line = |r: &Raised| {
                let until = r.until.map_or_else(|| "on".to_owned(), Timestamp::clock);
                let note = if r.false_alarm {
                    ", came back by itself"
                } else {
                    ""
                };
                format!("{sign} {} {} {} to {until}{note}", r.kind, r.worker, r.from)
            };
            out.extend(list.iter().take(LISTED).map(line));
            if count > LISTED {
                out.push(format!("{sign} … and {} more", count - LISTED));
            }
        };
        named('+', &self.gained, self.counts.0, &mut out);
        named('-', &self.lost, self.counts.1, &mut out);
        out
    }

    /// The same for programs.
    #[must_use]
    pub fn json(&self, now: &str, then: &str) -> Value {
        let alert = |r: &Raised| {
            json!({
                "key": crate::domain::text::line(&r.key),
                "kind": r.kind,
                "worker": r.worker,
                "from": r.from,
                "until": r.until,
                "delay_s": r.delay.as_f64(),
                "false_alarm": r.false_alarm,
            })
        };
        let side = |name: &str, v: &Verdicts| {
            json!({
                "detector": name,
                "alerts": v.raised.len(),
                "delay_mean_s": v.delays().map(|d| d.0.as_f64()),
                "delay_p99_s": v.delays().map(|d| d.1.as_f64()),
                "false_alarms": v.false_alarms(),
                "worker_days": v.worker_days(),
            })
        };
        let list = |all: &[Raised]| all.iter().map(alert).collect::<Vec<Value>>();
        json!({
            "schema": "swarmwarden.whatif/v1",
            "from": self.from,
            "to": self.to,
            "now": side(now, &self.now),
            "then": side(then, &self.then),
            "gained": self.counts.0,
            "lost": self.counts.1,
            "gained_alerts": list(&self.gained),
            "lost_alerts": list(&self.lost),
        })
    }
}
