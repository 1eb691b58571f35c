//! HTML written by hand where tens of thousands of cells make a template loop too slow: figures, signs, numbers.

use crate::disclosure::Figure;
use crate::format;
use crate::model::{Indicator, State};

/// Appends `text` escaped for an element or a double-quoted attribute.
pub(super) fn esc(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(i) = rest.find(['&', '<', '>', '"', '\'']) {
        out.push_str(&rest[..i]);
        out.push_str(match rest.as_bytes()[i] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[i + 1..];
    }
    out.push_str(rest);
}

/// Escapes `text`.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    esc(&mut out, text);
    out
}

/// Appends the sign of a state with its word.
pub(super) fn sign(out: &mut String, state: State) {
    out.push_str("<abbr title=\"");
    out.push_str(state.word());
    out.push_str("\">");
    out.push_str(state.sign());
    out.push_str("</abbr>");
}

/// Appends the `<data>` element of a published figure; `cell` is its name, already fit for an attribute.
pub(super) fn data(out: &mut String, cell: (&str, &str, &str), figure: Figure, indicator: &Indicator) {
    out.push_str("<data value=\"");
    if let Some(state) = figure.state() {
        out.push_str("\" data-state=\"");
        out.push_str(state.sign());
        cell_attribute(out, cell);
        sign(out, state);
    } else {
        esc(out, &figure.machine(indicator));
        cell_attribute(out, cell);
        esc(out, &figure.text(indicator));
    }
    out.push_str("</data>");
}

fn cell_attribute(out: &mut String, (scale, code, suffix): (&str, &str, &str)) {
    out.push_str("\" data-cell=\"");
    out.push_str(scale);
    out.push(':');
    out.push_str(code);
    out.push_str(suffix);
    out.push_str("\">");
}

/// Appends the base of a figure (`n`): the same `<data>` with `data-base` in place of `data-cell`.
pub(super) fn base(out: &mut String, (scale, code, suffix): (&str, &str, &str), base: u32) {
    out.push_str("<data value=\"");
    out.push_str(&base.to_string());
    out.push_str("\" data-base=\"");
    out.push_str(scale);
    out.push(':');
    out.push_str(code);
    out.push_str(suffix);
    out.push_str("\">");
    out.push_str(&format::integer(u64::from(base)));
    out.push_str("</data>");
}

/// Appends a count of public things (territories, sheets), which no threshold protects.
pub(super) fn count(out: &mut String, what: &str, number: usize) {
    out.push_str("<data value=\"");
    out.push_str(&number.to_string());
    out.push_str("\" data-count=\"");
    esc(out, what);
    out.push_str("\">");
    out.push_str(&format::integer(number as u64));
    out.push_str("</data>");
}

/// Appends a link relative to the root of the site; `label` is HTML.
pub(super) fn link(out: &mut String, root: &str, address: &str, label: &str) {
    out.push_str("<a href=\"");
    // A bare `./` leads from the root to itself.
    if root.is_empty() && address.is_empty() {
        out.push_str("./");
    }
    out.push_str(root);
    out.push_str(address);
    out.push_str("\">");
    out.push_str(label);
    out.push_str("</a>");
}

/// Writes a signed gap in French: `+2,1`, `−6,6`.
pub(super) fn signed(value: f64, decimals: u8) -> String {
    let text = format::number(value, decimals);
    if format::round(value, decimals) > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

/// Lowers the first letter of a label that goes on inside a sentence, unless it opens an acronym.
pub(super) fn inner(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == '’' || second == ' ' => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escaped("<b a=\"x\">&l'"), "&lt;b a=&quot;x&quot;&gt;&amp;l&#39;");
    }

    #[test]
    fn gaps_are_signed() {
        assert_eq!(
            (
                signed(2.14, 1).as_str(),
                signed(-6.6, 1).as_str(),
                signed(0.04, 1).as_str()
            ),
            ("+2,1", "−6,6", "0,0")
        );
    }

    #[test]
    fn acronyms_keep_their_capitals() {
        assert_eq!(
            (inner("Logements").as_str(), inner("DPE").as_str()),
            ("logements", "DPE")
        );
    }
}
