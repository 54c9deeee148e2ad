//! A client's name for a file, made fit to be shown. It is never a path.

/// The longest name in bytes: what most file systems take.
const LONGEST: usize = 255;
/// An ending that is longer is no ending.
const LONGEST_ENDING: usize = 16;

/// The last part of what may be a path, without control characters, line breaks and changes of direction; `file` when
/// nothing is left.
pub(super) fn clean(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|letter| !is_hidden(*letter)).collect();
    let shown = shown.trim();
    if shown.trim_matches('.').is_empty() {
        return "file".to_owned();
    }
    shorten(shown)
}

fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{feff}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The ending stays, since people go by it.
fn shorten(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let ending = name
        .rfind('.')
        .map(|dot| &name[dot..])
        .filter(|ending| ending.len() <= LONGEST_ENDING)
        .unwrap_or_default();
    let stem = &name[..name.floor_char_boundary(LONGEST - ending.len())];
    [stem, ending].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        for (given, shown) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\alice\\cat.jpg", "cat.jpg"),
            ("/", "file"),
            ("", "file"),
            ("..", "file"),
            (". .", ". ."),
            ("   ", "file"),
            (".bashrc", ".bashrc"),
            ("a b.txt", "a b.txt"),
            ("Übersicht.pdf", "Übersicht.pdf"),
        ] {
            assert_eq!(clean(given), shown, "{given:?}");
        }
    }

    #[test]
    fn a_name_cannot_break_a_line_or_pose_as_another_one() {
        assert_eq!(clean("a\r\nX: y"), "aX: y");
        assert_eq!(clean("a\0b\u{7f}\u{85}\u{2028}c"), "abc");
        assert_eq!(clean("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(clean("\u{2066}\u{feff}"), "file");
    }

    #[test]
    fn a_long_name_keeps_its_ending_and_its_letters_whole() {
        let shown = clean(&format!("{}.docx", "ä".repeat(300)));
        assert!(shown.len() <= LONGEST);
        assert!(shown.ends_with("ä.docx"), "{shown}");
        assert_eq!(clean(&"x".repeat(256)).len(), LONGEST);
        assert!(clean(&format!("a.{}", "€".repeat(200))).len() <= LONGEST);
    }
}
