//! The grammar of a filter.

use super::{Expr, Field, Item, Op, Pattern};
use regex::RegexBuilder;
use std::ops::Range;

/// Brackets and negations may be nested as deep as this.
const DEEP: usize = 32;
/// A regular expression may compile to this many bytes.
const REGEX: usize = 1 << 18;

/// What is wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Flaw {
    /// What, and what would be right.
    pub words: String,
    /// Where it stands, in bytes.
    pub at: Range<usize>,
}

pub(super) fn parse(raw: &str) -> Result<Expr, Flaw> {
    let mut reader = Reader {
        raw,
        at: 0,
        depth: 0,
    };
    let expr = reader.either()?;
    reader.skip();
    if reader.at < raw.len() {
        return Err(reader.flaw(reader.at..raw.len(), "a `)` that closes nothing"));
    }
    Ok(expr)
}

struct Reader<'a> {
    raw: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn flaw(&self, at: Range<usize>, words: impl Into<String>) -> Flaw {
        let end = at.end.min(self.raw.len());
        Flaw {
            words: words.into(),
            at: at.start.min(end)..end,
        }
    }

    fn rest(&self) -> &'a str {
        self.raw.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes a sign, or a word that ends there.
    fn takes(&mut self, word: &str) -> bool {
        self.skip();
        let Some(after) = self.rest().strip_prefix(word) else {
            return false;
        };
        let whole = !word.ends_with(char::is_alphabetic)
            || after.is_empty()
            || after.starts_with(|c: char| c.is_whitespace() || c == '(');
        if whole {
            self.at += word.len();
        }
        whole
    }

    fn either(&mut self) -> Result<Expr, Flaw> {
        let mut all = vec![self.both()?];
        while self.takes("or") || self.takes("||") || self.takes("|") {
            all.push(self.both()?);
        }
        Ok(single(all, Expr::Or))
    }

    fn both(&mut self) -> Result<Expr, Flaw> {
        let mut all = vec![self.unit()?];
        loop {
            let joined = self.takes("and") || self.takes("&&") || self.takes("&");
            self.skip();
            let next = self.rest();
            let over = next.is_empty() || next.starts_with([')', '|']);
            let or = next.strip_prefix("or").is_some_and(|after| {
                after.is_empty() || after.starts_with(|c: char| c.is_whitespace() || c == '(')
            });
            if !joined && (over || or) {
                return Ok(single(all, Expr::And));
            }
            all.push(self.unit()?);
        }
    }

    fn unit(&mut self) -> Result<Expr, Flaw> {
        self.depth += 1;
        if self.depth > DEEP {
            let here = self.at..self.raw.len();
            return Err(self.flaw(here, format!("nested deeper than {DEEP} levels")));
        }
        let expr = if self.takes("!") || self.takes("not") {
            Expr::Not(Box::new(self.unit()?))
        } else if self.takes("(") {
            let open = self.at - 1;
            let inner = self.either()?;
            if !self.takes(")") {
                return Err(self.flaw(open..open + 1, "this `(` has no `)`"));
            }
            inner
        } else {
            self.term()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn term(&mut self) -> Result<Expr, Flaw> {
        self.skip();
        let start = self.at;
        if self.rest().is_empty() {
            return Err(self.flaw(start..start, "it ends where a term is expected"));
        }
        if self.rest().starts_with('/') || self.rest().starts_with('"') {
            return Ok(Expr::Text(self.item()?.pattern));
        }
        let word = self.word(|c| c.is_whitespace() || "()|&:=!~<>\"".contains(c));
        let name_end = self.at;
        let Some(op) = self.op() else {
            // `a!b` and `a"b` are words with odd signs in them.
            self.at = start;
            let word = self.word(|c| c.is_whitespace() || "()|&".contains(c));
            if word.is_empty() {
                let sign = start..start + 1;
                return Err(self.flaw(sign, "a field, a word or `(` is expected here"));
            }
            return Ok(Expr::Text(Pattern::word(word)));
        };
        let field = Field::ALL.into_iter().find(|f| f.name() == word);
        let Some(field) = field else {
            let all = Field::ALL.map(Field::name).join(" ");
            return Err(self.flaw(
                start..name_end,
                format!("no field is called `{word}`; there are {all}"),
            ));
        };
        let mut items = vec![self.value(field, op)?];
        while self.rest().starts_with(',') {
            self.at += 1;
            items.push(self.value(field, op)?);
        }
        Ok(Expr::Term(field, op, items))
    }

    fn value(&mut self, field: Field, op: Op) -> Result<Item, Flaw> {
        let start = self.at;
        let item = self.item()?;
        if matches!(op, Op::Less | Op::AtMost | Op::More | Op::AtLeast) && item.number.is_none() {
            let here = start..self.at;
            let words = format!(
                "{} is compared with a number such as 3, 50%, P1 or 5m",
                field.name()
            );
            return Err(self.flaw(here, words));
        }
        Ok(item)
    }

    /// A word, what stands in quotes, or a regular expression.
    fn item(&mut self) -> Result<Item, Flaw> {
        let start = self.at;
        for quote in ['"', '/'] {
            let Some(inner) = self.rest().strip_prefix(quote) else {
                continue;
            };
            let Some(end) = inner.find(quote) else {
                let here = start..self.raw.len();
                return Err(self.flaw(here, format!("a {quote} has no other one")));
            };
            let inside = inner.get(..end).unwrap_or_default();
            self.at += end + 2;
            let pattern = if quote == '"' {
                Pattern::word(inside)
            } else {
                let regex = RegexBuilder::new(inside)
                    .case_insensitive(!inside.chars().any(char::is_uppercase))
                    .size_limit(REGEX)
                    .build();
                let why = "this is no regular expression, or too large a one";
                let regex = regex.map_err(|_| self.flaw(start..self.at, why))?;
                Pattern::Regex(Box::new(regex))
            };
            return Ok(Item {
                pattern,
                number: None,
            });
        }
        let word = self.word(|c| c.is_whitespace() || "()|,".contains(c));
        if word.is_empty() {
            return Err(self.flaw(start..start, "a value is expected here"));
        }
        Ok(Item {
            pattern: Pattern::word(word),
            number: number(word),
        })
    }

    fn op(&mut self) -> Option<Op> {
        let ops = [
            ("!=", Op::IsNot),
            ("!~", Op::NotLike),
            ("<=", Op::AtMost),
            (">=", Op::AtLeast),
            (":", Op::Is),
            ("=", Op::Is),
            ("~", Op::Like),
            ("<", Op::Less),
            (">", Op::More),
        ];
        let rest = self.rest();
        let (sign, op) = ops.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
        self.at += sign.len();
        Some(op)
    }

    fn word(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(ends).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }
}

fn single(mut all: Vec<Expr>, many: impl Fn(Vec<Expr>) -> Expr) -> Expr {
    match all.pop() {
        Some(one) if all.is_empty() => one,
        Some(last) => {
            all.push(last);
            many(all)
        }
        None => many(all),
    }
}

/// `30s 5m 2h 1d` in seconds, `50%`, `P1`, `3`.
fn number(word: &str) -> Option<f64> {
    let plain = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite());
    if let Some(rest) = word.strip_prefix(['P', 'p']) {
        return rest.parse::<u8>().ok().map(f64::from);
    }
    if let Some(rest) = word.strip_suffix('%') {
        return plain(rest);
    }
    for (unit, seconds) in [('s', 1.0), ('m', 60.0), ('h', 3_600.0), ('d', 86_400.0)] {
        if let Some(rest) = word.strip_suffix(unit) {
            return plain(rest).map(|n| n * seconds);
        }
    }
    plain(word)
}
