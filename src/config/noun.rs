//! The words for a scale inside a French sentence: article, preposition, elision.

use serde::Deserialize;

/// Article of a noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Article {
    /// « le département ».
    #[serde(rename = "le")]
    Le,
    /// « la métropole ».
    #[serde(rename = "la")]
    La,
    /// « l’agglomération ».
    #[serde(rename = "l'", alias = "l’")]
    Elided,
}

/// Endings of masculine nouns among those of territories; the others are feminine (« communauté », « région »).
const MASCULINE: [&str; 12] = [
    "ment", "oire", "pays", "ton", "in", "eur", "ier", "ct", "cat", "age", "ôle", "eau",
];

impl Article {
    /// Guesses the article of a label from its first word; the settings can say otherwise.
    fn guess(label: &str) -> Self {
        let word = label.split_whitespace().next().unwrap_or("");
        let folded = crate::format::fold(word);
        if folded.starts_with(['a', 'e', 'i', 'o', 'u', 'h']) && !folded.starts_with("ham") {
            return Self::Elided;
        }
        let acronym = word.chars().count() > 1 && word.chars().all(|c| !c.is_lowercase());
        let lower = word.to_lowercase();
        if acronym || MASCULINE.iter().any(|end| lower.ends_with(end)) {
            Self::Le
        } else {
            Self::La
        }
    }
}

/// A label inside a sentence, with its article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noun {
    word: String,
    article: Article,
}

impl Noun {
    /// Makes the noun of a label; the article is guessed when none is given.
    pub fn new(label: &str, article: Option<Article>) -> Self {
        let mut chars = label.chars();
        let word = match (chars.next(), chars.clone().next()) {
            (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
            _ => label.to_owned(),
        };
        Self {
            word,
            article: article.unwrap_or_else(|| Article::guess(label)),
        }
    }

    /// « la métropole », « le département », « l’agglomération ».
    pub fn the(&self) -> String {
        match self.article {
            Article::Le => format!("le {}", self.word),
            Article::La => format!("la {}", self.word),
            Article::Elided => format!("l’{}", self.word),
        }
    }

    /// « de la métropole », « du département », « de l’agglomération ».
    pub fn of(&self) -> String {
        match self.article {
            Article::Le => format!("du {}", self.word),
            _ => format!("de {}", self.the()),
        }
    }

    /// « dans la métropole », « dans le département ».
    pub fn within(&self) -> String {
        format!("dans {}", self.the())
    }
}

/// « de » and a name: « de Lille », « d’Île-aux-Moines », « du Plessis », « des Ulis ».
pub fn of_name(name: &str) -> String {
    if let Some(rest) = name.strip_prefix("Le ") {
        return format!("du {rest}");
    }
    if let Some(rest) = name.strip_prefix("Les ") {
        return format!("des {rest}");
    }
    let folded = crate::format::fold(name);
    if folded.starts_with(['a', 'e', 'i', 'o', 'u', 'y']) {
        format!("d’{name}")
    } else {
        format!("de {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_follow_the_label_and_the_settings() {
        for (label, the, of) in [
            ("Métropole", "la métropole", "de la métropole"),
            ("Département", "le département", "du département"),
            (
                "Communauté urbaine",
                "la communauté urbaine",
                "de la communauté urbaine",
            ),
            ("Agglomération", "l’agglomération", "de l’agglomération"),
            ("Territoire", "le territoire", "du territoire"),
            ("Région", "la région", "de la région"),
            ("Pays", "le pays", "du pays"),
            ("EPCI", "l’EPCI", "de l’EPCI"),
            ("QPV", "le QPV", "du QPV"),
            ("Commune", "la commune", "de la commune"),
            ("Secteur", "le secteur", "du secteur"),
        ] {
            let noun = Noun::new(label, None);
            assert_eq!((noun.the().as_str(), noun.of().as_str()), (the, of));
        }
        assert_eq!(Noun::new("Bassin", Some(Article::La)).within(), "dans la bassin");
    }

    #[test]
    fn names_are_elided_and_contracted() {
        for (name, of) in [
            ("Lille", "de Lille"),
            ("Île-aux-Moines", "d’Île-aux-Moines"),
            ("Argenteuil", "d’Argenteuil"),
            ("Le Plessis-Bouchard", "du Plessis-Bouchard"),
            ("Les Ulis", "des Ulis"),
            ("La Frette", "de La Frette"),
            ("L’Isle-Adam", "de L’Isle-Adam"),
            ("Herblay", "de Herblay"),
        ] {
            assert_eq!(of_name(name), of);
        }
    }
}
