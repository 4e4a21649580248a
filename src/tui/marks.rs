//! Rows that were marked, by key: they stay marked whatever is refreshed, ordered or filtered.

use std::collections::BTreeSet;

/// Marks of a list.
#[derive(Debug, Clone)]
pub(crate) struct Marks<K> {
    all: BTreeSet<K>,
    /// Where a range began.
    anchor: Option<K>,
    /// How many of them have no row on show.
    hidden: usize,
}

impl<K> Default for Marks<K> {
    fn default() -> Self {
        Self {
            all: BTreeSet::new(),
            anchor: None,
            hidden: 0,
        }
    }
}

impl<K: Ord + Clone> Marks<K> {
    /// Nothing is marked.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Every marked key, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &K> {
        self.all.iter()
    }

    /// It is marked.
    pub(crate) fn has(&self, key: &K) -> bool {
        self.all.contains(key)
    }

    /// Forgets what does not exist any more.
    pub(crate) fn keep(&mut self, exists: impl FnMut(&K) -> bool) {
        self.all.retain(exists);
    }

    /// Marks a row, or takes the mark away.
    pub(crate) fn toggle(&mut self, keys: &[K]) {
        if keys.iter().all(|k| self.all.contains(k)) {
            for key in keys {
                self.all.remove(key);
            }
        } else {
            self.add(keys.iter().cloned());
        }
    }

    /// Marks all of these.
    pub(crate) fn add(&mut self, keys: impl IntoIterator<Item = K>) {
        self.all.extend(keys);
    }

    /// Begins a range at `here`; the second time the key that it began at, and nothing is begun.
    pub(crate) fn range(&mut self, here: Option<&K>) -> Option<K> {
        if self.anchor.is_some() {
            return self.anchor.take();
        }
        self.anchor = here.cloned();
        None
    }

    /// A range was begun.
    pub(crate) const fn ranges(&self) -> bool {
        self.anchor.is_some()
    }

    /// A range that was begun is given up; `false` when there is none.
    pub(crate) fn stop(&mut self) -> bool {
        self.anchor.take().is_some()
    }

    /// Nothing is marked any more; `false` when nothing was.
    pub(crate) fn clear(&mut self) -> bool {
        let some = !self.all.is_empty();
        self.all.clear();
        some
    }

    /// How many are marked.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// How many of them have no row on show.
    pub(crate) const fn hidden(&self) -> usize {
        self.hidden
    }

    /// Takes the keys that have a row now. O(rows × log marks), nothing without marks.
    pub(crate) fn see<'a>(&mut self, shown: impl Iterator<Item = &'a K>)
    where
        K: 'a,
    {
        self.hidden = 0;
        if !self.all.is_empty() {
            let seen: BTreeSet<&K> = shown.filter(|k| self.all.contains(k)).collect();
            self.hidden = self.all.len() - seen.len();
        }
    }

    /// What a question says before it acts on marks that are not just the row of the `cursor`; `None` when they are, or nothing is marked.
    pub(crate) fn apart(&self, cursor: &[K]) -> Option<String> {
        let n = self.all.len();
        if self.all.is_empty() || (self.hidden == 0 && self.all.iter().eq(cursor)) {
            return None;
        }
        let hidden = match self.hidden {
            0 => String::new(),
            1 => ", one of them not on show".to_owned(),
            hidden => format!(", {hidden} of them not on show"),
        };
        Some(match n {
            1 if self.hidden == 1 => "the marked row is meant, which is not on show".to_owned(),
            1 => "the marked row is meant, not the selected one".to_owned(),
            n => format!("the {n} marked rows are meant{hidden}"),
        })
    }

    /// For the status line: `marked 3 (1 not shown)`; `again` is the key that ends a range.
    pub(crate) fn words(&self, again: &str) -> Option<String> {
        if self.ranges() {
            return Some(format!("{again} again marks the range"));
        }
        let more = if self.hidden > 0 {
            format!(" ({} not shown)", self.hidden)
        } else {
            String::new()
        };
        (!self.all.is_empty()).then(|| format!("marked {}{more}", self.all.len()))
    }
}

/// The rows from one place to another, both included; none when either is not there.
pub(crate) fn span<R>(rows: &[R], a: Option<usize>, b: Option<usize>) -> &[R] {
    let (Some(a), Some(b)) = (a, b) else {
        return &[];
    };
    rows.get(a.min(b)..=a.max(b)).unwrap_or_default()
}
