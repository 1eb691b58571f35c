//! Professional, nominative addresses (article 5): what is accepted, what is refused and why.
//!
//! An address is judged with the name of its holder: `marie.ville@` is Marie Ville, `ville@` is a town hall. It must
//! carry the last name or the whole first name; what remains must be initials, other names or a number.

use super::names;
use super::words::{FREE_DOMAINS, GENERIC, LINKS, NEUTRAL};

/// A login: an address in lower case, without what spreadsheets add around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

impl Address {
    /// Reads an address as a list writes it: `mailto:`, capitals, spaces, `<…>`, final dot.
    ///
    /// # Errors
    /// A French sentence: what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut text = names::clean(text);
        if let (Some(start), Some(end)) = (text.rfind('<'), text.rfind('>'))
            && start < end
        {
            text = text[start + 1..end].to_owned();
        }
        let mut text = text.replace(' ', "").to_lowercase();
        for around in ["(at)", "[at]"] {
            text = text.replace(around, "@");
        }
        if let Some(rest) = text.strip_prefix("mailto:") {
            text = rest.to_owned();
        }
        let text = text.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '"' | '\'' | '<' | '>' | '(' | ')'));
        if text.is_empty() {
            return Err("adresse absente".to_owned());
        }
        if text.matches('@').count() > 1 {
            return Err(format!(
                "« {text} » : plusieurs adresses dans la cellule, une seule attendue"
            ));
        }
        let Some((local, domain)) = text.split_once('@') else {
            return Err(format!("« {text} » n’est pas une adresse : il y manque « @ »"));
        };
        let allowed =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '+' | '\'');
        if local.is_empty() || local.len() > 64 || !local.chars().all(allowed) || local.contains("..") {
            return Err(match local.chars().find(|c| !allowed(*c)) {
                Some(c) => format!("« {text} » : le caractère « {c} » ne se met pas dans une adresse"),
                None => format!("« {text} » : la partie avant « @ » n’est pas celle d’une adresse"),
            });
        }
        let labels: Vec<&str> = domain.split('.').collect();
        let label = |l: &&str| {
            !l.is_empty()
                && l.len() <= 63
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        let ending = labels
            .last()
            .is_some_and(|l| l.len() >= 2 && l.chars().any(|c| c.is_ascii_lowercase()));
        if labels.len() < 2 || !labels.iter().all(label) || !ending || domain.len() > 253 {
            return Err(format!("« {text} » : « {domain} » n’est pas un nom de domaine"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The address, which is the login.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What comes before `@`.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// What comes after `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

/// What an address is worth for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It carries the name of the person.
    Nominative,
    /// It probably does; the admin should look.
    Doubtful(String),
    /// It is refused unless an exception is recorded.
    Refused(String),
}

/// Judges an address with the name of its holder.
pub fn judge(address: &Address, first_name: &str, last_name: &str) -> Verdict {
    if is_free_domain(address.domain()) {
        return Verdict::Refused(format!(
            "« {address} » : « {} » est une messagerie personnelle, une adresse professionnelle est attendue",
            address.domain()
        ));
    }
    let person = Person::new(first_name, last_name);
    if person.is_a_desk() || person.is_a_desk_of(address.domain()) {
        return Verdict::Refused(format!(
            "« {first_name} {last_name} » désigne un service, le nom d’une personne est attendu"
        ));
    }
    let local = address.local().split('+').next().unwrap_or_default();
    let tokens: Vec<&str> = local
        .split(['.', '-', '_', '\''])
        .map(|t| t.trim_matches(|c: char| c.is_ascii_digit()))
        .filter(|t| !t.is_empty())
        .collect();
    let joined: String = tokens.concat();
    let mut named = Match::default();
    let mut unknown = Vec::new();
    if let Some(whole) = person.explain(&joined) {
        named = whole;
    } else {
        for token in &tokens {
            match person.explain(token) {
                Some(found) => named.add(found),
                None => unknown.push(*token),
            }
        }
    }
    let is_generic = |t: &str| GENERIC.contains(&t);
    unknown.retain(|t| !NEUTRAL.contains(t));
    let generic = || {
        Verdict::Refused(format!(
            "« {address} » est une adresse partagée, une adresse nominative est attendue"
        ))
    };
    if unknown.iter().any(|t| is_generic(t)) {
        return generic();
    }
    // « ville.lille@ » for Jean Ville: the only name found is also the name of a desk.
    let only_generic_word = named.last && !named.first && person.last.iter().all(|p| is_generic(p));
    let weighty: Vec<&&str> = unknown.iter().filter(|t| !LINKS.contains(t)).collect();
    if only_generic_word && !unknown.is_empty() {
        return generic();
    }
    match (named.last, named.first) {
        (true, _) if weighty.is_empty() || named.first => Verdict::Nominative,
        (true, _) => Verdict::Doubtful(format!(
            "« {address} » ne porte pas le prénom « {first_name} » : est-ce bien son adresse ?"
        )),
        (false, true) if weighty.is_empty() && named.initials => Verdict::Nominative,
        (false, true) if weighty.is_empty() => Verdict::Nominative,
        (false, true) => Verdict::Doubtful(format!(
            "« {address} » ne porte pas le nom « {last_name} » : est-ce bien son adresse ?"
        )),
        (false, false) if tokens.iter().any(|t| is_generic(t)) => generic(),
        (false, false) if person.nearly(&joined) => Verdict::Doubtful(format!(
            "« {address} » ressemble à « {last_name} » sans l’égaler : vérifier l’orthographe"
        )),
        (false, false) => Verdict::Refused(format!(
            "« {address} » ne porte ni le nom ni le prénom de {first_name} {last_name}, une adresse nominative est attendue"
        )),
    }
}

/// Tells whether anyone may open a mailbox at this domain.
pub fn is_free_domain(domain: &str) -> bool {
    FREE_DOMAINS.iter().any(|free| {
        if free.contains('.') {
            domain == *free || domain.ends_with(&format!(".{free}"))
        } else {
            // `yahoo.fr`, `yahoo.co.uk`, not `yahoo.mairie.example`.
            domain
                .strip_prefix(free)
                .is_some_and(|rest| rest.starts_with('.') && rest.split('.').skip(1).all(|label| label.len() <= 3))
        }
    })
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which names a text carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Match {
    last: bool,
    first: bool,
    initials: bool,
}

impl Match {
    fn add(&mut self, other: Self) {
        self.last |= other.last;
        self.first |= other.first;
        self.initials |= other.initials;
    }

    fn weight(self) -> u8 {
        4 * u8::from(self.last) + 2 * u8::from(self.first) + u8::from(self.initials)
    }
}

struct Person {
    first: Vec<String>,
    last: Vec<String>,
}

impl Person {
    fn new(first_name: &str, last_name: &str) -> Self {
        let parts = |name: &str| {
            names::key(name)
                .split(' ')
                .filter(|p| !p.is_empty())
                .map(str::to_owned)
                .collect()
        };
        Self {
            first: parts(first_name),
            last: parts(last_name),
        }
    }

    /// « Accueil Logement » is not a person: no word of either name is anything but a desk's.
    fn is_a_desk(&self) -> bool {
        let desk = |parts: &[String]| {
            parts
                .iter()
                .all(|p| GENERIC.contains(&p.as_str()) || LINKS.contains(&p.as_str()))
                && parts.iter().any(|p| GENERIC.contains(&p.as_str()))
        };
        self.first.is_empty() || self.last.is_empty() || desk(&self.first)
    }

    /// « CCAS Lille » at `ville-lille.fr`: the desk of a place its domain names.
    fn is_a_desk_of(&self, domain: &str) -> bool {
        self.last.iter().all(|p| GENERIC.contains(&p.as_str()))
            && self
                .first
                .iter()
                .any(|p| p.len() > 2 && domain.split(['.', '-']).any(|label| label == p))
    }

    /// Says which names a text is made of, end to end: whole names, parts of them, initials.
    fn explain(&self, text: &str) -> Option<Match> {
        let pieces = self.pieces();
        let cut_short = self.cut_short();
        // best[i]: the most telling way to make the first i bytes, with at most 4 initials.
        let mut best: Vec<Option<(Match, u8)>> = vec![None; text.len() + 1];
        best[0] = Some((Match::default(), 0));
        for end in 1..=text.len() {
            let short = cut_short.iter().filter(|_| end == text.len());
            for (piece, found) in pieces.iter().chain(short) {
                let Some(start) = end.checked_sub(piece.len()) else {
                    continue;
                };
                let Some((so_far, initials)) = best[start] else {
                    continue;
                };
                if text.get(start..end) != Some(piece.as_str()) {
                    continue;
                }
                let initials = initials + u8::from(piece.len() == 1);
                let mut sum = so_far;
                sum.add(*found);
                if initials <= 4 && best[end].is_none_or(|(b, n)| (sum.weight(), n) > (b.weight(), initials)) {
                    best[end] = Some((sum, initials));
                }
            }
        }
        best[text.len()].map(|(found, _)| found)
    }

    /// Old logins cut a long last name: « mvandenbr ».
    fn cut_short(&self) -> Vec<(String, Match)> {
        let whole = self.last.concat();
        let found = Match {
            last: true,
            ..Match::default()
        };
        (5..whole.len())
            .filter_map(|cut| whole.get(..cut))
            .filter(|short| !GENERIC.contains(short))
            .map(|short| (short.to_owned(), found))
            .collect()
    }

    fn pieces(&self) -> Vec<(String, Match)> {
        let last = Match {
            last: true,
            ..Match::default()
        };
        let first = Match {
            first: true,
            ..Match::default()
        };
        let initial = Match {
            initials: true,
            ..Match::default()
        };
        let mut pieces = Vec::new();
        for (parts, found) in [(&self.last, last), (&self.first, first)] {
            let whole = parts.concat();
            // A part that is a particle or a desk's word proves nothing; the whole name does, however short.
            for part in parts {
                let proves = part.len() > 2 && !LINKS.contains(&part.as_str()) && !GENERIC.contains(&part.as_str());
                pieces.push((part.clone(), if proves || *part == whole { found } else { initial }));
                if let Some(letter) = part.chars().next() {
                    pieces.push((letter.to_string(), initial));
                }
            }
            pieces.push((whole, found));
        }
        pieces.retain(|(piece, _)| !piece.is_empty());
        pieces
    }

    /// Tells whether a text is one slip away from a name.
    fn nearly(&self, text: &str) -> bool {
        let (first, last) = (self.first.concat(), self.last.concat());
        let initial: String = first.chars().take(1).collect();
        [
            format!("{first}{last}"),
            format!("{last}{first}"),
            format!("{initial}{last}"),
            last,
        ]
        .iter()
        .any(|name| name.len() >= 5 && strsim::osa_distance(name, text) <= 1 + usize::from(name.len() > 10))
    }
}

#[cfg(test)]
mod tests;
