//! What a machine offers for each kind of text, for people and for `doctor`.

use super::scripts::{DEVANAGARI, EMOJI, HEBREW, LATIN, SIMPLIFIED, THAI, script_of};

/// One kind of text and the best installed family for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontRole {
    /// `display serif`, `sans`, `arabic`, `hebrew`, `devanagari`, `thai`, `cjk` or `emoji`.
    pub role: &'static str,
    /// The family a hook would use, or `None` where that text would come out as boxes or in a lesser face.
    pub found: Option<String>,
}

/// Asks for each role which of its families is installed.
pub(super) fn inventory(installed: impl Fn(&str) -> bool) -> Vec<FontRole> {
    let arabic = script_of('ع', &SIMPLIFIED).map_or(&[][..], |s| s.serif);
    let roles: [(&'static str, &[&str]); 8] = [
        ("display serif", &LATIN.serif[..2]),
        ("sans", &LATIN.sans[..2]),
        ("arabic", arabic),
        ("hebrew", HEBREW.serif),
        ("devanagari", DEVANAGARI.serif),
        ("thai", THAI.serif),
        ("cjk", SIMPLIFIED.serif),
        ("emoji", EMOJI),
    ];
    let best = |families: &[&str]| {
        families
            .iter()
            .find(|f| installed(f))
            .map(|f| (*f).to_owned())
    };
    roles
        .map(|(role, families)| FontRole {
            role,
            found: best(families),
        })
        .into()
}

#[cfg(test)]
mod tests {
    use super::inventory;

    #[test]
    fn each_role_names_its_best_family_or_none() {
        let roles = inventory(|f| f == "Noto Serif" || f == "Noto Color Emoji");
        assert_eq!(roles.len(), 8);
        assert_eq!(roles[0].found.as_deref(), Some("Noto Serif"));
        assert_eq!(roles[7].found.as_deref(), Some("Noto Color Emoji"));
        assert!(roles[1..7].iter().all(|r| r.found.is_none()));
    }
}
