"""Random tables against an independent exact solver.

    random_tables.py [--tables N] [--seed S]

Hierarchies, linked hierarchies and arbitrary sums over whole numbers that are never negative, many of them zero or small,
are written in the layout of the published cases. For each hidden cell the bounds that `atlas audit-table` gives are
compared with those of HiGHS, a solver of integer programmes that shares nothing with ours; then the primary cells alone
are given to `--protect`, whose answer HiGHS attacks in turn. On small tables every suppression is tried, and the loss of
ours is compared with the least one.
"""

import argparse
import collections
import itertools
import json
import random
import statistics

import highspy
import numpy

from common import WORK, Report, atlas, write_table

options = argparse.ArgumentParser()
options.add_argument("--tables", type=int, default=240)
options.add_argument("--seed", type=int, default=1)
options = options.parse_args()
HOME = WORK / "random"
WIDTH = 2  # narrower than that, an interval discloses
TRIED = 11  # cells at most for trying every suppression
report = Report()


class Table:
    """Atoms, and cells that are sums of them: `sums[c]` is a list of (atom, coefficient)."""

    def __init__(self, atoms, sums, threshold):
        self.atoms = atoms
        self.sums = sums
        self.values = [sum(k * atoms[a] for a, k in s) for s in sums]
        self.primary = {c for c, v in enumerate(self.values) if 0 < v <= threshold}

    def write(self, folder, hidden):
        cells = [[c + 1, f"c{c + 1}", v, int(c in self.primary), int(c in hidden)] for c, v in enumerate(self.values)]
        x = [[a + 1, c + 1, k] for c, s in enumerate(self.sums) for a, k in s]
        write_table(folder, range(1, len(self.atoms) + 1), cells, x)
        return folder


class Attacker:
    """What the cells outside `hidden` let a reader say of the others."""

    def __init__(self, table, hidden):
        self.highs = highs = highspy.Highs()
        highs.silent()
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", 0.5)
        n = len(table.atoms)
        self.n, self.table = n, table
        for _ in range(n):
            highs.addVar(0.0, highspy.kHighsInf)
        for c, (s, v) in enumerate(zip(table.sums, table.values)):
            if c not in hidden:
                highs.addRow(v, v, len(s), numpy.array([a for a, _ in s], dtype=numpy.int32), numpy.array([float(k) for _, k in s]))

    def best(self, cell, sense):
        """The least or largest whole value of a cell; none when nothing bounds it."""
        highs = self.highs
        costs = numpy.zeros(self.n)
        for a, k in self.table.sums[cell]:
            costs[a] = k
        index = numpy.arange(self.n, dtype=numpy.int32)
        highs.changeColsCost(self.n, index, costs)
        highs.changeObjectiveSense(sense)
        for kind in (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger):
            highs.changeColsIntegrality(self.n, index, numpy.array([kind] * self.n))
            highs.run()
            status = highs.getModelStatus()
            if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
                return None
            if status != highspy.HighsModelStatus.kOptimal:
                raise RuntimeError(f"the solver says {status}")
        return round(highs.getInfo().objective_function_value)

    def bounds(self, cell):
        return self.best(cell, highspy.ObjSense.kMinimize), self.best(cell, highspy.ObjSense.kMaximize)

    def discloses(self, cells):
        """A cell that is known too well: to less than `WIDTH`, or to be no more than it is."""
        for cell in cells:
            low, up = self.bounds(cell)
            if up is not None and (up - low < WIDTH or up < self.table.values[cell] + 1):
                return cell
        return None


def count(rng):
    return rng.choice([0, 0, 0, 1, 2, 3, 5, 8, 12, 20, 35, 60])


def hierarchy(rng, leaves, width):
    """Sets of leaves: the leaves themselves, groups of them, groups of groups, all."""
    sets = [[leaf] for leaf in leaves]
    level = [[leaf] for leaf in leaves]
    while len(level) > 1:
        rng.shuffle(level)
        grouped = []
        while level:
            taken = [level.pop() for _ in range(min(len(level), rng.randint(2, width)))]
            grouped.append(sorted(itertools.chain(*taken)))
        sets += [s for s in grouped if s not in sets]
        level = grouped
    return sets


def crossed(rng, small):
    """One hierarchy by categories, with all margins."""
    places, categories = (rng.randint(3, 4), rng.randint(1, 2)) if small else (rng.randint(4, 9), rng.randint(1, 4))
    atoms = [count(rng) for _ in range(places * categories)]
    sets = hierarchy(rng, list(range(places)), 3 if small else 4)
    columns = [[k] for k in range(categories)] + ([list(range(categories))] if categories > 1 else [])
    return atoms, [[(p * categories + k, 1) for p in s for k in column] for s in sets for column in columns]


def linked(rng, small):
    """The same atoms in two hierarchies, as IRIS and QPV."""
    n = rng.randint(4, 6) if small else rng.randint(6, 16)
    atoms = [count(rng) for _ in range(n)]
    sets = []
    for _ in range(2):
        sets += [s for s in hierarchy(rng, list(range(n)), 4) if s not in sets and (len(s) > 1 or rng.random() < 0.5)]
    return atoms, [[(a, 1) for a in s] for s in sets]


def arbitrary(rng, small):
    """Sums of any atoms, some of them counted several times."""
    n = rng.randint(3, 5) if small else rng.randint(5, 12)
    atoms = [count(rng) for _ in range(n)]
    sums = [[(a, 1)] for a in range(n) if rng.random() < 0.8]
    for _ in range(rng.randint(2, 4) if small else rng.randint(3, 9)):
        taken = rng.sample(range(n), rng.randint(2, n))
        sums.append([(a, rng.choice([1, 1, 1, 1, 2, 3])) for a in sorted(taken)])
    return atoms, sums


def audited(folder, name, *more):
    run = atlas("audit-table", folder, *more, timeout=120)
    if not report.expect(run.returncode == 0, name, f"exit code {run.returncode}: {run.stderr.strip()}"):
        return None
    return json.loads(run.stdout)


def compare(table, hidden, name):
    out = audited(table.write(HOME / "table", hidden), name)
    if out is None:
        return
    attacker, unsafe = Attacker(table, hidden), False
    for cell in out["cells"]:
        low, up = attacker.bounds(cell["cell"] - 1)
        report.count("bounds", 2)
        same = (cell["lo"], cell["up"]) == (low, up)
        report.expect(same, name, f"cell {cell['cell']}: [{cell['lo']}, {cell['up']}], [{low}, {up}] by the solver")
        report.expect(cell["exact"] == (low == up), name, f"cell {cell['cell']}: exact is {cell['exact']}, [{low}, {up}]")
        unsafe |= up is not None and up - low < WIDTH
    report.expect(out["verdict"] == ("unsafe" if unsafe else "safe"), name, f"verdict {out['verdict']}")
    report.count(out["verdict"])


def protect(table, name):
    out = audited(table.write(HOME / "table", table.primary), name, "--protect")
    if out is None:
        return None
    hidden = {c - 1 for c in out["suppressed"]}
    report.expect(table.primary <= hidden, name, "a primary cell is shown")
    exposed = {c["cell"] - 1 if isinstance(c, dict) else c - 1 for c in out.get("exposed", [])}
    told = Attacker(table, hidden).discloses(sorted(hidden - exposed))
    report.expect(told is None, name, f"after --protect, cell {told} is known")
    report.count("protections")
    if exposed:
        report.count("exposed", len(exposed))
        # Nothing could help: with every cell hidden it is known all the same.
        everything = Attacker(table, set(range(len(table.sums))))
        for cell in exposed:
            report.expect(everything.discloses([cell]) == cell, name, f"cell {cell} is told exposed, and could be protected")
        return None
    return sum(max(1, table.values[c]) for c in hidden - table.primary)


def least(table):
    """The least loss of all suppressions under which no hidden cell is known too well."""
    others = [c for c in range(len(table.sums)) if c not in table.primary]
    loss = {c: max(1, table.values[c]) for c in others}
    sets = sorted(
        (sum(loss[c] for c in s), s) for n in range(len(others) + 1) for s in itertools.combinations(others, n)
    )
    for cost, chosen in sets:
        hidden = table.primary | set(chosen)
        if Attacker(table, hidden).discloses(sorted(hidden)) is None:
            return cost
    return None


ratios = []
kinds = [crossed, linked, arbitrary]
for number in range(options.tables):
    rng = random.Random(options.seed * 1_000_003 + number)
    small = number % 4 == 3
    kind = kinds[number % len(kinds)]
    table = Table(*kind(rng, small), rng.choice([3, 5, 10]))
    name = f"table {number} of seed {options.seed} ({kind.__name__})"
    shown = [c for c in range(len(table.sums)) if c not in table.primary]
    more = rng.sample(shown, min(len(shown), rng.choice([0, 1, 2, 4])))
    report.count("tables")
    compare(table, table.primary | set(more), name)
    if not table.primary:
        continue
    loss = protect(table, name)
    if loss is not None and small and len(shown) <= TRIED:
        best = least(table)
        report.expect(best is not None and best <= loss, name, f"loss {loss}, {best} the least of all")
        if best is not None:
            ratios.append((loss + 1) / (best + 1))
            report.count("optima")
if ratios:
    ratios.sort()
    told = collections.Counter(r == 1 for r in ratios)
    print(f"loss against the least: median {statistics.median(ratios):.2f}, nine in ten under {ratios[len(ratios) * 9 // 10]:.2f}, "
          f"largest {ratios[-1]:.2f}; the least itself in {told[True]} of {len(ratios)}")
report.end("tables", "bounds", "protections", "safe", "unsafe", "optima")
