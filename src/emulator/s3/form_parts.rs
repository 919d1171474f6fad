//! Reads `multipart/form-data`, as browsers send it.
//!
//! <https://www.rfc-editor.org/rfc/rfc7578>

use bytes::Bytes;

/// The fields of a form, and its file.
#[derive(Default)]
pub(super) struct Form {
    /// Up to the file, names in lower case.
    pub(super) fields: Vec<(String, String)>,
    /// Its name, where it has one, and its bytes.
    pub(super) file: Option<(Option<String>, Bytes)>,
}

/// The boundary that a content type tells; `None`: it is no form of parts.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(parameters, "boundary")
}

/// The value of `name="value"` or `name=value` among parameters.
fn parameter(parameters: &str, name: &str) -> Option<String> {
    parameters.split(';').find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// `None`: the body is not made of such parts.
pub(super) fn read(body: &Bytes, boundary: &str) -> Option<Form> {
    let delimiter = format!("\r\n--{boundary}");
    let first = delimiter.strip_prefix("\r\n")?;
    let mut form = Form::default();
    let mut at = find(body, first.as_bytes(), 0)? + first.len();
    loop {
        let rest = body.get(at..)?;
        if rest.starts_with(b"--") {
            return Some(form);
        }
        let start = find(body, b"\r\n", at)? + 2;
        let content = find(body, b"\r\n\r\n", start.checked_sub(2)?)? + 4;
        let end = find(body, delimiter.as_bytes(), content)?;
        let headers = String::from_utf8_lossy(body.get(start..content)?).into_owned();
        let disposition = headers
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))
            .map(|(_, value)| value)?;
        let name = parameter(disposition, "name")?.to_lowercase();
        let bytes = body.slice(content..end);
        // What stands behind the file is not looked at.
        if name == "file" {
            let file = parameter(disposition, "filename").filter(|file| !file.is_empty());
            form.file = Some((file, bytes));
            return Some(form);
        }
        form.fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        at = end + delimiter.len();
    }
}

fn find(body: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let rest = body.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|place| from + place)
}
