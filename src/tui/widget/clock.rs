//! Times for people: an age, local time, or UTC; the zone always with it.

use crate::domain::{Span, Timestamp};
use chrono::{DateTime, FixedOffset};

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TimeForm {
    /// As an age: `2m41s`.
    #[default]
    Relative,
    /// On the operator's clock: `14:04:31+02`.
    Local,
    /// On the bridge's clock: `12:04:31Z`.
    Utc,
}

impl TimeForm {
    /// The next one.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Relative => Self::Local,
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
        }
    }

    /// Name on screen.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Relative => "age",
            Self::Local => "local",
            Self::Utc => "UTC",
        }
    }
}

/// The instant of a frame, and how times are written in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    /// What ages are counted to.
    pub(crate) now: Timestamp,
    /// Form.
    pub(crate) form: TimeForm,
    /// The operator's zone, seconds east of UTC.
    pub(crate) east: i32,
    /// The source is not read any more, so every age is a lower bound.
    pub(crate) at_least: bool,
    /// Small charts stand still within a step of theirs.
    pub(crate) still: bool,
    /// Ages in whole minutes: what does not change is not sent over a slow line.
    pub(crate) coarse: bool,
}

impl Clock {
    /// The instant that a chart ends at whose steps are so long: now, or the end of the last whole step.
    pub(crate) fn end_of(self, step: i64) -> Timestamp {
        if self.still {
            Timestamp(self.now.0 - self.now.0.rem_euclid(step.max(1)))
        } else {
            self.now
        }
    }

    /// Cells that a column of [`Clock::column`] takes.
    pub(crate) const fn width(self) -> u16 {
        match self.form {
            TimeForm::Relative => 6 + self.at_least as u16,
            TimeForm::Local => 15,
            TimeForm::Utc => 12,
        }
    }

    /// For a column: `2m41s`, `≥4m10s`, `14:04:31+02`, `12:04:31Z`.
    pub(crate) fn column(self, at: Timestamp) -> String {
        match self.form {
            TimeForm::Relative => self.age(at),
            TimeForm::Local | TimeForm::Utc => self.log(at),
        }
    }

    /// The age: `2m41s`; `≥` before it when it is a lower bound; `-2h15m`, `-99d+` of what lies ahead by more than a clock may be off.
    pub(crate) fn age(self, at: Timestamp) -> String {
        let age = self.now.since(at);
        if age < Span::seconds(-90) {
            return Span(age.0.saturating_neg()).below();
        }
        let minutes = age.as_seconds() / 60;
        let text = match minutes {
            0 if self.coarse => "<1m".to_owned(),
            1..10 if self.coarse => format!("{minutes}m"),
            _ => age.to_string(),
        };
        if self.at_least {
            format!("≥{text}")
        } else {
            text
        }
    }

    /// The age with what a clock that runs ahead has: `2m41s ago`, `skew +3s`.
    pub(crate) fn ago(self, at: Timestamp) -> String {
        let age = self.now.since(at);
        if age.as_seconds() < 0 {
            return format!("skew +{}", Span(age.0.saturating_neg()));
        }
        format!("{} ago", self.age(at))
    }

    /// For a log: `12:04:31Z`, with the date when it is another day.
    pub(crate) fn log(self, at: Timestamp) -> String {
        let Some(zone) = self.zone() else {
            return at.clock();
        };
        let (Some(then), Some(now)) = (at.utc(), self.now.utc()) else {
            return "invalid".to_owned();
        };
        let (then, now) = (then.with_timezone(&zone), now.with_timezone(&zone));
        let form = if then.date_naive() == now.date_naive() {
            "%H:%M:%S"
        } else {
            "%m-%d %H:%M"
        };
        format!("{}{}", then.format(form), self.suffix(then))
    }

    fn zone(self) -> Option<FixedOffset> {
        match self.form {
            TimeForm::Local => FixedOffset::east_opt(self.east),
            TimeForm::Relative | TimeForm::Utc => FixedOffset::east_opt(0),
        }
    }

    fn suffix(self, at: DateTime<FixedOffset>) -> String {
        if self.form != TimeForm::Local {
            return "Z".to_owned();
        }
        let zone = at.format("%:z").to_string();
        zone.strip_suffix(":00").map_or(zone.clone(), str::to_owned)
    }
}
