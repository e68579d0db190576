//! Direction controls: balanced pairs are typography, lone ones reverse what they should not.

/// Takes out every embedding, override, isolate and end mark that has no partner in its own line,
/// since a line is a paragraph to the bidirectional algorithm (UAX #9, X1 to X8). What remains nests
/// properly. Plain marks (U+200E, U+200F, U+061C) have no partner and stay.
pub(super) fn keep_balanced(text: &str) -> String {
    let mut balanced = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let lone = lone_controls(line);
        balanced.extend(
            line.char_indices()
                .filter(|(at, _)| !lone.contains(at))
                .map(|(_, c)| c),
        );
    }
    balanced
}

/// Where the controls without a partner stand in `line`, in bytes, in rising order per kind.
fn lone_controls(line: &str) -> std::collections::BTreeSet<usize> {
    let mut lone = std::collections::BTreeSet::new();
    let mut open: Vec<(usize, Kind)> = Vec::new();
    for (at, c) in line.char_indices() {
        match c {
            '\u{202A}' | '\u{202B}' | '\u{202D}' | '\u{202E}' => open.push((at, Kind::Embedding)),
            '\u{2066}'..='\u{2068}' => open.push((at, Kind::Isolate)),
            '\u{202C}' => match open.last() {
                Some((_, Kind::Embedding)) => drop(open.pop()),
                // An isolate shields the embeddings around it from this end mark.
                _ => drop(lone.insert(at)),
            },
            '\u{2069}' => close_isolate(at, &mut open, &mut lone),
            _ => {}
        }
    }
    lone.extend(open.into_iter().map(|(at, _)| at));
    lone
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Embedding,
    Isolate,
}

/// Closes the innermost isolate, and with it the embeddings left open inside, which thus stay lone.
fn close_isolate(
    at: usize,
    open: &mut Vec<(usize, Kind)>,
    lone: &mut std::collections::BTreeSet<usize>,
) {
    match open.iter().rposition(|(_, kind)| *kind == Kind::Isolate) {
        Some(isolate) => lone.extend(open.drain(isolate..).skip(1).map(|(at, _)| at)),
        None => drop(lone.insert(at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LRE: char = '\u{202A}';
    const RLO: char = '\u{202E}';
    const PDF: char = '\u{202C}';
    const RLI: char = '\u{2067}';
    const FSI: char = '\u{2068}';
    const PDI: char = '\u{2069}';

    fn string(chars: &[char]) -> String {
        chars.iter().collect()
    }

    #[test]
    fn balanced_pairs_stay() {
        for chars in [
            &[LRE, 'a', PDF][..],
            &[RLI, 'a', RLO, 'b', PDF, PDI],
            &[FSI, 'a', PDI, '\n', RLI, 'b', PDI],
            &['\u{200F}', 'a', '\u{200E}'],
        ] {
            assert_eq!(keep_balanced(&string(chars)), string(chars));
        }
    }

    #[test]
    fn lone_controls_go() {
        for chars in [
            &[RLO, 'a'][..],
            &['a', PDF],
            &['a', PDI],
            &[RLI, 'a'],
            &[RLO, PDI, 'a'],
            &[RLI, PDF, 'a'],
            &[RLO, '\n', PDF, 'a'],
        ] {
            let plain: String = chars.iter().filter(|c| matches!(c, 'a' | '\n')).collect();
            assert_eq!(keep_balanced(&string(chars)), plain, "{chars:?}");
        }
    }

    #[test]
    fn an_isolate_ends_what_was_opened_inside() {
        let text = string(&[RLI, RLO, 'a', PDI, PDF]);
        assert_eq!(keep_balanced(&text), string(&[RLI, 'a', PDI]));
    }

    #[test]
    fn an_isolate_shields_what_was_opened_outside() {
        let text = string(&[RLO, RLI, PDF, 'a', PDI, PDF]);
        assert_eq!(keep_balanced(&text), string(&[RLO, RLI, 'a', PDI, PDF]));
    }
}
