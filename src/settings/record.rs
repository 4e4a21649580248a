//! `[record]`: what is seen of the bridge is kept, so that one can look back.

use crate::domain::Span;
use toml::Value;

/// Its keys.
pub(super) const KEYS: [&str; 3] = ["record.enabled", "record.keep", "record.max"];

/// For how long, when nobody says.
const KEEP: Span = Span::seconds(7 * 86_400);
/// How much, when nobody says, in bytes.
const MAX: u64 = 256 << 20;
/// Least that one can work with, in bytes.
const LEAST: u64 = 1 << 20;

/// What the file sets; `None` where it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordFile {
    enabled: Option<bool>,
    keep: Option<Span>,
    max: Option<u64>,
}

/// How much of what was seen is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recording {
    /// For how long.
    pub keep: Span,
    /// Bytes of the file, about.
    pub bytes: u64,
}

impl RecordFile {
    /// `None` where it is switched off; `typed` wins.
    pub(super) fn resolve(&self, typed: Option<bool>) -> Option<Recording> {
        let on = typed.or(self.enabled).unwrap_or(true);
        on.then(|| Recording {
            keep: self.keep.unwrap_or(KEEP),
            bytes: self.max.unwrap_or(MAX),
        })
    }

    /// What is in force, by name.
    pub(super) fn effective(&self, on: bool) -> [(&'static str, Option<Value>); 3] {
        let keep = self.keep.unwrap_or(KEEP).as_seconds();
        let keep = if keep % 86_400 == 0 {
            format!("{}d", keep / 86_400)
        } else {
            format!("{keep}s")
        };
        let max = format!("{}MiB", self.max.unwrap_or(MAX) >> 20);
        [
            ("enabled", Some(Value::Boolean(on))),
            ("keep", Some(Value::String(keep))),
            ("max", Some(Value::String(max))),
        ]
    }

    pub(super) fn set(
        &mut self,
        name: &str,
        value: &Value,
        span: Option<Span>,
    ) -> Result<(), String> {
        let wrong = |what: &str| format!("`{name}` is {what}; the default stays");
        let text = value.as_str().unwrap_or_default();
        match name {
            "record.enabled" => {
                let given = value.as_bool();
                self.enabled = Some(given.ok_or_else(|| wrong("true or false"))?);
            }
            "record.keep" => {
                let given = span.or_else(|| days(text));
                self.keep = Some(given.ok_or_else(|| wrong("a time such as \"7d\" or \"12h\""))?);
            }
            "record.max" => {
                let given = size(text).filter(|n| *n >= LEAST);
                let wrong = || wrong("a size of at least 1MiB such as \"256MiB\" or \"2GiB\"");
                self.max = Some(given.ok_or_else(wrong)?);
            }
            _ => return Err(super::file::unknown(name)),
        }
        Ok(())
    }
}

/// `7d`.
fn days(raw: &str) -> Option<Span> {
    let n: u16 = raw.strip_suffix('d')?.trim_end().parse().ok()?;
    (n > 0).then(|| Span::seconds(i64::from(n) * 86_400))
}

/// `256MiB`, `2GiB`.
fn size(raw: &str) -> Option<u64> {
    let (number, shift) = match (raw.strip_suffix("MiB"), raw.strip_suffix("GiB")) {
        (Some(number), _) => (number, 20),
        (_, Some(number)) => (number, 30),
        _ => return None,
    };
    let n: u32 = number.trim_end().parse().ok()?;
    Some(u64::from(n) << shift)
}

#[cfg(test)]
mod tests {
    use super::{KEEP, MAX, RecordFile, Recording};
    use crate::domain::Span;

    #[test]
    fn it_records_a_week_unless_it_is_told_otherwise() {
        let (file, warnings) = crate::settings::read("");
        assert!(warnings.is_empty());
        let usual = Recording {
            keep: KEEP,
            bytes: MAX,
        };
        assert_eq!(file.record.resolve(None), Some(usual));
        assert_eq!(file.record.resolve(Some(false)), None);
        let text = "[record]\nenabled = false\nkeep = \"2d\"\nmax = \"1GiB\"\n";
        let (file, warnings) = crate::settings::read(text);
        assert!(warnings.is_empty(), "{warnings:?}");
        assert_eq!(file.record.resolve(None), None);
        let given = Recording {
            keep: Span::seconds(172_800),
            bytes: 1 << 30,
        };
        assert_eq!(file.record.resolve(Some(true)), Some(given));
    }

    #[test]
    fn what_is_no_time_and_no_size_is_said() {
        for line in [
            "keep = \"0d\"",
            "keep = 7",
            "max = \"12KB\"",
            "max = \"0MiB\"",
            "enabled = 1",
        ] {
            let (file, warnings) = crate::settings::read(&format!("[record]\n{line}\n"));
            assert_eq!(file.record, RecordFile::default(), "{line}");
            assert!(warnings[0].starts_with("line 2: `record."), "{warnings:?}");
        }
    }
}
