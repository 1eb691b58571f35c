/// Public equipment of one vintage; context without threshold.
#[derive(Debug, Default)]
pub struct Equipment {
    /// Points, sorted by family, name and place.
    pub points: Vec<EquipmentPoint>,
    /// Year of the file.
    pub vintage: Option<super::Vintage>,
}

/// One equipment.
#[derive(Debug, Clone, PartialEq)]
pub struct EquipmentPoint {
    /// Position of its family in the configuration's list.
    pub family: u16,
    /// Its name; never a person's.
    pub name: String,
    /// Place in WGS84 degrees.
    pub point: geo::Point<f64>,
}

/// What is around a territory, for one family of equipment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Around {
    /// Metres to the nearest point, as the crow flies.
    pub nearest_metres: Option<f64>,
    /// Position of that point in [`Equipment::points`].
    pub nearest: Option<u32>,
    /// Points within 500 m of a residence.
    pub within_500: u32,
    /// Points inside the territory.
    pub inside: u32,
}

/// What is around each territory, family by family; public context, also for residences under the threshold.
#[derive(Debug, Default)]
pub struct Surroundings {
    families: usize,
    all: Vec<Around>,
}

impl Surroundings {
    /// Keeps rows of `families` entries, one row per territory in the order of [`super::Territories`].
    pub fn new(families: usize, all: Vec<Around>) -> Self {
        Self { families, all }
    }

    /// What is around a territory for a family, by its position in the configuration; none when nothing is known.
    pub fn of(&self, tid: super::Tid, family: usize) -> Option<Around> {
        if family >= self.families {
            return None;
        }
        self.all.get(tid.index() * self.families + family).copied()
    }
}

/// A thematic grid: classes only, no figure of a square anywhere.
#[derive(Debug)]
pub struct Grid {
    /// Indicator shown, thematic-only.
    pub indicator: super::Iid,
    /// Year of the grid.
    pub vintage: super::Vintage,
    /// Squares in the order of the file.
    pub squares: Vec<Square>,
}

/// One square of a [`Grid`].
#[derive(Debug, Clone)]
pub struct Square {
    /// Outline in WGS84 degrees.
    pub shape: geo::Polygon<f64>,
    /// Class from 1.
    pub class: u8,
}
