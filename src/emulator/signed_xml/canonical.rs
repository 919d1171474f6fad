//! The exclusive canonical form, without comments.

use std::collections::BTreeMap;

use super::parse::{Element, Node};

/// The canonical form of an element, with `left_out` and all below it left out.
pub(super) fn canonical(element: &Element, left_out: Option<&Element>) -> String {
    let mut text = String::new();
    write(element, left_out, &BTreeMap::new(), &mut text);
    text
}

fn write(
    element: &Element,
    left_out: Option<&Element>,
    written: &BTreeMap<String, String>,
    text: &mut String,
) {
    let name = qualified(&element.prefix, &element.name);
    text.push('<');
    text.push_str(&name);
    let mut in_force = written.clone();
    let mut used: Vec<&str> = element.attributes.iter().map(|attribute| attribute.prefix.as_str()).collect();
    used.retain(|prefix| !prefix.is_empty());
    used.push(&element.prefix);
    used.sort_unstable();
    used.dedup();
    for prefix in used.into_iter().filter(|prefix| *prefix != "xml") {
        let namespace = element.scope.get(prefix).map_or("", String::as_str);
        if in_force.get(prefix).map_or("", String::as_str) != namespace {
            let declared = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            write_attribute(&declared, namespace, text);
            in_force.insert(prefix.to_owned(), namespace.to_owned());
        }
    }
    let mut attributes: Vec<_> = element.attributes.iter().collect();
    attributes.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
    for attribute in attributes {
        write_attribute(&qualified(&attribute.prefix, &attribute.name), &attribute.value, text);
    }
    text.push('>');
    for node in &element.children {
        match node {
            Node::Text(content) => write_text(content, text),
            Node::Element(child) if left_out.is_some_and(|left_out| std::ptr::eq(left_out, child)) => {}
            Node::Element(child) => write(child, left_out, &in_force, text),
        }
    }
    text.push_str("</");
    text.push_str(&name);
    text.push('>');
}

fn qualified(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}:{name}") }
}

fn write_attribute(name: &str, value: &str, text: &mut String) {
    text.push(' ');
    text.push_str(name);
    text.push_str("=\"");
    for letter in value.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '"' => text.push_str("&quot;"),
            '\t' => text.push_str("&#x9;"),
            '\n' => text.push_str("&#xA;"),
            '\r' => text.push_str("&#xD;"),
            letter => text.push(letter),
        }
    }
    text.push('"');
}

fn write_text(content: &str, text: &mut String) {
    for letter in content.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\r' => text.push_str("&#xD;"),
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(document: &str, expected: &str) {
        assert_eq!(canonical(&Element::parse(document).unwrap(), None), expected);
    }

    #[test]
    fn only_used_name_spaces_are_written_where_they_are_first_used() {
        check(
            "<a xmlns='u' xmlns:n='v' xmlns:unused='w'><n:b/></a>",
            "<a xmlns=\"u\"><n:b xmlns:n=\"v\"></n:b></a>",
        );
        check(
            "<n:a xmlns:n='v'><b n:y='1' x='2'/><n:c/></n:a>",
            "<n:a xmlns:n=\"v\"><b x=\"2\" n:y=\"1\"></b><n:c></n:c></n:a>",
        );
        check("<a xmlns='u'><b xmlns=''/></a>", "<a xmlns=\"u\"><b xmlns=\"\"></b></a>");
        check(
            "<n:a xmlns:n='v'><n:b xmlns:n='w'/></n:a>",
            "<n:a xmlns:n=\"v\"><n:b xmlns:n=\"w\"></n:b></n:a>",
        );
    }

    #[test]
    fn texts_and_attributes_have_one_spelling() {
        check(
            "<?xml version=\"1.0\"?>\n<a z='1' b='\"&lt;&#9;&#x41;\n'>x<!-- c -->&gt;&amp;&#13;\r\n<![CDATA[<]]></a>\n",
            "<a b=\"&quot;&lt;&#x9;A \" z=\"1\">x&gt;&amp;&#xD;\n&lt;</a>",
        );
    }

    #[test]
    fn what_could_mean_two_things_is_not_read() {
        for document in [
            "",
            "<a>",
            "<a/><b/>",
            "x<a/>",
            "<!DOCTYPE a><a/>",
            "<a><?pi x?></a>",
            "<n:a/>",
            "<a>&unknown;</a>",
            "<a b='1' b='2'/>",
        ] {
            assert!(Element::parse(document).is_none(), "{document}");
        }
    }
}
