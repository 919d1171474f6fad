//! A document as a tree that keeps name spaces.

use std::collections::BTreeMap;
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
const DEEPEST: usize = 64;

/// The name spaces in scope, by prefix; the default one has the empty prefix.
pub(super) type Scope = Rc<BTreeMap<String, String>>;

/// An element.
#[derive(Debug)]
pub(crate) struct Element {
    pub(super) prefix: String,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(super) attributes: Vec<Attribute>,
    pub(super) scope: Scope,
    pub(super) children: Vec<Node>,
}

#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) prefix: String,
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) value: String,
}

#[derive(Debug)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// The root element; `None`: not well-formed, or with a document type or a processing instruction, which no
    /// identity provider sends.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // Line ends are one character to XML: https://www.w3.org/TR/xml/#sec-line-ends
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim());
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        loop {
            let ended = match reader.read_event().ok()? {
                Event::Start(start) if root.is_none() => {
                    let element = Self::begin(&start, open.last())?;
                    open.push(element);
                    None
                }
                Event::Empty(start) if root.is_none() => Some(Self::begin(&start, open.last())?),
                Event::End(_) => Some(open.pop()?),
                Event::Text(text) => add_text(&mut open, &text)?,
                Event::CData(data) => add_text(&mut open, &data)?,
                Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                    Some(letter) => add_text(&mut open, letter.encode_utf8(&mut [0; 4]))?,
                    None => add_text(&mut open, quick_xml::escape::resolve_predefined_entity(&reference)?)?,
                },
                // Texts on both sides of a comment are one text.
                Event::Decl(_) | Event::Comment(_) => None,
                Event::Eof => return root.filter(|_| open.is_empty()),
                Event::DocType(_) | Event::PI(_) | Event::Start(_) | Event::Empty(_) => return None,
            };
            match (ended, open.last_mut()) {
                (Some(element), Some(parent)) => parent.children.push(Node::Element(element)),
                (Some(element), None) => root = Some(element),
                (None, _) => {}
            }
            if open.len() > DEEPEST {
                return None;
            }
        }
    }

    fn begin(start: &BytesStart<'_>, parent: Option<&Self>) -> Option<Self> {
        let mut scope = parent.map(|parent| Rc::clone(&parent.scope)).unwrap_or_default();
        let mut plain = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.ok()?;
            let value = unescape(&attribute.value.replace(['\t', '\n'], " ")).ok()?.into_owned();
            match attribute.key.as_ref() {
                "xmlns" => _ = Rc::make_mut(&mut scope).insert(String::new(), value),
                name => match name.strip_prefix("xmlns:") {
                    Some(prefix) => _ = Rc::make_mut(&mut scope).insert(prefix.to_owned(), value),
                    None => plain.push((name.to_owned(), value)),
                },
            }
        }
        let mut attributes = Vec::new();
        for (name, value) in plain {
            let (prefix, name) = split(&name);
            let namespace = if prefix.is_empty() { String::new() } else { resolved(&scope, &prefix)? };
            attributes.push(Attribute { prefix, name, namespace, value });
        }
        let (prefix, name) = split(start.name().as_ref());
        let namespace = if prefix.is_empty() {
            scope.get("").cloned().unwrap_or_default()
        } else {
            resolved(&scope, &prefix)?
        };
        Some(Self { prefix, name, namespace, attributes, scope, children: Vec::new() })
    }

    /// The child elements.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The child elements of this name and name space.
    pub(crate) fn named(&self, namespace: &'static str, name: &'static str) -> impl Iterator<Item = &Self> {
        self.elements().filter(move |element| element.is(namespace, name))
    }

    /// The only child element of this name and name space; `None`: there is none, or more than one.
    pub(crate) fn only(&self, namespace: &'static str, name: &'static str) -> Option<&Self> {
        let mut found = self.named(namespace, name);
        found.next().filter(|_| found.next().is_none())
    }

    pub(crate) fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// This element and all below it, in document order.
    pub(crate) fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        all.extend(self.elements().flat_map(Self::all));
        all
    }

    /// The value of an attribute without a prefix.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found =
            self.attributes.iter().find(|attribute| attribute.prefix.is_empty() && attribute.name == name);
        found.map(|attribute| attribute.value.as_str())
    }

    /// Its own text, without white space around it.
    pub(crate) fn text(&self) -> String {
        let texts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        texts.collect::<String>().trim().to_owned()
    }
}

fn split(name: &str) -> (String, String) {
    let (prefix, name) = name.split_once(':').unwrap_or(("", name));
    (prefix.to_owned(), name.to_owned())
}

fn resolved(scope: &Scope, prefix: &str) -> Option<String> {
    if prefix == "xml" { Some(XML_NAMESPACE.to_owned()) } else { scope.get(prefix).cloned() }
}

/// `None`: text outside of the root element.
#[expect(
    clippy::option_option,
    reason = "the arms of the reader's loop: whether to go on, and what has ended"
)]
fn add_text(open: &mut [Element], text: &str) -> Option<Option<Element>> {
    match open.last_mut() {
        Some(element) => element.children.push(Node::Text(text.to_owned())),
        None if text.trim().is_empty() => {}
        None => return None,
    }
    Some(None)
}
