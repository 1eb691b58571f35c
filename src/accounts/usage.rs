//! What the access logs of the proxy say: the day of last use of each account, and which periods were read.
//!
//! Nothing else of a log is kept. A period no log tells about is unknown: nobody is called inactive in it.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, TimeZone as _, Utc};
use serde_json::Value;

use super::address::Address;
use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::{fs, kit};

/// Longest line of a log; what is longer is torn.
const LONGEST: u64 = 64 * 1024;

/// Periods whose logs were read, apart from each other, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage(Vec<(DateTime<Utc>, DateTime<Utc>)>);

impl Coverage {
    /// Takes periods in any order; those that overlap become one.
    pub fn from_periods(mut periods: Vec<(DateTime<Utc>, DateTime<Utc>)>) -> Self {
        periods.retain(|(from, to)| from <= to);
        periods.sort_unstable();
        let mut joined: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
        for (from, to) in periods {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        Self(joined)
    }

    /// The periods, oldest first.
    pub fn periods(&self) -> &[(DateTime<Utc>, DateTime<Utc>)] {
        &self.0
    }

    /// Adds the periods of a reading. A silence of at most `silence` between what was known and the first of them
    /// is a quiet time, unless it was already known as a gap.
    fn add(&mut self, read: &[(DateTime<Utc>, DateTime<Utc>)], silence: Duration) {
        let mut all = self.0.clone();
        if let Some((from, _)) = read.iter().min() {
            let known = self.0.iter().any(|(start, end)| start <= from && from <= end);
            let before = self.0.iter().filter(|(_, end)| end < from).map(|(_, end)| *end).max();
            if let Some(before) = before
                && !known
                && *from - before <= silence
            {
                all.push((before, *from));
            }
        }
        all.extend_from_slice(read);
        *self = Self::from_periods(all);
    }

    /// Says what is not known between two days: from the morning of `from` to the evening of the day before `to`.
    /// At most `tail` days may lack at the end.
    pub fn gaps(&self, from: NaiveDate, to: NaiveDate, tail: i64) -> Vec<(NaiveDate, NaiveDate)> {
        let mut gaps = Vec::new();
        let mut known_until = from;
        let mut seen = false;
        for (start, end) in &self.0 {
            let (start, end) = (start.date_naive(), end.date_naive());
            if end < from || start > to {
                continue;
            }
            // Two periods of the same day are still apart: something is unknown on that day.
            if start > known_until || (start == known_until && seen) {
                gaps.push((known_until, start));
            }
            seen = true;
            known_until = known_until.max(end);
        }
        if to - known_until > Duration::days(tail) {
            gaps.push((known_until, to));
        }
        gaps
    }
}

/// What a reading of logs found.
#[derive(Debug, Default)]
pub struct Reading {
    /// Last day of use of each login seen with success.
    pub last: BTreeMap<Address, NaiveDate>,
    /// Lines read.
    pub lines: u64,
    /// Lines that could not be read.
    pub torn: u64,
    /// Periods the logs tell about.
    pub periods: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// What the admin should know.
    pub notes: Diagnostics,
}

/// Reads logs, rotated and compressed ones too, in any order.
///
/// A silence longer than `silence`, or a file missing in a numbered or dated sequence, ends a period.
///
/// # Errors
/// A file that cannot be opened.
pub fn read(logs: &[PathBuf], silence: Duration, coverage: &mut Coverage) -> Result<Reading> {
    let mut reading = Reading::default();
    let mut files = Vec::new();
    for path in logs {
        if let Some(span) = read_file(path, silence, &mut reading)? {
            files.push((path.clone(), span));
        }
    }
    files.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    let missing = missing_before(&files.iter().map(|(path, _)| path.as_path()).collect::<Vec<_>>());
    for ((path, spans), gap) in files.iter().zip(missing) {
        if gap {
            reading.notes.push(
                Diagnostic::warning("il manque un journal entre celui-ci et le précédent")
                    .at(path)
                    .hint("la période qu’il couvrait restera inconnue"),
            );
        }
        for (index, (from, to)) in spans.iter().enumerate() {
            match reading.periods.last_mut() {
                Some(last) if *from <= last.1 || (index == 0 && !gap && *from - last.1 <= silence) => {
                    last.1 = last.1.max(*to);
                }
                _ => reading.periods.push((*from, *to)),
            }
        }
    }
    coverage.add(&reading.periods, silence);
    Ok(reading)
}

type Spans = Vec<(DateTime<Utc>, DateTime<Utc>)>;

fn read_file(path: &Path, silence: Duration, reading: &mut Reading) -> Result<Option<Spans>> {
    let mut stream = fs::stream(path)?;
    let mut spans: Spans = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = std::io::Read::take(&mut stream, LONGEST).read_until(b'\n', &mut line);
        match read {
            Ok(0) => break,
            Ok(_) => {}
            Err(_) => {
                reading
                    .notes
                    .push(Diagnostic::warning("journal abîmé, lu jusqu’à la coupure").at(path));
                break;
            }
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if text.is_empty() {
            continue;
        }
        reading.lines += 1;
        let Some(hit) = hit(text) else {
            reading.torn += 1;
            continue;
        };
        let now = hit.time.with_timezone(&Utc);
        match spans.last_mut() {
            // Requests end in another order than they begin: a line may be a little late.
            Some((from, to)) if now >= *from - Duration::hours(1) && now - *to <= silence => {
                *from = (*from).min(now);
                *to = (*to).max(now);
            }
            _ => spans.push((now, now)),
        }
        if let Some(user) = hit.user
            && matches!(hit.status, 200 | 206 | 304)
            && !kit::public::is_public(hit.path.as_deref().unwrap_or_default())
            && let Ok(address) = Address::exact(&user)
        {
            let day = hit.time.date_naive();
            let last = reading.last.entry(address).or_insert(day);
            *last = (*last).max(day);
        }
    }
    spans.sort_unstable();
    Ok((!spans.is_empty()).then_some(spans))
}

/// One request of a log.
#[derive(Debug, PartialEq)]
struct Hit {
    time: DateTime<FixedOffset>,
    user: Option<String>,
    status: u64,
    path: Option<String>,
}

/// Reads a line: JSON of the nginx kit, JSON of Caddy, or nginx's usual "combined" format.
fn hit(line: &str) -> Option<Hit> {
    if !line.starts_with('{') && !line.contains("{\"") {
        return combined(line);
    }
    // When two writes collide, the whole line may stand at the end of a torn one.
    std::iter::once(0)
        .chain(line.match_indices("{\"").map(|(i, _)| i).filter(|i| *i > 0))
        .find_map(|start| json(&serde_json::from_str(line.get(start..)?).ok()?))
}

fn json(value: &Value) -> Option<Hit> {
    let field = |names: &[&str]| names.iter().find_map(|n| value.get(n));
    let time = field(&[
        "time",
        "time_iso8601",
        "ts",
        "@timestamp",
        "timestamp",
        "msec",
        "time_local",
    ])?;
    let status = field(&["status"])?;
    let path = field(&["path", "uri", "request_uri"]).or_else(|| value.get("request")?.get("uri"));
    let user = field(&["user", "remote_user", "user_id"]).and_then(Value::as_str);
    Some(Hit {
        time: moment(time)?,
        user: user.filter(|u| !u.is_empty() && *u != "-").map(str::to_owned),
        status: status.as_u64().or_else(|| status.as_str()?.parse().ok())?,
        path: path.and_then(Value::as_str).map(str::to_owned),
    })
}

fn moment(value: &Value) -> Option<DateTime<FixedOffset>> {
    if let Some(text) = value.as_str() {
        return DateTime::parse_from_rfc3339(text)
            .ok()
            .or_else(|| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").ok())
            .or_else(|| DateTime::parse_from_str(text, "%d/%b/%Y:%H:%M:%S %z").ok())
            .or_else(|| epoch(text.parse().ok()?));
    }
    epoch(value.as_f64()?)
}

fn epoch(seconds: f64) -> Option<DateTime<FixedOffset>> {
    // From 2001 to 2286: milliseconds or anything else is not a time.
    if !(1e9..1e10).contains(&seconds) {
        return None;
    }
    Some(Utc.timestamp_opt(seconds as i64, 0).single()?.fixed_offset())
}

/// `192.0.2.1 - user [01/Mar/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 …`
fn combined(line: &str) -> Option<Hit> {
    let (head, rest) = line.split_once(" [")?;
    let (time, rest) = rest.split_once("] \"")?;
    let (request, rest) = rest.split_once("\" ")?;
    let user = head.splitn(3, ' ').nth(2)?;
    Some(Hit {
        time: DateTime::parse_from_str(time, "%d/%b/%Y:%H:%M:%S %z").ok()?,
        user: (user != "-" && !user.is_empty()).then(|| user.to_owned()),
        status: rest.split(' ').next()?.parse().ok()?,
        path: request.split(' ').nth(1).map(str::to_owned),
    })
}

/// Tells, for each file from the oldest, whether one is missing before it in a numbered (`.2.gz`) or dated
/// (`-20260301.gz`) sequence.
fn missing_before(files: &[&Path]) -> Vec<bool> {
    let ranks: Vec<Option<(String, Rank)>> = files.iter().map(|p| rank(p)).collect();
    let mut steps: Vec<i64> = ranks
        .windows(2)
        .filter_map(|pair| match (&pair[0], &pair[1]) {
            (Some((a, Rank::Day(x))), Some((b, Rank::Day(y)))) if a == b => Some((*y - *x).num_days()),
            _ => None,
        })
        .collect();
    steps.sort_unstable();
    let usual = steps.get(steps.len() / 2).copied().unwrap_or(i64::MAX);
    let mut missing = vec![false; files.len()];
    for (index, pair) in ranks.windows(2).enumerate() {
        missing[index + 1] = match (&pair[0], &pair[1]) {
            (Some((a, Rank::Number(older))), Some((b, Rank::Number(newer)))) if a == b => *older > newer + 1,
            (Some((a, Rank::Day(older))), Some((b, Rank::Day(newer)))) if a == b => {
                (*newer - *older).num_days() * 2 > usual.saturating_mul(3)
            }
            _ => false,
        };
    }
    missing
}

enum Rank {
    /// 0 for the live file, then 1, 2… into the past.
    Number(u32),
    /// Day of rotation.
    Day(NaiveDate),
}

fn rank(path: &Path) -> Option<(String, Rank)> {
    let name = path.to_str()?;
    let name = name.strip_suffix(".gz").unwrap_or(name);
    if let Some((base, number)) = name.rsplit_once('.')
        && let Ok(number) = number.parse()
    {
        return Some((base.to_owned(), Rank::Number(number)));
    }
    if let Some((base, day)) = name.rsplit_once('-')
        && let Ok(day) = NaiveDate::parse_from_str(day.get(..8)?, "%Y%m%d")
    {
        return Some((base.to_owned(), Rank::Day(day)));
    }
    Some((name.to_owned(), Rank::Number(0)))
}

#[cfg(test)]
mod tests;
