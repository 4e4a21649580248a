//! What somebody may have meant.

/// The name with the fewest edits (Levenshtein) to `word`; the first of several. `None` without names. O(length²) for each name; a word is
/// looked at up to 64 characters.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(64).collect();
    names.into_iter().min_by_key(|name| edits(&word, name))
}

fn edits(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            left = (diagonal + usize::from(ca != cb))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_is_the_one_with_the_fewest_edits() {
        let names = ["reassign", "assign", "hold"];
        assert_eq!(nearest("reasign", names), Some("reassign"));
        assert_eq!(nearest("asign", names), Some("assign"));
        assert_eq!(nearest("hodl", names), Some("hold"));
        assert_eq!(nearest("x", []), None);
    }
}
