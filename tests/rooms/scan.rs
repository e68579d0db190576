//! Reads Rust source just well enough to see which paths it names. Comments, strings and characters are blanked first
//! ([`prose`](super::prose)), so a path in prose or in a message never counts. What it does not understand, on purpose: macros that build paths, and
//! `super::` inside an inline module (read as if it stood in the file itself).

use crate::prose::{blank_prose, is_word_char};

/// One path as the source names it (`crate::plan::Slot`), brace groups expanded, with the line it starts on.
#[derive(Debug, PartialEq, Eq)]
pub struct NamedPath {
    /// 1-based line of the path's last segment.
    pub line: usize,
    /// Segments in order; a glob ends before the `*`.
    pub segments: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    line: usize,
    text: String,
}

/// What stands in code between two of `;`, `{` and `}`.
#[derive(Debug, PartialEq, Eq)]
pub struct Fragment {
    /// 1-based line of the first token.
    pub line: usize,
    /// Words, `::`, and every other visible character by itself.
    pub tokens: Vec<String>,
}

/// The fragments of `source`, test modules left out.
pub fn fragments(source: &str) -> Vec<Fragment> {
    let tokens = without_tests(&tokens(&blank_prose(source)));
    let parts = tokens.split(|token| matches!(token.text.as_str(), ";" | "{" | "}"));
    let fragment = |part: &[Token]| {
        Some(Fragment {
            line: part.first()?.line,
            tokens: part.iter().map(|token| token.text.clone()).collect(),
        })
    };
    parts.filter_map(fragment).collect()
}

/// The words of a text that is no Rust, such as SQL, each with its line.
pub fn words(text: &str) -> Vec<(usize, String)> {
    let tokens = tokens(text).into_iter();
    tokens.map(|token| (token.line, token.text)).collect()
}

/// Every path in `source`, test modules included or not as asked.
pub fn paths(source: &str, with_tests: bool) -> Vec<NamedPath> {
    let mut tokens = tokens(&blank_prose(source));
    if !with_tests {
        tokens = without_tests(&tokens);
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = if is_word(&tokens[at].text) && !continues_a_path(&tokens, at) {
            expand(&tokens, at, &[], &mut found)
        } else {
            at + 1
        };
    }
    found
}

/// The lines on which the bare word `word` stands in code, tests included.
pub fn lines_with_word(source: &str, word: &str) -> Vec<usize> {
    let tokens = tokens(&blank_prose(source));
    tokens
        .iter()
        .filter(|token| token.text == word)
        .map(|token| token.line)
        .collect()
}

/// Turns `crate::`, `self::` and `super::` into segments from the crate's root; `None` for any other path.
/// `module` is where the path stands: `["plan", "slots"]` for `src/plan/slots.rs`.
pub fn from_crate_root(path: &[String], module: &[String]) -> Option<Vec<String>> {
    let supers = path
        .iter()
        .take_while(|segment| *segment == "super")
        .count();
    let (base, rest) = match path.first()?.as_str() {
        "crate" => (&module[..0], &path[1..]),
        "self" => (module, &path[1..]),
        "super" => (
            &module[..module.len().saturating_sub(supers)],
            &path[supers..],
        ),
        _ => return None,
    };
    Some(base.iter().chain(rest).cloned().collect())
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::`, and every other visible character by itself.
fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (index, text) in code.lines().enumerate() {
        let line = index + 1;
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
            let length = match word {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                length => length,
            };
            tokens.push(Token {
                line,
                text: rest[..length].to_owned(),
            });
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

/// Drops every item behind `#[cfg(test)]`: up to its closing brace, or its semicolon where it has no body.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let marked = tokens[at..].len() >= MARK.len()
            && tokens[at..]
                .iter()
                .zip(MARK)
                .all(|(token, mark)| token.text == mark);
        if marked {
            at = end_of_item(tokens, at + MARK.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" if depth <= 1 => return at + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Whether the word at `at` is a later segment, a field or a method, and so no path's first segment.
fn continues_a_path(tokens: &[Token], at: usize) -> bool {
    at > 0 && matches!(tokens[at - 1].text.as_str(), "::" | ".")
}

/// Reads the path at `at` behind `prefix`, adds it (or each of its brace group's members) and returns where it ends.
fn expand(tokens: &[Token], at: usize, prefix: &[String], found: &mut Vec<NamedPath>) -> usize {
    let mut segments = prefix.to_vec();
    let mut at = at;
    let mut line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            return expand_group(tokens, at + 1, &segments, found);
        }
        if !is_word(&token.text) {
            break;
        }
        line = token.line;
        segments.push(token.text.clone());
        at += 1;
        match tokens.get(at) {
            Some(token) if token.text == "::" => at += 1,
            _ => break,
        }
    }
    found.push(NamedPath { line, segments });
    at
}

fn expand_group(
    tokens: &[Token],
    start: usize,
    prefix: &[String],
    found: &mut Vec<NamedPath>,
) -> usize {
    let mut at = start;
    while let Some(token) = tokens.get(at) {
        at = match token.text.as_str() {
            "}" => return at + 1,
            // The new name of `as name` is no path.
            "as" => at + 2,
            text if is_word(text) || text == "{" => expand(tokens, at, prefix, found),
            _ => at + 1,
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(source: &str) -> Vec<String> {
        paths(source, false)
            .iter()
            .map(|path| path.segments.join("::"))
            .collect()
    }

    fn segments(path: &str) -> Vec<String> {
        path.split("::")
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn a_use_names_its_path() {
        assert_eq!(
            named("use crate::plan::Slot;"),
            ["use", "crate::plan::Slot"]
        );
    }

    #[test]
    fn a_path_in_an_expression_counts_as_well() {
        assert!(
            named("fn f() { let x = crate::media::open(p)?; }")
                .contains(&"crate::media::open".into())
        );
    }

    #[test]
    fn brace_groups_are_expanded_over_lines_and_levels() {
        let found =
            named("use crate::{\n    plan::{self, Slot as S},\n    media::*,\n};\nfn g() {}");
        for path in [
            "crate::plan::self",
            "crate::plan::Slot",
            "crate::media",
            "fn",
            "g",
        ] {
            assert!(found.contains(&path.to_owned()), "{path} not in {found:?}");
        }
        assert!(!found.contains(&"crate::plan::S".to_owned()));
    }

    #[test]
    fn prose_is_no_code() {
        let source = "// crate::a\n/* crate::b /* x */ crate::c */ \"crate::d \\\" crate::e\" \
                      r#\"crate::f \" crate::g\"# br\"crate::h\" '\"' '\\'' crate::z";
        assert_eq!(named(source), ["crate::z"]);
    }

    #[test]
    fn lifetimes_do_not_open_a_character() {
        assert!(
            named("fn f<'a>(x: &'a crate::plan::Plan) {}").contains(&"crate::plan::Plan".into())
        );
    }

    #[test]
    fn a_raw_name_is_not_a_raw_string() {
        assert!(
            named("let r#type = for_r\"text\"; crate::plan::A").contains(&"crate::plan::A".into())
        );
    }

    #[test]
    fn test_modules_are_left_out_unless_asked_for() {
        let source = "#[cfg(test)]\nmod tests { fn f() { crate::a::b() } }\n#[cfg(test)]\nmod more;\ncrate::c::d();";
        assert_eq!(named(source), ["crate::c::d"]);
        assert!(
            paths(source, true)
                .iter()
                .any(|path| path.segments[1..] == ["a", "b"])
        );
    }

    #[test]
    fn fragments_lie_between_semicolons_and_braces() {
        let source =
            "\nfn f() { let a = \"x\"; // b\n  a.0 }\n#[cfg(test)] mod tests { fn g() {} }";
        let found: Vec<(usize, String)> = fragments(source)
            .iter()
            .map(|one| (one.line, one.tokens.concat()))
            .collect();
        let expected = [(2, "fnf()"), (2, "leta="), (3, "a.0")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn lines_are_counted_from_one() {
        let found = paths("\n\nuse\n  crate::plan;\n", false);
        assert_eq!(
            found.iter().map(|path| path.line).collect::<Vec<_>>(),
            [3, 4]
        );
        assert_eq!(
            lines_with_word("// unsafe\nunsafe {}\nunsafe_code", "unsafe"),
            [2]
        );
    }

    #[test]
    fn relative_paths_resolve_from_the_root() {
        let module = segments("plan::slots");
        let resolve = |path| from_crate_root(&segments(path), &module).map(|path| path.join("::"));
        assert_eq!(
            resolve("crate::media::Clip").as_deref(),
            Some("media::Clip")
        );
        assert_eq!(resolve("self::Slot").as_deref(), Some("plan::slots::Slot"));
        assert_eq!(resolve("super::Slot").as_deref(), Some("plan::Slot"));
        assert_eq!(resolve("super::super::media").as_deref(), Some("media"));
        assert_eq!(resolve("std::fs"), None);
    }
}
