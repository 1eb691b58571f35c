//! The line of a record of separated values, exact whatever ends the lines.
//!
//! The reader of separated values places a record before what is left of the line above it (the LF of a CR LF) and
//! before the empty lines in between: a file saved under Windows, or with empty lines, would be told one line too high.

use super::{Diagnostic, foreign};

/// Tells the lines of the records of a text, read in order.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    bytes: &'t [u8],
    at: usize,
    line: usize,
}

impl<'t> Lines<'t> {
    /// Starts at the first line of `text`, the one that the reader was given.
    pub fn new(text: &'t str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// Line on which the record at `position` starts, from 1; positions come in the order of the text.
    pub fn of(&mut self, position: Option<&csv::Position>) -> usize {
        let byte = position.map_or(self.at, |p| usize::try_from(p.byte()).unwrap_or(usize::MAX));
        let mut start = byte.min(self.bytes.len());
        while self.bytes.get(start).is_some_and(|b| matches!(b, b'\r' | b'\n')) {
            start += 1;
        }
        if start > self.at {
            self.line += self.bytes[self.at..start].iter().filter(|b| **b == b'\n').count();
            self.at = start;
        }
        self.line
    }

    /// Tells a fault of the reader with its exact line.
    pub fn fault(&mut self, error: &csv::Error) -> Diagnostic {
        let told = foreign::csv(error);
        match error.position() {
            Some(position) => told.line(self.of(Some(position))),
            None => told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let mut lines = Lines::new(text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let records = reader.records().map(|r| r.expect("a record"));
        records.map(|r| lines.of(r.position())).collect()
    }

    #[test]
    fn a_record_has_the_line_an_editor_shows() {
        for end in ["\n", "\r\n"] {
            let text = ["a,b", "1,2", "", "", "\"3", "4\",5", "6,7", ""].join(end);
            assert_eq!(lines(&text), [1, 2, 5, 7], "{end:?}");
        }
    }

    #[test]
    fn a_record_too_short_is_told_where_it_is() {
        let text = "a,b\r\n1,2\r\n\r\n3\r\n";
        let mut lines = Lines::new(text);
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let error = reader
            .records()
            .find_map(std::result::Result::err)
            .expect("one cell missing");
        assert_eq!(lines.fault(&error).line, Some(4));
    }
}
