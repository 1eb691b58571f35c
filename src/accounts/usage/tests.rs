use std::io::Write as _;

use super::*;
use crate::accounts::register::{Account, State};
use crate::accounts::review::{self, Use};
use crate::accounts::tests::{Folder, register_with};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn write(path: &Path, lines: &[String]) {
    let text = lines.concat();
    let bytes = if path.extension().is_some_and(|e| e == "gz") {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(text.as_bytes()).expect("memory");
        gz.finish().expect("memory")
    } else {
        text.into_bytes()
    };
    crate::fs::write(path, &bytes).expect("a test folder");
}

fn line(day: NaiveDate, hour: u32, user: &str, status: u16, path: &str) -> String {
    format!(
        "{{\"time\":\"{day}T{hour:02}:15:00+01:00\",\"ip\":\"192.0.2.7\",\"user\":\"{user}\",\"method\":\"GET\",\"status\":{status},\"path\":\"{path}\"}}\n"
    )
}

#[test]
fn reads_every_form_and_counts_only_what_proves_a_use() {
    let folder = Folder::new("usage-forms");
    let log = folder.path("atlas.json");
    let d = day("2026-03-02");
    write(
        &log,
        &[
            line(d, 8, "a@o.example", 200, "/communes/"),
            line(d, 9, "b@o.example", 401, "/communes/"),
            line(d, 9, "c@o.example", 200, "/connexion/"),
            line(d, 9, "d@o.example", 404, "/rien"),
            line(d, 9, "", 200, "/robots.txt"),
            "{\"level\":\"info\",\"ts\":1772442000.5,\"request\":{\"remote_ip\":\"::1\",\"uri\":\"/\",\"headers\":{\"Accept\":[\"*/*\"]}},\"user_id\":\"e@o.example\",\"status\":304}\n".to_owned(),
            "192.0.2.9 - f@o.example [02/Mar/2026:11:00:00 +0100] \"GET /carte/ HTTP/1.1\" 200 512 \"-\" \"-\"\n".to_owned(),
            "{\"time\":\"2026-03-02T12:00:00+01:00\",\"user\":\"x@o.exam".to_owned() + &line(d, 12, "g@o.example", 206, "/a.xlsx"),
            "\0\0\0\0\n".to_owned(),
            "{\"time\":\"2026-03-02T12:0\n".to_owned(),
        ],
    );
    let mut coverage = Coverage::default();
    let reading = read(&[log], Duration::days(4), &mut coverage).expect("a log");
    let found: Vec<&str> = reading.last.keys().map(Address::as_str).collect();
    assert_eq!(found, ["a@o.example", "e@o.example", "f@o.example", "g@o.example"]);
    assert_eq!((reading.lines, reading.torn), (9, 1));
    assert_eq!(coverage.periods().len(), 1);
}

/// Small linear generator: the simulation is the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Five years, 120 people of every rhythm, weekly files, half of them compressed, torn lines, three weeks of 2028 lost.
#[test]
fn five_years_give_exactly_the_dormant() {
    let folder = Folder::new("usage-five-years");
    let (start, end) = (day("2026-01-01"), day("2031-01-01"));
    let mut register = register_with(&folder, "o");
    let mut dice = Dice(59);
    let mut last_use: BTreeMap<String, Vec<NaiveDate>> = BTreeMap::new();
    let people: Vec<(String, NaiveDate, NaiveDate, u64)> = (0..120)
        .map(|i| {
            let from = start + Duration::days(dice.below(1600) as i64);
            let until = if i % 3 == 0 {
                end
            } else {
                from + Duration::days(dice.below(900) as i64)
            };
            (
                format!("p{i}.martin@o.example"),
                from,
                until.min(end),
                [2, 9, 30, 200, 9999][i % 5],
            )
        })
        .collect();
    let mut files: Vec<Vec<String>> = Vec::new();
    let lost = |week: usize| (115..118).contains(&week);
    let mut now = start;
    while now < end {
        let week = (now - start).num_days() as usize / 7;
        if files.len() <= week {
            files.push(Vec::new());
        }
        files[week].push(line(now, 3, "", 200, "/robots.txt"));
        for (login, from, until, rhythm) in &people {
            if now >= *from && now < *until && dice.below(*rhythm) == 0 {
                files[week].push(line(now, 9, login, 200, "/metropole/"));
                if !lost(week) {
                    last_use.entry(login.clone()).or_default().push(now);
                }
            } else if now >= *until && dice.below(50) == 0 {
                // A closed browser that tries again proves nothing.
                files[week].push(line(now, 10, login, 401, "/metropole/"));
            }
        }
        if dice.below(10) == 0 {
            files[week].push("{\"time\":\"2031-".to_owned() + "\n");
        }
        now += Duration::days(1);
    }
    let count = files.len();
    let mut paths = Vec::new();
    for (week, lines) in files.iter().enumerate().filter(|(week, _)| !lost(*week)) {
        let number = count - 1 - week;
        let name = match number {
            0 => "atlas.json".to_owned(),
            n if n % 2 == 0 => format!("atlas.json.{n}"),
            n => format!("atlas.json.{n}.gz"),
        };
        let path = folder.path(&name);
        write(&path, lines);
        paths.push(path);
    }
    for (login, from, ..) in &people {
        let address = Address::parse(login).expect("an address");
        let account = Account {
            address: address.clone(),
            last_name: "Martin".into(),
            first_name: login.split('.').next().unwrap_or_default().into(),
            function: String::new(),
            partner: "o".into(),
            requested: None,
            created: *from,
            renewed: None,
            last_use: None,
            state: State::Active,
            since: *from,
            exception: None,
        };
        register.accounts.insert(address, account);
    }
    // Read as the admin does: what was there at the end of each quarter, then everything.
    let mut coverage = Coverage::default();
    for part in [&paths[100..140], &paths[..120], &paths[..]] {
        let reading = read(part, Duration::days(4), &mut coverage).expect("logs");
        for (address, day) in reading.last {
            let account = register.accounts.get_mut(&address).expect("a known login");
            account.last_use = account.last_use.max(Some(day));
        }
    }
    register.coverage = coverage;
    assert_eq!(
        register.coverage.periods().len(),
        2,
        "{:?}",
        register.coverage.periods()
    );

    let lost_from = start + Duration::days(7 * 115);
    let lost_to = start + Duration::days(7 * 118);
    for today in [
        "2027-06-15",
        "2028-03-20",
        "2028-12-01",
        "2029-03-20",
        "2029-04-20",
        "2031-01-01",
    ]
    .map(day)
    {
        let year_ago = crate::accounts::dates::a_year_before(today);
        let gap = year_ago < lost_to && lost_from < today;
        let mut dormant = 0;
        for (login, from, ..) in &people {
            let account = register
                .accounts
                .get(&Address::parse(login).expect("an address"))
                .expect("known")
                .clone();
            let seen = last_use
                .get(login)
                .and_then(|days| days.iter().filter(|d| **d < today).max())
                .copied();
            // What the register would hold had it been read on that day.
            let account = Account {
                last_use: seen,
                ..account
            };
            if *from > today {
                continue;
            }
            let idle = seen.max(Some(*from)).is_some_and(|d| d <= year_ago);
            let found = review::usage(&register, &account, today);
            match (idle, gap) {
                (false, _) => assert_eq!(found, Use::Recent, "{login} {today}"),
                (true, true) => assert!(matches!(found, Use::Unknown(_)), "{login} {today} {found:?}"),
                (true, false) => {
                    dormant += 1;
                    assert!(matches!(found, Use::Dormant(_)), "{login} {today} {found:?}");
                }
            }
        }
        assert!(
            gap || dormant > 0,
            "{today}: a simulation without anyone dormant proves nothing"
        );
    }
}

#[test]
fn a_lost_file_is_seen_by_its_number_and_by_its_date() {
    let seen = |names: &[&str]| missing_before(&names.iter().map(Path::new).collect::<Vec<_>>());
    assert_eq!(seen(&["a.json.3.gz", "a.json.1", "a.json"]), [false, true, false]);
    assert_eq!(
        seen(&["a-20260301.gz", "a-20260308.gz", "a-20260322.gz", "a-20260329", "a"]),
        [false, false, true, false, false]
    );
}

#[test]
fn a_known_gap_stays_one() {
    let at = |h: i64| Utc.timestamp_opt(1_770_000_000 + h * 3600, 0).single().expect("a time");
    let mut coverage = Coverage::default();
    coverage.add(&[(at(0), at(24)), (at(48), at(72))], Duration::days(4));
    coverage.add(&[(at(48), at(80))], Duration::days(4));
    assert_eq!(coverage.periods(), [(at(0), at(24)), (at(48), at(80))]);
    coverage.add(&[(at(90), at(99))], Duration::days(4));
    assert_eq!(coverage.periods(), [(at(0), at(24)), (at(48), at(99))]);
    coverage.add(&[(at(999), at(1000))], Duration::days(4));
    assert_eq!(coverage.periods().len(), 3);
}
