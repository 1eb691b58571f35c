//! A block under protection: its groups of vintages, side by side, looked at again as long as something more is hidden.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::balance::balance;
use super::frame::Frame;
use super::population::Population;
use super::related::Related;
use super::{Context, Ran, repair};
use crate::diag::Result;
use crate::model::{Iid, Vintage};
use crate::prepare::figures::All;
use crate::prepare::protect::AllHidden;

/// Times that blocks are looked at again for what others hide.
const ROUNDS: usize = 4;

/// Looks at blocks again: what one hides after another changes what that one's counts say of one another.
pub(super) fn again(
    tasks: &mut [Task<'_>],
    context: &Context<'_>,
    all: &mut All,
    hidden: &mut AllHidden,
) -> Result<Vec<Remarks>> {
    let mut remarks = Vec::new();
    for _ in 0..ROUNDS {
        let before = cells(hidden);
        for task in &mut *tasks {
            remarks.extend(task.each(context, all, hidden, |_, _, _| Ok(BTreeSet::new()))?);
        }
        if cells(hidden) == before {
            return Ok(remarks);
        }
    }
    let line = format!(
        "le secret a été étendu {ROUNDS} fois d’une source à l’autre sans s’arrêter : le contrôle de la construction dira s’il manque un chiffre à masquer"
    );
    remarks.push(Remarks {
        lines: vec![line],
        ..Remarks::default()
    });
    Ok(remarks)
}

/// Number of hidden cells.
pub(super) fn cells(hidden: &AllHidden) -> usize {
    hidden.values().map(|file| file.len()).sum()
}

/// A block under protection.
pub(super) struct Task<'a> {
    pub(super) ran: &'a Ran<'a>,
    pub(super) populations: Vec<Population>,
    pub(super) related: Vec<Related<'a>>,
    /// Its measures, but those whose pattern is found with an earlier block.
    pub(super) own: BTreeSet<Iid>,
    pub(super) groups: Vec<Group>,
}

/// Vintages that are one problem, and what was found of them last.
pub(super) struct Group {
    pub(super) vintages: Vec<(Vintage, Vec<u16>)>,
    done: BTreeMap<Iid, u64>,
    /// Cells hidden in their files when totals, then other measures, were last looked at together.
    looked_at: [Option<usize>; 2],
    /// Cells hidden in their files when they were left; none before.
    left: Option<usize>,
}

impl Group {
    pub(super) const fn new(vintages: Vec<(Vintage, Vec<u16>)>) -> Self {
        Self {
            vintages,
            done: BTreeMap::new(),
            looked_at: [None; 2],
            left: None,
        }
    }
}

impl Task<'_> {
    /// Protects each of its groups of which something changed: `start` first, which gives the measures to be attacked by
    /// themselves, then their values, until nothing more is to be hidden.
    pub(super) fn each(
        &mut self,
        context: &Context<'_>,
        all: &mut All,
        hidden: &mut AllHidden,
        start: impl Fn(&Self, &Group, &mut Share) -> Result<BTreeSet<Iid>> + Sync,
    ) -> Result<Vec<Remarks>> {
        let mut groups = std::mem::take(&mut self.groups);
        // Each group takes its own files with it, and they come back in order: the same cells, whatever the threads.
        let mut shares: Vec<Share> = groups
            .iter()
            .map(|group| Share::take(self.ran, &group.vintages, all, hidden))
            .collect();
        let work = (&mut groups, &mut shares).into_par_iter().with_max_len(1);
        let done: Vec<Result<()>> = work
            .filter(|(group, share)| group.left != Some(cells(&share.hidden)))
            .map(|(group, share)| {
                let alone = start(self, group, share)?;
                self.settle(group, alone, context, share);
                group.left = Some(cells(&share.hidden));
                Ok(())
            })
            .collect();
        self.groups = groups;
        let mut remarks = Vec::new();
        for share in shares {
            all.0.extend(share.all.0);
            hidden.extend(share.hidden);
            remarks.push(share.remarks);
        }
        done.into_iter().collect::<Result<()>>()?;
        Ok(remarks)
    }

    /// Hides what the values give away, and what is hidden with it or for differences, until nothing more is.
    fn settle(&self, group: &mut Group, mut alone: BTreeSet<Iid>, context: &Context<'_>, share: &mut Share) {
        let Share { all, hidden, remarks } = share;
        let measures = self.ran.program.measures.iter().filter(|m| self.own.contains(&m.iid));
        let bases: BTreeSet<usize> = measures.map(|m| m.base).collect();
        let metropole = context.ground.territories.metropole();
        let frame = |base: usize| (base, Frame::new(self.ran, base, &group.vintages, metropole));
        let ground = repair::Ground {
            ran: self.ran,
            frames: bases.into_par_iter().map(frame).collect(),
            families: repair::families(self.ran, context.dictionary),
            populations: &self.populations,
            related: &self.related,
            group: &group.vintages,
            context,
        };
        loop {
            let before = cells(hidden);
            let mut attacked = repair::Attacked {
                alone: &alone,
                together: &self.own,
                done: &mut group.done,
                looked_at: &mut group.looked_at,
            };
            let mut touched = repair::run(&ground, &mut attacked, all, hidden, &mut remarks.lines);
            touched.extend(balance(self.ran, &self.populations, &group.vintages, all, hidden));
            if cells(hidden) == before {
                break;
            }
            touched.retain(|iid| self.own.contains(iid));
            alone = touched;
        }
    }
}

/// What to tell in the report.
#[derive(Default)]
pub(super) struct Remarks {
    pub(super) lines: Vec<String>,
    /// By source, of its last year only: what landlords read of the others.
    pub(super) landlords: BTreeMap<String, (u16, Option<String>)>,
}

/// Files of one group of vintages, while they are protected.
#[derive(Default)]
pub(super) struct Share {
    pub(super) all: All,
    pub(super) hidden: AllHidden,
    pub(super) remarks: Remarks,
}

impl Remarks {
    pub(super) fn extend(&mut self, told: Vec<Self>) {
        for told in told {
            self.lines.extend(told.lines);
            for (source, (year, told)) in told.landlords {
                if self.landlords.get(&source).is_none_or(|known| known.0 < year) {
                    self.landlords.insert(source, (year, told));
                }
            }
        }
    }
}

impl Share {
    pub(super) fn take(ran: &Ran<'_>, group: &[(Vintage, Vec<u16>)], all: &mut All, hidden: &mut AllHidden) -> Self {
        let mut share = Self::default();
        for (vintage, _) in group {
            let file = (ran.block.source.clone(), *vintage);
            share.hidden.extend(hidden.remove_entry(&file));
            share.all.0.extend(all.0.remove_entry(&file));
        }
        share
    }
}
