//! Takes the picture: rows spread over threads, samples where they are needed.

use super::film::Film;
use super::scene::Scene;
use super::shade::{Path, radiance};
use super::vec3::V3;
use crate::rng::Rng;
use image::RgbaImage;

/// How much work goes into a picture.
#[derive(Clone, Copy, Debug)]
pub struct Quality {
    /// Side of the sample grid of a pixel that differs from its neighbours: 3 means 9 more samples. Every pixel
    /// has one sample in any case; 0 leaves it at that.
    pub grid: u32,
    /// Film grain, standard deviation in 8-bit steps.
    pub grain: f32,
}

/// The picture of `scene` at `width` x `height`; the same seed gives the same bytes on any number of threads.
pub(crate) fn take(
    scene: &Scene,
    width: u32,
    height: u32,
    seed: u64,
    quality: Quality,
) -> RgbaImage {
    let blank = vec![Seen::default(); (width * height) as usize];
    let at = |x: u32, y: u32| Pixel {
        scene,
        x,
        y,
        width,
        height,
        seed,
    };
    let first = rows(blank, width, |x, y, _| {
        at(x, y).sample(1, 1, Seen::default())
    });
    let busy = busy(&first, width as usize, scene.exposure);
    let full = rows(first, width, |x, y, seen| {
        if quality.grid > 0 && busy[(y * width + x) as usize] {
            at(x, y).sample(2, quality.grid, seen)
        } else {
            seen
        }
    });
    let (light, cover) = full
        .iter()
        .map(|s| (s.light * (1.0 / s.count), s.cover / s.count))
        .unzip();
    Film {
        width,
        height,
        light,
        cover,
    }
    .develop(scene, seed, quality.grain)
}

/// Maps every pixel, rows spread over the cores.
fn rows(
    mut pixels: Vec<Seen>,
    width: u32,
    expose: impl Fn(u32, u32, Seen) -> Seen + Sync,
) -> Vec<Seen> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let queue = std::sync::Mutex::new(pixels.chunks_mut(width as usize).zip(0..));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // A poisoned lock means another thread panicked; the scope reports that panic itself.
                while let Some((row, y)) = queue.lock().ok().and_then(|mut rows| rows.next()) {
                    for (x, pixel) in row.iter_mut().enumerate() {
                        *pixel = expose(x as u32, y, *pixel);
                    }
                }
            });
        }
    });
    pixels
}

/// Which pixels differ visibly from a neighbour, in brightness, colour or coverage.
fn busy(seen: &[Seen], width: usize, exposure: f32) -> Vec<bool> {
    let look = |s: &Seen| (s.light * exposure).map(|v| v.min(1.5).sqrt());
    let tones: Vec<V3> = seen.iter().map(look).collect();
    let mut busy = vec![false; seen.len()];
    let mut compare = |i: usize, j: usize| {
        let cover = (seen[i].cover - seen[j].cover).abs() > 0.0;
        if cover || (tones[i] - tones[j]).abs().max_part() > 0.02 {
            busy[i] = true;
            busy[j] = true;
        }
    };
    for i in 0..seen.len() {
        if (i + 1) % width != 0 && i + 1 < seen.len() {
            compare(i, i + 1);
        }
        if i + width < seen.len() {
            compare(i, i + width);
        }
    }
    busy
}

/// What the samples of a pixel add up to.
#[derive(Clone, Copy, Default)]
struct Seen {
    light: V3,
    cover: f32,
    count: f32,
}

struct Pixel<'a> {
    scene: &'a Scene,
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    seed: u64,
}

impl Pixel<'_> {
    /// Adds a `grid` x `grid` of jittered samples to `seen`; `pass` keeps their chances apart.
    fn sample(&self, pass: u64, grid: u32, mut seen: Seen) -> Seen {
        let place = u64::from(self.y) << 32 | u64::from(self.x);
        let mut rng = Rng::new(self.seed).fork(place).fork(pass);
        let cell = 1.0 / grid as f32;
        let half = self.height as f32 / 2.0;
        for i in 0..grid * grid {
            let sx = self.x as f32 + ((i % grid) as f32 + rng.range(0.2, 0.8)) * cell;
            let sy = self.y as f32 + ((i / grid) as f32 + rng.range(0.2, 0.8)) * cell;
            let (u, v) = ((sx - self.width as f32 / 2.0) / half, 1.0 - sy / half);
            let turn = std::f32::consts::TAU * (i as f32 + rng.unit()) / (grid * grid) as f32;
            // The single sample of the first pass looks through the middle of the lens.
            let off = if grid == 1 { 0.0 } else { rng.unit().sqrt() };
            let ray = self
                .scene
                .camera
                .ray(u, v, (off * turn.cos(), off * turn.sin()));
            let sight = self.scene.camera.ray(u, v, (0.0, 0.0)).dir;
            let (light, solid) = radiance(self.scene, &Path::primary(ray, sight), &mut rng);
            if solid || self.scene.table.is_some() {
                // Fireflies would survive the average: no sample counts more than a bright highlight.
                seen.light += light.map(|v| if v.is_finite() { v.min(14.0) } else { 0.0 });
            }
            seen.cover += f32::from(solid);
            seen.count += 1.0;
        }
        seen
    }
}
