//! Which template speaks a language.

use std::collections::BTreeSet;

use parlor_domain::LetterKind;

use crate::kind;

/// The names of all templates; those of a language begin with it: `de/login_code.txt`.
#[derive(Debug)]
pub(super) struct Languages {
    names: BTreeSet<String>,
}

impl Languages {
    pub(super) fn new(names: BTreeSet<String>) -> Self {
        Self { names }
    }

    /// All languages that there are; the empty one is that of the plain templates.
    pub(super) fn all(&self) -> BTreeSet<&str> {
        self.names
            .iter()
            .map(|name| name.split_once('/').map_or("", |(language, _)| language))
            .collect()
    }

    /// The template of this name in the language, in the language without its country or script, or plain.
    pub(super) fn nearest(&self, language: &str, name: &str) -> String {
        let mut language = language;
        while !language.is_empty() {
            let own = format!("{language}/{name}");
            if self.names.contains(&own) {
                return own;
            }
            language = language.rsplit_once('-').map_or("", |(rest, _)| rest);
        }
        name.to_owned()
    }

    /// The template that another one means when it includes or extends this name: the nearest to its own language.
    pub(super) fn beside(&self, name: &str, parent: &str) -> String {
        let language = parent.split_once('/').map_or("", |(language, _)| language);
        self.nearest(language, name)
    }

    /// What is missing where a language has a letter in text only, or in HTML only.
    pub(super) fn half_letter(&self) -> Option<String> {
        let all = self.all();
        let mut pairs = all
            .into_iter()
            .filter(|language| !language.is_empty())
            .flat_map(|language| {
                LetterKind::ALL
                    .map(|kind| ["txt", "html"].map(|end| format!("{language}/{}.{end}", kind::name(kind))))
            });
        pairs.find_map(
            |[text, html]| match (self.names.contains(&text), self.names.contains(&html)) {
                (true, false) => Some(html),
                (false, true) => Some(text),
                _ => None,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(names: &[&str]) -> Languages {
        Languages::new(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn the_nearest_language_is_taken() {
        let there = languages(&["a.txt", "b.txt", "pt/a.txt", "pt/b.txt", "pt-BR/a.txt"]);
        for (language, name, found) in [
            ("pt-BR", "a.txt", "pt-BR/a.txt"),
            ("pt-BR", "b.txt", "pt/b.txt"),
            ("pt-PT", "a.txt", "pt/a.txt"),
            ("pt-Latn-BR", "a.txt", "pt/a.txt"),
            ("fr", "a.txt", "a.txt"),
            ("", "a.txt", "a.txt"),
        ] {
            assert_eq!(there.nearest(language, name), found, "{language}");
        }
        assert_eq!(there.beside("b.txt", "pt-BR/a.txt"), "pt/b.txt");
        assert_eq!(there.beside("b.txt", "a.txt"), "b.txt");
    }

    #[test]
    fn half_a_letter_is_noticed() {
        assert_eq!(
            languages(&["fr/login_code.txt", "fr/login_code.html"]).half_letter(),
            None
        );
        assert_eq!(
            languages(&["fr/login_code.txt"]).half_letter().unwrap(),
            "fr/login_code.html"
        );
    }
}
