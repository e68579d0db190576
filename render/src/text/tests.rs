//! Whole hooks, on the fonts that are installed. Where a script's font is not, its tests have nothing to say.

use super::{
    FontLibrary, HookLayer, HookRequest, Position, Style, TextError, TextWarning,
    clean::Cleaned,
    fit::{Fitted, fit},
    itemize::Kind,
    place, render_hook,
    safe_area::SafeArea,
};

const SAMPLES: [(&str, &str); 14] = [
    ("display serif", "Only 24 hours: the gold drop ✨"),
    (
        "display serif",
        "Só hoje: a coleção dourada, feita à mão em Lisboa",
    ),
    ("display serif", "Только 24 часа: золотая коллекция"),
    ("display serif", "Μόνο σήμερα: η χρυσή συλλογή"),
    ("arabic", "عرض حصري: مجموعة الذهب لمدة 24 ساعة فقط"),
    ("hebrew", "רק 24 שעות: קולקציית הזהב החדשה, 50% הנחה"),
    ("devanagari", "केवल 24 घंटे: सोने का विशेष संग्रह"),
    ("thai", "เพียง 24 ชั่วโมงเท่านั้น คอลเลกชันทองคำสุดพิเศษ"),
    ("cjk", "24時間限定、ゴールドコレクション登場"),
    ("cjk", "仅限24小时：黄金系列全新上市"),
    ("cjk", "단 24시간, 골드 컬렉션을 특별한 가격에 만나보세요"),
    ("emoji", "Made with ❤️ 👨‍👩‍👧‍👦 🇫🇷 👍🏽 1️⃣"),
    (
        "display serif",
        "© 2026 Gildhall™ — “the ring”, 18k · 1 200 €",
    ),
    ("arabic", "Shop النسخة الذهبية now with GOLD24"),
];

fn fonts() -> Option<FontLibrary> {
    FontLibrary::system().ok()
}

fn fitted(fonts: &mut FontLibrary, text: &str) -> (Fitted, SafeArea) {
    let area = SafeArea::new(1080, 1920, Position::Top).unwrap();
    (fit(fonts, &Cleaned::new(text), Style::Luxe, &area), area)
}

fn hook(fonts: &mut FontLibrary, text: &str, style: Style, position: Position) -> HookLayer {
    let request = HookRequest {
        text,
        style,
        position,
        canvas_width_px: 1080,
        canvas_height_px: 1920,
    };
    render_hook(fonts, &request).unwrap()
}

/// Bytes at which each line begins, as read: the leftmost glyph of a left-to-right line, else the rightmost.
fn edges(fitted: &Fitted, line: usize) -> (usize, usize) {
    let glyphs = &fitted.lines[line].glyphs;
    (glyphs[0].byte, glyphs[glyphs.len() - 1].byte)
}

#[test]
fn every_script_is_set_inside_the_safe_area_without_boxes() {
    let Some(mut fonts) = fonts() else { return };
    let installed = fonts.inventory();
    for (role, text) in SAMPLES {
        if installed
            .iter()
            .any(|r| r.role == role && r.found.is_none())
        {
            continue;
        }
        let (fitted, area) = fitted(&mut fonts, text);
        assert!(
            fitted
                .warnings
                .iter()
                .all(|w| !matches!(w, TextWarning::MissingGlyphs { .. })),
            "{text}: {:?}",
            fitted.warnings
        );
        let glyphs = fitted.lines.iter().flat_map(|l| &l.glyphs);
        assert!(
            glyphs
                .clone()
                .all(|g| g.glyph != 0 && g.kind != Kind::Missing),
            "{text}"
        );
        for row in place::rows(&fitted, &area, 0.71 * fitted.size_px) {
            assert!(
                row.left_px >= area.text.left_px && row.right_px <= area.text.right_px,
                "{text}: {row:?}"
            );
            assert!(
                row.base_px - fitted.size_px * 0.71 >= area.text.top_px
                    && row.base_px <= area.text.bottom_px
            );
        }
    }
}

#[test]
fn layers_keep_off_the_middle_and_lie_on_even_pixels() {
    let Some(mut fonts) = fonts() else { return };
    let long = SAMPLES.map(|s| s.1).join(" ");
    for text in ["Pure gold", long.as_str()] {
        for style in [Style::Luxe, Style::Gold, Style::Clean] {
            let top = hook(&mut fonts, text, style, Position::Top);
            let bottom = hook(&mut fonts, text, style, Position::Bottom);
            assert!(top.y_px + top.image.height() <= 640);
            assert!(bottom.y_px >= 1120 && bottom.y_px + bottom.image.height() <= 1920);
            for layer in [top, bottom] {
                let sides = [
                    layer.x_px,
                    layer.y_px,
                    layer.image.width(),
                    layer.image.height(),
                ];
                assert!(sides.iter().all(|s| s % 2 == 0), "{sides:?}");
                assert!(layer.x_px + layer.image.width() <= 1080);
                assert!(layer.image.pixels().any(|p| p.0[3] == 255));
            }
        }
    }
}

#[test]
fn right_to_left_lines_begin_at_the_right() {
    let Some(mut fonts) = fonts() else { return };
    for text in [
        "مجموعة الذهب لمدة ساعة فقط: عرض حصري اليوم",
        "רק 24 שעות: קולקציית הזהב החדשה, 50% הנחה",
    ] {
        let (fitted, _) = fitted(&mut fonts, text);
        for line in 0..fitted.lines.len() {
            let (left, right) = edges(&fitted, line);
            assert!(right < left, "{text}, line {line}: {left} {right}");
        }
    }
}

#[test]
fn punctuation_of_another_face_stays_at_the_end_of_its_right_to_left_word() {
    let Some(mut fonts) = fonts() else { return };
    let text = "רק שעות:";
    let (fitted, _) = fitted(&mut fonts, text);
    assert_eq!(edges(&fitted, 0).0, text.find(':').unwrap());
}

#[test]
fn a_line_of_latin_in_an_arabic_text_keeps_the_text_s_direction() {
    let Some(mut fonts) = fonts() else { return };
    let text = "عرض:\nGOLD 24, اليوم";
    let (fitted, _) = fitted(&mut fonts, text);
    assert_eq!(fitted.lines.len(), 2);
    // The second paragraph begins with Latin letters, so it runs from left to right.
    assert_eq!(edges(&fitted, 1).0, 0);
}

#[test]
fn a_family_is_one_picture() {
    let Some(mut fonts) = fonts() else { return };
    if fonts.find("Noto Color Emoji", 400).is_none() {
        return;
    }
    let (fitted, _) = fitted(&mut fonts, "👨‍👩‍👧‍👦");
    assert_eq!(
        fitted.lines[0]
            .glyphs
            .iter()
            .filter(|g| g.kind == Kind::Emoji)
            .count(),
        1
    );
    let (fitted, _) = self::fitted(&mut fonts, "a ❤️ ✨ ©");
    let kinds: Vec<Kind> = fitted.lines[0].glyphs.iter().map(|g| g.kind).collect();
    assert_eq!(
        kinds.iter().filter(|k| **k == Kind::Emoji).count(),
        2,
        "{kinds:?}"
    );
}

#[test]
fn lines_are_balanced() {
    let Some(mut fonts) = fonts() else { return };
    let text =
        "Hand-finished 18k rings, set with ethical diamonds and free engraving until Sunday night";
    let (fitted, _) = fitted(&mut fonts, text);
    let widths: Vec<f32> = fitted.lines.iter().map(|l| l.width_px).collect();
    let widest = widths.iter().copied().fold(0.0, f32::max);
    assert!(
        widths.len() > 1 && widths.iter().all(|w| *w > 0.6 * widest),
        "{widths:?}"
    );
}

#[test]
fn more_text_is_never_set_larger() {
    let Some(mut fonts) = fonts() else { return };
    let words = "gold drop for the few who know ".repeat(16);
    let mut before = f32::INFINITY;
    for end in (4..=words.len().min(490)).step_by(27) {
        let (fitted, _) = fitted(&mut fonts, &words[..end]);
        assert!(fitted.size_px <= before, "{end}");
        before = fitted.size_px;
    }
    assert!((20.0..48.0).contains(&before));
}

#[test]
fn five_hundred_characters_fit_and_more_are_cut_with_an_ellipsis() {
    let Some(mut fonts) = fonts() else { return };
    for unit in ["W", "gold ", "金", "✨", "a\u{301}\u{302}\u{303}\u{304}"] {
        let text: String = unit
            .chars()
            .cycle()
            .take(500 * unit.chars().count())
            .collect();
        let text: String =
            unicode_segmentation::UnicodeSegmentation::graphemes(text.as_str(), true)
                .take(500)
                .collect();
        let (fitted, area) = fitted(&mut fonts, &text);
        let cut = fitted
            .warnings
            .iter()
            .any(|w| matches!(w, TextWarning::Truncated { .. }));
        assert!(!cut, "{unit}: {:?}", fitted.warnings);
        assert!(fitted.lines.len() as f32 * fitted.leading_px <= area.height_px());
    }
    let (fitted, _) = fitted(&mut fonts, &"W".repeat(8192));
    let dropped = fitted.warnings.iter().find_map(|w| match w {
        TextWarning::Truncated { kept, dropped } => Some(kept + dropped),
        _ => None,
    });
    assert_eq!(dropped, Some(8192));
}

#[test]
fn missing_characters_become_boxes_and_a_warning() {
    let Some(mut fonts) = fonts() else { return };
    let (fitted, _) = fitted(&mut fonts, "a\u{10FFFD}b");
    assert_eq!(
        fitted.warnings,
        [TextWarning::MissingGlyphs {
            count: 1,
            sample: "\u{10FFFD}".into()
        }]
    );
    assert_eq!(
        fitted.lines[0]
            .glyphs
            .iter()
            .filter(|g| g.kind == Kind::Missing)
            .count(),
        1
    );
}

#[test]
fn hostile_texts_end_in_a_layer_or_an_error() {
    let Some(mut fonts) = fonts() else { return };
    let request = |text| HookRequest {
        text,
        style: Style::Luxe,
        position: Position::Top,
        canvas_width_px: 360,
        canvas_height_px: 640,
    };
    assert_eq!(
        render_hook(&mut fonts, &request(" \u{0}\u{200D}\n")).unwrap_err(),
        TextError::NothingToShow
    );
    let private: String = (0..600)
        .filter_map(|i| char::from_u32(0xF0000 + i))
        .collect();
    let stacks = "e\u{301}\u{30A}\u{323}".repeat(1000);
    let controls = "\u{202E}\u{2067}א1\u{2066}b%".repeat(40);
    for text in [
        private.as_str(),
        &stacks,
        &controls,
        "\u{FE0F}\u{200D}\u{20E3}",
        "\u{301}\u{E0001}",
        "ﷺ".repeat(500).as_str(),
    ] {
        let layer = render_hook(&mut fonts, &request(text)).unwrap();
        assert!(layer.y_px + layer.image.height() <= 214);
    }
}

#[test]
fn the_same_request_gives_the_same_pixels() {
    let (Some(mut first), Some(mut second)) = (fonts(), fonts()) else {
        return;
    };
    let text = SAMPLES[0].1;
    hook(&mut second, SAMPLES[8].1, Style::Gold, Position::Top);
    let a = hook(&mut first, text, Style::Luxe, Position::Top);
    let b = hook(&mut second, text, Style::Luxe, Position::Top);
    assert_eq!((a.x_px, a.y_px), (b.x_px, b.y_px));
    assert!(a.image == b.image);
}

#[test]
fn a_smaller_canvas_shows_the_same_hook_smaller() {
    let Some(mut fonts) = fonts() else { return };
    let text = SAMPLES[0].1;
    let large = hook(&mut fonts, text, Style::Luxe, Position::Top);
    let request = HookRequest {
        text,
        style: Style::Luxe,
        position: Position::Top,
        canvas_width_px: 720,
        canvas_height_px: 1280,
    };
    let small = render_hook(&mut fonts, &request).unwrap();
    assert_eq!(small.lines, large.lines);
    assert!((small.font_size_px * 1.5 - large.font_size_px).abs() < 0.01);
    let off = (small.image.width() as f32 * 1.5 - large.image.width() as f32).abs();
    assert!(off < 20.0, "{off}");
}

#[test]
fn luxe_is_warm_white_and_gold() {
    let Some(mut fonts) = fonts() else { return };
    let layer = hook(&mut fonts, "GOLD", Style::Luxe, Position::Top);
    let opaque = |test: fn([u8; 4]) -> bool| {
        layer
            .image
            .pixels()
            .filter(|p| p.0[3] > 250 && test(p.0))
            .count()
    };
    let white = opaque(|[r, g, b, _]| r > 245 && g > 230 && b > 195);
    let gold = opaque(|[r, g, b, _]| r > 150 && b < 130 && r > g && g > b);
    assert!(white > 2000 && gold > 500, "{white} {gold}");
}
