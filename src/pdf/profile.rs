//! The sRGB colour space as an ICC profile, version 2: three primaries and one curve.
//!
//! Source: IEC 61966-2-1 (curve and primaries, adapted to D50); ICC.1:2001-04 (form of the profile).

/// Points of the curve: between two of them a straight line is under a thousandth away.
const POINTS: u16 = 1024;

/// Writes the profile, about 2.5 kB.
pub(super) fn srgb() -> Vec<u8> {
    let primary = |x, y, z| xyz([x, y, z]);
    let tags: [([u8; 4], Vec<u8>); 7] = [
        (*b"desc", description("sRGB IEC61966-2.1")),
        (*b"cprt", [b"text\0\0\0\0".as_slice(), b"Public domain\0"].concat()),
        (*b"wtpt", primary(0.9642, 1.0, 0.8249)),
        (*b"rXYZ", primary(0.436_074_7, 0.222_504_5, 0.013_932_2)),
        (*b"gXYZ", primary(0.385_064_9, 0.716_878_6, 0.097_104_5)),
        (*b"bXYZ", primary(0.143_080_4, 0.060_616_9, 0.714_173_3)),
        (*b"rTRC", curve()),
    ];
    // Green and blue share the curve of red.
    let count = tags.len() + 2;
    let mut table = (count as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let start = 128 + 4 + 12 * count;
    for (name, bytes) in &tags {
        let place = [
            ((start + data.len()) as u32).to_be_bytes(),
            (bytes.len() as u32).to_be_bytes(),
        ]
        .concat();
        let names: &[[u8; 4]] = if name == b"rTRC" {
            &[*b"rTRC", *b"gTRC", *b"bTRC"]
        } else {
            std::slice::from_ref(name)
        };
        for name in names {
            table.extend(name);
            table.extend(&place);
        }
        data.extend(bytes);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut out = ((start + data.len()) as u32).to_be_bytes().to_vec();
    out.extend([0; 4]);
    out.extend([2, 0x10, 0, 0]);
    out.extend(b"mntrRGB XYZ ");
    for part in [2026_u16, 1, 1, 0, 0, 0] {
        out.extend(part.to_be_bytes());
    }
    out.extend(b"acsp");
    out.resize(68, 0);
    out.extend(&xyz([0.9642, 1.0, 0.8249])[8..]);
    out.resize(128, 0);
    out.extend(table);
    out.extend(data);
    out
}

/// Linear light of each step of sRGB, on 16 bits.
fn curve() -> Vec<u8> {
    let mut out = b"curv\0\0\0\0".to_vec();
    out.extend(u32::from(POINTS).to_be_bytes());
    for i in 0..POINTS {
        let level = f64::from(i) / f64::from(POINTS - 1);
        let light = if level <= 0.040_45 {
            level / 12.92
        } else {
            ((level + 0.055) / 1.055).powf(2.4)
        };
        out.extend(((light * 65_535.0).round() as u16).to_be_bytes());
    }
    out
}

fn xyz(values: [f64; 3]) -> Vec<u8> {
    let mut out = b"XYZ \0\0\0\0".to_vec();
    for value in values {
        out.extend(((value * 65_536.0).round() as i32).to_be_bytes());
    }
    out
}

fn description(text: &str) -> Vec<u8> {
    let mut out = b"desc\0\0\0\0".to_vec();
    out.extend((text.len() as u32 + 1).to_be_bytes());
    out.extend(text.bytes());
    // The end of the text, then no text in Unicode nor in the script of a system.
    out.extend([0; 1 + 8 + 3 + 67]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_has_its_length_and_its_tags_inside() {
        let profile = srgb();
        let read = |at: usize| u32::from_be_bytes(profile[at..at + 4].try_into().expect("four bytes")) as usize;
        assert_eq!(read(0), profile.len());
        assert_eq!(&profile[36..40], b"acsp");
        for tag in 0..read(128) {
            let at = 132 + 12 * tag;
            assert!(read(at + 4) % 4 == 0 && read(at + 4) + read(at + 8) <= profile.len());
        }
        // Primaries sum up to the white of D50.
        let sum = |name: &[u8]| xyz_of(&profile, name);
        let [r, g, b, w] = [b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt"].map(|n| sum(n));
        for i in 0..3 {
            assert!((r[i] + g[i] + b[i] - w[i]).abs() < 5e-4);
        }
    }

    fn xyz_of(profile: &[u8], name: &[u8]) -> [f64; 3] {
        let at = 132
            + profile[132..]
                .chunks(12)
                .position(|c| &c[..4] == name)
                .expect("the tag")
                * 12;
        let read = |at: usize| i32::from_be_bytes(profile[at..at + 4].try_into().expect("four bytes"));
        let data = read(at + 4) as usize + 8;
        [0, 1, 2].map(|i| f64::from(read(data + 4 * i)) / 65_536.0)
    }
}
