//! A finished fiche as a packet prints it: the same bytes, without what only a screen uses.
//!
//! A packet repeats dozens of fiches. Made once from its page, a fiche takes its place in any packet by a copy: its
//! number is left open where its identifiers need it.

use super::markup;

/// Stands for the number of the fiche in its packet: a private character, which no text of a site holds.
const NUMBER: char = '\u{E000}';
/// Stands for the way to the root of the site.
const ROOT: char = '\u{E001}';

/// Stands for the classes that the packet gives to the fiche.
const CLASSES: char = '\u{E002}';

/// A fiche ready for any packet.
#[derive(Debug)]
pub(crate) struct Paper(Box<str>);

impl Paper {
    /// Takes the fiche out of a finished page or fragment; `address` is that of its page, relative to the root.
    ///
    /// Links of the screen go, its name alone leads to its page; headings go down by one; each identifier and what
    /// refers to it wait for the number of the fiche.
    pub(crate) fn new(html: &str, address: &str) -> Self {
        let from = html.find("<article").unwrap_or(0);
        let to = html.rfind("</article>").map_or(html.len(), |i| i + "</article>".len());
        let html = html.get(from..to).unwrap_or("");
        let own = identifiers(html);
        let mut out = String::with_capacity(html.len());
        let mut rest = html;
        let mut named = false;
        while let Some(i) = rest.find('<') {
            out.push_str(&rest[..i]);
            rest = &rest[i..];
            // A quoted `>` would end a tag too early: texts of attributes are escaped, so there is none.
            let Some(end) = rest.find('>') else { break };
            let tag = &rest[..=end];
            let name = tag[1..].split([' ', '\n', '>']).next().unwrap_or("");
            rest = &rest[end + 1..];
            match name {
                "a" | "/a" => {}
                "ul" if tag.contains("class=\"actions\"") => {
                    rest = rest.find("</ul>").map_or("", |i| &rest[i + "</ul>".len()..]);
                    rest = rest.strip_prefix('\n').unwrap_or(rest);
                }
                "article" => open(&mut out, tag),
                "h1" if !named => {
                    named = true;
                    heading(&mut out, tag, &own);
                    out.push_str("<a href=\"");
                    out.push(ROOT);
                    markup::esc(&mut out, address);
                    out.push_str("\">");
                }
                "/h1" => out.push_str("</a></h2>"),
                "h2" | "h3" | "h4" | "h5" | "/h2" | "/h3" | "/h4" | "/h5" => heading(&mut out, tag, &own),
                _ => attributes(&mut out, tag, &own),
            }
        }
        out.push_str(rest);
        Self(out.into_boxed_str())
    }

    /// Appends the fiche as the `number`th of a packet; `classes` follow its own, each after a space.
    pub(crate) fn write(&self, out: &mut String, number: usize, classes: &str, root: &str) {
        let number = number.to_string();
        let mut rest: &str = &self.0;
        while let Some(i) = rest.find([NUMBER, ROOT, CLASSES]) {
            out.push_str(&rest[..i]);
            out.push_str(match rest[i..].chars().next() {
                Some(NUMBER) => &number,
                Some(ROOT) => root,
                _ => classes,
            });
            rest = &rest[i + NUMBER.len_utf8()..];
        }
        out.push_str(rest);
    }
}

/// Identifier of a fiche in its packet, and class of its printed sides.
pub(crate) fn anchor(number: usize) -> String {
    format!("f{number}")
}

/// Writes a text as a string of a style sheet.
pub(crate) fn css_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Opens the article: its identifier and its class are those of [`anchor`].
fn open(out: &mut String, tag: &str) {
    let class = value(tag, "class").unwrap_or("fiche");
    out.push_str("<article class=\"");
    out.push_str(class);
    out.push_str(" f");
    out.push(NUMBER);
    out.push(CLASSES);
    out.push_str("\" id=\"f");
    out.push(NUMBER);
    out.push_str("\">");
}

/// Appends a heading one level down.
fn heading(out: &mut String, tag: &str, own: &[&str]) {
    let digit = tag.bytes().position(|b| b.is_ascii_digit()).unwrap_or(0);
    let mut lower = String::with_capacity(tag.len());
    lower.push_str(&tag[..digit]);
    lower.push(char::from(tag.as_bytes()[digit] + 1));
    lower.push_str(&tag[digit + 1..]);
    attributes(out, &lower, own);
}

/// Appends a tag; identifiers of the fiche take its number.
fn attributes(out: &mut String, tag: &str, own: &[&str]) {
    const KEYS: [&str; 5] = [
        " id=\"",
        " aria-labelledby=\"",
        " aria-describedby=\"",
        " href=\"#",
        "url(#",
    ];
    if tag.starts_with("<section") {
        // Named, each block of each fiche would be a landmark of the packet: sixty « Parc » that nothing tells apart.
        let plain = without(&without(tag, " aria-labelledby=\""), " aria-label=\"");
        if plain.len() < tag.len() {
            attributes(out, &plain, own);
            return;
        }
    }
    if own.is_empty() || !KEYS.iter().any(|k| tag.contains(k)) {
        out.push_str(tag);
        return;
    }
    let mut rest = tag;
    while let Some((i, key)) = KEYS.iter().filter_map(|k| Some((rest.find(k)?, *k))).min() {
        let start = i + key.len();
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(['"', ')']).unwrap_or(rest.len());
        for (n, id) in rest[..end].split(' ').enumerate() {
            if n > 0 {
                out.push(' ');
            }
            if own.binary_search(&id).is_ok() {
                out.push('f');
                out.push(NUMBER);
                out.push('-');
            }
            out.push_str(id);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
}

/// A tag without an attribute, given as it opens.
fn without(tag: &str, key: &str) -> String {
    match tag
        .split_once(key)
        .and_then(|(before, rest)| Some((before, rest.split_once('"')?.1)))
    {
        Some((before, after)) => format!("{before}{after}"),
        None => tag.to_owned(),
    }
}

/// Identifiers that a fiche declares, sorted.
fn identifiers(html: &str) -> Vec<&str> {
    let mut all: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    all.sort_unstable();
    all
}

fn value<'a>(tag: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {key}=\""))?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(
        "<body><main><article class=\"fiche residence\">\n",
        "<h1 class=\"name\">Les <i>Tanneurs</i></h1>\n",
        "<ul class=\"actions\">\n<li><a href=\"../../x/\">Classeur</a></li>\n</ul>\n",
        "<section id=\"parc\" aria-labelledby=\"t-parc\"><h2 class=\"t\" id=\"t-parc\"><a href=\"../../i/\">Parc</a></h2>",
        "<svg aria-labelledby=\"g-t g-d\"><title id=\"g-t\">a</title><desc id=\"g-d\">b</desc>",
        "<path fill=\"url(#h-s)\"/><use href=\"#m-1\"/></svg></section>\n</article></main>"
    );

    #[test]
    fn a_fiche_takes_its_number_and_leaves_the_screen() {
        let mut out = String::new();
        Paper::new(PAGE, "residences/R-1/").write(&mut out, 12, " b3", "../../../");
        assert_eq!(
            out,
            concat!(
                "<article class=\"fiche residence f12 b3\" id=\"f12\">\n",
                "<h2 class=\"name\"><a href=\"../../../residences/R-1/\">Les <i>Tanneurs</i></a></h2>\n",
                "<section id=\"f12-parc\"><h3 class=\"t\" id=\"f12-t-parc\">Parc</h3>",
                "<svg aria-labelledby=\"f12-g-t f12-g-d\"><title id=\"f12-g-t\">a</title><desc id=\"f12-g-d\">b</desc>",
                "<path fill=\"url(#h-s)\"/><use href=\"#m-1\"/></svg></section>\n</article>"
            )
        );
    }

    #[test]
    fn a_name_cannot_leave_its_string() {
        assert_eq!(css_string("Les \"Tanneurs\" \\ }\n"), r#""Les \"Tanneurs\" \\ } ""#);
    }
}
