//! Drawings held against the figures beside them: a length, a place or a size is that of a published figure.
//!
//! - Enters: the marks of a page's drawings, as they stand in its bytes, and the figures of the tables they belong to.
//! - Leaves: what is drawn otherwise than its figure, in words.
//! - Stays out: outlines and places of territories, which are public, and the keys of maps.

use super::facts::Said;
use super::order::Row;

/// Half of the last digit of a length in per cent, and a little.
const SLACK: f64 = 0.056;
/// The same for a length taken between two rounded places.
const SLACK_2: f64 = 0.12;
/// Widths of the scales that a table does not give: percents of a goal, metres of a walk.
const SCALES: [f64; 2] = [100.0, 1200.0];
/// Mark of 500 m on the scale of a walk.
const RING: f64 = 41.7;

/// What the open drawing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// None, or one of which nothing is known.
    #[default]
    Other,
    /// Mark of a row.
    Mark,
    /// Columns of the energy labels, above their table.
    Columns,
    /// Stacked bars, before their table.
    Stack,
    /// Lines over vintages, before their table.
    Lines,
    /// Map.
    Map,
    /// Key or shared definitions: the same everywhere.
    Key,
}

impl Kind {
    /// Reads the class of a drawing; none for a drawing that the atlas does not know.
    pub(super) fn of(class: &str) -> Option<Self> {
        Some(match class {
            "m" | "m gauge" => Self::Mark,
            "k" | "defs" => Self::Key,
            "map" => Self::Map,
            "chart columns" => Self::Columns,
            "chart stack" => Self::Stack,
            "chart sm" => Self::Lines,
            _ => return None,
        })
    }
}

/// Numbers of the geometry of one shape; a per cent loses its sign.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shape<'a> {
    pub(super) x: &'a str,
    pub(super) y: &'a str,
    pub(super) width: &'a str,
    pub(super) height: &'a str,
    pub(super) x1: &'a str,
    pub(super) x2: &'a str,
    pub(super) y1: &'a str,
    pub(super) cx: &'a str,
    pub(super) cy: &'a str,
    pub(super) r: &'a str,
    pub(super) d: &'a str,
    pub(super) fill: &'a str,
    pub(super) stroke: &'a str,
}

impl Shape<'_> {
    /// Whether anything of it is given.
    pub(super) fn is_any(&self) -> bool {
        let places = self.x.len() | self.y.len() | self.width.len() | self.height.len() | self.x1.len() | self.x2.len();
        places
            | self.y1.len()
            | self.cx.len()
            | self.cy.len()
            | self.r.len()
            | self.d.len()
            | self.fill.len()
            | self.stroke.len()
            > 0
    }
}

/// A number, or a per cent.
fn number(text: &str) -> Option<f64> {
    text.strip_suffix('%').unwrap_or(text).parse().ok()
}

fn percent(text: &str) -> Option<f64> {
    text.strip_suffix('%')?.parse().ok()
}

/// Place of a value on a scale, in per cent.
fn share(value: f64, top: f64) -> f64 {
    if top > 0.0 {
        (value / top * 100.0).clamp(0.0, 100.0)
    } else {
        0.0
    }
}

/// Marks of one row: its bar, the signs of its references, and what else has a place in per cent.
#[derive(Debug, Default)]
pub(super) struct Marks {
    bar: Option<f64>,
    signs: [Option<f64>; 2],
    others: Vec<f64>,
}

impl Marks {
    pub(super) fn any(&self) -> bool {
        self.bar.is_some() || self.signs.iter().any(Option::is_some) || !self.others.is_empty()
    }

    fn take(&mut self, name: &str, href: &str, shape: &Shape<'_>) {
        match name {
            "rect" if shape.fill.is_empty() => self.bar = percent(shape.width).or(Some(f64::NAN)),
            "use" => match href {
                "#m-1" => self.signs[0] = percent(shape.x).or(Some(f64::NAN)),
                "#m-2" => self.signs[1] = percent(shape.x).or(Some(f64::NAN)),
                _ => self.others.extend(percent(shape.x)),
            },
            "line" if shape.x1 == shape.x2 && percent(shape.x1).is_some_and(|x| (x - RING).abs() < SLACK) => {}
            _ => {
                let places = [shape.x, shape.width, shape.x1, shape.x2, shape.cx];
                self.others.extend(places.into_iter().filter_map(percent));
            }
        }
    }
}

/// Numbers published in a row.
fn numbers<'r>(row: &'r Row<'_>) -> impl Iterator<Item = f64> + 'r {
    let cells = row.cells.iter().filter_map(|c| match c.1 {
        Said::Number(v) => Some(v),
        _ => None,
    });
    cells.chain(row.goals.iter().copied())
}

/// Figure of a row at a place among its cells.
fn at(row: &Row<'_>, rank: usize) -> Option<f64> {
    match row.cells.get(rank)?.1 {
        Said::Number(v) => Some(v),
        _ => None,
    }
}

/// Finds a row whose marks are not where its figures put them; gives its label.
pub(super) fn unlike_marks(table: &[Row<'_>]) -> Option<String> {
    if !table.iter().any(|r| r.marks.any()) {
        return None;
    }
    // One scale for the whole table, or one for each row.
    let sides = |row: &Row<'_>| {
        let own = row.own?;
        Some([at(row, own), at(row, own + 1), at(row, own + 2)])
    };
    let most = |values: &[Option<f64>]| values.iter().flatten().copied().fold(0.0, f64::max);
    let top = table.iter().filter_map(sides).map(|s| most(&s)).fold(0.0, f64::max);
    let wrong = |row: &&Row<'_>| {
        let sides = sides(row);
        let near =
            |place: f64, value: Option<f64>, top: f64| value.is_some_and(|v| (share(v, top) - place).abs() < SLACK);
        let fits = |top: f64| {
            let sides = sides.unwrap_or_default();
            row.marks.bar.is_none_or(|p| near(p, sides[0], top))
                && row.marks.signs[0].is_none_or(|p| near(p, sides[1], top) || near(p, sides[2], top))
                && row.marks.signs[1].is_none_or(|p| near(p, sides[2], top))
        };
        let own = sides.map_or(0.0, |s| most(&s) * 1.12);
        let other = |p: &f64| {
            let known = |v: f64| SCALES.iter().any(|top| (share(v, *top) - p).abs() < SLACK);
            (p - 100.0).abs() < SLACK || numbers(row).any(known)
        };
        let drawn = row.marks.bar.is_some() || row.marks.signs.iter().any(Option::is_some);
        drawn && !(fits(top) || fits(own)) || !row.marks.others.iter().all(other)
    };
    table.iter().find(wrong).map(|r| r.label.trim().to_owned())
}

/// Marks of a page's drawings that wait for their figures.
#[derive(Debug, Default)]
pub(super) struct Drawings<'a> {
    pub(super) kind: Kind,
    /// Middle in per cent, and height of a column, or place of a tick.
    columns: Vec<(f64, f64, bool)>,
    /// Bars of a stack: which one, width in per cent, and value when it says it.
    stack: Vec<(usize, f64, Option<f64>)>,
    /// Bars of references that wait for their table.
    waiting: Vec<Vec<f64>>,
    /// Radius and value of each circle of a map.
    circles: Vec<(f64, f64)>,
    /// Class and value of each zone of a map.
    classes: Vec<(u32, f64)>,
    /// Lines of charts: rank of the chart, colour, and points.
    lines: Vec<Line<'a>>,
    chart: u32,
    pen: &'a str,
    /// Published numbers of the rows of series.
    series: Vec<Vec<f64>>,
    /// Numbers written in charts.
    labels: Vec<f64>,
}

#[derive(Debug)]
struct Line<'a> {
    chart: u32,
    colour: &'a str,
    drawn: bool,
    points: Vec<(f64, f64)>,
}

impl<'a> Drawings<'a> {
    /// A drawing opens.
    pub(super) fn open(&mut self, kind: Kind) {
        self.kind = kind;
        self.circles.clear();
        self.classes.clear();
        self.stack.clear();
        self.pen = "";
        self.chart += u32::from(kind == Kind::Lines);
    }

    /// Whether something waits for a table.
    pub(super) fn waits(&self) -> bool {
        !self.waiting.is_empty() || !self.lines.is_empty()
    }

    /// A group of shapes opens.
    pub(super) fn group(&mut self, shape: &Shape<'a>) {
        self.pen = if shape.stroke.is_empty() {
            shape.fill
        } else {
            shape.stroke
        };
    }

    /// A shape; `value` is the published figure it says it stands for. Gives what is wrong with it alone.
    pub(super) fn shape(
        &mut self,
        name: &str,
        href: &str,
        shape: &Shape<'a>,
        value: Option<f64>,
        row: Option<&mut Row<'_>>,
    ) -> Option<&'static str> {
        match self.kind {
            Kind::Mark => {
                let Some(row) = row else {
                    return Some("une marque hors d’un tableau");
                };
                row.marks.take(name, href, shape);
            }
            Kind::Columns => match name {
                "rect" => {
                    let (Some(x), Some(w), Some(h)) =
                        (number(shape.x).or(Some(0.0)), number(shape.width), number(shape.height))
                    else {
                        return Some("une colonne sans taille");
                    };
                    self.columns.push((x + w / 2.0, h, false));
                }
                // The ground line goes from side to side.
                "line" if !(shape.x1.is_empty() && shape.x2 == "100%") => {
                    let (Some(a), Some(b), Some(y)) =
                        (number(shape.x1).or(Some(0.0)), number(shape.x2), number(shape.y1))
                    else {
                        return Some("un trait sans place");
                    };
                    self.columns.push((f64::midpoint(a, b), y, true));
                }
                "line" | "svg" => {}
                "circle" if shape.cx.is_empty() => {}
                _ => return Some("une forme inattendue dans un graphique"),
            },
            Kind::Stack => {
                if name != "rect" {
                    return Some("une forme inattendue dans un graphique");
                }
                // A bar filled with the pattern of a state stands for no figure.
                if shape.fill.starts_with("url(") {
                    return (shape.width != "100%").then_some("une barre masquée a une longueur");
                }
                let (Some(y), Some(width)) = (number(shape.y), percent(shape.width)) else {
                    return Some("une barre sans longueur");
                };
                let bar = if y < 40.0 {
                    0
                } else if y < 70.0 {
                    1
                } else {
                    2
                };
                self.stack.push((bar, width, value));
            }
            Kind::Lines => match name {
                "path" if self.pen.is_empty() => {
                    let straight = |c: char| c.is_ascii_digit() || matches!(c, 'M' | 'h' | 'v' | 'z' | ' ' | '.' | '-');
                    if !shape.d.chars().all(straight) {
                        return Some("une ligne sans figure");
                    }
                }
                "path" => match path(shape.d) {
                    Some(points) => self.line(points, true),
                    None => return Some("une ligne illisible"),
                },
                // The sign of a state stands in a frame of its own.
                "circle" if shape.cx.is_empty() => {}
                "circle" => {
                    let (Some(x), Some(y)) = (number(shape.cx), number(shape.cy)) else {
                        return Some("un point sans place");
                    };
                    self.line(vec![(x, y)], false);
                }
                "svg" => {}
                _ => return Some("une forme inattendue dans un graphique"),
            },
            // A circle that has its own colour is the place itself, always of one size.
            Kind::Map if name == "circle" => {
                if let (Some(r), Some(v), true) = (number(shape.r), value, shape.fill.is_empty()) {
                    self.circles.push((r, v));
                }
            }
            _ => {}
        }
        None
    }

    /// A number written in a chart; false where a drawing may not hold one.
    pub(super) fn label(&mut self, value: f64) -> bool {
        let lines = self.kind == Kind::Lines;
        if lines {
            self.labels.push(value);
        }
        lines
    }

    /// Class of a zone, and its value.
    pub(super) fn class(&mut self, class: u32, value: f64) {
        self.classes.push((class, value));
    }

    fn line(&mut self, points: Vec<(f64, f64)>, drawn: bool) {
        let known = self
            .lines
            .iter_mut()
            .find(|l| l.chart == self.chart && l.colour == self.pen);
        if let Some(line) = known {
            line.drawn |= drawn;
            line.points.extend(points);
        } else {
            self.lines.push(Line {
                chart: self.chart,
                colour: self.pen,
                drawn,
                points,
            });
        }
    }

    /// The drawing closes: what is wrong with it, by its own figures.
    pub(super) fn close(&mut self) -> Option<&'static str> {
        let kind = std::mem::take(&mut self.kind);
        match kind {
            Kind::Stack => self.close_stack(),
            Kind::Map => {
                if !alike(&mut self.circles) {
                    return Some("un cercle n’a pas la taille de son chiffre");
                }
                (!ordered(&mut self.classes)).then_some("une zone n’a pas la classe de son chiffre")
            }
            _ => None,
        }
    }

    fn close_stack(&mut self) -> Option<&'static str> {
        let own: Vec<(f64, f64)> = self
            .stack
            .iter()
            .filter(|s| s.0 == 0)
            .map(|s| (s.1, s.2.unwrap_or(f64::NAN)))
            .collect();
        for bar in 1..3 {
            let widths: Vec<f64> = self.stack.iter().filter(|s| s.0 == bar).map(|s| s.1).collect();
            if !widths.is_empty() {
                self.waiting.push(widths);
            }
        }
        let values: Vec<f64> = own.iter().map(|o| o.1).collect();
        let widths: Vec<f64> = own.iter().map(|o| o.0).collect();
        (!own.is_empty() && !shared(&widths, &values)).then_some("une barre n’a pas la longueur de son chiffre")
    }

    /// A table closes: the drawings that wait for it are held against its rows.
    pub(super) fn table(&mut self, table: &[Row<'_>], series: bool) -> Option<String> {
        let mut wrong = unlike_marks(table)
            .map(|label| format!("dans la ligne « {label} », une marque n’est pas à la place de son chiffre"));
        if !self.columns.is_empty() {
            let columns = std::mem::take(&mut self.columns);
            if !stands(&columns, table) {
                wrong = Some("une colonne n’a pas la hauteur de son chiffre".to_owned());
            }
        }
        if !self.waiting.is_empty() {
            let bars = std::mem::take(&mut self.waiting);
            if !bars.iter().all(|widths| stacked(widths, table)) {
                wrong = Some("une barre de référence n’a pas la longueur de son chiffre".to_owned());
            }
        }
        if series && !self.lines.is_empty() {
            self.series.extend(
                table
                    .iter()
                    .map(|r| numbers(r).collect())
                    .filter(|v: &Vec<f64>| !v.is_empty()),
            );
        }
        wrong
    }

    /// The page ends: lines and labels are held against the series of the page.
    pub(super) fn end(&mut self) -> Option<&'static str> {
        if !self.waiting.is_empty() {
            return Some("une barre de référence n’a pas de tableau");
        }
        let known = |label: &f64| self.series.iter().flatten().any(|v| (v - label).abs() < 1e-9);
        if !self.labels.iter().all(known) {
            return Some("un nombre d’un graphique n’est pas dans le tableau de ses valeurs");
        }
        for chart in 1..=self.chart {
            let mut drawn: Vec<Vec<(f64, f64)>> = Vec::new();
            for line in self.lines.iter_mut().filter(|l| l.chart == chart) {
                line.points
                    .sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)));
                line.points
                    .dedup_by(|a, b| (a.0 - b.0).abs() < SLACK_2 && (a.1 - b.1).abs() < SLACK_2);
                drawn.push(line.points.clone());
            }
            if !drawn.is_empty() && !lines_fit(&drawn, &self.series) {
                return Some("une ligne n’est pas celle des valeurs de son tableau");
            }
        }
        None
    }
}

/// Whether widths share a whole as values do, those of nothing left out.
fn shared(widths: &[f64], values: &[f64]) -> bool {
    let sum: f64 = values.iter().sum();
    let drawn: Vec<f64> = values.iter().copied().filter(|v| *v > 0.0).collect();
    let fits = |whole: f64| {
        drawn.len() == widths.len()
            && drawn
                .iter()
                .zip(widths)
                .all(|(v, w)| (v / whole * 100.0 - w).abs() < SLACK_2)
    };
    // The last bar stops where the whole ends.
    fits(sum) || sum < 97.0 && fits(100.0)
}

/// Whether a bar of a reference is that of a group of rows of its table.
fn stacked(widths: &[f64], table: &[Row<'_>]) -> bool {
    table.split(|r| r.cells.is_empty()).any(|group| {
        [1, 2].into_iter().any(|side| {
            let values: Option<Vec<f64>> = group.iter().map(|r| at(r, r.own? + side)).collect();
            values.is_some_and(|values| shared(widths, &values))
        })
    })
}

/// Whether columns and ticks have the heights of the first rows of their table.
fn stands(columns: &[(f64, f64, bool)], table: &[Row<'_>]) -> bool {
    const HEIGHT: f64 = 73.0;
    const GROUND: f64 = 76.0;
    let mut rows = table.iter().filter(|r| !r.cells.is_empty());
    let (own, reference) = (rows.next(), rows.next());
    let Some(own) = own else { return false };
    let most = own
        .cells
        .iter()
        .chain(reference.into_iter().flat_map(|r| &r.cells))
        .filter_map(|c| if let Said::Number(v) = c.1 { Some(v) } else { None })
        .fold(0.0, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a handful of columns")]
    let count = own.cells.len() as f64;
    columns.iter().all(|(middle, place, tick)| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank of column"
        )]
        let rank = (middle / 100.0 * count).max(0.0) as usize;
        let row = if *tick { reference } else { Some(own) };
        let Some(value) = row.and_then(|r| at(r, rank)) else {
            return false;
        };
        let height = if most > 0.0 { value / most * HEIGHT } else { 0.0 };
        let wish = if *tick { GROUND - height } else { height };
        (wish - place).abs() < SLACK_2
    })
}

/// Whether circles have areas in proportion to their values, but for the smallest and the largest, which are bounded.
fn alike(circles: &mut [(f64, f64)]) -> bool {
    const LEAST: f64 = 1.2;
    let most = circles.iter().map(|c| c.0).fold(0.0, f64::max);
    let (mut lo, mut up) = (0.0_f64, f64::INFINITY);
    for (r, v) in circles {
        if *v <= 0.0 {
            if (*r - LEAST).abs() > SLACK {
                return false;
            }
            continue;
        }
        let root = v.sqrt();
        if *r > LEAST + SLACK {
            lo = lo.max((*r - SLACK) / root);
        }
        if *r < most {
            up = up.min((*r + SLACK) / root);
        }
    }
    lo <= up
}

/// Whether the classes follow the values.
fn ordered(classes: &mut [(u32, f64)]) -> bool {
    classes.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)));
    let up = classes.windows(2).all(|w| w[0].0 == w[1].0 || w[0].1 <= w[1].1);
    up || {
        classes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.total_cmp(&b.1)));
        classes.windows(2).all(|w| w[0].0 == w[1].0 || w[0].1 <= w[1].1)
    }
}

/// Points of a path of straight lines: `M8 91.1l73.3 6.1`; none for any other path.
fn path(d: &str) -> Option<Vec<(f64, f64)>> {
    let bytes = d.as_bytes();
    let (mut at, mut command) = (0, b' ');
    let (mut x, mut y) = (0.0, 0.0);
    let mut out = Vec::new();
    let next = |at: &mut usize| -> Option<f64> {
        while matches!(bytes.get(*at), Some(b' ' | b',')) {
            *at += 1;
        }
        let start = *at;
        let mut dot = false;
        while let Some(&b) = bytes.get(*at) {
            let first = *at == start;
            if b.is_ascii_digit() || first && b == b'-' || b == b'.' && !dot {
                dot |= b == b'.';
                *at += 1;
            } else {
                break;
            }
        }
        d[start..*at].parse().ok()
    };
    while let Some(&b) = bytes.get(at) {
        if b == b' ' {
            at += 1;
            continue;
        }
        if b.is_ascii_alphabetic() {
            command = b;
            at += 1;
        }
        match command {
            b'M' | b'L' => (x, y) = (next(&mut at)?, next(&mut at)?),
            b'm' | b'l' => {
                let (dx, dy) = (next(&mut at)?, next(&mut at)?);
                (x, y) = (x + dx, y + dy);
            }
            b'h' => x += next(&mut at)?,
            b'H' => x = next(&mut at)?,
            b'v' => y += next(&mut at)?,
            b'V' => y = next(&mut at)?,
            _ => return None,
        }
        out.push((x, y));
    }
    Some(out)
}

/// Whether the lines of a chart are rows of series, all on one scale.
fn lines_fit(lines: &[Vec<(f64, f64)>], rows: &[Vec<f64>]) -> bool {
    const NEAR: f64 = 0.16;
    // The longest range tells the scale best.
    let Some(first) = lines.iter().max_by(|a, b| height(a).total_cmp(&height(b))) else {
        return true;
    };
    rows.iter().filter(|r| r.len() == first.len()).any(|row| {
        let rank = |is: fn(&f64, &f64) -> bool| {
            (1..row.len()).fold(0, |best, i| if is(&row[i], &row[best]) { i } else { best })
        };
        let (low, high) = (rank(f64::lt), rank(f64::gt));
        let range = row[high] - row[low];
        if range <= 0.0 {
            return first.iter().all(|p| (p.1 - first[0].1).abs() < NEAR);
        }
        let slope = (first[high].1 - first[low].1) / range;
        // Higher values are higher on the page.
        let place = |v: f64| first[low].1 + slope * (v - row[low]);
        let near =
            |p: &(f64, f64), v: f64| (place(v) - p.1).abs() < NEAR * (1.0 + 2.0 * ((v - row[low]) / range).abs());
        slope < 0.0
            && first.iter().zip(row).all(|(p, v)| near(p, *v))
            && lines.iter().all(|line| {
                rows.iter()
                    .any(|row| row.len() == line.len() && line.iter().zip(row).all(|(p, v)| near(p, *v)))
            })
    })
}

fn height(points: &[(f64, f64)]) -> f64 {
    let range = |f: fn(f64, f64) -> f64, start| points.iter().map(|p| p.1).fold(start, f);
    range(f64::max, f64::NEG_INFINITY) - range(f64::min, f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn row(values: [f64; 3], bar: f64, signs: [f64; 2]) -> Row<'static> {
        Row {
            cells: values.map(|v| (Cow::Borrowed("a:b:c:1"), Said::Number(v), 0)).to_vec(),
            own: Some(0),
            marks: Marks {
                bar: Some(bar),
                signs: signs.map(Some),
                others: Vec::new(),
            },
            ..Row::default()
        }
    }

    #[test]
    fn marks_have_one_scale_for_a_table_or_one_for_a_row() {
        let whole = [
            row([30.0, 20.0, 10.0], 60.0, [40.0, 20.0]),
            row([50.0, 25.0, 5.0], 100.0, [50.0, 10.0]),
        ];
        assert_eq!(unlike_marks(&whole), None);
        let each = [row([30.0, 20.0, 10.0], 89.3, [59.5, 29.8])];
        assert_eq!(unlike_marks(&each), None);
        let longer = [
            row([30.0, 20.0, 10.0], 62.0, [40.0, 20.0]),
            row([50.0, 25.0, 5.0], 100.0, [50.0, 10.0]),
        ];
        assert!(unlike_marks(&longer).is_some());
    }

    #[test]
    fn circles_grow_with_their_values() {
        assert!(alike(&mut [(7.0, 40.0), (4.7, 18.0), (4.5, 17.0), (1.2, 1.0)]));
        assert!(!alike(&mut [(7.0, 40.0), (4.7, 40.0), (4.5, 17.0)]));
    }

    #[test]
    fn classes_follow_values() {
        assert!(ordered(&mut [(1, 2.0), (3, 9.0), (2, 5.0), (1, 4.0)]));
        assert!(!ordered(&mut [(1, 2.0), (3, 4.0), (2, 5.0)]));
    }

    #[test]
    fn lines_are_rows_on_one_scale() {
        let points = path("M8 91.1l73.3 6.1 73.4-60.4 73.3 12.1").expect("a path of lines");
        assert_eq!(points.len(), 4);
        let rows = [vec![416.0, 415.0, 425.0, 423.0]];
        assert!(lines_fit(std::slice::from_ref(&points), &rows));
        assert!(!lines_fit(&[points[..3].to_vec()], &rows));
        let mut other = points;
        other[2].1 += 3.0;
        assert!(!lines_fit(&[other], &rows));
    }

    #[test]
    fn stacks_share_a_whole() {
        assert!(shared(
            &[32.7, 18.8, 25.7, 20.8, 2.0],
            &[33.0, 19.0, 26.0, 21.0, 0.0, 2.0]
        ));
        assert!(!shared(
            &[35.7, 18.8, 25.7, 20.8, 2.0],
            &[33.0, 19.0, 26.0, 21.0, 0.0, 2.0]
        ));
    }
}
