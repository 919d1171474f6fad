//! Markup that is put together from literals and from texts that can't break out of it.

use std::fmt::{self, Write as _};

use crate::console::columns;
use crate::digest::Sha256;

/// Longer texts are cut: the record has them whole.
const LONGEST: usize = 2_000;

/// HTML in the making.
#[derive(Debug, Default)]
pub(super) struct Html(pub(super) String);

impl Html {
    /// Adds what `put!` formats. Writing to a `String` does not fail.
    pub(super) fn add(&mut self, arguments: fmt::Arguments<'_>) {
        let _ = self.0.write_fmt(arguments);
    }
}

/// Adds literal markup with values in it. A value that comes from the record is wrapped in `text`.
macro_rules! put {
    ($html:expr, $($arguments:tt)*) => { $html.add(format_args!($($arguments)*)) };
}
pub(super) use put;

/// A text as HTML shows it, in an element or in a quoted attribute.
pub(super) fn text(text: &str) -> Text<'_> {
    Text(text)
}

/// A text of users within others, in an element: one that is read from the right leaves the numbers beside it where they are.
pub(super) fn isolated(whole: &str) -> String {
    if is_read_from_the_right(whole) {
        format!("<bdi>{}</bdi>", text(whole))
    } else {
        text(whole).to_string()
    }
}

/// The same where no element can stand: in an attribute, a title or a drawing
/// (<https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates>).
pub(super) fn marked(whole: &str) -> String {
    let shown = text(whole);
    if is_read_from_the_right(whole) { format!("\u{2068}{shown}\u{2069}") } else { shown.to_string() }
}

/// Whether letters of scripts that are read from the right stand in it, such as Hebrew and Arabic.
fn is_read_from_the_right(text: &str) -> bool {
    text.chars().any(|it| {
        matches!(it, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    })
}

/// What [`text`] returns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = 0;
        for (at, character) in self.0.char_indices() {
            // Most characters are of these, and are written together.
            if matches!(character, '(' ..= ';' | '?'..='~' | ' '..='!' | '#'..='%' | '=' | '\n' | '\t') {
                continue;
            }
            f.write_str(self.0.get(written..at).unwrap_or_default())?;
            written = at + character.len_utf8();
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // The pictures of control characters stand in their order in Unicode.
                '\0'..='\u{1f}' => {
                    f.write_char(char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'))?;
                }
                it if is_unseen(it) => write!(f, "⟨U+{:04X}⟩", u32::from(it))?,
                it => f.write_char(it)?,
            }
        }
        f.write_str(self.0.get(written..).unwrap_or_default())
    }
}

/// Characters that can't be seen, or reorder what can (<https://trojansource.codes>).
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

/// A text that may be long, and what was cut of it.
pub(super) fn shortened(whole: &str) -> String {
    shortened_to(whole, LONGEST)
}

/// A text of so many characters at most, and what was cut of it.
pub(super) fn shortened_to(whole: &str, most: usize) -> String {
    match whole.char_indices().nth(most) {
        None => isolated(whole),
        Some((end, _)) => format!(
            "{}… <em class=cut>cut here: {} bytes in all, SHA-256 {}</em>",
            isolated(whole.get(..end).unwrap_or_default()),
            whole.len(),
            Sha256::of(whole)
        ),
    }
}

/// `1 call`, `2 calls`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// What people call an ARN: its last part.
pub(super) fn short(arn: &str) -> &str {
    let mut parts = arn.splitn(6, ':');
    match (parts.next(), parts.nth(4)) {
        (Some("arn"), Some(last)) => last,
        _ => arn,
    }
}

/// A string of CSS.
pub(super) fn css(text: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || " .:-_/".contains(it);
    text.chars()
        .map(|it| if plain(it) { it.to_string() } else { format!("\\{:x} ", u32::from(it)) })
        .collect()
}

/// At most so many columns of a terminal: cut in its middle, since names often differ at their ends.
pub(super) fn cut(name: &str, most: usize) -> String {
    if columns(name) <= most {
        return name.to_owned();
    }
    let fitting = |characters: &mut dyn Iterator<Item = char>, room: usize| {
        let mut taken = String::new();
        for character in characters {
            taken.push(character);
            if columns(&taken) > room {
                taken.pop();
                break;
            }
        }
        taken
    };
    let start = fitting(&mut name.chars(), most / 2);
    let end = fitting(&mut name.chars().rev(), most - most / 2 - 1);
    format!("{start}…{}", end.chars().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_out() {
        let check = |raw: &str, shown: &str| assert_eq!(text(raw).to_string(), shown);
        check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
        check("\" onload='x' & co", "&quot; onload=&#39;x&#39; &amp; co");
        check("\u{1b}[31m\0", "␛[31m␀");
        check("admin\u{202e}nimda\u{200b}\u{85}", "admin⟨U+202E⟩nimda⟨U+200B⟩⟨U+0085⟩");
        check("用户 Zoë", "用户 Zoë");
        check("a\tb\nc", "a\tb\nc");
        let ascii: String = (' '..='~').filter(|it| !"&<>\"'".contains(*it)).collect();
        check(&ascii, &ascii);
    }

    #[test]
    fn what_is_read_from_the_right_moves_nothing_beside_it() {
        assert_eq!(isolated("עברית <b>"), "<bdi>עברית &lt;b&gt;</bdi>");
        assert_eq!(marked("كشف"), "\u{2068}كشف\u{2069}");
        assert_eq!((isolated("用户 Zoë"), marked("main-user")), ("用户 Zoë".into(), "main-user".into()));
    }

    #[test]
    fn what_is_cut_is_named() {
        let whole = "é".repeat(LONGEST + 1);
        assert!(shortened(&whole).contains(&format!("4002 bytes in all, SHA-256 {}", Sha256::of(&whole))));
        assert_eq!(shortened("short"), "short");
    }

    #[test]
    fn long_names_keep_their_ends() {
        assert_eq!(cut("main-user", 23), "main-user");
        assert_eq!(cut("a-very-long-name-of-a-bucket-001", 23), "a-very-long…-bucket-001");
        assert_eq!(cut("用户可以上传可以上传可以上传", 11), "用户…可以…".replace("可以…", "上传"));
    }

    #[test]
    fn arns_are_called_by_their_last_part() {
        assert_eq!(short("arn:aws:iam::111122223333:user/main-user"), "user/main-user");
        assert_eq!(short("arn:aws:s3:::testing-s3/a:b"), "testing-s3/a:b");
        assert_eq!(short("anonymous"), "anonymous");
    }

    #[test]
    fn strings_of_styles_do_not_end_early() {
        assert_eq!(css("a\"}</style>"), "a\\22 \\7d \\3c /style\\3e ");
    }
}
