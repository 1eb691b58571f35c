//! One row of a file of values → the cell it fills and what it says of it, or the first fault found in it.

use std::collections::HashMap;

use super::Reader;
use crate::diag::Diagnostic;
use crate::load::table::number;
use crate::model::{Cell, Code, Entry, Iid, Scale, State, Tid};

/// The last names met: long tables repeat them, a look-up is rare.
#[derive(Default)]
pub(super) struct Memory<'t> {
    scale: Option<(&'t str, Scale)>,
    indicator: Option<(&'t str, Iid)>,
    codes: HashMap<(Scale, &'t str), Tid>,
}

impl Reader<'_> {
    /// Types one row; an error names the column by its position in [`COLUMNS`].
    pub(super) fn row<'t>(
        &self,
        row: &[&'t str; 7],
        memory: &mut Memory<'t>,
    ) -> std::result::Result<(Tid, Cell, Entry), (usize, Diagnostic)> {
        let [scale_text, code, id, category, value, state, base] = *row;
        let scale = match memory.scale {
            Some((text, scale)) if text == scale_text => scale,
            _ => {
                let scale = scale_text.parse::<Scale>().map_err(|()| {
                    (
                        0,
                        Diagnostic::error(format!("échelle « {scale_text} » inconnue"))
                            .suggest(scale_text, Scale::ALL.map(Scale::key)),
                    )
                })?;
                memory.scale = Some((scale_text, scale));
                scale
            }
        };
        let tid = match memory.codes.get(&(scale, code)) {
            Some(tid) => *tid,
            None => {
                let tid = self
                    .territories
                    .find(scale, code)
                    .ok_or_else(|| (1, unknown_code(scale, code)))?;
                memory.codes.insert((scale, code), tid);
                tid
            }
        };
        let iid = match memory.indicator {
            Some((text, iid)) if text == id => iid,
            _ => {
                let iid = self.dictionary.find(id).ok_or_else(|| {
                    let d = Diagnostic::error(format!(
                        "indicateur « {id} » absent du dictionnaire : ce qui n’est pas décrit n’est pas publié"
                    ));
                    (
                        2,
                        d.hint("le décrire dans data/dictionary.csv")
                            .suggest(id, self.dictionary.iter().map(|(_, x)| x.id.as_str())),
                    )
                })?;
                memory.indicator = Some((id, iid));
                iid
            }
        };
        let indicator = self.dictionary.get(iid);
        let category = match (indicator.is_split(), category) {
            (false, "") => None,
            (true, "") => {
                return Err((
                    3,
                    Diagnostic::error(format!("« {id} » se donne par catégorie"))
                        .suggest("", indicator.categories.iter().map(|c| c.key.as_str())),
                ));
            }
            (false, other) => {
                return Err((
                    3,
                    Diagnostic::error(format!("« {id} » n’a pas de catégorie : « {other} » trouvé"))
                        .hint("vider cette case"),
                ));
            }
            (true, key) => Some(indicator.category(key).ok_or_else(|| {
                (
                    3,
                    Diagnostic::error(format!("« {id} » n’a pas de catégorie « {key} »"))
                        .suggest(key, indicator.categories.iter().map(|c| c.key.as_str())),
                )
            })?),
        };
        let cell = Cell {
            indicator: iid,
            category,
            vintage: self.vintage,
        };
        if !state.is_empty() {
            let known = state.parse::<State>().ok().filter(|s| *s != State::NotOpen);
            let state = known.ok_or_else(|| {
                (
                    5,
                    Diagnostic::error(format!("état « {state} » inconnu"))
                        .hint("états possibles : s, nd, so, cp, ou rien pour un chiffre publié"),
                )
            })?;
            if !value.is_empty() {
                return Err((
                    4,
                    Diagnostic::error("une ligne qui porte un état ne porte pas de valeur")
                        .hint("vider la valeur : même masquée, elle serait dans le dossier"),
                ));
            }
            if !base.is_empty() && state == State::Secret {
                return Err((
                    6,
                    Diagnostic::error(
                        "une ligne secrète ne porte pas de base : l’effectif aussi est masqué (article 3)",
                    )
                    .hint("vider la base"),
                ));
            }
            return Ok((tid, cell, Entry::State(state)));
        }
        if value.is_empty() {
            return Err((
                4,
                Diagnostic::error("ni valeur ni état").hint("écrire un nombre, ou l’un des états s, nd, so, cp"),
            ));
        }
        let base = match base {
            "" => None,
            text => Some(
                number(text)
                    .filter(|b| *b >= 0.0 && b.fract() == 0.0 && *b <= f64::from(u32::MAX - 1))
                    .map(|b| {
                        #[expect(
                            clippy::cast_possible_truncation,
                            clippy::cast_sign_loss,
                            reason = "checked on the line above"
                        )]
                        let base = b as u32;
                        base
                    })
                    .ok_or_else(|| {
                        (
                            6,
                            Diagnostic::error("base illisible : nombre entier attendu")
                                .hint("nombre de logements ou d’attributions"),
                        )
                    })?,
            ),
        };
        let value = if indicator.kind.is_word() {
            let position = indicator.category(value).ok_or_else(|| {
                (
                    4,
                    Diagnostic::error(format!("mot « {value} » inconnu pour « {id} »"))
                        .suggest(value, indicator.categories.iter().map(|c| c.key.as_str())),
                )
            })?;
            f64::from(position)
        } else {
            let read = number(value).ok_or_else(|| {
                let d = if value.parse::<State>().is_ok() {
                    Diagnostic::error(format!("état « {value} » trouvé dans la colonne des valeurs"))
                        .hint("le mettre dans la colonne « state »")
                } else {
                    unreadable_number(value)
                };
                (4, d)
            })?;
            let (low, high) = indicator.kind.bounds();
            if read < low || read > high {
                return Err((
                    4,
                    Diagnostic::error(format!("valeur impossible pour « {id} » ({})", indicator.kind.label()))
                        .hint("une part va de 0 à 100, un effectif n’est pas négatif"),
                ));
            }
            read
        };
        Ok((tid, cell, Entry::Value { value, base }))
    }
}

/// What a text that is not a number probably is; the text itself may be confidential and is not told.
fn unreadable_number(text: &str) -> Diagnostic {
    let folded = crate::format::fold(text);
    if text.starts_with('#') {
        return Diagnostic::error("valeur illisible : erreur de formule d’un tableur")
            .hint("corriger la formule, puis recopier les valeurs ; sans chiffre, vider la case et écrire l’état nd");
    }
    let months = [
        "janv", "fevr", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec",
    ];
    let dated = months
        .iter()
        .any(|m| folded.starts_with(m) || folded.contains(&format!("-{m}")))
        || (text.matches(['/', '-']).count() == 2
            && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'-')));
    if dated {
        return Diagnostic::error("valeur illisible : une date, là où un nombre est attendu").hint(
            "un tableur a sans doute pris le nombre pour une date : reprendre la valeur d’origine, colonne au format nombre",
        );
    }
    if [
        "secret",
        "confidentiel",
        "ns",
        "n.s.",
        "nc",
        "n.c.",
        "na",
        "n/a",
        "-",
        "x",
        "...",
    ]
    .contains(&folded.as_str())
    {
        return Diagnostic::error("valeur illisible : une absence de chiffre se dit par un état").hint(
            "vider cette case et écrire l’état dans « state » : s (secret), nd (non disponible), so (sans objet)",
        );
    }
    Diagnostic::error("valeur illisible : nombre attendu").hint("chiffres, virgule ou point ; ni texte ni unité")
}

fn unknown_code(scale: Scale, code: &str) -> Diagnostic {
    match Code::parse(scale, code) {
        Err((message, Some(hint))) => Diagnostic::error(message).hint(hint),
        Err((message, None)) => Diagnostic::error(message).hint("corriger ce code ; importer la colonne en texte"),
        Ok(_) => Diagnostic::error(format!(
            "code « {code} » inconnu à l’échelle {scale} : absent de data/territories"
        ))
        .hint(match scale {
            Scale::Commune => "commune fusionnée ou d’une autre année ? regrouper ces lignes sous son code actuel ; sinon ajouter ce territoire, ou retirer ces lignes",
            Scale::Iris => "IRIS d’un autre découpage ? le ramener à celui de data/territories/iris.geojson ; sinon ajouter ce territoire, ou retirer ces lignes",
            Scale::Metropole | Scale::Qpv | Scale::Residence => "ajouter ce territoire, ou retirer ces lignes",
        }),
    }
}
