//! The sheet that light is drawn on: one number per pixel, added up; colour comes later, from the palette.

/// Light energy per pixel; 1 is a full gold.
pub(super) struct Plate {
    pub width: u32,
    pub height: u32,
    /// Pixels per design unit (design: 1080 x 1920).
    scale: f32,
    pub energy: Vec<f32>,
}

impl Plate {
    pub fn new(width: u32, height: u32, scale: f32) -> Self {
        Self {
            width,
            height,
            scale,
            energy: vec![0.0; (width * height) as usize],
        }
    }

    /// Adds `value(dx, dy)` to the pixels within `rx`, `ry` of (`x`, `y`); all in design units.
    fn add(&mut self, (x, y): (f32, f32), (rx, ry): (f32, f32), value: impl Fn(f32, f32) -> f32) {
        let k = self.scale;
        let range = |middle: f32, reach: f32, size: u32| {
            let low = ((middle - reach) * k).floor().max(0.0) as u32;
            let high = (((middle + reach) * k).ceil().max(0.0) as u32).min(size);
            low..high.max(low)
        };
        for py in range(y, ry, self.height) {
            let dy = (py as f32 + 0.5) / k - y;
            let row = (py * self.width) as usize;
            for px in range(x, rx, self.width) {
                let dx = (px as f32 + 0.5) / k - x;
                self.energy[row + px as usize] += value(dx, dy);
            }
        }
    }

    /// A soft point of light.
    pub fn point(&mut self, at: (f32, f32), sigma: f32, power: f32) {
        let k = -0.5 / (sigma * sigma);
        let reach = 3.2 * sigma;
        self.add(at, (reach, reach), |dx, dy| {
            power * ((dx * dx + dy * dy) * k).exp()
        });
    }

    /// An out-of-focus light: an even disc with a hint of a rim and a soft edge.
    pub fn disc(&mut self, at: (f32, f32), radius: f32, power: f32) {
        let reach = radius * 1.35;
        self.add(at, (reach, reach), |dx, dy| {
            let off = (dx * dx + dy * dy).sqrt() / radius;
            let edge = ((1.3 - off) / 0.6).clamp(0.0, 1.0);
            power * edge * edge * (3.0 - 2.0 * edge) * (0.78 + 0.22 * off.min(1.0))
        });
    }

    /// The fine four-rayed star that a lens draws round a glint.
    pub fn star(&mut self, at: (f32, f32), length: f32, power: f32) {
        let ray = |along: f32, across: f32| {
            let fall = (1.0 - along.abs() / length).max(0.0);
            fall * fall * fall * (-across * across / 0.9).exp()
        };
        self.add(at, (length, 3.0), |dx, dy| power * ray(dx, dy));
        self.add(at, (3.0, length), |dx, dy| power * ray(dy, dx));
    }

    /// A falling streak whose head is at `head`: bright there, fading upwards.
    pub fn streak(&mut self, (x, head): (f32, f32), length: f32, sigma: f32, power: f32) {
        let k = -0.5 / (sigma * sigma);
        let nose = 2.5 * sigma;
        let middle = head - (length - nose) / 2.0;
        self.add(
            (x, middle),
            (3.2 * sigma, (length + nose) / 2.0),
            |dx, dy| {
                let above = head - (middle + dy);
                let along = if above < 0.0 {
                    (above * above * k).exp()
                } else {
                    let fall = (1.0 - above / length).max(0.0);
                    fall * fall
                };
                power * along * (dx * dx * k).exp()
            },
        );
    }
}
