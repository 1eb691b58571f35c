//! Text → formula: a tokenizer and a precedence climb.

use super::{Expr, FUNCTIONS, Operator};
use crate::diag::nearest;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Text(String),
    Word(String),
    /// Column between backquotes: never a keyword.
    Quoted(String),
    Sign(&'static str),
}

const SIGNS: [&str; 14] = ["!=", "<>", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "&", "(", ")"];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        if matches!(c, '"' | '\'' | '`') {
            let Some(end) = rest[1..].find(c) else {
                return Err(format!("le texte ouvert par {c} n’est pas fermé"));
            };
            let inside = rest[1..=end].to_owned();
            out.push(if c == '`' {
                Token::Quoted(inside)
            } else {
                Token::Text(inside)
            });
            rest = rest[end + 2..].trim_start();
        } else if c.is_ascii_digit() {
            let end = rest
                .find(|c: char| !(c.is_ascii_digit() || c == '.'))
                .unwrap_or(rest.len());
            let number = rest[..end]
                .parse()
                .map_err(|_| format!("nombre « {} » illisible", &rest[..end]))?;
            out.push(Token::Number(number));
            rest = rest[end..].trim_start();
        } else if c.is_alphabetic() || c == '_' || c == '@' {
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '@')))
                .unwrap_or(rest.len());
            out.push(Token::Word(rest[..end].to_owned()));
            rest = rest[end..].trim_start();
        } else if c == ',' {
            out.push(Token::Sign(","));
            rest = rest[1..].trim_start();
        } else if let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s)) {
            out.push(Token::Sign(sign));
            rest = rest[sign.len()..].trim_start();
        } else {
            return Err(format!("signe « {c} » inattendu"));
        }
    }
    Ok(out)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
    };
    let expr = parser.climb(0)?;
    match parser.peek() {
        None => Ok(expr),
        Some(token) => Err(format!("{} inattendu après une formule complète", show(token))),
    }
}

fn show(token: &Token) -> String {
    match token {
        Token::Number(n) => format!("« {n} »"),
        Token::Text(t) | Token::Word(t) | Token::Quoted(t) => format!("« {t} »"),
        Token::Sign(s) => format!("« {s} »"),
    }
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(s)) if *s == sign);
        self.at += usize::from(found);
        found
    }

    fn word(&self, words: [&str; 2]) -> bool {
        matches!(self.peek(), Some(Token::Word(w)) if words.iter().any(|k| w.eq_ignore_ascii_case(k)))
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        if self.word(["or", "ou"]) {
            return Some((Operator::Or, 1));
        }
        if self.word(["and", "et"]) {
            return Some((Operator::And, 2));
        }
        let Some(Token::Sign(sign)) = self.peek() else {
            return None;
        };
        Some(match *sign {
            "=" => (Operator::Equal, 4),
            "!=" | "<>" => (Operator::Differs, 4),
            "<" => (Operator::Less, 4),
            "<=" => (Operator::AtMost, 4),
            ">" => (Operator::More, 4),
            ">=" => (Operator::AtLeast, 4),
            "&" => (Operator::Join, 5),
            "+" => (Operator::Plus, 6),
            "-" => (Operator::Minus, 6),
            "*" => (Operator::Times, 7),
            "/" => (Operator::Over, 7),
            _ => return None,
        })
    }

    fn climb(&mut self, least: u8) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > 64 {
            return Err("formule trop imbriquée (64 niveaux au plus)".to_owned());
        }
        let mut left = if self.word(["not", "non"]) {
            self.at += 1;
            Expr::Not(Box::new(self.climb(3)?))
        } else {
            self.term()?
        };
        loop {
            if least <= 4 && self.word(["in", "dans"]) {
                self.at += 1;
                if !self.take("(") {
                    return Err("« ( » attendu après « in »".to_owned());
                }
                left = Expr::In(Box::new(left), self.list()?);
                continue;
            }
            match self.operator() {
                Some((operator, rank)) if rank > least => {
                    self.at += 1;
                    let right = self.climb(rank)?;
                    left = Expr::Both(operator, Box::new((left, right)));
                }
                _ => break,
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn list(&mut self) -> Result<Vec<Expr>, String> {
        let mut list = Vec::new();
        if self.take(")") {
            return Ok(list);
        }
        loop {
            list.push(self.climb(0)?);
            if self.take(")") {
                return Ok(list);
            }
            if !self.take(",") {
                return Err("« , » ou « ) » attendu dans une liste".to_owned());
            }
        }
    }

    fn term(&mut self) -> Result<Expr, String> {
        let Some(token) = self.tokens.get(self.at).cloned() else {
            return Err("la formule s’arrête trop tôt".to_owned());
        };
        self.at += 1;
        Ok(match token {
            Token::Number(number) => Expr::Number(number),
            Token::Text(text) => Expr::Text(text),
            Token::Quoted(name) => Expr::Name(name),
            Token::Sign("-") => Expr::Negative(Box::new(self.climb(7)?)),
            Token::Sign("(") => {
                let inside = self.climb(0)?;
                if !self.take(")") {
                    return Err("« ) » attendu".to_owned());
                }
                inside
            }
            Token::Sign(sign) => return Err(format!("« {sign} » inattendu")),
            Token::Word(name) if self.take("(") => {
                let Some((_, function)) = FUNCTIONS.iter().find(|(n, _)| name.eq_ignore_ascii_case(n)) else {
                    let known = FUNCTIONS.iter().map(|(n, _)| *n);
                    let near = nearest(&name, known)
                        .map(|n| format!(" ; vouliez-vous dire « {n} » ?"))
                        .unwrap_or_default();
                    return Err(format!("fonction inconnue « {name} »{near}"));
                };
                Expr::Call(*function, self.list()?)
            }
            Token::Word(name) => Expr::Name(name),
        })
    }
}
