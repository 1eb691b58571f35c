//! Names and places of the territories of a block.

use crate::model::{Scale, Site, Tid};

use super::blocks::Block;
use super::json::{UNIT, integer, integers, key, text, texts, units};

/// Writes `lieux/<scale>-<block>.json`.
///
/// `lon` and `lat` count hundred-thousandths of a degree; a place without point has `""`. `commune` is the rank of the
/// parent in `commune_codes`, or −1. `residences` counts those of a zone, hidden ones included: all are on the map.
pub(super) fn write(site: &Site, block: &Block) -> String {
    let territories = &site.territories;
    let all = || block.tids.iter().map(|t| territories.get(*t));
    let mut out = String::with_capacity(block.tids.len() * 64 + 128);
    out.push('{');
    key(&mut out, "scale");
    text(&mut out, block.scale.key());
    key(&mut out, "unit");
    out.push_str(&UNIT.to_string());
    texts(&mut out, "codes", all().map(|t| t.code.as_str()));
    texts(&mut out, "names", all().map(|t| t.name.as_str()));
    for (name, axis) in [("lon", 0), ("lat", 1)] {
        key(&mut out, name);
        super::json::list(&mut out, all(), |out, t| match t.point {
            Some(p) => integer(out, units(if axis == 0 { p.x() } else { p.y() })),
            None => out.push_str("\"\""),
        });
    }
    let parents = |tid: Tid| territories.get(tid).lineage;
    if matches!(block.scale, Scale::Iris | Scale::Qpv | Scale::Residence) {
        parent(&mut out, site, block, "commune", |t| parents(t).commune);
    }
    if block.scale == Scale::Residence {
        parent(&mut out, site, block, "iris", |t| parents(t).iris);
        parent(&mut out, site, block, "qpv", |t| parents(t).qpv);
        // An address that only repeats the name is left out.
        texts(
            &mut out,
            "addresses",
            all().map(|t| t.address.as_deref().filter(|a| *a != t.name).unwrap_or("")),
        );
        if site.config.landlords.shown {
            let mut known: Vec<&str> = all().filter_map(|t| t.landlord.as_deref()).collect();
            known.sort_unstable();
            known.dedup();
            texts(&mut out, "landlords", known.iter().copied());
            integers(&mut out, "landlord", all().map(|t| rank(&known, t.landlord.as_deref())));
        }
    } else {
        integers(
            &mut out,
            "residences",
            block
                .tids
                .iter()
                .map(|t| i64::try_from(territories.inside(*t, Scale::Residence).len()).unwrap_or(0)),
        );
    }
    out.push('}');
    out
}

fn rank(known: &[&str], name: Option<&str>) -> i64 {
    name.and_then(|n| known.binary_search(&n).ok())
        .and_then(|i| i64::try_from(i).ok())
        .unwrap_or(-1)
}

/// Writes `"<scale>s":[codes]` and `"<scale>":[ranks]`.
fn parent(out: &mut String, site: &Site, block: &Block, name: &str, of: impl Fn(Tid) -> Option<Tid>) {
    let mut known: Vec<Tid> = block.tids.iter().filter_map(|t| of(*t)).collect();
    known.sort_unstable();
    known.dedup();
    let code = |t: &Tid| site.territories.get(*t).code.as_str();
    texts(out, &format!("{name}_codes"), known.iter().map(code));
    let title = |t: &Tid| site.territories.get(*t).name.as_str();
    texts(out, &format!("{name}_names"), known.iter().map(title));
    integers(
        out,
        name,
        block.tids.iter().map(|t| {
            of(*t)
                .and_then(|p| known.binary_search(&p).ok())
                .and_then(|i| i64::try_from(i).ok())
                .unwrap_or(-1)
        }),
    );
}
