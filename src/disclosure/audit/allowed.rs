//! Tags and attributes that a page may have: any other could carry a number without saying so.

use std::collections::HashSet;

use super::counted::counted;

/// Elements of the atlas and of pages written by hand; those of forms and players, gauges and gradients are not.
pub(super) fn element(name: &str) -> bool {
    matches!(
        name.as_bytes(),
        b"td"
            | b"data"
            | b"th"
            | b"tr"
            | b"use"
            | b"title"
            | b"a"
            | b"svg"
            | b"path"
            | b"abbr"
            | b"span"
            | b"li"
            | b"circle"
            | b"col"
            | b"rect"
            | b"div"
            | b"text"
            | b"g"
            | b"p"
            | b"line"
            | b"b"
            | b"tbody"
            | b"section"
            | b"desc"
            | b"dt"
            | b"dd"
            | b"table"
            | b"thead"
            | b"tfoot"
            | b"caption"
            | b"header"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"ul"
            | b"ol"
            | b"colgroup"
            | b"tspan"
            | b"pattern"
            | b"dl"
            | b"small"
            | b"strong"
            | b"em"
            | b"i"
            | b"u"
            | b"s"
            | b"del"
            | b"ins"
            | b"sub"
            | b"sup"
            | b"mark"
            | b"samp"
            | b"kbd"
            | b"code"
            | b"pre"
            | b"q"
            | b"cite"
            | b"dfn"
            | b"blockquote"
            | b"br"
            | b"hr"
            | b"wbr"
            | b"img"
            | b"meta"
            | b"link"
            | b"nav"
            | b"aside"
            | b"main"
            | b"article"
            | b"figure"
            | b"figcaption"
            | b"footer"
            | b"address"
            | b"details"
            | b"summary"
            | b"defs"
            | b"html"
            | b"head"
            | b"body"
            | b"base"
            | b"script"
            | b"style"
            | b"noscript"
            | b"form"
            | b"fieldset"
            | b"legend"
            | b"label"
            | b"input"
            | b"button"
            | b"dialog"
            | b"search"
            | b"hgroup"
    ) || name.eq_ignore_ascii_case("!doctype")
        || name.starts_with('?')
}

/// Attributes of the geometry and the look of drawings.
pub(super) fn drawn(key: &str) -> bool {
    matches!(
        key.as_bytes(),
        b"x" | b"y"
            | b"x1"
            | b"x2"
            | b"y1"
            | b"y2"
            | b"cx"
            | b"cy"
            | b"r"
            | b"d"
            | b"width"
            | b"height"
            | b"fill"
            | b"stroke"
            | b"stroke-width"
            | b"stroke-dasharray"
            | b"stroke-linejoin"
            | b"stroke-linecap"
            | b"fill-opacity"
            | b"font-size"
            | b"font-weight"
            | b"font-style"
            | b"letter-spacing"
            | b"text-anchor"
            | b"overflow"
            | b"pointer-events"
            | b"paint-order"
            | b"viewBox"
            | b"transform"
            | b"patternUnits"
            | b"patternTransform"
    )
}

/// Attributes whose value is a word, never a number.
pub(super) fn word(key: &str) -> bool {
    matches!(
        key.as_bytes(),
        b"scope"
            | b"role"
            | b"lang"
            | b"rel"
            | b"type"
            | b"as"
            | b"method"
            | b"autocomplete"
            | b"charset"
            | b"crossorigin"
            | b"blocking"
            | b"hidden"
            | b"open"
            | b"defer"
            | b"async"
            | b"disabled"
            | b"required"
            | b"readonly"
            | b"novalidate"
            | b"inputmode"
            | b"enterkeyhint"
            | b"spellcheck"
            | b"dir"
            | b"loading"
            | b"decoding"
            | b"referrerpolicy"
            | b"translate"
            | b"name"
            | b"aria-hidden"
            | b"aria-current"
            | b"aria-live"
            | b"aria-expanded"
            | b"aria-pressed"
            | b"aria-sort"
            | b"aria-haspopup"
            | b"aria-selected"
            | b"aria-atomic"
            | b"aria-busy"
            | b"aria-modal"
            | b"aria-autocomplete"
            | b"preserveAspectRatio"
            | b"focusable"
            | b"media"
            | b"property"
            | b"http-equiv"
    )
}

/// Attributes that name other parts of the page.
pub(super) fn name_of(key: &str) -> bool {
    matches!(
        key.as_bytes(),
        b"id"
            | b"for"
            | b"headers"
            | b"aria-labelledby"
            | b"aria-describedby"
            | b"aria-controls"
            | b"aria-owns"
            | b"list"
            | b"form"
    )
}

pub(super) fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

/// Whether a class with digits is one of the layout: decimals, widths of columns, ranks of the parts of a packet.
pub(super) fn class(name: &str, classes: &str, packet: bool) -> bool {
    !has_digit(classes)
        || classes.split_ascii_whitespace().filter(|c| has_digit(c)).all(|c| {
            let cut = c.bytes().position(|b| b.is_ascii_digit()).unwrap_or(c.len());
            let (head, rank) = c.split_at(cut);
            let rank: u32 = rank.parse().unwrap_or(u32::MAX);
            match head {
                "d" => rank <= 3 && matches!(name, "td" | "tbody" | "table" | "tr"),
                "p" => (10..=30).contains(&rank) && matches!(name, "td" | "th" | "col"),
                "c-l" => rank <= 9 && name == "col",
                "dense-" => rank <= 9 && name == "article",
                "b" | "q" | "f" => {
                    packet && rank < 100_000 && matches!(name, "tr" | "tbody" | "article" | "li" | "section" | "p")
                }
                _ => false,
            }
        })
}

/// Whether a name of a part of a page says no number: one letter or two and a number is a figure unless it is a rank.
pub(super) fn name(id: &str, packet: bool, codes: &HashSet<String>) -> bool {
    if !has_digit(id) {
        return true;
    }
    let cut = id.bytes().position(|b| b.is_ascii_digit()).unwrap_or(id.len());
    let (head, rest) = id.split_at(cut);
    if rest.bytes().all(|b| b.is_ascii_digit()) {
        let ranked = match head {
            "f" => packet,
            "m-" | "c" | "t-c" | "c-" | "t-c-" | "q-" => {
                rest.len() == 1 || codes.contains(rest) || packet || head == "c" || head == "t-c"
            }
            _ => head.len() > 3,
        };
        return ranked && counted(&id.replace(['-', '_', '.'], " ")).is_none();
    }
    counted(&id.replace(['-', '_', '.'], " ")).is_none()
}

/// Whether a link inside the site has neither a query nor a number for a part.
pub(super) fn link(href: &str, packet: bool, codes: &HashSet<String>) -> bool {
    if href.starts_with("http") || href.starts_with("mailto:") || href.starts_with("tel:") || href.starts_with("data:,")
    {
        return true;
    }
    let (path, part) = href.split_once('#').unwrap_or((href, ""));
    let other = packet || path.contains("seances/");
    !path.contains('?') && (part.is_empty() || name(part, other, codes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_carry_a_number_is_refused() {
        for known in ["td", "data", "svg", "!DOCTYPE"] {
            assert!(element(known));
        }
        for other in [
            "meter", "progress", "option", "output", "time", "TITLE", "stop", "polyline", "image",
        ] {
            assert!(!element(other), "{other}");
        }
        assert!(class("td", "n me d0", false) && class("article", "fiche f1 b2", true));
        assert!(!class("td", "n w7", false) && !class("td", "b7", false) && !class("td", "d7", false));
        let codes = HashSet::from(["99001".to_owned()]);
        assert!(name("e6-t", false, &codes) && name("f12", true, &codes) && name("q-99001", false, &codes));
        assert!(!name("n7", false, &codes) && !name("f7", false, &codes) && !name("a-7-logements", false, &codes));
        assert!(link("../../seances/communes/99001/#f7", false, &codes));
        assert!(!link("#n7", false, &codes) && !link("../?n=7", false, &codes));
    }
}
