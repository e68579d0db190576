//! A profile of a made-up press after ICC.1:2004-10: from four inks to CIE L*a*b* by a table of nine steps an axis.

/// Steps of the table along each ink.
const STEPS: usize = 9;
/// Number of nodes: four inks.
const NODES: usize = STEPS.pow(4);
/// The profile connection space's white, D50, in s15Fixed16.
const D50: [i32; 3] = [63_190, 65_536, 54_061];

/// How the table is stored.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Table {
    /// `mft1`, eight bits.
    Lut8,
    /// `mft2`, sixteen bits, whose L*a*b* ends at 0xFF00.
    Lut16,
}

/// What the press prints, for inks from 0 to 1: dull inks on neutral paper, and a black that ends at L* 0.
fn lab([c, m, y, k]: [f64; 4]) -> [f64; 3] {
    let light = 1.0 - k;
    [
        100.0 * light * (1.0 - 0.45 * c) * (1.0 - 0.4 * m) * (1.0 - 0.1 * y),
        light * (70.0 * m - 35.0 * c),
        light * (85.0 * y - 45.0 * c - 5.0 * m),
    ]
}

/// The whole profile. It holds only what is needed to get from inks to colours.
pub(in super::super) fn press(table: Table) -> Vec<u8> {
    let white = [&b"XYZ \0\0\0\0"[..], &D50.map(i32::to_be_bytes).concat()].concat();
    let tags = [(b"wtpt", white), (b"A2B0", lut(table))];
    let mut at = 132 + 12 * tags.len();
    let (mut directory, mut data) = (Vec::new(), Vec::new());
    for (name, tag) in tags {
        directory.extend(*name);
        directory.extend((at as u32).to_be_bytes());
        directory.extend((tag.len() as u32).to_be_bytes());
        at += tag.len();
        data.extend(tag);
    }
    let count = (directory.len() / 12) as u32;
    let header = header(at as u32);
    [&header[..], &count.to_be_bytes(), &directory, &data].concat()
}

fn header(profile_bytes: u32) -> Vec<u8> {
    let mut header = profile_bytes.to_be_bytes().to_vec();
    header.extend(b"\0\0\0\0\x02\x40\0\0prtrCMYKLab ");
    header.extend([2026_u16, 1, 1, 0, 0, 0].map(u16::to_be_bytes).concat());
    header.extend(b"acsp");
    header.resize(68, 0);
    header.extend(D50.map(i32::to_be_bytes).concat());
    header.resize(128, 0);
    header
}

fn lut(table: Table) -> Vec<u8> {
    let mut tag = match table {
        Table::Lut8 => b"mft1\0\0\0\0".to_vec(),
        Table::Lut16 => b"mft2\0\0\0\0".to_vec(),
    };
    tag.extend([4, 3, STEPS as u8, 0]);
    // The identity, which only XYZ would go through.
    for cell in 0..9 {
        let factor: i32 = if cell % 4 == 0 { 65_536 } else { 0 };
        tag.extend(factor.to_be_bytes());
    }
    if matches!(table, Table::Lut16) {
        // Entries of each input and output curve: straight lines.
        tag.extend([0, 2, 0, 2]);
    }
    (0..4).for_each(|_| tag.extend(straight(table)));
    (0..NODES).for_each(|index| tag.extend(node(table, index)));
    (0..3).for_each(|_| tag.extend(straight(table)));
    tag
}

fn straight(table: Table) -> Vec<u8> {
    match table {
        Table::Lut8 => (0..=255).collect(),
        Table::Lut16 => vec![0, 0, 255, 255],
    }
}

/// One node; the last ink varies fastest.
fn node(table: Table, index: usize) -> Vec<u8> {
    let step = |axis: u32| (index / STEPS.pow(axis) % STEPS) as f64 / (STEPS - 1) as f64;
    let [l, a, b] = lab([step(3), step(2), step(1), step(0)]);
    match table {
        Table::Lut8 => [l * 2.55, a + 128.0, b + 128.0]
            .map(|v| v.round() as u8)
            .to_vec(),
        Table::Lut16 => [l * 652.8, (a + 128.0) * 256.0, (b + 128.0) * 256.0]
            .map(|v| (v.round() as u16).to_be_bytes())
            .concat(),
    }
}
