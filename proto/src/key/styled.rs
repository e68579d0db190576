//! Letters and digits in a style of their own, made for formulas: they look like plain ones and are others.

use unicode_normalization::UnicodeNormalization;

/// The plain letter or digit that the character can be taken for; of a Roman numeral its first.
pub(super) fn plain(c: char) -> Option<char> {
    let one_for_many = matches!(c, '\u{2160}'..='\u{217F}');
    match c {
        // Phonetic a and g, and a click.
        '\u{251}' => return Some('a'),
        '\u{261}' => return Some('g'),
        '\u{1C0}' => return Some('l'),
        // Letter-like symbols, mathematical alphanumerics, segmented digits.
        '\u{2100}'..='\u{214F}' | '\u{1D400}'..='\u{1D7FF}' | '\u{1FBF0}'..='\u{1FBF9}' => {}
        _ if one_for_many => {}
        _ => return None,
    }
    let mut form = [c].into_iter().nfkc();
    let first = form
        .next()
        .filter(|first| *first != c && first.is_alphanumeric())?;
    // Abbreviations such as U+2116 and U+2122 look like nothing else.
    (one_for_many || form.next().is_none()).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_seen_through() {
        for (styled, letter) in [
            ('𝐠', 'g'),
            ('𝓞', 'O'),
            ('𝟙', '1'),
            ('𝛼', 'α'),
            ('ℓ', 'l'),
            ('ℊ', 'g'),
            ('ⅼ', 'l'),
            ('Ⅻ', 'X'),
            ('ɑ', 'a'),
            ('\u{1FBF3}', '3'),
        ] {
            assert_eq!(plain(styled), Some(letter), "{styled}");
        }
    }

    #[test]
    fn no_letter_made_for_formulas_is_missed() {
        let letters = ('\u{1D400}'..='\u{1D7FF}').filter(|c| c.is_alphanumeric());
        assert_eq!(letters.filter(|c| plain(*c).is_none()).count(), 0);
    }

    #[test]
    fn what_people_type_is_left_alone() {
        for c in "aé9№™℃²ªⓐ①½ＡﾘəɛŋıßŒ指✨".chars() {
            assert_eq!(plain(c), None, "{c}");
        }
    }
}
