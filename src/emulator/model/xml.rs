//! XML as the AWS protocols use it: a tree to read from, a string to write to.

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element with its text and children; name spaces are left out.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The root element of a document; `None` where it is not well-formed.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_str(std::str::from_utf8(bytes).ok()?);
        let mut open: Vec<Self> = Vec::new();
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => open.push(Self::begin(&start)?),
                Event::Empty(start) => {
                    let element = Self::begin(&start)?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => return Some(element),
                    }
                }
                Event::End(_) => {
                    let element = open.pop()?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => return Some(element),
                    }
                }
                // Before the root there may be blanks.
                Event::Text(text) if open.is_empty() && text.trim().is_empty() => {}
                Event::Text(text) => open.last_mut()?.text.push_str(&text),
                Event::CData(data) => open.last_mut()?.text.push_str(&data),
                Event::GeneralRef(reference) => {
                    let letter = match reference.resolve_char_ref().ok()? {
                        Some(letter) => letter.to_string(),
                        None => quick_xml::escape::resolve_predefined_entity(&reference)?.to_owned(),
                    };
                    open.last_mut()?.text.push_str(&letter);
                }
                // A document type could define entities; no service sends or takes one.
                Event::DocType(_) | Event::Eof => return None,
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            }
            if open.len() > 32 {
                return None;
            }
        }
    }

    fn begin(start: &quick_xml::events::BytesStart<'_>) -> Option<Self> {
        let name = start.local_name().as_ref().to_owned();
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.ok()?;
            let key = attribute.key.as_ref().to_owned();
            let value = attribute.value.clone().into_owned();
            attributes.push((key, value));
        }
        Some(Self { name, attributes, ..Self::default() })
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// Text with the five characters that mean something in XML, and control characters, escaped.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            letter if letter < ' ' && letter != '\t' && letter != '\n' => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Writes elements one after the other.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) text: String,
}

impl Writer {
    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            self.text.push_str(&format!(" {key}=\"{}\"", escape(value)));
        }
        self.text.push('>');
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    pub(crate) fn leaf(&mut self, name: &str, text: &str) {
        self.open(name, &[]);
        self.text.push_str(&escape(text));
        self.close(name);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read() {
        let root =
            Element::parse(b"<?xml version=\"1.0\"?><a xmlns=\"u\"><b>x &amp; &#65;</b><b/></a>").unwrap();
        assert_eq!(root.name, "a");
        assert_eq!(root.children.len(), 2);
        assert_eq!(root.child("b").unwrap().text, "x & A");
    }

    #[test]
    fn blanks_are_allowed_before_the_root() {
        assert_eq!(Element::parse(b"\n  <a> <b/> </a>\n").unwrap().children.len(), 1);
        assert!(Element::parse(b"x <a/>").is_none());
    }

    #[test]
    fn what_is_not_a_document_is_refused() {
        for text in ["", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>", "no"] {
            assert!(Element::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
