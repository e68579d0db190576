//! Small writers for what no encoder among the dependencies can write. They know just enough of their
//! formats to be read back by any decoder.

pub(super) mod avif;
pub(super) mod gif;
pub(super) mod icc;
pub(super) mod jpeg;
pub(super) mod png;
pub(super) mod tiff;

/// A TIFF-style directory that holds nothing but an orientation: a minimal EXIF block.
pub(super) fn exif_block(orientation: u8) -> Vec<u8> {
    let mut block = b"MM\0\x2a\0\0\0\x08\0\x01".to_vec();
    block.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    block.extend([0; 4]);
    block
}
