/// A one-strip little-endian TIFF. `tags` are (tag, type, values); strip, size and count are added.
pub(in super::super) fn tiff(
    size: (u32, u32),
    tags: &[(u16, u16, Vec<u32>)],
    data: &[u8],
) -> Vec<u8> {
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    let mut entries = tags.to_vec();
    entries.push((256, LONG, vec![size.0]));
    entries.push((257, LONG, vec![size.1]));
    entries.push((259, SHORT, vec![1]));
    entries.push((273, LONG, vec![8]));
    entries.push((278, LONG, vec![size.1]));
    entries.push((279, LONG, vec![data.len() as u32]));
    directory(entries, data)
}

/// A TIFF with these tags and no others; the data begin at byte 8.
pub(in super::super) fn directory(mut entries: Vec<(u16, u16, Vec<u32>)>, data: &[u8]) -> Vec<u8> {
    entries.sort_by_key(|entry| entry.0);
    let mut file = b"II\x2a\0".to_vec();
    let values_at = 8 + data.len();
    let mut values = Vec::new();
    let mut directory = u16::try_from(entries.len())
        .expect("few tags")
        .to_le_bytes()
        .to_vec();
    for (tag, kind, numbers) in &entries {
        let packed: Vec<u8> = numbers.iter().flat_map(|n| pack(*kind, *n)).collect();
        directory.extend(tag.to_le_bytes());
        directory.extend(kind.to_le_bytes());
        directory.extend((numbers.len() as u32).to_le_bytes());
        if packed.len() <= 4 {
            directory.extend(&packed);
            directory.extend(vec![0; 4 - packed.len()]);
        } else {
            directory.extend(((values_at + values.len()) as u32).to_le_bytes());
            values.extend(packed);
        }
    }
    directory.extend([0; 4]);
    file.extend(((values_at + values.len()) as u32).to_le_bytes());
    file.extend(data);
    file.extend(values);
    file.extend(directory);
    file
}

/// BYTE is 1 and UNDEFINED 7, SHORT 3, LONG 4.
fn pack(kind: u16, number: u32) -> Vec<u8> {
    match kind {
        1 | 7 => vec![number as u8],
        3 => (number as u16).to_le_bytes().to_vec(),
        _ => number.to_le_bytes().to_vec(),
    }
}
