//! Words that are not what they seem because of the scripts of their letters.
//!
//! `pаypal` with a Cyrillic `а` looks like `paypal` and names another file. So every word of a key keeps to one script,
//! or to scripts that one language writes together: the level "highly restrictive" of UTS #39 (section 5.2), asked of
//! each word alone, since file names combine words freely (`кольцо-gold.jpg`). A word ends at whatever is no letter,
//! digit or mark.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, ScriptExtension, UnicodeScript};

use super::KeyFault;
use crate::unicode::is_joiner;

/// Scripts of which one word may have letters of several.
const TOGETHER: [&[Script]; 3] = [
    &[
        Script::Latin,
        Script::Han,
        Script::Hiragana,
        Script::Katakana,
    ],
    &[Script::Latin, Script::Han, Script::Bopomofo],
    &[Script::Latin, Script::Han, Script::Hangul],
];

/// Letters that a person takes for Latin ones, by script: Cyrillic, Greek, Armenian, Cherokee, Lisu, Coptic. After the
/// Unicode Consortium's `confusables.txt`, less what only resembles a Latin letter from afar.
const LIKE_LATIN: [&str; 6] = [
    "асԁеһіјӏорԛѕухѵԝүАВСЕԌНІЈКӀМОРԚЅТХУѴԜҮ",
    "αινορυϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ",
    "ցզհյոսօՕՍՏԼ",
    "ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏂᏃᏎᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧᏮᏳᏴ",
    "ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ",
    "ⲀⲂⲎⲒⲔⲘⲚⲞⲟⲢⲣⲤⲥⲦⲨⲬⲝ",
];

/// Looks at every word of every part.
pub(super) fn check(key: &str) -> Result<(), KeyFault> {
    if key.is_ascii() {
        return Ok(());
    }
    key.split('/').try_for_each(check_part)
}

fn check_part(part: &str) -> Result<(), KeyFault> {
    let mixed = words(part).find(|word| is_mixed(word));
    if let Some(word) = mixed {
        return Err(KeyFault::MixedScripts(word.to_owned()));
    }
    // An extension is Latin whatever script the name before it is in.
    let name = part.rsplit_once('.').map_or(part, |(name, _)| name);
    if !words(name).any(|word| word.chars().any(|c| c.script() == Script::Latin)) {
        return Ok(());
    }
    match words(part).find(|word| is_disguised(word) && !shows_its_script(part, word)) {
        Some(word) => Err(KeyFault::Disguised(word.to_owned())),
        None => Ok(()),
    }
}

/// Whether another word of the part gives the script away, as in `кольцо с iPhone`.
fn shows_its_script(part: &str, word: &str) -> bool {
    words(part).any(|other| !is_disguised(other) && script_of(other) == script_of(word))
}

/// The script of the first letter.
fn script_of(word: &str) -> Option<Script> {
    let letter = word.chars().find(|c| c.is_alphabetic());
    letter.map(|c| c.script())
}

/// The words of a part. Joiners stand inside words and end none.
fn words(part: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_alphanumeric() || is_combining_mark(c) || is_joiner(c);
    part.split(move |c: char| !inside(c))
        .filter(|word| !word.is_empty())
}

fn is_mixed(word: &str) -> bool {
    let fits = is_of_one_script(word) || TOGETHER.iter().any(|set| is_written_with(word, set));
    !fits || is_of_two_widths(word) || has_digits_of_two_scripts(word)
}

/// Whether all characters can be of one script. Those of every script, and those too new to be known, always can.
fn is_of_one_script(word: &str) -> bool {
    let known = word
        .chars()
        .map(|c| c.script_extension())
        .filter(|scripts| !scripts.is_empty());
    let shared = known.fold(ScriptExtension::default(), ScriptExtension::intersection);
    !shared.is_empty()
}

fn is_written_with(word: &str, set: &[Script]) -> bool {
    word.chars().all(|c| {
        let scripts = c.script_extension();
        scripts.is_empty() || set.iter().any(|script| scripts.contains_script(*script))
    })
}

/// Full-width Latin letters beside plain ones: both are Latin, and each looks like the other.
fn is_of_two_widths(word: &str) -> bool {
    let wide = |c: char| matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ');
    word.contains(wide) && word.contains(|c: char| c.is_ascii_alphabetic())
}

/// Digits of two scripts in one word (UTS #39, section 5.3).
fn has_digits_of_two_scripts(word: &str) -> bool {
    let mut zeros = word.chars().filter_map(zero_of);
    let first = zeros.next();
    zeros.any(|zero| Some(zero) != first)
}

/// The zeros of the decimal digits in use today (general category Nd); each is followed by its nine others.
const ZEROS: [char; 26] = [
    '0', '\u{660}', '\u{6F0}', '\u{7C0}', '\u{966}', '\u{9E6}', '\u{A66}', '\u{AE6}', '\u{B66}',
    '\u{BE6}', '\u{C66}', '\u{CE6}', '\u{D66}', '\u{DE6}', '\u{E50}', '\u{ED0}', '\u{F20}',
    '\u{1040}', '\u{1090}', '\u{17E0}', '\u{1810}', '\u{1946}', '\u{19D0}', '\u{A8D0}', '\u{ABF0}',
    '\u{FF10}',
];

fn zero_of(c: char) -> Option<char> {
    let begins = |zero: char| (u32::from(zero)..u32::from(zero) + 10).contains(&u32::from(c));
    ZEROS.into_iter().find(|zero| begins(*zero))
}

/// Whether it has letters, and each of them looks like a Latin one without being one.
fn is_disguised(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(|c| LIKE_LATIN.iter().any(|list| list.contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_script_are_fine_beside_words_of_others() {
        for key in [
            "products/ring.jpg",
            "кольцо-gold.jpg",
            "gold-кольцо.jpg",
            "роса.jpg",
            "роса/роса.png",
            "δαχτυλίδι.png",
            "δαχτυλίδι gold.png",
            "מתנה-2024.jpg",
            "خاتم٢٤.webp",
            "खुशी२४.png",
            "แหวน/แหวน2.jpg",
            "Łódź-Straße-Çeşme.png",
            "iPhone15_ケース.jpg",
            "指輪Gold新作ﾘﾝｸﾞ.png",
            "반지Gold金.jpg",
            "тест-ring.jpg",
            "кольцо с iPhone.jpg",
            "ㄅㄆ金ring.jpg",
            "ＧＯＬＤ指輪.jpg",
            "می‌خواهم.jpg",
            "gold✨кольцо.png",
            "№5 Gold™ 5m².jpg",
            "ᏣᎳᎩ-gold.jpg",
        ] {
            assert_eq!(check(key), Ok(()), "{key:?}");
        }
    }

    #[test]
    fn a_word_of_two_scripts_is_refused() {
        for (key, word) in [
            ("pаypal.jpg", "pаypal"),
            ("gold/ring.jрg", "jрg"),
            ("gοld.png", "gοld"),
            ("gօld.png", "gօld"),
            ("ΑВС.png", "ΑВС"),
            ("خاتمgold.jpg", "خاتمgold"),
            ("แหวนx.jpg", "แหวนx"),
            ("ring٢.jpg", "ring٢"),
            ("gоｌd.jpg", "gоｌd"),
            ("goｌd.jpg", "goｌd"),
            ("かな반지.jpg", "かな반지"),
            ("2٢.jpg", "2٢"),
            ("१২.jpg", "१২"),
        ] {
            assert_eq!(
                check(key),
                Err(KeyFault::MixedScripts(word.into())),
                "{key:?}"
            );
        }
    }

    #[test]
    fn a_word_in_disguise_beside_latin_ones_is_refused() {
        for (key, word) in [
            ("gold-рох.jpg", "рох"),
            ("photo.ехе", "ехе"),
            ("ring ΟΚ.png", "ΟΚ"),
            ("top_ꓓꓳꓖ.png", "ꓓꓳꓖ"),
            ("a-օ.png", "օ"),
        ] {
            assert_eq!(check(key), Err(KeyFault::Disguised(word.into())), "{key:?}");
        }
    }

    #[test]
    fn no_listed_letter_is_latin_and_each_is_a_letter() {
        for list in LIKE_LATIN {
            let scripts: Vec<Script> = list.chars().map(|c| c.script()).collect();
            assert!(scripts.windows(2).all(|pair| pair[0] == pair[1]), "{list}");
            assert!(!scripts.contains(&Script::Latin), "{list}");
            assert!(list.chars().all(char::is_alphabetic), "{list}");
        }
    }

    #[test]
    fn digits_know_their_zero() {
        for zero in ZEROS {
            let nine = char::from_u32(u32::from(zero) + 9).expect("a digit");
            assert_eq!((zero_of(zero), zero_of(nine)), (Some(zero), Some(zero)));
            assert!(nine.is_numeric(), "{nine:?}");
        }
        assert_eq!((zero_of('/'), zero_of(':')), (None, None));
    }
}
