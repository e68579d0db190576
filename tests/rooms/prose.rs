//! What of Rust source is no code: comments, strings and characters.

/// Every string literal of `source` as it is written, with the line that it begins on.
pub fn strings(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let (mut rest, mut line, mut after_word) = (source, 1, false);
    while let Some(first) = rest.chars().next() {
        let prose = prose_length(rest, after_word);
        let (taken, tail) = rest.split_at(prose.unwrap_or(first.len_utf8()));
        // The rest of what counts as prose are comments and characters.
        if prose.is_some() && !matches!(first, '/' | '\'') {
            found.push((line, taken.to_owned()));
        }
        line += taken.matches('\n').count();
        after_word = taken.chars().next_back().is_some_and(is_word_char);
        rest = tail;
    }
    found
}

/// Replaces the insides of comments, strings and character literals by spaces; line breaks stay.
pub fn blank_prose(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let after_word = out.chars().next_back().is_some_and(is_word_char);
        let (length, is_code) = match prose_length(rest, after_word) {
            Some(length) => (length, false),
            None => (first.len_utf8(), true),
        };
        let (head, tail) = rest.split_at(length);
        if is_code {
            out.push_str(head);
        } else {
            out.extend(head.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = tail;
    }
    out
}

/// Bytes of the comment or literal that `rest` starts with. `after_word` tells `r"` of a raw string from the end of a name.
fn prose_length(rest: &str, after_word: bool) -> Option<usize> {
    if rest.starts_with("//") {
        Some(rest.find('\n').unwrap_or(rest.len()))
    } else if rest.starts_with("/*") {
        Some(block_comment_length(rest))
    } else if rest.starts_with('"') {
        Some(string_length(rest))
    } else if rest.starts_with('\'') {
        character_length(rest)
    } else if rest.starts_with('r') && !after_word {
        raw_string_length(rest)
    } else if (rest.starts_with("br") || rest.starts_with("cr")) && !after_word {
        raw_string_length(&rest[1..]).map(|length| length + 1)
    } else {
        None
    }
}

fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn raw_string_length(rest: &str) -> Option<usize> {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    let body = rest[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(
        body.find(&close)
            .map_or(rest.len(), |at| 2 + hashes + at + close.len()),
    )
}

/// A quote opens a character (`'a'`, `'\n'`) or a lifetime (`'a`), which is code.
fn character_length(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        let (start, _) = chars.next()?;
        return rest[start + 1..].find('\'').map(|at| start + 1 + at + 1);
    }
    let (at, second) = chars.next()?;
    (second == '\'').then_some(at + 1)
}

/// Whether names may have this character.
pub fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_with_their_lines() {
        let source =
            "// \"a\"\nf(\"b \\\" c\", 'd', '\"',\n  r#\"e\n\"#, b\"g\"); /* \"h\" */ \"i\"";
        let expected = [
            (2, "\"b \\\" c\""),
            (3, "r#\"e\n\"#"),
            (4, "\"g\""),
            (4, "\"i\""),
        ];
        let found = strings(source);
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    }
}
