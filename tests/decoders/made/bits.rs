//! Numbers of any width, one after the other, the highest bit first.

/// A growing row of bits.
#[derive(Default)]
pub struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    /// Adds the lowest `width` bits of `value`.
    pub fn put(&mut self, value: u32, width: u32) {
        for place in (0..width).rev() {
            let bit = ((value >> place) & 1) as u8;
            let filled = self.count % 8;
            if filled == 0 {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().expect("there is one by now");
            *last |= bit << (7 - filled);
            self.count += 1;
        }
    }

    /// The bits with zeros behind them, so many bytes in all.
    pub fn padded_to(mut self, bytes: usize) -> Vec<u8> {
        assert!(self.bytes.len() <= bytes, "they do not fit");
        self.bytes.resize(bytes, 0);
        self.bytes
    }
}
