//! Decimal numbers as written in a table, kept exact: `12`, `-0.5`, `1e+05`.

/// `digits × 10^-scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) digits: i64,
    pub(super) scale: u32,
}

/// Decimals kept; what follows is the noise of binary fractions (`0.30000000000000004`).
const KEPT: u32 = 6;

impl Decimal {
    /// Reads a number; `None` when it is not one, or does not fit.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((m, e)) => (m, e.strip_prefix('+').unwrap_or(e).parse::<i32>().ok()?),
            None => (text, 0),
        };
        // Nothing that a table counts is so large, or so small.
        if exponent.unsigned_abs() > 40 {
            return None;
        }
        let (sign, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (-1i128, rest),
            None => (1, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + part.len() == 0 || !all_digits(whole) || !all_digits(part) || whole.len() + part.len() > 30 {
            return None;
        }
        let mut digits: i128 = format!("{whole}{part}").parse().ok()?;
        let mut scale = i32::try_from(part.len()).ok()? - exponent;
        while scale < 0 {
            digits = digits.checked_mul(10)?;
            scale += 1;
        }
        while scale > i32::try_from(KEPT).ok()? {
            digits = (digits + 5) / 10;
            scale -= 1;
        }
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Some(Self {
            digits: i64::try_from(sign * digits).ok()?,
            scale: u32::try_from(scale).ok()?,
        })
    }

    /// The number times `10^scale`.
    pub(super) fn at(self, scale: u32) -> Option<i64> {
        10i64
            .checked_pow(scale.checked_sub(self.scale)?)?
            .checked_mul(self.digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_tables_hold() {
        let read = |text: &str| Decimal::parse(text).map(|d| (d.digits, d.scale));
        assert_eq!(read("12"), Some((12, 0)));
        assert_eq!(read("-0.50"), Some((-5, 1)));
        assert_eq!(read("1e+05"), Some((100_000, 0)));
        assert_eq!(read("2.5E-1"), Some((25, 2)));
        assert_eq!(read("0.30000000000000004"), Some((3, 1)));
        assert_eq!((read("1e-2000000000"), read("1e2000000000")), (None, None));
        assert_eq!((read("NA"), read(""), read("1,5")), (None, None, None));
    }
}
