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
