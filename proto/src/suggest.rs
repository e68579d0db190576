//! "Did you mean ...?"

/// Names longer than this are compared by their beginning only, which bounds the work.
const MAX_COMPARED_CHARS: usize = 40;

/// The known name that `given` most likely meant: the same but for case, `-` and `_`, or at most a
/// third of its letters away; `None` where nothing is near.
pub(crate) fn nearest<'k>(
    given: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let given = fold(given);
    let scored = known
        .into_iter()
        .map(|name| (score(&given, &fold(name)), name));
    let (distance, name) = scored.min_by_key(|(distance, _)| *distance)?;
    let allowed = (fold(name).len().max(given.len()) / 3).max(1);
    (distance <= allowed).then_some(name)
}

/// Edit distance, but 1 where one name begins with the other (`duration` for `duration_s`).
fn score(given: &[char], name: &[char]) -> usize {
    let shorter = given.len().min(name.len());
    if shorter >= 4 && given[..shorter] == name[..shorter] {
        return given.len().abs_diff(name.len()).min(1);
    }
    edit_distance(given, name)
}

fn fold(name: &str) -> Vec<char> {
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    letters
        .flat_map(char::to_lowercase)
        .take(MAX_COMPARED_CHARS)
        .collect()
}

/// Insertions, deletions and substitutions between two words (Levenshtein 1966, two rows).
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 5] = ["images", "audio", "overlay", "text_overlay", "duration_s"];

    #[test]
    fn finds_what_was_meant() {
        for (given, meant) in [
            ("image", "images"),
            ("Audio", "audio"),
            ("textOverlay", "text_overlay"),
            ("duration", "duration_s"),
            ("overaly", "overlay"),
        ] {
            assert_eq!(nearest(given, KNOWN), Some(meant), "{given}");
        }
    }

    #[test]
    fn says_nothing_where_nothing_is_near() {
        assert_eq!(nearest("watermark", KNOWN), None);
        assert_eq!(nearest("", KNOWN), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn counts_edits() {
        let chars = |s: &str| s.chars().collect::<Vec<_>>();
        assert_eq!(edit_distance(&chars("kitten"), &chars("sitting")), 3);
        assert_eq!(edit_distance(&[], &chars("abc")), 3);
    }
}
