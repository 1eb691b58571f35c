//! What an address is worth for its holder.
//!
//! `marie.ville@` is Marie Ville, `ville@` is a town hall. An address must carry the last name or the whole first
//! name; what remains must be initials, other names or a number.

use super::{Address, is_free_domain};
use crate::accounts::names;
use crate::accounts::words::{LINKS, NEUTRAL, is_generic, is_given, is_place};

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

impl Verdict {
    /// 0 for the best.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Nominative => 0,
            Self::Doubtful(_) => 1,
            Self::Refused(_) => 2,
        }
    }
}

/// Longest name judged; a longer one is no name.
const LONGEST_NAME: usize = 100;

/// Judges an address with the name of its holder.
pub fn judge(address: &Address, first_name: &str, last_name: &str) -> Verdict {
    if is_free_domain(address.domain()) {
        return Verdict::Refused(format!(
            "« {address} » : « {} » est une messagerie personnelle, une adresse professionnelle est attendue",
            address.domain()
        ));
    }
    if first_name.len() > LONGEST_NAME || last_name.len() > LONGEST_NAME {
        return Verdict::Refused(format!(
            "« {address} » : nom ou prénom de plus de {LONGEST_NAME} caractères"
        ));
    }
    if first_name.split(' ').all(names::is_title) {
        return Verdict::Refused(format!(
            "« {first_name} » n’est pas un prénom, celui de la personne est attendu"
        ));
    }
    let judged = Person::spellings(first_name, last_name)
        .into_iter()
        .map(|person| person.judge(address));
    judged
        .min_by_key(Verdict::rank)
        .unwrap_or_else(|| Verdict::Refused("nom ou prénom absent".to_owned()))
}

/// Tells whether a word is a desk's, alone or glued to others or to places: `polehabitat`, `agenceroubaix`,
/// `politiquedelaville`.
fn is_generic_or_glued(word: &str) -> bool {
    is_generic(word) || is_glued(word)
}

/// Tells whether a word is made, end to end, of a desk's words, of places and of links between them, a desk's word
/// among them.
fn is_glued(word: &str) -> bool {
    // made[i]: whether the first i bytes are such a text, and whether a desk's word is among them at best. A link
    // neither begins nor ends one.
    let mut made: Vec<Option<bool>> = vec![None; word.len() + 1];
    made[0] = Some(false);
    for end in 1..=word.len() {
        for start in 0..end {
            let Some((so_far, piece)) = made[start].zip(word.get(start..end)) else {
                continue;
            };
            let inside = start > 0 && end < word.len();
            let desk = piece.len() > 2 && is_generic(piece);
            if desk || piece.len() > 2 && is_place(piece) || inside && LINKS.contains(&piece) {
                made[end] = Some(made[end].unwrap_or(false) || so_far || desk);
            }
        }
    }
    !is_generic(word) && made[word.len()] == Some(true)
}

/// Which names a text carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Match {
    /// The last name, or a part of it that is a name.
    last: bool,
    /// The whole first name, or one of them.
    first: bool,
    /// The beginning of a first name.
    first_begins: bool,
    /// The beginning of the last name only, three letters at least.
    last_begins: bool,
}

impl Match {
    const LAST: Self = Self {
        last: true,
        first: false,
        first_begins: false,
        last_begins: false,
    };
    const FIRST: Self = Self {
        last: false,
        first: true,
        first_begins: false,
        last_begins: false,
    };
    const FIRST_BEGINS: Self = Self {
        last: false,
        first: false,
        first_begins: true,
        last_begins: false,
    };
    const LAST_BEGINS: Self = Self {
        last: false,
        first: false,
        first_begins: false,
        last_begins: true,
    };

    fn add(&mut self, other: Self) {
        self.last |= other.last;
        self.first |= other.first;
        self.first_begins |= other.first_begins;
        self.last_begins |= other.last_begins;
    }

    fn weight(self) -> u8 {
        8 * u8::from(self.last)
            + 4 * u8::from(self.first)
            + 2 * u8::from(self.last_begins)
            + u8::from(self.first_begins)
    }
}

/// A way a person's name may be spelt in an address, in words without accents.
struct Person<'a> {
    first_name: &'a str,
    last_name: &'a str,
    first: Vec<String>,
    last: Vec<String>,
}

impl<'a> Person<'a> {
    /// The plain spelling, then the one that writes `ö` as `oe`.
    fn spellings(first_name: &'a str, last_name: &'a str) -> Vec<Self> {
        let parts = |name: &str| -> Vec<String> {
            let key = names::key(name);
            key.split(' ').filter(|p| !p.is_empty()).map(str::to_owned).collect()
        };
        let spelt = |first: &str, last: &str| Self {
            first_name,
            last_name,
            first: parts(first),
            last: parts(last),
        };
        let mut all = vec![spelt(first_name, last_name)];
        let (first, last) = (names::with_umlauts(first_name), names::with_umlauts(last_name));
        if first != first_name || last != last_name {
            all.push(spelt(&first, &last));
        }
        all
    }

    fn judge(&self, address: &Address) -> Verdict {
        if self.is_a_desk() || self.is_the_desk_of_a_place(address.domain()) {
            return Verdict::Refused(format!(
                "« {} {} » désigne un service, le nom d’une personne est attendu",
                self.first_name, self.last_name
            ));
        }
        let local = address.local().split('+').next().unwrap_or_default();
        let tokens: Vec<&str> = local
            .split(['.', '-', '_', '\''])
            .map(|t| t.trim_matches(|c: char| c.is_ascii_digit()))
            .filter(|t| !t.is_empty())
            .collect();
        let (found, unknown) = self.read(&tokens);
        let generic = || {
            Verdict::Refused(format!(
                "« {address} » est une adresse partagée, une adresse nominative est attendue"
            ))
        };
        if self.last.iter().all(|p| is_generic(p) || LINKS.contains(&p.as_str())) {
            return self.judge_as_generic_name(address, found, &tokens, &unknown, generic);
        }
        let unknown: Vec<&str> = unknown.into_iter().filter(|t| !NEUTRAL.contains(t)).collect();
        if let Some(word) = unknown.iter().find(|t| is_generic_or_glued(t)) {
            let telling = self.last.concat().len() > 2;
            return if telling && found.last && (found.first || found.first_begins) {
                Verdict::Doubtful(format!(
                    "« {address} » porte le nom de {} {} et le mot « {word} » : est-ce bien son adresse ?",
                    self.first_name, self.last_name
                ))
            } else {
                generic()
            };
        }
        let weighty = unknown.iter().filter(|t| t.len() == 1 || !LINKS.contains(t)).count();
        match (found.last, found.first) {
            (true, _) if weighty == 0 || found.first => Verdict::Nominative,
            (true, false) => Verdict::Doubtful(format!(
                "« {address} » ne porte pas le prénom « {} » : est-ce bien son adresse ?",
                self.first_name
            )),
            (false, true) if weighty == 0 => Verdict::Nominative,
            (false, true) => Verdict::Doubtful(format!(
                "« {address} » ne porte pas le nom « {} » : est-ce bien son adresse ?",
                self.last_name
            )),
            _ if tokens.iter().any(|t| is_generic(t)) => generic(),
            _ => self.judge_without_a_whole_name(address, found, &tokens, &unknown),
        }
    }

    /// No whole name is there: cuts, initials, a married name, a slip of the pen are doubtful, the rest is refused.
    fn judge_without_a_whole_name(
        &self,
        address: &Address,
        found: Match,
        tokens: &[&str],
        unknown: &[&str],
    ) -> Verdict {
        let person = format!("{} {}", self.first_name, self.last_name);
        let joined = tokens.concat();
        if unknown.is_empty() && found.last_begins && found.first_begins {
            return Verdict::Doubtful(format!(
                "« {address} » semble abréger {person} : est-ce bien son adresse ?"
            ));
        }
        let initials: String = self
            .first
            .iter()
            .chain(&self.last)
            .filter_map(|p| p.chars().next())
            .collect();
        if joined.len() > 2 && joined == initials {
            return Verdict::Doubtful(format!(
                "« {address} » n’a que les initiales de {person} : est-ce bien son adresse ?"
            ));
        }
        if let [one, other] = tokens {
            let begins = |t: &str| t.len() <= 2 && self.first.iter().any(|p| p.starts_with(t));
            let name = |t: &str| t.len() > 2 && unknown.contains(&t);
            if (begins(one) && name(other)) || (begins(other) && name(one)) {
                return Verdict::Doubtful(format!(
                    "« {address} » n’a que l’initiale de {person} : est-ce son nom de naissance ou d’usage ?"
                ));
            }
        }
        if self.nearly(&joined) {
            return Verdict::Doubtful(format!(
                "« {address} » ressemble à « {} » sans l’égaler : vérifier l’orthographe",
                self.last_name
            ));
        }
        Verdict::Refused(format!(
            "« {address} » ne porte ni le nom ni le prénom de {person}, une adresse nominative est attendue"
        ))
    }

    /// Marie Ville, Jean Service: the last name alone proves nothing, nor does a first name nobody knows.
    fn judge_as_generic_name(
        &self,
        address: &Address,
        found: Match,
        tokens: &[&str],
        unknown: &[&str],
        generic: impl Fn() -> Verdict,
    ) -> Verdict {
        let known = self.first.iter().any(|p| is_given(p));
        let person = format!("{} {}", self.first_name, self.last_name);
        let doubtful = Verdict::Doubtful(format!(
            "« {address} » se lit aussi comme une adresse partagée : est-ce bien celle de {person} ?"
        ));
        let joined = tokens.concat();
        let others = unknown.iter().any(|t| !NEUTRAL.contains(t));
        match (found.last, found.first) {
            (true, true) if others => doubtful,
            (true, true) if known => Verdict::Nominative,
            (true, true) => doubtful,
            (true, false) if others => generic(),
            (true, false) if found.first_begins && known => Verdict::Nominative,
            (true, false) if found.first_begins || known => doubtful,
            // « leville » is no desk's word, were it made of two.
            (true, false) if !is_generic(&joined) => doubtful,
            (true, false) => generic(),
            (false, true) if unknown.iter().any(|t| is_generic_or_glued(t)) => generic(),
            (false, true) if !others => Verdict::Nominative,
            (false, true) => Verdict::Doubtful(format!(
                "« {address} » ne porte pas le nom « {} » : est-ce bien son adresse ?",
                self.last_name
            )),
            (false, false) => Verdict::Refused(format!(
                "« {address} » ne porte ni le nom ni le prénom de {person}, une adresse nominative est attendue"
            )),
        }
    }

    /// « Accueil Logement », « Agence Roubaix », « de Roubaix Agence », « Adil Nord »: a desk, not a person.
    fn is_a_desk(&self) -> bool {
        let of_a_desk = |p: &String| is_generic(p) || LINKS.contains(&p.as_str());
        let of_a_place = |p: &String| is_place(p) || of_a_desk(p);
        let named_like_a_desk = self
            .first
            .iter()
            .any(|p| (is_generic_or_glued(p) || NEUTRAL.contains(&p.as_str())) && !is_given(p));
        let only_place = !self.first.iter().any(|p| is_given(p) && !is_generic(p))
            && self.first.iter().all(of_a_place)
            && self.last.iter().all(of_a_place)
            && self.first.iter().chain(&self.last).any(|p| is_generic(p));
        self.first.is_empty()
            || self.last.is_empty()
            || named_like_a_desk
            || only_place
            || self.first.iter().all(|p| p.len() > 1 && LINKS.contains(&p.as_str()))
    }

    /// « Seclin CCAS » at `ville-seclin.fr`: the desk of a place its domain names. A given name is none.
    fn is_the_desk_of_a_place(&self, domain: &str) -> bool {
        self.last.iter().all(|p| is_generic(p))
            && !self.first.iter().any(|p| is_given(p))
            && self
                .first
                .iter()
                .any(|p| p.len() > 2 && domain.split(['.', '-']).any(|label| label == p))
    }

    /// Says which names an address carries, and which of its words are none.
    fn read<'t>(&self, tokens: &[&'t str]) -> (Match, Vec<&'t str>) {
        let joined = tokens.concat();
        let (pieces, cut_short) = (self.pieces(), self.cut_short());
        let explain = |text: &str| explain(text, &pieces, &cut_short);
        // A desk's word is a name only when it is one whole: « info » is not Inès Fo.
        let name = |t: &str| {
            self.first.iter().chain(&self.last).any(|p| p == t) || t == self.first.concat() || t == self.last.concat()
        };
        let is_desk = |t: &str| is_generic(t) && !name(t);
        let mut weak = None;
        if let Some(whole) = explain(&joined) {
            let desk = is_desk(&joined) || tokens.iter().any(|t| is_desk(t));
            if whole.last && whole.first || !desk && (whole.last || whole.first) {
                return (whole, Vec::new());
            }
            weak = Some(whole).filter(|_| !desk);
        }
        let mut found = Match::default();
        let mut unknown = Vec::new();
        for token in tokens {
            match explain(token).filter(|_| !is_desk(token)) {
                Some(part) => found.add(part),
                None => unknown.push(*token),
            }
        }
        match weak {
            Some(weak) if !found.last && !found.first => (weak, Vec::new()),
            _ => (found, unknown),
        }
    }

    /// Old logins cut a long last name: « mvandenbr ».
    fn cut_short(&self) -> Vec<(String, Match)> {
        let whole = self.last.concat();
        (5..whole.len())
            .filter_map(|cut| whole.get(..cut))
            .filter(|short| !is_generic(short))
            .map(|short| (short.to_owned(), Match::LAST))
            .collect()
    }

    fn pieces(&self) -> Vec<(String, Match)> {
        let mut pieces = Vec::new();
        for (parts, found, begins) in [
            (&self.last, Match::LAST, Match::default()),
            (&self.first, Match::FIRST, Match::FIRST_BEGINS),
        ] {
            let whole = parts.concat();
            // A part that is a particle or a desk's word proves nothing; the whole name does, however short.
            for part in parts {
                let proves = part.len() > 2 && !LINKS.contains(&part.as_str()) && !is_generic(part);
                pieces.push((part.clone(), if proves || *part == whole { found } else { begins }));
                if let Some(letter) = part.chars().next() {
                    pieces.push((letter.to_string(), begins));
                }
                for (long, short) in [("saint", "st"), ("sainte", "ste"), ("st", "saint"), ("ste", "sainte")] {
                    if part == long {
                        pieces.push((short.to_owned(), begins));
                    }
                }
            }
            pieces.push((whole, found));
        }
        // « jphdupont », « dupma », « mdupo ».
        for part in &self.first {
            let cuts = (2..part.len()).filter_map(|cut| part.get(..cut));
            pieces.extend(cuts.map(|cut| (cut.to_owned(), Match::FIRST_BEGINS)));
        }
        let whole = self.last.concat();
        let cuts = (3..whole.len()).filter_map(|cut| whole.get(..cut));
        pieces.extend(cuts.map(|cut| (cut.to_owned(), Match::LAST_BEGINS)));
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

/// Says which names a text is made of, end to end: whole names, parts of them, initials and cuts.
fn explain(text: &str, pieces: &[(String, Match)], cut_short: &[(String, Match)]) -> Option<Match> {
    // best[i]: the most telling way to make the first i bytes, with at most 4 initials or cuts.
    let mut best: Vec<Option<(Match, u8)>> = vec![None; text.len() + 1];
    best[0] = Some((Match::default(), 0));
    for end in 1..=text.len() {
        let short = cut_short.iter().filter(|_| end == text.len());
        for (piece, found) in pieces.iter().chain(short) {
            let Some(start) = end.checked_sub(piece.len()) else {
                continue;
            };
            let Some((so_far, cuts)) = best[start] else {
                continue;
            };
            if text.get(start..end) != Some(piece.as_str()) {
                continue;
            }
            let cuts = cuts + u8::from(piece.len() == 1 || found.first_begins || found.last_begins);
            let mut sum = so_far;
            sum.add(*found);
            if cuts <= 4 && best[end].is_none_or(|(b, n)| (sum.weight(), n) > (b.weight(), cuts)) {
                best[end] = Some((sum, cuts));
            }
        }
    }
    best[text.len()].map(|(found, _)| found)
}
