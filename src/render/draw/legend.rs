//! Colours, textures and swatches: the same on map, chart, legend and paper.

use super::Shade;
use super::svg::{INK_2, num};

/// Fills of the five classes, from the lightest.
pub const CLASSES: [&str; 5] = ["#eaf2f5", "#bdd7e1", "#77a8bd", "#37799a", "#0b4a66"];

/// The textures of states and of QPV and the signs of row marks, once per page, before any drawing that uses them.
///
/// Identifiers: `m-0` (axis), `m-1` (tick), `m-2` (triangle), `m-3` and `m-4` (diamonds of a secret and of a missing count),
/// `h-s`, `h-nd`, `h-so`, `h-no`, `h-cp`, `h-quartier`. The diamonds, often many on a plan, bear lines of their own: printed,
/// a pattern becomes an image each time.
pub const PATTERNS: &str = concat!(
    r##"<svg class="defs" width="0" height="0" aria-hidden="true"><defs>"##,
    r##"<pattern id="h-s" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path fill="#fff" d="M0 0h5v5H0z"/><path d="M1 0v5" stroke="#454c55" stroke-width="1.5"/></pattern>"##,
    r##"<pattern id="h-nd" width="6" height="6" patternUnits="userSpaceOnUse"><path fill="#fff" d="M0 0h6v6H0z"/><circle cx="1.6" cy="1.6" r="1.05" fill="#454c55"/><circle cx="4.6" cy="4.6" r="1.05" fill="#454c55"/></pattern>"##,
    r##"<pattern id="h-so" width="12" height="12" patternUnits="userSpaceOnUse"><path fill="#fff" d="M0 0h12v12H0z"/><path d="M4.5 4.5h3v3h-3z" fill="none" stroke="#9aa2ab" stroke-width=".8"/></pattern>"##,
    r##"<pattern id="h-no" width="5" height="5" patternUnits="userSpaceOnUse"><path fill="#fff" d="M0 0h5v5H0z"/><path d="M0 2.5h5" stroke="#454c55" stroke-width="1.2"/></pattern>"##,
    r##"<pattern id="h-cp" width="8" height="8" patternUnits="userSpaceOnUse"><path fill="#fff" d="M0 0h8v8H0z"/><path d="M0 0h4v4H0zM4 4h4v4H4z" fill="#454c55" fill-opacity=".55"/></pattern>"##,
    r##"<pattern id="h-quartier" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path d="M1 0v9" stroke="#5f6771" stroke-width=".9"/></pattern>"##,
    r##"<path id="m-0" d="M.5 0v10" stroke="#8a929b"/>"##,
    r##"<g id="m-1"><path d="M0 0v10" stroke="#fff" stroke-width="4.4"/><path d="M0 0v10" stroke="#16191d" stroke-width="2"/></g>"##,
    r##"<path id="m-2" d="m0 8.6 3.1 4.4h-6.2z" fill="#fff" stroke="#16191d" stroke-linejoin="round"/>"##,
    r##"<g id="m-3" fill="none"><path d="m0-5.5 5.5 5.5-5.5 5.5-5.5-5.5z" fill="#fff"/><path d="M-4.1 1.4 1.4-4.1M-2.7 2.7 2.7-2.7M-1.4 4.1 4.1-1.4" stroke="#454c55"/><path d="m0-5.5 5.5 5.5-5.5 5.5-5.5-5.5z" stroke="#16191d" stroke-width="1.1"/></g>"##,
    r##"<g id="m-4" fill="none" stroke="#16191d"><path d="m0-5.5 5.5 5.5-5.5 5.5-5.5-5.5z" fill="#fff" stroke-width="1.1"/><path d="M-2 0h.1M2 0h.1M0-2h.1M0 2h.1" stroke-width="1.9" stroke-linecap="round"/></g>"##,
    "</defs></svg>"
);

/// Gives the fill of a class from 1 among `classes`: fewer classes spread over the same scale.
pub fn class_fill(class: u8, classes: u8) -> &'static str {
    let class = usize::from(class.clamp(1, 5)) - 1;
    let spread: &[usize] = match classes {
        0..=1 => &[2],
        2 => &[1, 3],
        3 => &[0, 2, 4],
        4 => &[0, 1, 2, 4],
        _ => &[0, 1, 2, 3, 4],
    };
    CLASSES[spread[class.min(spread.len() - 1)]]
}

/// Gives the diamond that stands for a count in this state.
pub fn diamond(state: &str) -> &'static str {
    if state == "s" { "#m-3" } else { "#m-4" }
}

/// Gives the fill of a state.
pub fn state_fill(state: &str) -> &'static str {
    match state {
        "s" => "url(#h-s)",
        "nd" => "url(#h-nd)",
        "so" => "url(#h-so)",
        "no" => "url(#h-no)",
        "cp" => "url(#h-cp)",
        _ => "#fff",
    }
}

/// Gives the fill of a shade.
pub fn fill(shade: Shade, classes: u8) -> &'static str {
    match shade {
        Shade::Class(class) => class_fill(class, classes),
        Shade::State(state) => state_fill(state),
    }
}

/// Says whether white text reads better than ink on a shade.
pub fn is_dark(shade: Shade, classes: u8) -> bool {
    matches!(shade, Shade::Class(class) if [CLASSES[3], CLASSES[4]].contains(&class_fill(class, classes)))
}

/// Gives the word of a state, as legends write it.
pub fn state_word(state: &str) -> &'static str {
    match state {
        "s" => "secret",
        "nd" => "non disponible",
        "so" => "sans objet",
        "no" => "échelle non ouverte",
        "cp" => "couverture insuffisante",
        _ => "",
    }
}

/// Draws the swatch of a shade, for the rows of a legend.
pub fn swatch(shade: Shade, classes: u8) -> String {
    format!(
        r##"<svg class="k" width="30" height="16" aria-hidden="true"><path d="M.5.5h29v15H.5z" fill="{}" stroke="{INK_2}"/></svg>"##,
        fill(shade, classes)
    )
}

/// Key of a QPV on a choropleth: a dashed line on its white casing.
pub const KEY_QPV_LINE: &str = r##"<svg class="k" width="30" height="8" aria-hidden="true"><path d="M0 4h30" stroke="#16191d" stroke-width="1.8" stroke-dasharray="6 3"/></svg>"##;
/// Key of a QPV on a locator map: dashed outline, light oblique lines.
pub const KEY_QPV: &str = r##"<svg class="k" width="26" height="14" aria-hidden="true"><path d="M1 1h24v12H1z" fill="url(#h-quartier)" stroke="#16191d" stroke-width="1.5" stroke-dasharray="5 3"/></svg>"##;
/// Key of the limit of the territory.
pub const KEY_LIMIT: &str = r##"<svg class="k" width="30" height="8" aria-hidden="true"><path d="M0 4h30" stroke="#16191d" stroke-width="2"/></svg>"##;
/// Key of the territory on a locator map.
pub const KEY_TERRITORY: &str = r##"<svg class="k" width="26" height="14" aria-hidden="true"><path d="M1 1h24v12H1z" fill="none" stroke="#16191d" stroke-width="1.8"/></svg>"##;
/// Key of the territory on a map where it is filled.
pub const KEY_HERE: &str = r##"<svg class="k" width="26" height="14" aria-hidden="true"><path d="M1 1h24v12H1z" fill="#0b5876" stroke="#16191d" stroke-width="1.2"/></svg>"##;
/// Key of the residence itself.
pub const KEY_RESIDENCE: &str = r##"<svg class="k" width="26" height="26" aria-hidden="true"><circle cx="13" cy="13" r="11" fill="none" stroke="#0b5876" stroke-width="2"/><circle cx="13" cy="13" r="7" fill="#0b5876"/></svg>"##;
/// Key of the residence itself when its figures are hidden.
pub const KEY_RESIDENCE_HIDDEN: &str = r##"<svg class="k" width="26" height="26" aria-hidden="true"><circle cx="13" cy="13" r="11" fill="none" stroke="#454c55" stroke-width="2"/><use href="#m-3" x="13" y="13"/></svg>"##;
/// Key of a residence whose figures are hidden.
pub const KEY_HIDDEN: &str =
    r##"<svg class="k" width="16" height="16" aria-hidden="true"><use href="#m-3" x="8" y="8"/></svg>"##;
/// Key of the ring around a residence.
pub const KEY_RING: &str = r##"<svg class="k" width="26" height="8" aria-hidden="true"><path d="M0 4h26" stroke="#5f6771" stroke-width="1.2" stroke-dasharray="1.5 3"/></svg>"##;
/// Key of the territory's line on the charts over vintages.
pub const KEY_LINE: &str = r##"<svg class="k" width="26" height="6" aria-hidden="true"><path d="M0 3h26" stroke="#0b5876" stroke-width="2.4"/></svg>"##;
/// Key of the reference's line on the charts over vintages.
pub const KEY_REFERENCE: &str = r##"<svg class="k" width="26" height="6" aria-hidden="true"><path d="M0 3h26" stroke="#5f6771" stroke-width="1.4" stroke-dasharray="4 2.5"/></svg>"##;
/// Key of the bar of row marks.
pub const KEY_BAR: &str =
    r##"<svg class="k" width="22" height="12" aria-hidden="true"><path d="M0 2h22v8H0z" fill="#0b5876"/></svg>"##;
/// Key of the tick of row marks.
pub const KEY_TICK: &str = r##"<svg class="k" width="6" height="14" aria-hidden="true"><path d="M3 0v14" stroke="#16191d" stroke-width="2.2"/></svg>"##;
/// Key of the triangle of row marks.
pub const KEY_TRIANGLE: &str = r##"<svg class="k" width="11" height="10" aria-hidden="true"><path d="M5.5 1.5 10 8.5H1z" fill="#fff" stroke="#16191d" stroke-width="1.2" stroke-linejoin="round"/></svg>"##;

/// Draws the nested circles of a map of counts, for the given counts, largest outside.
pub fn circles(counts: &[f64], per_unit: f64) -> String {
    let radii: Vec<f64> = counts.iter().map(|n| per_unit * n.max(0.0).sqrt()).collect();
    let largest = radii.iter().copied().fold(1.0, f64::max);
    let side = (2.0 * largest + 2.4).ceil();
    let mut out = format!(
        r##"<svg class="k" width="{side}" height="{side}" aria-hidden="true"><g fill="none" stroke="#0b5876" stroke-width="1.4">"##
    );
    for r in radii {
        out.push_str(r#"<circle cx=""#);
        num(&mut out, side / 2.0);
        out.push_str(r#"" cy=""#);
        num(&mut out, side - 1.2 - r);
        out.push_str(r#"" r=""#);
        num(&mut out, r);
        out.push_str(r#""/>"#);
    }
    out.push_str("</g></svg>");
    out
}

/// Chooses up to three round counts that tell the sizes of a map whose largest published count is `max`.
pub fn round_counts(max: f64) -> Vec<f64> {
    let nice = |x: f64| {
        let power = 10f64.powf(x.max(1.0).log10().floor());
        [5.0, 2.0, 1.0]
            .map(|n| n * power)
            .into_iter()
            .find(|&n| n <= x)
            .unwrap_or(1.0)
    };
    let mut counts = vec![nice(max), nice(max / 5.0), nice(max / 25.0)];
    counts.dedup();
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_a_scale_whatever_their_number() {
        assert_eq!(class_fill(5, 5), CLASSES[4]);
        assert_eq!(class_fill(3, 3), CLASSES[4]);
        assert_eq!(class_fill(1, 3), CLASSES[0]);
        assert_eq!(class_fill(9, 4), CLASSES[4]);
        assert!(is_dark(Shade::Class(4), 5) && !is_dark(Shade::Class(3), 5) && !is_dark(Shade::State("s"), 5));
    }

    #[test]
    fn every_state_has_its_own_texture_and_word() {
        let states = ["s", "nd", "so", "no", "cp"];
        let mut fills = states.map(state_fill).to_vec();
        fills.sort_unstable();
        fills.dedup();
        assert_eq!(fills.len(), states.len());
        for state in states {
            assert!(!state_word(state).is_empty());
            let fill = state_fill(state);
            if let Some(id) = fill.strip_prefix("url(#").and_then(|f| f.strip_suffix(')')) {
                assert!(PATTERNS.contains(&format!(r#"id="{id}""#)), "{fill}");
            }
        }
    }

    #[test]
    fn circles_tell_round_counts() {
        assert_eq!(round_counts(318.0), [200.0, 50.0, 10.0]);
        assert_eq!(round_counts(1.0), [1.0]);
        assert!(circles(&[200.0, 50.0], 1.1).contains(r#"r="15.6""#));
    }
}
