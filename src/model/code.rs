use std::fmt;

use serde::Serialize;

use super::Scale;

/// The code of a territory, checked for its scale; fit for an address and a file name.
///
/// - commune: 5 characters (`59350`, `2A004`), arrondissements included;
/// - IRIS: 9 characters, the first five are its commune;
/// - QPV: `QP059001` (2015) or `QN05965M` (2024);
/// - residence and metropole: letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Code(Box<str>);

impl Code {
    /// Checks a code.
    ///
    /// # Errors
    /// What was expected, in French, and the remedy when the slip is a known one.
    pub fn parse(scale: Scale, text: &str) -> Result<Self, (String, Option<String>)> {
        let (ok, expected) = match scale {
            Scale::Commune => (is_commune(text), "5 caractères attendus, comme 59350 ou 2A004"),
            Scale::Iris => (
                text.len() == 9
                    && text.is_char_boundary(5)
                    && is_commune(&text[..5])
                    && text[5..].bytes().all(|b| b.is_ascii_digit()),
                "9 caractères attendus, comme 593500101",
            ),
            Scale::Qpv => (is_qpv(text), "code de QPV attendu, comme QP059001 ou QN05965M"),
            Scale::Residence | Scale::Metropole => (
                !text.is_empty()
                    && text.len() <= 64
                    && text
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'),
                "lettres sans accent, chiffres, « - » et « _ » attendus, 64 caractères au plus",
            ),
        };
        if ok {
            return Ok(Self(text.into()));
        }
        let lost_zero = matches!(scale, Scale::Commune | Scale::Iris)
            && text.len() + 1 == if scale == Scale::Commune { 5 } else { 9 }
            && text.bytes().all(|b| b.is_ascii_digit());
        let hint = lost_zero
            .then(|| format!("un tableur a sans doute ôté le zéro initial (0{text}) ; importer la colonne en texte"));
        Err((format!("code {} « {text} » : {expected}", scale.label()), hint))
    }

    /// Code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_commune(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 5
        && bytes[0].is_ascii_digit()
        && (bytes[1].is_ascii_digit() || matches!(bytes[1], b'A' | b'B'))
        && bytes[2..].iter().all(u8::is_ascii_digit)
}

fn is_qpv(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 8
        && bytes[0] == b'Q'
        && bytes[1].is_ascii_uppercase()
        && bytes[2].is_ascii_digit()
        && bytes[3..7].iter().all(u8::is_ascii_alphanumeric)
        && bytes[7].is_ascii_alphanumeric()
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_each_scale() {
        for (scale, good) in [
            (Scale::Commune, "2A004"),
            (Scale::Iris, "593500101"),
            (Scale::Qpv, "QN05965M"),
            (Scale::Qpv, "QP095001"),
            (Scale::Residence, "R-00412"),
        ] {
            assert!(Code::parse(scale, good).is_ok(), "{good}");
        }
        for (scale, bad) in [
            (Scale::Commune, "5935"),
            (Scale::Iris, "59350010é"),
            (Scale::Qpv, "59350"),
            (Scale::Residence, "../x"),
            (Scale::Residence, ""),
        ] {
            assert!(Code::parse(scale, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_lost_zero_is_named() {
        let (_, hint) = Code::parse(Scale::Commune, "1001").expect_err("four digits");
        assert!(hint.is_some_and(|h| h.contains("01001")));
    }
}
