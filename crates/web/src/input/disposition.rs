//! Header parameters as `multipart/form-data` uses them: the name and file name of a part, and the boundary
//! of the body.

/// The `Content-Disposition` of a part.
pub(super) struct Disposition {
    pub(super) name: String,
    /// Present, even if empty, when the part is a file.
    pub(super) file_name: Option<String>,
}

impl Disposition {
    /// Parses the header among a part's header lines; `None` when it is missing or not that of a form field.
    pub(super) fn from_part_head(head: &[u8]) -> Option<Self> {
        let head = std::str::from_utf8(head).ok()?;
        let value = head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim_end()
                .eq_ignore_ascii_case("content-disposition")
                .then_some(value)
        })?;
        let (kind, parameters) = value.split_once(';')?;
        if !kind.trim().eq_ignore_ascii_case("form-data") {
            return None;
        }
        let file_name =
            parameter(parameters, "filename").or_else(|| parameter(parameters, "filename*"));
        Some(Self {
            name: parameter(parameters, "name")?,
            file_name,
        })
    }
}

/// The value of a parameter in `a=1; b="two"`. Quoted values may hold `;` and backslash escapes.
pub(super) fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        let (name, after) = rest.split_once('=')?;
        let (value, remainder) = read_value(after.trim_start())?;
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = remainder;
    }
}

/// Parses one value; `None` for an unclosed quote.
fn read_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Some((text[..end].trim_end().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut escaped = false;
    for (at, character) in quoted.char_indices() {
        match character {
            _ if escaped => {
                value.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((value, &quoted[at.saturating_add(1)..])),
            _ => value.push(character),
        }
    }
    None
}
