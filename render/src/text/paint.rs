//! Paints a drawing in its look: scrim, shadows, outline, edge, fill, pictures, from the back to the front.

use image::{GrayImage, Luma};

use super::{
    canvas::Canvas,
    look::{Look, Ramp, Shadow, ramp_at},
    mask::blurred,
    place::Drawing,
};

/// How far the scrim reaches beyond the lines, and how softly it ends, in em.
const SCRIM_REACH_EM: f32 = 0.12;
const SCRIM_SIGMA_EM: f32 = 0.42;
/// Scrim and shadows fade out over this distance where the layer must end, in em.
const FADE_EM: f32 = 0.6;
/// The scrim is so soft that a mask of one pixel per eight by eight holds all of it.
const SCRIM_SCALE: u32 = 8;
/// How much of the room between a base line and the next capitals belongs to the upper line.
const LINE_REACH: f32 = 0.78;
/// Light slides along the gold in waves of this length, by this share of the capitals' height, in em.
const SHEEN_EM: f32 = 5.5;
const SHEEN: f32 = 0.16;
/// Softness of the relief, in em.
const RELIEF_SIGMA_EM: f32 = 0.014;
/// Shadows are a very dark brown: on a white photo, black would look like dirt.
const SHADE: [f32; 3] = [0.075, 0.05, 0.02];

/// Paints everything.
pub(super) fn paint(drawing: &Drawing, look: &Look) -> Canvas {
    let (width, height) = (drawing.frame.width_px, drawing.frame.height_px);
    let em = drawing.size_px;
    let mut canvas = Canvas::new(width, height);
    let body = drawing.letters.thickened(look.embolden_em * em);
    let edged = body.thickened(look.edge_em * em);
    let (fill, edge) = (body.shrunk(), edged.shrunk());
    let ink = union(&edge, &drawing.picture_mask());
    let fade = Fade::new(drawing);
    canvas.lay(&scrim(drawing), |x, y| (SHADE, look.scrim * fade.at(x, y)));
    for shadow in look.shadows {
        canvas.lay(&shadow_mask(&ink, shadow, em), |x, y| {
            (SHADE, shadow.opacity * fade.at(x, y))
        });
    }
    if look.outline_em > 0.0 {
        let outline = blurred(&edged.thickened(look.outline_em * em).shrunk(), 0.006 * em);
        canvas.lay(&outline, |_, _| (look.outline, look.outline_opacity));
    }
    let light = Light::new(drawing);
    if look.edge_em > 0.0 {
        canvas.lay(&edge, |x, y| (light.colour(look.edge, x, y), 1.0));
    }
    if look.relief > 0.0 {
        let relief = blurred(&fill, RELIEF_SIGMA_EM * em);
        canvas.lay(&fill, |x, y| {
            (
                shaded(
                    light.colour(look.fill, x, y),
                    look.relief * slope(&relief, x, y),
                ),
                1.0,
            )
        });
    } else {
        canvas.lay(&fill, |_, y| (light.plain(look.fill, y), 1.0));
    }
    for (picture, left, top) in &drawing.pictures {
        canvas.lay_picture(picture, *left, *top);
    }
    canvas
}

/// The lines as soft bars.
fn scrim(drawing: &Drawing) -> GrayImage {
    let (frame, em) = (drawing.frame, drawing.size_px);
    let reach = SCRIM_REACH_EM * em;
    let scale = SCRIM_SCALE as f32;
    let (width, height) = (
        frame.width_px.div_ceil(SCRIM_SCALE),
        frame.height_px.div_ceil(SCRIM_SCALE),
    );
    let inside = |x: f32, y: f32| {
        drawing.rows.iter().any(|row| {
            let base = row.base_px - frame.y_px as f32;
            let across = row.left_px - reach..row.right_px + reach;
            let down = base - drawing.cap_height_px - reach..base + reach;
            across.contains(&(x + frame.x_px as f32)) && down.contains(&y)
        })
    };
    let bars = GrayImage::from_fn(width, height, |x, y| {
        Luma([
            if inside((x as f32 + 0.5) * scale, (y as f32 + 0.5) * scale) {
                255
            } else {
                0
            },
        ])
    });
    let soft = blurred(&bars, SCRIM_SIGMA_EM * em / scale);
    image::imageops::resize(
        &soft,
        frame.width_px,
        frame.height_px,
        image::imageops::FilterType::Triangle,
    )
}

fn shadow_mask(ink: &GrayImage, shadow: Shadow, em: f32) -> GrayImage {
    let drop_px = (shadow.drop_em * em).round() as u32;
    let soft = blurred(ink, shadow.sigma_em * em);
    GrayImage::from_fn(ink.width(), ink.height(), |x, y| {
        y.checked_sub(drop_px)
            .map_or(Luma([0]), |above| *soft.get_pixel(x, above))
    })
}

fn union(a: &GrayImage, b: &GrayImage) -> GrayImage {
    let mut both = a.clone();
    both.iter_mut()
        .zip(b.iter())
        .for_each(|(a, b)| *a = (*a).max(*b));
    both
}

/// Fades shadows out towards the frame's ends, so that they never end in a line.
struct Fade {
    width: f32,
    height: f32,
    reach_px: f32,
}

impl Fade {
    fn new(drawing: &Drawing) -> Self {
        Self {
            width: drawing.frame.width_px as f32,
            height: drawing.frame.height_px as f32,
            reach_px: (FADE_EM * drawing.size_px).max(1.0),
        }
    }

    fn at(&self, x: u32, y: u32) -> f32 {
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        let inside = x.min(self.width - x).min(y).min(self.height - y) / self.reach_px;
        let t = inside.clamp(0.0, 1.0);
        t * t * (3.0 - 2.0 * t)
    }
}

/// Where each pixel lies on its line: 0 at the top of the capitals, 1 at the base line.
struct Light {
    depth: Vec<f32>,
    wave: Vec<f32>,
}

impl Light {
    fn new(drawing: &Drawing) -> Self {
        let depth = (0..drawing.frame.height_px).map(|y| {
            let y = (y + drawing.frame.y_px) as f32 + 0.5;
            // A line reaches down to the descenders, and up from there to the descenders of the line above.
            let below_px = LINE_REACH * (drawing.leading_px - drawing.cap_height_px);
            let mut bases = drawing.rows.iter().map(|r| r.base_px);
            let last = drawing.rows.last().map_or(y, |r| r.base_px);
            let base = bases.find(|base| y <= base + below_px).unwrap_or(last);
            (y - base) / drawing.cap_height_px + 1.0
        });
        let length = SHEEN_EM * drawing.size_px / std::f32::consts::TAU;
        let wave = (0..drawing.frame.width_px)
            .map(|x| SHEEN * ((x + drawing.frame.x_px) as f32 / length).sin());
        Self {
            depth: depth.collect(),
            wave: wave.collect(),
        }
    }

    fn colour(&self, ramp: Ramp, x: u32, y: u32) -> [f32; 3] {
        ramp_at(ramp, self.depth[y as usize] + self.wave[x as usize])
    }

    fn plain(&self, ramp: Ramp, y: u32) -> [f32; 3] {
        ramp_at(ramp, self.depth[y as usize])
    }
}

/// How much a flank faces the light, from -1 to 1. The light comes from above, a little from the left.
fn slope(relief: &GrayImage, x: u32, y: u32) -> f32 {
    let at = |x: u32, y: u32| {
        f32::from(
            relief
                .get_pixel(x.min(relief.width() - 1), y.min(relief.height() - 1))
                .0[0],
        ) / 255.0
    };
    let across = at(x + 1, y) - at(x.saturating_sub(1), y);
    let down = at(x, y + 1) - at(x, y.saturating_sub(1));
    (0.45 * across + 0.9 * down).clamp(-1.0, 1.0)
}

/// Lightens towards a warm white or darkens towards a warm brown.
fn shaded(colour: [f32; 3], light: f32) -> [f32; 3] {
    let (target, part) = if light > 0.0 {
        ([1.0, 0.98, 0.88], light)
    } else {
        ([0.36, 0.22, 0.04], -light)
    };
    [0, 1, 2].map(|i| colour[i] + (target[i] - colour[i]) * part)
}
