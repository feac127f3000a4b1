//! A cursor over one line of text, for the grammars of PEP 440 and PEP 508.

/// A position in a text; all methods look at or move over what is left.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'text> {
    text: &'text str,
    position: usize,
}

impl<'text> Scanner<'text> {
    pub(crate) fn new(text: &'text str) -> Scanner<'text> {
        Scanner { text, position: 0 }
    }

    pub(crate) fn rest(&self) -> &'text str {
        &self.text[self.position..]
    }

    pub(crate) fn is_done(&self) -> bool {
        self.position == self.text.len()
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character just behind the cursor.
    pub(crate) fn previous(&self) -> Option<char> {
        self.text[..self.position].chars().next_back()
    }

    pub(crate) fn skip_whitespace(&mut self) {
        self.take_while(|character| character == ' ' || character == '\t');
    }

    /// Moves over `wanted` if it comes next.
    pub(crate) fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.position += wanted.len();
        }
        found
    }

    /// Moves over a word if it comes next and is neither the end nor the start of a longer word.
    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        if self.previous().is_some_and(is_word) || !self.rest().starts_with(word) {
            return false;
        }
        if self.rest()[word.len()..].chars().next().is_some_and(is_word) {
            return false;
        }
        self.position += word.len();
        true
    }

    pub(crate) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'text str {
        let rest = self.rest();
        let length = rest.find(|character| !wanted(character)).unwrap_or(rest.len());
        self.position += length;
        &rest[..length]
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
