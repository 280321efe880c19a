//! Markup that text gets into by one way only, which escapes it.

use std::fmt::Write;

/// A piece of a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Html(String);

/// What an attribute is called, and what it says.
pub(super) type Attribute<'a> = (&'static str, &'a str);

impl Html {
    /// Any text.
    pub(super) fn text(text: impl AsRef<str>) -> Self {
        Self(escaped(text.as_ref()))
    }

    /// What is markup already, of our own making or a drawing.
    pub(super) fn markup(markup: impl Into<String>) -> Self {
        Self(markup.into())
    }

    /// An element around its children.
    pub(super) fn element(
        name: &'static str,
        attributes: &[Attribute<'_>],
        children: impl IntoIterator<Item = Self>,
    ) -> Self {
        let mut html = Self(format!("<{name}"));
        for (attribute, value) in attributes {
            let _ = write!(html.0, " {attribute}=\"{}\"", escaped(value)); // a String takes any text
        }
        html.0.push('>');
        html.extend(children);
        let _ = write!(html.0, "</{name}>");
        html
    }

    /// An element with nothing but text in it.
    pub(super) fn of_text(
        name: &'static str,
        attributes: &[Attribute<'_>],
        text: impl AsRef<str>,
    ) -> Self {
        Self::element(name, attributes, [Self::text(text)])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

impl Extend<Html> for Html {
    fn extend<I: IntoIterator<Item = Html>>(&mut self, pieces: I) {
        for piece in pieces {
            self.0 += &piece.0;
        }
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(pieces: I) -> Self {
        let mut html = Self::default();
        html.extend(pieces);
        html
    }
}

/// A figure or rule as the text table has it, in the letters that a page can have.
pub(super) fn figure(text: &str) -> String {
    text.replace(" us", " µs").replace("..", " – ").replace("<=", "≤").replace(">=", "≥")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        let html = Html::of_text("b", &[("title", "\"<'")], "<script>&");
        assert_eq!(html.into_string(), "<b title=\"&quot;&lt;&#39;\">&lt;script&gt;&amp;</b>");
    }

    #[test]
    fn figures_have_the_letters_of_their_units() {
        assert_eq!(figure("10.0 us..1.5 ms"), "10.0 µs – 1.5 ms");
        assert_eq!(figure("<= 0.5x aeron"), "≤ 0.5x aeron");
    }
}
