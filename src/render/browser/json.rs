//! Small writers of JSON for long lists of numbers.

/// Writes a text with its quotes, escaped; `<` too, so that the text is harmless wherever it is pasted.
pub(super) fn text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '<' => out.push_str("\\u003c"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Writes a list, each item with `write`.
pub(super) fn list<T>(out: &mut String, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut String, T)) {
    out.push('[');
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

/// Writes a whole number.
pub(super) fn integer(out: &mut String, value: i64) {
    use std::fmt::Write as _;
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}

/// Writes `"key":`, after a comma unless the object has just been opened.
pub(super) fn key(out: &mut String, name: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    text(out, name);
    out.push(':');
}

/// Writes `"key":["text",…]`.
pub(super) fn texts<'a>(out: &mut String, name: &str, items: impl IntoIterator<Item = &'a str>) {
    key(out, name);
    list(out, items, text);
}

/// Writes `"key":[1,2,…]`.
pub(super) fn integers(out: &mut String, name: &str, items: impl IntoIterator<Item = i64>) {
    key(out, name);
    list(out, items, integer);
}

/// Degrees per unit of the coordinates served: about a metre.
pub(super) const UNIT: f64 = 1e-5;

/// Converts degrees to whole units.
#[expect(clippy::cast_possible_truncation, reason = "degrees are under 180")]
pub(super) fn units(degrees: f64) -> i64 {
    (degrees / UNIT).round() as i64
}
