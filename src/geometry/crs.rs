//! From the projected systems of French sources to WGS84 degrees.

use geo::Coord;
use proj4rs::Proj;
use proj4rs::transform::transform;

/// A reference system of coordinates, by its EPSG code.
pub struct Crs {
    code: u32,
    /// `None` for degrees that need no transformation.
    from: Option<(Proj, Proj)>,
}

/// Codes that [`Crs::new`] knows, with what they cover, for a diagnostic.
pub const KNOWN: [(u32, &str); 10] = [
    (4326, "WGS84, degrés"),
    (2154, "Lambert-93, France métropolitaine"),
    (3950, "Conique conforme zone 9 (de 3942 à 3950 : zones 1 à 9)"),
    (3857, "Mercator du web"),
    (3035, "ETRS89-LAEA, carreaux de l’INSEE"),
    (5490, "UTM 20 nord, Guadeloupe et Martinique"),
    (2972, "UTM 22 nord, Guyane"),
    (2975, "UTM 40 sud, La Réunion"),
    (4471, "UTM 38 sud, Mayotte"),
    (4467, "UTM 21 nord, Saint-Pierre-et-Miquelon"),
];

impl Crs {
    /// Makes the system of an EPSG code; `None` when the atlas does not know it (see [`KNOWN`]).
    ///
    /// RGF93, RGAF09, RGFG95, RGR92, RGM04 and RGSPM06 equal WGS84 within a metre, well under what a map shows.
    pub fn new(epsg: u32) -> Option<Self> {
        let definition = match epsg {
            4326 | 4171 => return Some(Self { code: epsg, from: None }),
            2154 => lambert(46.5, 49.0, 44.0, 700_000.0, 6_600_000.0),
            3942..=3950 => {
                let zone = f64::from(epsg - 3900);
                let north = (zone - 41.0) * 1_000_000.0 + 200_000.0;
                lambert(zone, zone - 0.75, zone + 0.75, 1_700_000.0, north)
            }
            3857 => {
                "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +no_defs".to_owned()
            }
            // The European grid of INSEE's squares: Lambert azimuthal equal-area.
            3035 => {
                "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +towgs84=0,0,0 +units=m +no_defs"
                    .to_owned()
            }
            5490 | 4559 => utm(20, false),
            4467 => utm(21, false),
            2972 => utm(22, false),
            4471 => utm(38, true),
            2975 => utm(40, true),
            32601..=32660 => utm(epsg - 32600, false),
            32701..=32760 => utm(epsg - 32700, true),
            _ => return None,
        };
        let from = Proj::from_proj_string(&definition).ok()?;
        let to = Proj::from_proj_string("+proj=longlat +ellps=GRS80 +towgs84=0,0,0 +no_defs").ok()?;
        Some(Self {
            code: epsg,
            from: Some((from, to)),
        })
    }

    /// Tells whether the coordinates of a system are degrees of longitude and latitude.
    pub fn is_degrees(epsg: u32) -> bool {
        matches!(epsg, 4326 | 4171)
    }

    /// EPSG code.
    pub fn code(&self) -> u32 {
        self.code
    }

    /// Converts a point (metres, or degrees for 4326) to WGS84 degrees; `None` when it lies outside of the system.
    pub fn to_wgs84(&self, x: f64, y: f64) -> Option<Coord> {
        let mut point = (x, y, 0.0);
        if let Some((from, to)) = &self.from {
            transform(from, to, &mut point).ok()?;
            point = (point.0.to_degrees(), point.1.to_degrees(), 0.0);
        }
        let (lon, lat) = (point.0, point.1);
        let plausible = lon.is_finite() && lat.is_finite() && lon.abs() <= 180.0 && lat.abs() <= 90.0;
        plausible.then_some(Coord { x: lon, y: lat })
    }
}

fn lambert(lat_0: f64, lat_1: f64, lat_2: f64, x_0: f64, y_0: f64) -> String {
    format!(
        "+proj=lcc +lat_0={lat_0} +lon_0=3 +lat_1={lat_1} +lat_2={lat_2} +x_0={x_0} +y_0={y_0} +ellps=GRS80 +towgs84=0,0,0 +units=m +no_defs"
    )
}

fn utm(zone: u32, south: bool) -> String {
    let south = if south { " +south" } else { "" };
    format!("+proj=utm +zone={zone}{south} +ellps=GRS80 +towgs84=0,0,0 +units=m +no_defs")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(epsg: u32, x: f64, y: f64, lon: f64, lat: f64) {
        let found = Crs::new(epsg).expect("known code").to_wgs84(x, y).expect("inside");
        assert!(
            (found.x - lon).abs() < 2e-5 && (found.y - lat).abs() < 2e-5,
            "{epsg}: {found:?}"
        );
    }

    #[test]
    fn origins_and_central_meridians_fall_where_they_are_defined() {
        near(2154, 700_000.0, 6_600_000.0, 3.0, 46.5);
        near(3950, 1_700_000.0, 9_200_000.0, 3.0, 50.0);
        // Equator on the central meridian of each UTM zone.
        near(5490, 500_000.0, 0.0, -63.0, 0.0);
        near(2972, 500_000.0, 0.0, -51.0, 0.0);
        near(2975, 500_000.0, 10_000_000.0, 57.0, 0.0);
        near(4471, 500_000.0, 10_000_000.0, 45.0, 0.0);
        near(4326, 3.05, 50.63, 3.05, 50.63);
    }

    #[test]
    fn a_length_on_the_ellipsoid_is_kept() {
        // The meridian of GRS80 from the equator to 50° N measures 5 540 847.042 m; UTM shortens it by 0.9996.
        near(32631, 500_000.0, 5_540_847.042 * 0.9996, 3.0, 50.0);
        // Lambert-93 keeps lengths on its standard parallels: 1° of longitude at 49° N is 73 172.7 m on GRS80.
        let l93 = Crs::new(2154).expect("known");
        let (a, b) = (
            l93.to_wgs84(699_900.0, 6_877_969.0),
            l93.to_wgs84(700_100.0, 6_877_969.0),
        );
        let (a, b) = (a.expect("inside"), b.expect("inside"));
        assert!((a.y - 49.0).abs() < 0.01, "{a:?}");
        assert!(
            ((b.x - a.x) * 73_172.7 - 200.0).abs() < 0.1,
            "{}",
            (b.x - a.x) * 73_172.7
        );
    }

    #[test]
    fn what_is_unknown_or_outside_is_refused() {
        assert!(Crs::new(27572).is_none());
        assert!(
            Crs::new(4326)
                .expect("known")
                .to_wgs84(652_000.0, 6_862_000.0)
                .is_none()
        );
    }
}
