//! The looks: colours and measures of each style. Lengths are in em, so that a look scales with its size.

use super::{canvas::Colour, request::Style};

/// A ramp of colours along 0 (top of the capitals) to 1 (base line).
pub(super) type Ramp = &'static [(f32, Colour)];

/// A soft black copy of the letters below them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shadow {
    pub drop_em: f32,
    pub sigma_em: f32,
    pub opacity: f32,
}

/// Everything that a style is made of.
#[derive(Debug, PartialEq)]
pub(super) struct Look {
    /// Thickens the letters, so that the hairlines of a display face survive a phone's screen.
    pub embolden_em: f32,
    pub fill: Ramp,
    /// Relief: how strongly light from above left shades the letters' flanks.
    pub relief: f32,
    /// Width of the edge; 0 for none.
    pub edge_em: f32,
    pub edge: Ramp,
    /// A second, dark line round the edge that parts it from a light photo.
    pub outline_em: f32,
    pub outline: Colour,
    pub outline_opacity: f32,
    pub shadows: [Shadow; 2],
    /// Darkness of the scrim behind the lines.
    pub scrim: f32,
}

const fn rgb(hex: u32) -> Colour {
    [
        ((hex >> 16) & 255) as f32 / 255.0,
        ((hex >> 8) & 255) as f32 / 255.0,
        (hex & 255) as f32 / 255.0,
    ]
}

/// Polished gold as an engraver sees it: light above, a dark horizon, light again below. #D4AF37 is the frame's.
const GOLD_EDGE: Ramp = &[
    (-0.3, rgb(0xF9E7B0)),
    (0.2, rgb(0xE9C765)),
    (0.55, rgb(0xD4AF37)),
    (0.85, rgb(0xA97C1C)),
    (1.25, rgb(0xE3BE58)),
];

const GOLD_FOIL: Ramp = &[
    (-0.25, rgb(0xFFF9DC)),
    (0.1, rgb(0xFCE9A6)),
    (0.42, rgb(0xEAC554)),
    (0.56, rgb(0xC9982A)),
    (0.66, rgb(0xE2B94A)),
    (0.9, rgb(0xF7DF90)),
    (1.25, rgb(0xB98A26)),
];

const LUXE: Look = Look {
    embolden_em: 0.004,
    fill: &[
        (0.0, rgb(0xFFFFFC)),
        (0.6, rgb(0xFFFAEA)),
        (1.1, rgb(0xF8EBCB)),
    ],
    relief: 0.0,
    edge_em: 0.021,
    edge: GOLD_EDGE,
    outline_em: 0.012,
    outline: rgb(0x1E1404),
    outline_opacity: 0.6,
    shadows: [
        Shadow {
            drop_em: 0.055,
            sigma_em: 0.12,
            opacity: 0.62,
        },
        Shadow {
            drop_em: 0.02,
            sigma_em: 0.028,
            opacity: 0.45,
        },
    ],
    scrim: 0.16,
};

const GOLD: Look = Look {
    embolden_em: 0.008,
    fill: GOLD_FOIL,
    relief: 0.5,
    edge_em: 0.018,
    edge: &[(0.0, rgb(0x4A3208)), (1.0, rgb(0x2A1B03))],
    outline_em: 0.0,
    outline: rgb(0),
    outline_opacity: 0.0,
    shadows: [
        Shadow {
            drop_em: 0.06,
            sigma_em: 0.12,
            opacity: 0.66,
        },
        Shadow {
            drop_em: 0.022,
            sigma_em: 0.03,
            opacity: 0.5,
        },
    ],
    scrim: 0.2,
};

const CLEAN: Look = Look {
    embolden_em: 0.0,
    fill: &[(0.0, rgb(0xFFFFFF)), (1.0, rgb(0xFFFFFF))],
    relief: 0.0,
    edge_em: 0.0,
    edge: &[],
    outline_em: 0.006,
    outline: rgb(0x080808),
    outline_opacity: 0.5,
    shadows: [
        Shadow {
            drop_em: 0.045,
            sigma_em: 0.13,
            opacity: 0.62,
        },
        Shadow {
            drop_em: 0.016,
            sigma_em: 0.03,
            opacity: 0.5,
        },
    ],
    scrim: 0.26,
};

/// The look of a style.
pub(super) fn look(style: Style) -> &'static Look {
    match style {
        Style::Luxe => &LUXE,
        Style::Gold => &GOLD,
        Style::Clean => &CLEAN,
    }
}

/// The colour of a ramp at a place; beyond its ends, its ends' colours.
pub(super) fn ramp_at(ramp: Ramp, at: f32) -> Colour {
    let after = ramp.partition_point(|(place, _)| *place <= at);
    match (
        after.checked_sub(1).and_then(|i| ramp.get(i)),
        ramp.get(after),
    ) {
        (Some((from, a)), Some((to, b))) => {
            let part = (at - from) / (to - from);
            [0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * part)
        }
        (Some((_, colour)), None) | (None, Some((_, colour))) => *colour,
        (None, None) => [0.0; 3],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramps_blend_between_their_stops_and_hold_beyond() {
        let ramp: Ramp = &[(0.0, [0.0; 3]), (1.0, [1.0; 3])];
        assert_eq!(ramp_at(ramp, -1.0), [0.0; 3]);
        assert_eq!(ramp_at(ramp, 0.25), [0.25; 3]);
        assert_eq!(ramp_at(ramp, 2.0), [1.0; 3]);
        assert_eq!(ramp_at(&[], 0.5), [0.0; 3]);
    }

    #[test]
    fn ramps_run_downwards() {
        for style in [Style::Luxe, Style::Gold, Style::Clean] {
            let look = look(style);
            assert!(
                [look.fill, look.edge]
                    .iter()
                    .all(|r| r.windows(2).all(|w| w[0].0 < w[1].0))
            );
        }
    }
}
