//! Texts of a foreign server, fit to be shown: a terminal obeys what it is sent, and a log is read line by line.

/// `text` on one line, at most `limit` characters of it, without what a terminal obeys or what makes a text look like
/// another one: control and format characters, marks of direction, spaces of no width. Joiners stay, since names are
/// written with them.
pub fn legible(text: &str, limit: usize) -> String {
    let shown = text.trim().chars().filter(|c| !is_invisible(*c)).map(|c| if breaks(c) { ' ' } else { c });
    shown.take(limit).collect()
}

fn breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_line_without_what_a_terminal_obeys() {
        assert_eq!(legible(" a\r\nb\u{1b}[31mc\u{2028}d\n", 100), "a  b [31mc d");
        assert_eq!(legible("abc\u{202e}txt.exe\u{2066}\u{feff}\u{200b}\u{e0041}", 100), "abctxt.exe");
    }

    #[test]
    fn joiners_stay_and_the_limit_counts_what_is_shown() {
        assert_eq!(legible("\u{646}\u{200c}\u{627}\u{200d}", 100), "\u{646}\u{200c}\u{627}\u{200d}");
        assert_eq!(legible("\u{200b}\u{200b}ab", 1), "a");
    }
}
