//! How well a few typed letters fit a name.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

/// Letters that are looked for in many names.
pub(crate) struct Fuzzy {
    matcher: Matcher,
    pattern: Pattern,
    buffer: Vec<char>,
}

impl Fuzzy {
    /// Looks for words with blanks between, each anywhere; without regard to case unless one has a capital.
    pub(crate) fn new(typed: &str) -> Self {
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            pattern: Pattern::parse(typed, CaseMatching::Smart, Normalization::Smart),
            buffer: Vec::new(),
        }
    }

    /// How well `name` fits, higher is better; `None` when it does not.
    pub(crate) fn score(&mut self, name: &str) -> Option<u32> {
        let name = Utf32Str::new(name, &mut self.buffer);
        self.pattern.score(name, &mut self.matcher)
    }
}

#[cfg(test)]
mod tests {
    use super::Fuzzy;

    #[test]
    fn letters_are_found_in_order_and_words_in_any() {
        let mut fuzzy = Fuzzy::new("reas");
        let near = fuzzy.score("reassign…").unwrap();
        let far = fuzzy.score("read everything as it is").unwrap();
        assert!(near > far, "{near} {far}");
        assert_eq!(fuzzy.score("hold"), None);
        assert!(Fuzzy::new("task re").score("reassign task").is_some());
        assert!(Fuzzy::new("").score("anything").is_some());
        assert!(Fuzzy::new("Re").score("reassign").is_none());
    }
}
