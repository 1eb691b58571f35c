//! Hidden cells that are safe at sight: a reader cannot rule out that atoms share otherwise what they hold.
//!
//! Atoms that the same published cells count are of one class. From the true values on, one of them may hold more and
//! another as much less: all that is published stays true. A hidden cell that such exchanges carry as far as the rule asks
//! is not known too well, whatever else is published; only the other ones are attacked.

use foldhash::{HashMap, HashMapExt as _};

use super::{Rule, Table};
use crate::disclosure::attack::Classes;

/// The classes of the atoms of a pattern, with what each holds.
pub(super) struct Swaps<'a> {
    table: &'a Table,
    rule: &'a Rule,
    class: Vec<u32>,
    /// Number of atoms of each class.
    count: Vec<u32>,
    /// What the atoms of each class hold, layer by layer.
    held: Vec<i64>,
    /// Atoms that changed class, each with the one it left.
    log: Vec<(u32, u32)>,
    /// The class that takes the atoms of another which a cell counts so many times.
    fresh: HashMap<(u32, i64), u32>,
}

/// What was published at some time; see [`Swaps::undo`].
pub(super) struct Mark {
    classes: usize,
}

impl<'a> Swaps<'a> {
    /// None where the values of atoms are not known, or where what is said elsewhere of hidden cells counts too.
    ///
    /// `classes` are those of the published cells.
    pub(super) fn new(table: &'a Table, classes: &Classes, rule: &'a Rule) -> Option<Self> {
        if rule.together || table.inner.len() != table.layers.len() {
            return None;
        }
        let layers = table.layers.len();
        let mut held = vec![0; classes.sizes.len() * layers];
        for (layer, values) in table.inner.iter().enumerate() {
            for (class, value) in classes.of.iter().zip(values) {
                held[*class as usize * layers + layer] += value;
            }
        }
        Some(Self {
            table,
            rule,
            class: classes.of.clone(),
            count: classes.sizes.clone(),
            held,
            log: Vec::new(),
            fresh: HashMap::new(),
        })
    }

    /// Publishes a cell: the atoms that it counts are told from those that it does not.
    pub(super) fn publish(&mut self, cell: u32) {
        let table = self.table;
        let mut fresh = std::mem::take(&mut self.fresh);
        for (atom, c) in &table.cells[cell as usize].terms {
            let old = self.class[*atom as usize];
            let new = *fresh.entry((old, *c)).or_insert_with(|| {
                self.count.push(0);
                self.held.resize(self.held.len() + table.layers.len(), 0);
                u32::try_from(self.count.len() - 1).unwrap_or(u32::MAX)
            });
            self.shift(*atom, new);
            self.log.push((*atom, old));
        }
        fresh.clear();
        self.fresh = fresh;
    }

    fn shift(&mut self, atom: u32, to: u32) {
        let layers = self.table.layers.len();
        let from = std::mem::replace(&mut self.class[atom as usize], to) as usize;
        let to = to as usize;
        self.count[from] -= 1;
        self.count[to] += 1;
        for (layer, values) in self.table.inner.iter().enumerate() {
            let value = values[atom as usize];
            self.held[from * layers + layer] -= value;
            self.held[to * layers + layer] += value;
        }
    }

    /// What is published now.
    pub(super) fn mark(&mut self) -> Mark {
        self.log.clear();
        Mark {
            classes: self.count.len(),
        }
    }

    /// Takes back what was published since the last mark.
    pub(super) fn undo(&mut self, mark: &Mark) {
        while let Some((atom, old)) = self.log.pop() {
            self.shift(atom, old);
        }
        self.count.truncate(mark.classes);
        self.held.truncate(mark.classes * self.table.layers.len());
    }

    /// Tells whether exchanges alone keep a hidden cell from being known too well, on all layers.
    pub(super) fn is_safe(&self, cell: u32) -> bool {
        let terms = &self.table.cells[cell as usize].terms;
        if terms.iter().any(|(_, c)| *c != 1) {
            return false;
        }
        // The classes that the cell takes some atoms of, not all: what they hold may enter it or leave it.
        let mut atoms: Vec<(u32, u32)> = terms.iter().map(|(a, _)| (self.class[*a as usize], *a)).collect();
        atoms.sort_unstable();
        let own = atoms.chunk_by(|a, b| a.0 == b.0);
        let open: Vec<&[(u32, u32)]> = own
            .filter(|own| own.len() < self.count[own[0].0 as usize] as usize)
            .collect();
        if open.is_empty() {
            return false;
        }
        let layers = self.table.layers.len();
        let reach = |layer: usize| -> (i64, i64) {
            let inside = |own: &&[(u32, u32)]| -> i64 {
                let values = &self.table.inner[layer];
                own.iter().map(|(_, atom)| values[*atom as usize]).sum()
            };
            open.iter().fold((0, 0), |(down, up), own| {
                let (inside, all) = (inside(own), self.held[own[0].0 as usize * layers + layer]);
                (down + inside, up + all - inside)
            })
        };
        let wide = (0..layers).all(|layer| {
            let (down, up) = reach(layer);
            up >= self.rule.above && down + up >= self.rule.min_width
        });
        wide && self.table.total(cell).is_none_or(|total| {
            let parts = (0..self.table.parts.min(layers)).map(|layer| {
                let (down, up) = reach(layer);
                let value = self.table.layers[layer][cell as usize];
                (value - down, value + up)
            });
            self.is_open(&parts.collect::<Vec<_>>(), total)
        })
    }

    /// Tells whether a total and the reach of its other parts leave each of them as wide as the rule asks.
    fn is_open(&self, parts: &[(i64, i64)], total: i64) -> bool {
        let (least, most) = parts
            .iter()
            .fold((0, 0), |(least, most), (lo, up)| (least + lo, most + up));
        parts.iter().all(|(lo, up)| {
            let (others_least, others_most) = (least - lo, most - up);
            (*up).min(total - others_least) - (*lo).max(total - others_most) >= self.rule.min_width
        })
    }
}
