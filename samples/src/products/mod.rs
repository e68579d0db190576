//! Luxury products, photographed in the studio.

mod bag;
mod candle;
mod gift_box;
mod kit;
mod lipstick;
mod pearls;
mod perfume;
mod ring;
mod watch;

use crate::rng::Rng;
use crate::studio::scene::Scene;
use crate::studio::{Quality, take};
use image::RgbaImage;

/// A product that can be photographed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// A gold ring with a brilliant.
    Ring,
    /// A bottle of perfume.
    Perfume,
    /// A lacquered gift box with a ribbon.
    GiftBox,
    /// A quilted leather bag, cut out on transparency.
    Bag,
    /// A dress watch.
    Watch,
    /// A strand of pearls.
    Pearls,
    /// A lipstick in a gold case.
    Lipstick,
    /// A scented candle in smoked glass.
    Candle,
}

impl Product {
    /// Every product, the best first.
    pub const ALL: [Self; 8] = [
        Self::Ring,
        Self::Perfume,
        Self::GiftBox,
        Self::Bag,
        Self::Watch,
        Self::Pearls,
        Self::Lipstick,
        Self::Candle,
    ];

    /// File name without extension.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Perfume => "perfume",
            Self::GiftBox => "box",
            Self::Bag => "bag",
            Self::Watch => "watch",
            Self::Pearls => "pearls",
            Self::Lipstick => "lipstick",
            Self::Candle => "candle",
        }
    }

    fn scene(self, seed: u64) -> Scene {
        match self {
            Self::Ring => ring::scene(seed),
            Self::Perfume => perfume::scene(seed),
            Self::GiftBox => gift_box::scene(seed),
            Self::Bag => bag::scene(seed),
            Self::Watch => watch::scene(seed),
            Self::Pearls => pearls::scene(seed),
            Self::Lipstick => lipstick::scene(seed),
            Self::Candle => candle::scene(seed),
        }
    }

    /// Its photo, `width` x `height` pixels. Opaque, except for products that are shown cut out.
    #[must_use]
    pub fn photo(self, width: u32, height: u32, seed: u64, quality: Quality) -> RgbaImage {
        // Every product has its own lights in the background.
        let seed = Rng::new(seed).fork(self as u64).next_u64();
        take(&self.scene(seed), width, height, seed, quality)
    }
}
