//! Gives each user-perceived character of a text its face, so that shaping never meets a character its face lacks.

use std::{collections::HashMap, ops::Range};

use unicode_segmentation::UnicodeSegmentation;

use super::{
    clean::{Cleaned, is_ignorable},
    emoji::is_emoji,
    error::TextWarning,
    fonts::FontLibrary,
    request::Style,
    scripts::{EMOJI, LATIN, SYMBOLS, Script, han_of, script_of},
};

/// Stands in the text for a character that no font has; it is drawn as a plain box whatever its glyph is.
const STAND_IN: char = '\u{25A1}';
/// Size of a colour emoji relative to the letters: its picture then just overtops the capitals.
const EMOJI_SCALE: f32 = 0.8;
/// How many missing characters a warning quotes.
const SAMPLE: usize = 8;

/// How a cluster is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As outlines, with the style's fill and edge.
    Text,
    /// As a colour picture.
    Emoji,
    /// As a plain box.
    Missing,
}

/// One user-perceived character and how it is set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cluster {
    /// Bytes of the paragraph.
    pub range: Range<usize>,
    /// Index of the face in the library.
    pub face: usize,
    pub kind: Kind,
    /// Size relative to the hook's.
    pub scale: f32,
    /// Distance of base lines it needs, in em.
    pub leading: f32,
    /// Whether it may be spaced out.
    pub tracked: bool,
}

/// A paragraph whose every cluster has a face.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Paragraph {
    pub text: String,
    pub clusters: Vec<Cluster>,
}

/// Gives a cleaned text its faces.
pub(super) fn itemize(
    fonts: &mut FontLibrary,
    cleaned: &Cleaned,
    style: Style,
    warnings: &mut Vec<TextWarning>,
) -> Vec<Paragraph> {
    let text = cleaned.paragraphs.concat();
    let mut itemizer = Itemizer::new(fonts, &text, style);
    itemizer.search_rare(&text);
    let paragraphs = cleaned
        .paragraphs
        .iter()
        .map(|p| itemizer.paragraph(p))
        .collect();
    itemizer.report(warnings);
    paragraphs
}

struct Itemizer<'a> {
    fonts: &'a mut FontLibrary,
    style: Style,
    han: &'static Script,
    rare: HashMap<char, usize>,
    missing: Vec<String>,
    emoji_font_missing: bool,
    fallbacks: Vec<(String, String)>,
}

impl<'a> Itemizer<'a> {
    fn new(fonts: &'a mut FontLibrary, text: &str, style: Style) -> Self {
        Self {
            fonts,
            style,
            han: han_of(text),
            rare: HashMap::new(),
            missing: Vec::new(),
            emoji_font_missing: false,
            fallbacks: Vec::new(),
        }
    }

    fn weight(&self) -> u16 {
        match self.style {
            Style::Luxe | Style::Gold | Style::Clean => 700,
        }
    }

    fn families(&self, script: &'static Script) -> &'static [&'static str] {
        if self.style == Style::Clean {
            script.sans
        } else {
            script.serif
        }
    }

    /// Looks through the whole installation, once, for characters that no family of the tables has.
    fn search_rare(&mut self, text: &str) {
        let mut rare: Vec<char> = Vec::new();
        for c in text
            .chars()
            .filter(|c| !is_ignorable(*c) && !c.is_whitespace())
        {
            if !rare.contains(&c) && self.by_tables(c).is_none() {
                rare.push(c);
            }
        }
        self.rare = self.fonts.search(&rare, self.weight());
    }

    fn by_tables(&mut self, c: char) -> Option<(usize, &'static Script)> {
        let script = script_of(c, self.han).unwrap_or(&LATIN);
        let families = self.families(script).iter().chain(SYMBOLS);
        let weight = self.weight();
        let faces: Vec<usize> = families
            .filter_map(|f| self.fonts.find(f, weight))
            .collect();
        let face = faces.into_iter().find(|&f| self.fonts.covers(f, c))?;
        Some((face, script))
    }

    fn paragraph(&mut self, source: &str) -> Paragraph {
        let mut paragraph = Paragraph {
            text: String::with_capacity(source.len()),
            clusters: Vec::new(),
        };
        let mut before = None;
        for grapheme in source.graphemes(true) {
            let (written, cluster) = self.cluster(grapheme, before);
            if written.is_empty() {
                continue;
            }
            let start = paragraph.text.len();
            paragraph.text.push_str(&written);
            if cluster.kind == Kind::Text {
                before = Some((cluster.face, cluster.scale));
            }
            paragraph.clusters.push(Cluster {
                range: start..paragraph.text.len(),
                ..cluster
            });
        }
        paragraph
    }

    /// The face of one grapheme, and the grapheme without the marks that face cannot show.
    fn cluster(&mut self, grapheme: &str, before: Option<(usize, f32)>) -> (String, Cluster) {
        if is_emoji(grapheme)
            && let Some(cluster) = self.emoji(grapheme)
        {
            return (grapheme.to_owned(), cluster);
        }
        // The base is what can be seen; selectors and joiners have no picture.
        let Some(base) = grapheme.chars().find(|c| !is_ignorable(*c)) else {
            return self.invisible(grapheme, before);
        };
        let script = script_of(base, self.han);
        if script.is_none()
            && !base.is_alphanumeric()
            && let Some((face, scale)) = before
            && self.covers_all(face, grapheme)
        {
            // Punctuation and spaces belong to the word before them.
            return (
                grapheme.to_owned(),
                text_cluster(face, script.unwrap_or(&LATIN), scale),
            );
        }
        let script = script.unwrap_or(&LATIN);
        let Some(face) = self.text_face(base, grapheme, script) else {
            self.missing.push(grapheme.to_owned());
            return (STAND_IN.to_string(), self.stand_in());
        };
        let written = grapheme
            .chars()
            .filter(|&c| is_ignorable(c) || self.fonts.covers(face, c))
            .collect();
        (written, text_cluster(face, script, script.scale))
    }

    fn emoji(&mut self, grapheme: &str) -> Option<Cluster> {
        let face = EMOJI.iter().find_map(|f| self.fonts.find(f, 400));
        self.emoji_font_missing |= face.is_none();
        let base = grapheme.chars().next()?;
        let face = face.filter(|&f| self.fonts.covers(f, base))?;
        let (scale, leading) = (EMOJI_SCALE, LATIN.leading);
        Some(Cluster {
            range: 0..0,
            face,
            kind: Kind::Emoji,
            scale,
            leading,
            tracked: true,
        })
    }

    /// A lone selector, joiner or bidi control: it takes no room but may matter to its neighbours.
    fn invisible(&mut self, grapheme: &str, before: Option<(usize, f32)>) -> (String, Cluster) {
        let (face, scale) = before.unwrap_or((self.primary(), 1.0));
        let cluster = Cluster {
            tracked: false,
            ..text_cluster(face, &LATIN, scale)
        };
        (grapheme.to_owned(), cluster)
    }

    fn stand_in(&mut self) -> Cluster {
        Cluster {
            kind: Kind::Missing,
            ..text_cluster(self.primary(), &LATIN, 1.0)
        }
    }

    /// The face of the style's own letters; any text face where none of the wanted is installed.
    fn primary(&mut self) -> usize {
        self.by_tables('n')
            .map(|(f, _)| f)
            .or_else(|| self.rare.get(&'n').copied())
            .unwrap_or_else(|| {
                let any = self.fonts.search(&['n', '0', ' '], 400);
                any.values().min().copied().unwrap_or(0)
            })
    }

    /// The first family that shows the whole grapheme, or else one that shows its base.
    fn text_face(&mut self, base: char, grapheme: &str, script: &'static Script) -> Option<usize> {
        let weight = self.weight();
        let families = self.families(script);
        for family in families.iter().chain(SYMBOLS) {
            if let Some(face) = self.fonts.find(family, weight)
                && self.covers_all(face, grapheme)
            {
                self.note_fallback(families[0], face);
                return Some(face);
            }
        }
        self.by_tables(base)
            .map(|(face, _)| face)
            .or_else(|| self.rare.get(&base).copied())
    }

    fn covers_all(&mut self, face: usize, grapheme: &str) -> bool {
        grapheme
            .chars()
            .all(|c| is_ignorable(c) || self.fonts.covers(face, c))
    }

    /// Remembers that a wanted family is not installed (not that it merely lacks a character).
    fn note_fallback(&mut self, wanted: &str, face: usize) {
        let used = &self.fonts.face(face).family;
        if used != wanted && !self.fallbacks.iter().any(|(w, _)| w == wanted) {
            let used = used.clone();
            if self.fonts.find(wanted, self.weight()).is_none() {
                self.fallbacks.push((wanted.to_owned(), used));
            }
        }
    }

    fn report(self, warnings: &mut Vec<TextWarning>) {
        if self.emoji_font_missing {
            warnings.push(TextWarning::EmojiFontMissing);
        }
        for (wanted, used) in self.fallbacks {
            warnings.push(TextWarning::FallbackFace { wanted, used });
        }
        if !self.missing.is_empty() {
            let sample = self
                .missing
                .iter()
                .take(SAMPLE)
                .map(String::as_str)
                .collect();
            warnings.push(TextWarning::MissingGlyphs {
                count: self.missing.len(),
                sample,
            });
        }
    }
}

fn text_cluster(face: usize, script: &Script, scale: f32) -> Cluster {
    let (leading, tracked) = (script.leading, script.tracked);
    Cluster {
        range: 0..0,
        face,
        kind: Kind::Text,
        scale,
        leading,
        tracked,
    }
}
