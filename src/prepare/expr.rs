//! The small language of conditions and formulas of a recipe: `MODE in (1, 2) and not empty(LOYERPRINC)`.
//!
//! - Enters: a text, then the columns of a table, then rows.
//! - Leaves: a [`Value`] per row; a fault names the text that is not a number.
//! - Stays out: files and totals.

mod parse;

use std::borrow::Cow;

use super::number;

/// A formula before its columns are found.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Number(f64),
    Text(String),
    /// Column by name, before [`Expr::with_columns`].
    Name(String),
    /// Column by position.
    Column(usize),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Both(Operator, Box<(Expr, Expr)>),
    In(Box<Expr>, Vec<Expr>),
    Call(Function, Vec<Expr>),
}

/// Operators of two terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Equal,
    Differs,
    Less,
    AtMost,
    More,
    AtLeast,
    Plus,
    Minus,
    Times,
    Over,
    Join,
}

/// Functions, with their names in the recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    /// `empty(x)`: no value.
    Empty,
    /// `year(date)`.
    Year,
    /// `months(date)`: number of months since year 0, to subtract two dates.
    Months,
    /// `left(text, n)`: first characters.
    Left,
    /// `pad(code, n)`: zeros in front.
    Pad,
    /// `upper(text)`.
    Upper,
    /// `lower(text)`.
    Lower,
    /// `slug(text)`: lower case, no accents, hyphens.
    Slug,
    /// `first(a, b, …)`: the first that has a value.
    First,
    /// `if(condition, a, b)`.
    If,
    /// `address(number, repetition, kind, name)`.
    Address,
}

pub(super) const FUNCTIONS: [(&str, Function); 11] = [
    ("empty", Function::Empty),
    ("year", Function::Year),
    ("months", Function::Months),
    ("left", Function::Left),
    ("pad", Function::Pad),
    ("upper", Function::Upper),
    ("lower", Function::Lower),
    ("slug", Function::Slug),
    ("first", Function::First),
    ("if", Function::If),
    ("address", Function::Address),
];

/// What a formula gives for a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    /// No value.
    Empty,
    Number(f64),
    Text(Cow<'a, str>),
    Truth(bool),
}

/// A text met where a number was needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault(pub(super) String);

type Outcome<T> = std::result::Result<T, Fault>;

impl<'a> Value<'a> {
    /// The number; none without value.
    pub(super) fn number(&self) -> Outcome<Option<f64>> {
        match self {
            Self::Empty => Ok(None),
            Self::Number(number) => Ok(Some(*number)),
            Self::Truth(truth) => Ok(Some(f64::from(u8::from(*truth)))),
            Self::Text(text) => number::number(text).map(Some).ok_or_else(|| Fault(text.to_string())),
        }
    }

    /// The text; empty without value.
    pub(super) fn text(self) -> Cow<'a, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => text,
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Truth(truth) => Cow::Borrowed(if truth { "1" } else { "0" }),
        }
    }

    /// Whether it holds; no value does not.
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Empty => false,
            Self::Number(number) => *number != 0.0,
            Self::Truth(truth) => *truth,
            Self::Text(text) => !text.is_empty(),
        }
    }
}

impl Expr {
    /// Reads a formula.
    ///
    /// # Errors
    /// What could not be read, in French.
    pub(super) fn parse(text: &str) -> std::result::Result<Self, String> {
        parse::parse(text)
    }

    /// Gathers the names it uses.
    pub(super) fn names(&self, out: &mut Vec<String>) {
        match self {
            Self::Name(name) if !out.contains(name) => out.push(name.clone()),
            Self::Not(e) | Self::Negative(e) => e.names(out),
            Self::Both(_, pair) => {
                pair.0.names(out);
                pair.1.names(out);
            }
            Self::In(e, list) => {
                e.names(out);
                list.iter().for_each(|e| e.names(out));
            }
            Self::Call(_, list) => list.iter().for_each(|e| e.names(out)),
            _ => {}
        }
    }

    /// Replaces each name by its rank in `names`; an unknown one never has a value.
    pub(super) fn with_columns(self, names: &[String]) -> Self {
        let all = |list: Vec<Self>| list.into_iter().map(|e| e.with_columns(names)).collect();
        match self {
            Self::Name(n) => Self::Column(names.iter().position(|x| *x == n).unwrap_or(usize::MAX)),
            Self::Not(e) => Self::Not(Box::new(e.with_columns(names))),
            Self::Negative(e) => Self::Negative(Box::new(e.with_columns(names))),
            Self::Both(op, pair) => Self::Both(op, Box::new((pair.0.with_columns(names), pair.1.with_columns(names)))),
            Self::In(e, list) => Self::In(Box::new(e.with_columns(names)), all(list)),
            Self::Call(function, list) => Self::Call(function, all(list)),
            other => other,
        }
    }

    /// Computes the formula on the cells of a row; an empty cell has no value.
    ///
    /// # Errors
    /// The text met where a number was needed.
    pub(super) fn eval<'a>(&'a self, row: &'a csv::StringRecord) -> Outcome<Value<'a>> {
        Ok(match self {
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::Column(i) => match row.get(*i) {
                None | Some("") => Value::Empty,
                Some(text) => Value::Text(Cow::Borrowed(text)),
            },
            Self::Name(name) => return Err(Fault(name.clone())),
            Self::Not(e) => Value::Truth(!e.eval(row)?.truth()),
            Self::Negative(e) => e.eval(row)?.number()?.map_or(Value::Empty, |n| Value::Number(-n)),
            Self::In(e, list) => {
                let value = e.eval(row)?;
                for item in list {
                    if equal(&value, &item.eval(row)?) {
                        return Ok(Value::Truth(true));
                    }
                }
                Value::Truth(false)
            }
            Self::Both(op, pair) => both(*op, &pair.0, &pair.1, row)?,
            Self::Call(function, list) => call(*function, list, row)?,
        })
    }
}

fn equal(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Empty, _) | (_, Value::Empty) => false,
        (Value::Text(a), Value::Text(b)) => a == b,
        (a, b) => matches!((a.number(), b.number()), (Ok(Some(a)), Ok(Some(b))) if a == b),
    }
}

fn both<'a>(op: Operator, a: &'a Expr, b: &'a Expr, row: &'a csv::StringRecord) -> Outcome<Value<'a>> {
    match op {
        Operator::And => return Ok(Value::Truth(a.eval(row)?.truth() && b.eval(row)?.truth())),
        Operator::Or => return Ok(Value::Truth(a.eval(row)?.truth() || b.eval(row)?.truth())),
        _ => {}
    }
    let (a, b) = (a.eval(row)?, b.eval(row)?);
    match op {
        Operator::Join => return Ok(Value::Text(Cow::Owned(format!("{}{}", a.text(), b.text())))),
        Operator::Equal => return Ok(Value::Truth(equal(&a, &b))),
        Operator::Differs => {
            return Ok(Value::Truth(a != Value::Empty && b != Value::Empty && !equal(&a, &b)));
        }
        _ => {}
    }
    let (Some(a), Some(b)) = (a.number()?, b.number()?) else {
        let compares = matches!(
            op,
            Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast
        );
        return Ok(if compares { Value::Truth(false) } else { Value::Empty });
    };
    Ok(match op {
        Operator::Less => Value::Truth(a < b),
        Operator::AtMost => Value::Truth(a <= b),
        Operator::More => Value::Truth(a > b),
        Operator::AtLeast => Value::Truth(a >= b),
        Operator::Plus => Value::Number(a + b),
        Operator::Minus => Value::Number(a - b),
        Operator::Times => Value::Number(a * b),
        Operator::Over if b == 0.0 => Value::Empty,
        _ => Value::Number(a / b),
    })
}

fn call<'a>(function: Function, list: &'a [Expr], row: &'a csv::StringRecord) -> Outcome<Value<'a>> {
    let arg = |i: usize| list.get(i).map_or(Ok(Value::Empty), |e| e.eval(row));
    let text = |i: usize| arg(i).map(Value::text);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of characters, clamped"
    )]
    let size = |i: usize| Ok(arg(i)?.number()?.unwrap_or(0.0).clamp(0.0, 64.0) as usize);
    let some = |text: String| {
        if text.is_empty() {
            Value::Empty
        } else {
            Value::Text(Cow::Owned(text))
        }
    };
    Ok(match function {
        Function::Empty => Value::Truth(arg(0)?.text().trim().is_empty()),
        Function::Year => number::date(&text(0)?).map_or(Value::Empty, |(y, _)| Value::Number(f64::from(y))),
        Function::Months => {
            number::date(&text(0)?).map_or(Value::Empty, |(y, m)| Value::Number(f64::from(y) * 12.0 + f64::from(m)))
        }
        Function::Left => some(text(0)?.chars().take(size(1)?).collect()),
        Function::Pad => {
            let (code, width) = (text(0)?, size(1)?);
            some(number::restored(&code, width).unwrap_or_else(|| code.into_owned()))
        }
        Function::Upper => some(text(0)?.to_uppercase()),
        Function::Lower => some(text(0)?.to_lowercase()),
        Function::Slug => some(crate::format::slug(&text(0)?)),
        Function::First => {
            for item in list {
                let value = item.eval(row)?;
                if value != Value::Empty {
                    return Ok(value);
                }
            }
            Value::Empty
        }
        Function::If => arg(if arg(0)?.truth() { 1 } else { 2 })?,
        Function::Address => some(number::address(&text(0)?, &text(1)?, &text(2)?, &text(3)?)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on<'a>(text: &str, row: &'a [&'a str]) -> String {
        let names = ["MODE", "LOYER", "DATE", "nom d'une voie"];
        let columns: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let expr = Expr::parse(text).map(|e| e.with_columns(&columns));
        let record = csv::StringRecord::from(row.to_vec());
        match expr {
            Err(error) => format!("! {error}"),
            Ok(expr) => match expr.eval(&record) {
                Ok(value) => format!("{value:?}"),
                Err(Fault(text)) => format!("faute {text}"),
            },
        }
    }

    #[test]
    fn conditions_and_sums() {
        let row = ["1", "350,5", "03/2021", "RUE DES LILAS"];
        for (text, want) in [
            ("MODE in (1, 2) and not empty(LOYER)", "Truth(true)"),
            ("MODE = \"1\" et LOYER > 350", "Truth(true)"),
            ("LOYER * 2 + 1", "Number(702.0)"),
            (
                "year(DATE) = 2021 and months(DATE) - months('2020-12') = 3",
                "Truth(true)",
            ),
            ("`nom d'une voie` & ' ' & MODE", "Text(\"RUE DES LILAS 1\")"),
            ("-(1 + 2) * 3", "Number(-9.0)"),
            ("if(MODE = 2, 'a', 'b')", "Text(\"b\")"),
            ("left(DATE, 2)", "Text(\"03\")"),
            ("1 / 0", "Empty"),
            ("LOYR > 1", "Truth(false)"),
            ("DATE + 1", "faute 03/2021"),
        ] {
            assert_eq!(on(text, &row), want, "{text}");
        }
    }

    #[test]
    fn an_empty_cell_is_neither_equal_nor_different() {
        let row = ["", "", "", ""];
        assert_eq!(on("MODE = 1", &row), "Truth(false)");
        assert_eq!(on("MODE != 1", &row), "Truth(false)");
        assert_eq!(on("first(MODE, LOYER, 'x')", &row), "Text(\"x\")");
        assert_eq!(on("MODE + 1", &row), "Empty");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for text in ["MODE in 1", "(MODE", "MODE =", "yaer(DATE)", "MODE $ 1", "'x"] {
            assert!(Expr::parse(text).is_err(), "{text}");
        }
    }
}
