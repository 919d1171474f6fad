//! Where in a JSON text that is being written a position is: in which member of which object, and in which string.

/// A place in a text that ends there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The names of the members around it, outermost first.
    pub(crate) path: Vec<String>,
    /// The string that the text ends in, as far as it is written; `None`: it ends between strings.
    pub(crate) string: Option<String>,
    /// Whether that string is the name of a member.
    pub(crate) is_name: bool,
}

enum Frame {
    /// An object, with the member whose value is being written.
    Object(Option<String>),
    Array,
}

/// The end of `text`.
pub(crate) fn cursor(text: &str) -> Cursor {
    let mut frames: Vec<Frame> = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '{' => frames.push(Frame::Object(None)),
            '[' => frames.push(Frame::Array),
            '}' | ']' => {
                frames.pop();
                ended(&mut frames);
            }
            ',' => ended(&mut frames),
            '"' => {
                let (string, is_closed) = string(&mut letters);
                let is_name = matches!(frames.last(), Some(Frame::Object(None)));
                if !is_closed {
                    return Cursor { path: path(&frames), string: Some(string), is_name };
                }
                if let Some(Frame::Object(member @ None)) = frames.last_mut() {
                    *member = Some(string);
                }
            }
            _ => {}
        }
    }
    Cursor { path: path(&frames), string: None, is_name: false }
}

/// A value is written: what follows in its object is a name again.
fn ended(frames: &mut [Frame]) {
    if let Some(Frame::Object(member)) = frames.last_mut() {
        *member = None;
    }
}

/// What is left of a string behind its opening quotes.
fn string(letters: &mut std::str::Chars<'_>) -> (String, bool) {
    let mut string = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return (string, true),
            '\\' => string.extend(letters.next()),
            letter => string.push(letter),
        }
    }
    (string, false)
}

fn path(frames: &[Frame]) -> Vec<String> {
    let name = |frame: &Frame| match frame {
        Frame::Object(member) => member.clone(),
        Frame::Array => None,
    };
    frames.iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, path: &[&str], string: Option<&str>, is_name: bool) {
        let path = path.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(cursor(text), Cursor { path, string: string.map(str::to_owned), is_name }, "{text}");
    }

    #[test]
    fn a_cursor_knows_where_it_is() {
        check("", &[], None, false);
        check("{\"Ver", &[], Some("Ver"), true);
        check("{\"Version\": \"20", &["Version"], Some("20"), false);
        check(
            "{\"a\": 1, \"Statement\": [{\"Action\": [\"x\", \"s3:",
            &["Statement", "Action"],
            Some("s3:"),
            false,
        );
        check("{\"Statement\": [{\"Action\": [\"x\"], \"", &["Statement"], Some(""), true);
        check("{\"Condition\": {\"Bool\": {\"aws:", &["Condition", "Bool"], Some("aws:"), true);
        check("{\"a\": {\"b\": 1}, \"c\\\"d", &[], Some("c\"d"), true);
        check("{\"a\": \"b\" ", &["a"], None, false);
    }
}
