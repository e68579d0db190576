//! White space round and between lines.

use crate::limits::MAX_NEWLINES_IN_A_ROW;

/// Trims every line and the whole, and keeps at most [`MAX_NEWLINES_IN_A_ROW`] line breaks in a row.
/// Spaces at the edge of a line would push a centred line off its centre.
pub(super) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut breaks = 0;
    for line in text.split('\n').map(str::trim) {
        if !line.is_empty() {
            if !tidied.is_empty() {
                tidied.extend(std::iter::repeat_n('\n', breaks.min(MAX_NEWLINES_IN_A_ROW)));
            }
            tidied.push_str(line);
            breaks = 0;
        }
        breaks += 1;
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_lines_and_the_whole() {
        assert_eq!(tidy("\n\n  a \u{3000}\n\u{A0}b  c \n\n"), "a\nb  c");
        assert_eq!(tidy(" \n "), "");
    }

    #[test]
    fn collapses_runs_of_newlines() {
        assert_eq!(tidy("a\nb\n\nc\n\n\nd\n \n \n \ne"), "a\nb\n\nc\n\nd\n\ne");
    }
}
