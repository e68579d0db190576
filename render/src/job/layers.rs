//! Draws what stays the same in every frame: the golden frame and the hook.

use crate::compose::overlay::{Premultiplied, StaticLayer};
use crate::compose::{Canvas, border};
use crate::describe;
use crate::photo::{self, Photo};
use crate::plan::{RenderPlan, Source};
use crate::text::{self, FontLibrary, HookLayer, HookRequest};
use crate::warning::Warning;
use gildhall_proto::{HookPosition, HookStyle};

/// Frame and hook as one static layer over the whole canvas.
pub(super) fn draw(
    plan: &RenderPlan,
    canvas: &Canvas,
    own_frame: Option<&Photo>,
    warnings: &mut Vec<Warning>,
) -> StaticLayer {
    let frame = frame_pixels(plan, canvas, own_frame, warnings);
    let hook = hook(plan, canvas, warnings);
    let pixel = |x: usize, y: usize| {
        let below = match &frame {
            FramePixels::None => [0; 4],
            FramePixels::Procedural => border::pixel(canvas, x, y),
            FramePixels::Own(photo) => rgba_at(photo, y * canvas.width + x),
        };
        match &hook {
            Some(hook) => over(hook_pixel(hook, x, y), below),
            None => below,
        }
    };
    let layer = Premultiplied::new(canvas.width, canvas.height, pixel);
    StaticLayer::new(&layer, 0, 0)
}

enum FramePixels {
    None,
    Procedural,
    Own(Photo),
}

fn frame_pixels(
    plan: &RenderPlan,
    canvas: &Canvas,
    own: Option<&Photo>,
    warnings: &mut Vec<Warning>,
) -> FramePixels {
    match (&plan.frame, own) {
        (Source::None, _) => FramePixels::None,
        (Source::Default, _) | (Source::Asset(_), None) => FramePixels::Procedural,
        (Source::Asset(key), Some(photo)) => {
            match photo::scale_to(photo, canvas.width as u32, canvas.height as u32) {
                Ok(scaled) => FramePixels::Own(scaled),
                Err(error) => {
                    warnings.push(Warning::FrameUnusable {
                        asset: key.clone(),
                        reason: describe(&error),
                    });
                    FramePixels::Procedural
                }
            }
        }
    }
}

fn rgba_at(photo: &Photo, index: usize) -> [u8; 4] {
    let rgb = &photo.rgb[index * 3..index * 3 + 3];
    let alpha = photo.alpha.as_ref().map_or(255, |alpha| alpha[index]);
    [rgb[0], rgb[1], rgb[2], alpha]
}

fn hook(plan: &RenderPlan, canvas: &Canvas, warnings: &mut Vec<Warning>) -> Option<HookLayer> {
    let hook = plan.hook.as_ref()?;
    let request = HookRequest {
        text: &hook.text,
        style: match hook.style {
            HookStyle::Luxe => text::Style::Luxe,
            HookStyle::Gold => text::Style::Gold,
            HookStyle::Clean => text::Style::Clean,
        },
        position: match hook.position {
            HookPosition::Top => text::Position::Top,
            HookPosition::Bottom => text::Position::Bottom,
        },
        canvas_width_px: canvas.width as u32,
        canvas_height_px: canvas.height as u32,
    };
    let drawn = FontLibrary::system().and_then(|mut fonts| text::render_hook(&mut fonts, &request));
    match drawn {
        Ok(layer) => {
            warnings.extend(layer.warnings.iter().map(|warning| Warning::HookDegraded {
                reason: warning.to_string(),
            }));
            Some(layer)
        }
        Err(error) => {
            warnings.push(Warning::HookDropped {
                reason: describe(&error),
            });
            None
        }
    }
}

fn hook_pixel(hook: &HookLayer, x: usize, y: usize) -> [u8; 4] {
    let inside = |v: usize, start: u32, len: u32| {
        u32::try_from(v)
            .ok()?
            .checked_sub(start)
            .filter(|&v| v < len)
    };
    let at =
        inside(x, hook.x_px, hook.image.width()).zip(inside(y, hook.y_px, hook.image.height()));
    at.map_or([0; 4], |(x, y)| hook.image.get_pixel(x, y).0)
}

/// Straight-alpha "over" (Porter and Duff, 1984).
fn over(top: [u8; 4], below: [u8; 4]) -> [u8; 4] {
    match (top[3], below[3]) {
        (0, _) => return below,
        (255, _) | (_, 0) => return top,
        _ => {}
    }
    let top_alpha = u32::from(top[3]) * 255;
    let below_alpha = u32::from(below[3]) * (255 - u32::from(top[3]));
    let alpha = top_alpha + below_alpha;
    let mix = |i: usize| {
        let sum = u32::from(top[i]) * top_alpha + u32::from(below[i]) * below_alpha;
        ((sum + alpha / 2) / alpha) as u8
    };
    [mix(0), mix(1), mix(2), ((alpha + 127) / 255) as u8]
}

#[cfg(test)]
mod tests {
    use super::over;

    #[test]
    fn over_keeps_the_ends_and_mixes_between() {
        assert_eq!(over([1, 2, 3, 0], [9, 9, 9, 77]), [9, 9, 9, 77]);
        assert_eq!(over([1, 2, 3, 255], [9, 9, 9, 77]), [1, 2, 3, 255]);
        assert_eq!(over([200, 0, 0, 128], [0, 0, 0, 255]), [100, 0, 0, 255]);
    }
}
