//! A proof in French words: the equation that an administrator reads.

use num_traits::{One as _, Signed as _};

use crate::disclosure::attack::{Certificate, Fraction, Interval, Proof};

/// Figures named in an equation before it is cut short.
const LONG: usize = 12;

/// What a figure is called and its value, for the words of a proof.
pub(crate) trait Names {
    /// Name and published value of a fact, `small (18)`.
    fn fact(&self, fact: u32) -> String;
    /// A value in the unit of the figures.
    fn value(&self, value: &Fraction) -> String;
}

/// Writes a combination of facts: `small (16) − county-1 (6)`.
fn combination(certificate: &Certificate, names: &dyn Names) -> String {
    let mut out = String::new();
    // Positive terms first: an equation starts with a whole and goes on with what is taken away.
    let mut terms: Vec<(&u32, &Fraction)> = certificate.weights.iter().collect();
    terms.sort_by_key(|(fact, w)| (w.is_negative(), **fact));
    for (i, (fact, weight)) in terms.iter().enumerate() {
        if i == LONG {
            out.push_str(&format!(" … ({} autres chiffres)", terms.len() - LONG));
            break;
        }
        match (i, weight.is_negative()) {
            (0, false) => {}
            (0, true) => out.push('−'),
            (_, false) => out.push_str(" + "),
            (_, true) => out.push_str(" − "),
        }
        let size = weight.abs();
        if !size.is_one() {
            out.push_str(&format!("{size} × "));
        }
        out.push_str(&names.fact(**fact));
    }
    if out.is_empty() { "0".to_owned() } else { out }
}

/// Writes a proof, or the two witnesses that show the width of an interval.
pub(crate) fn proof(name: &str, interval: &Interval, proof: Option<&Proof>, names: &dyn Names) -> String {
    let whole = |v: i128| names.value(&Fraction::from_integer(v.into()));
    match proof {
        Some(Proof::Equation(one)) => {
            format!("{name} = {} = {}", combination(one, names), names.value(&one.bound))
        }
        Some(Proof::Bounds { lo, up }) => {
            let mut out = format!("{name} ≥ {} = {}", combination(lo, names), names.value(&lo.bound));
            if interval.up.proved.is_some() {
                out.push_str(&format!(
                    " ; {name} ≤ {} = {}",
                    combination(up, names),
                    names.value(&up.bound)
                ));
            }
            out.push_str(" (aucun effectif n’est négatif)");
            out
        }
        Some(Proof::Exhaustion(facts)) => {
            let listed: Vec<String> = facts.iter().take(LONG).map(|f| names.fact(*f)).collect();
            let more = facts.len().saturating_sub(LONG);
            let more = if more == 0 {
                String::new()
            } else {
                format!(" et {more} autres chiffres")
            };
            format!(
                "{name} : tous les nombres entiers compatibles avec {}{more} ont été parcourus",
                listed.join(", ")
            )
        }
        None => match (interval.lo.reached, interval.up.reached) {
            (Some(Some(lo)), Some(Some(up))) => {
                format!(
                    "deux tableaux vérifiés donnent {name} = {} et {name} = {}",
                    whole(lo),
                    whole(up)
                )
            }
            (Some(Some(lo)), Some(None)) => format!("{name} peut aller de {} à l’infini, exemples vérifiés", whole(lo)),
            _ => format!("{name} : aucun exemple vérifié"),
        },
    }
}
