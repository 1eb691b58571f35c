//! A scanner of tags, for HTML, SVG and the XML of workbooks, that copies nothing.
//!
//! It reads as a browser does what the atlas writes: quoted or bare attributes, comments, character references. A page
//! of a whole atlas is read in a fraction of a millisecond, which is why the audit can read all of them.

use std::borrow::Cow;

/// One piece of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// `<name attributes>`; `closed` for `<name/>`.
    Open {
        name: &'a str,
        attributes: &'a str,
        closed: bool,
    },
    /// `</name>`.
    Close(&'a str),
    /// Text between tags, references not decoded.
    Text(&'a str),
    /// What a comment holds.
    Comment(&'a str),
}

/// An element to find whole: the head of its tag, and what finds its end.
#[derive(Debug)]
pub(super) struct Element {
    name: &'static str,
    end: memchr::memmem::Finder<'static>,
}

impl Element {
    /// An element `name` that ends with `end`: `table`, `</table>`.
    pub(super) fn new(name: &'static str, end: &'static str) -> Self {
        let end = memchr::memmem::Finder::new(end);
        Self { name, end }
    }
}

/// Cuts a text into tags, texts and comments.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The element that comes next, whole, when it is one of `elements` and has an end.
    ///
    /// An element of the same name inside it would end it sooner; what is left is then read as what follows.
    pub(super) fn element(&mut self, elements: &[Element]) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let inner = rest.strip_prefix('<')?;
        let element = elements.iter().find(|e| inner.starts_with(e.name))?;
        let end = element.end.find(rest.as_bytes())? + element.end.needle().len();
        self.at += end;
        Some(&rest[..end])
    }

    /// The cell of a sheet that comes next, when it is laid out as the atlas writes it: its tags in one step.
    pub(super) fn cell(&mut self) -> Option<Cell<'a>> {
        let rest = &self.text[self.at..];
        let inner = rest.strip_prefix("<c r=\"")?;
        let (reference, mut inner) = quoted(inner)?;
        let mut kind = "n";
        if let Some(after) = inner.strip_prefix(" s=\"") {
            inner = quoted(after)?.1;
        }
        if let Some(after) = inner.strip_prefix(" t=\"") {
            (kind, inner) = quoted(after)?;
        }
        let (content, after) = if let Some(after) = inner.strip_prefix("/>") {
            (None, after)
        } else {
            let inner = inner.strip_prefix('>')?;
            let (inner, foot) = match inner.strip_prefix("<v>") {
                Some(inner) => (inner, "</v></c>"),
                None => (inner.strip_prefix("<is><t xml:space=\"preserve\">")?, "</t></is></c>"),
            };
            let end = find(b'<', inner.as_bytes())?;
            (Some(&inner[..end]), inner[end..].strip_prefix(foot)?)
        };
        self.at = self.text.len() - after.len();
        Some(Cell {
            reference,
            kind,
            content,
        })
    }
}

/// A cell of a sheet: where it stands, its kind, and what it holds.
pub(super) struct Cell<'a> {
    pub(super) reference: &'a str,
    pub(super) kind: &'a str,
    pub(super) content: Option<&'a str>,
}

/// A short text that a quote ends, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|b| b == b'"')?;
    Some((&text[..end], &text[end + 1..]))
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let Some(inner) = rest.strip_prefix('<') else {
            let end = find(b'<', rest.as_bytes()).unwrap_or(rest.len());
            self.at += end;
            return Some(Piece::Text(&rest[..end]));
        };
        if let Some(comment) = inner.strip_prefix("!--") {
            let end = comment.find("-->").unwrap_or(comment.len());
            self.at += (4 + end + 3).min(rest.len());
            return Some(Piece::Comment(&comment[..end]));
        }
        let end = tag_end(inner);
        self.at += (1 + end + 1).min(rest.len());
        let tag = &inner[..end];
        if let Some(name) = tag.strip_prefix('/') {
            return Some(Piece::Close(name.trim()));
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |t| (t, true));
        let cut = first(tag, |b| b.is_ascii_whitespace());
        Some(Piece::Open {
            name: &tag[..cut],
            attributes: &tag[cut..],
            closed,
        })
    }
}

/// Position of the `>` that ends a tag, those inside quotes left aside.
fn tag_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return at,
            quote @ (b'"' | b'\'') => match find(quote, &bytes[at + 1..]) {
                Some(length) => at += length + 2,
                None => break,
            },
            _ => at += 1,
        }
    }
    text.len()
}

/// Position of a byte: most are near, where looking one by one is quicker than starting a search by blocks.
fn find(byte: u8, bytes: &[u8]) -> Option<usize> {
    const NEAR: usize = 24;
    let near = bytes.len().min(NEAR);
    match bytes[..near].iter().position(|b| *b == byte) {
        Some(i) => Some(i),
        None => memchr::memchr(byte, &bytes[near..]).map(|i| near + i),
    }
}

/// Position of the first byte, an ASCII one, for which `is` holds; the length of the text when there is none.
fn first(text: &str, is: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(is).unwrap_or(text.len())
}

/// Reads the attributes of a tag: name and raw value; empty for an attribute without value.
pub(super) fn attributes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return None;
        }
        let end = first(rest, |b| b == b'=' || b.is_ascii_whitespace());
        let name = &rest[..end];
        rest = rest[end..].trim_ascii_start();
        let Some(after) = rest.strip_prefix('=') else {
            return Some((name, ""));
        };
        let after = after.trim_ascii_start();
        let (value, next) = match after.as_bytes().first() {
            Some(&q @ (b'"' | b'\'')) => {
                let inner = &after[1..];
                let end = find(q, inner.as_bytes()).unwrap_or(inner.len());
                (&inner[..end], inner.get(end + 1..).unwrap_or(""))
            }
            _ => {
                let end = first(after, |b| b.is_ascii_whitespace());
                (&after[..end], &after[end..])
            }
        };
        rest = next;
        Some((name, value))
    })
}

/// Finds an attribute.
pub(super) fn attribute<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    attributes(text).find(|(n, _)| *n == name).map(|(_, v)| v)
}

/// Decodes the character references of a text.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if find(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let reference = rest
            .find(';')
            .filter(|end| *end <= 10)
            .and_then(|end| Some((one(&rest[1..end])?, end)));
        match reference {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn one(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags_texts_and_quotes() {
        let pieces: Vec<_> = Scanner::new("a<b c=\"1>2\" d='x' e=3 f><br/>&amp;<!-- 7 --></b>").collect();
        assert_eq!(pieces[0], Piece::Text("a"));
        let Piece::Open {
            name,
            attributes: text,
            closed,
        } = pieces[1]
        else {
            panic!("a tag")
        };
        assert_eq!((name, closed), ("b", false));
        let all: Vec<_> = attributes(text).collect();
        assert_eq!(all, [("c", "1>2"), ("d", "x"), ("e", "3"), ("f", "")]);
        assert_eq!(pieces[3], Piece::Text("&amp;"));
        assert_eq!(pieces[4], Piece::Comment(" 7 "));
        assert_eq!(pieces[5], Piece::Close("b"));
        assert_eq!(decode("a&amp;b&#x2f;&#233; &c"), "a&b/é &c");
    }

    #[test]
    fn finds_elements_and_cells_whole() {
        let elements = [Element::new("table", "</table>")];
        let mut scanner = Scanner::new("<table a=\"1\"><tr></tr></table>x<table>");
        assert_eq!(scanner.element(&elements), Some("<table a=\"1\"><tr></tr></table>"));
        assert_eq!(scanner.element(&elements), None);
        assert_eq!(scanner.next(), Some(Piece::Text("x")));
        assert_eq!(scanner.element(&elements), None, "without an end");
        let mut scanner =
            Scanner::new("<c r=\"A5\" s=\"1\" t=\"s\"><v>56</v></c><c r=\"L5\" s=\"8\"/><c r=\"B1\"><f>1</f></c>");
        let cell = |scanner: &mut Scanner<'static>| scanner.cell().map(|c| (c.reference, c.kind, c.content));
        assert_eq!(cell(&mut scanner), Some(("A5", "s", Some("56"))));
        assert_eq!(cell(&mut scanner), Some(("L5", "n", None)));
        assert_eq!(cell(&mut scanner), None, "a formula is read tag by tag");
    }
}
