//! The reading view: the whole document on one page, prepared for the template.

use askama::Template;
use serde_json::{Map, Value};

use super::prose::{Span, paragraphs, spans};
use super::schema::{Piece, Shape, anchor, kind, notes};
use super::tree::Tree;

/// The methods an API document may list under a path.
const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// The page.
#[derive(Template)]
#[template(path = "reference.html")]
pub(super) struct ReferencePage {
    title: String,
    version: String,
    description: Vec<Vec<Span>>,
    groups: Vec<Group>,
    schemas: Vec<SchemaView>,
}

/// The operations of one tag.
struct Group {
    name: String,
    anchor: String,
    description: Vec<Vec<Span>>,
    operations: Vec<Operation>,
}

struct Operation {
    anchor: String,
    method: String,
    path: String,
    summary: Vec<Span>,
    description: Vec<Vec<Span>>,
    credentials: &'static str,
    deprecated: bool,
    parameters: Vec<ParameterView>,
    body: Vec<ContentView>,
    responses: Vec<ResponseView>,
}

struct ParameterView {
    name: String,
    location: String,
    required: bool,
    kind: Vec<Piece>,
    description: Vec<Span>,
    notes: Vec<String>,
}

struct ResponseView {
    status: String,
    description: Vec<Span>,
    headers: Vec<(String, Vec<Span>)>,
    contents: Vec<ContentView>,
}

struct ContentView {
    media: Vec<String>,
    shape: Shape,
    examples: Vec<String>,
}

struct SchemaView {
    name: String,
    anchor: String,
    description: Vec<Vec<Span>>,
    shape: Shape,
    examples: Vec<String>,
}

impl ReferencePage {
    pub(super) fn of(document: &Value) -> Self {
        let info = &document["info"];
        Self {
            title: info.text("title").to_owned(),
            version: info.text("version").to_owned(),
            description: paragraphs(info.text("description")),
            groups: groups(document),
            schemas: document["components"]
                .map("schemas")
                .map(|(name, schema)| SchemaView {
                    name: name.clone(),
                    anchor: anchor(name),
                    description: paragraphs(schema.text("description")),
                    shape: Shape::of(schema),
                    examples: examples(schema),
                })
                .collect(),
        }
    }
}

/// Operations by their first tag: the tags in the order they are declared, then those that are not.
fn groups(document: &Value) -> Vec<Group> {
    let mut groups: Vec<Group> = document
        .list("tags")
        .iter()
        .map(|tag| new_group(tag.text("name"), tag.text("description")))
        .collect();
    for (path, item) in document.map("paths") {
        for (method, operation) in item.entries() {
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            let tag = operation["tags"][0].as_str().unwrap_or("API");
            let view = operation_view(document, (path, item), (method, operation));
            match groups.iter_mut().find(|group| group.name == tag) {
                Some(group) => group.operations.push(view),
                None => {
                    let mut group = new_group(tag, "");
                    group.operations.push(view);
                    groups.push(group);
                }
            }
        }
    }
    groups.retain(|group| !group.operations.is_empty());
    groups
}

fn new_group(name: &str, description: &str) -> Group {
    Group {
        name: name.to_owned(),
        anchor: format!("tag-{}", slug(name)),
        description: paragraphs(description),
        operations: Vec::new(),
    }
}

fn operation_view(
    document: &Value,
    (path, item): (&str, &Value),
    (method, operation): (&str, &Value),
) -> Operation {
    let shared = item.list("parameters").iter();
    let security = operation.get("security").or(document.get("security"));
    Operation {
        anchor: format!("{method}{}", slug(path)),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: spans(operation.text("summary")),
        description: paragraphs(operation.text("description")),
        credentials: security.map_or("", credentials),
        deprecated: operation.is_true("deprecated"),
        parameters: shared
            .chain(operation.list("parameters"))
            .map(|parameter| parameter_view(parameter.resolve(document)))
            .collect(),
        body: operation
            .get("requestBody")
            .map(|body| contents(body.resolve(document), document))
            .unwrap_or_default(),
        responses: operation
            .map("responses")
            .map(|(status, response)| response_view(status, response.resolve(document)))
            .collect(),
    }
}

/// The credentials that a call must or may carry.
fn credentials(security: &Value) -> &'static str {
    let Some(ways) = security.as_array() else {
        return "";
    };
    let names = |wanted: &str| ways.iter().any(|way| way.get(wanted).is_some());
    let is_open = ways
        .iter()
        .any(|way| way.as_object().is_none_or(Map::is_empty));
    match (names("bearer"), is_open) {
        (true, true) => "Bearer token, if any",
        (true, false) => "Bearer token",
        (false, _) if names("kakao") => "Kakao's key",
        (false, _) => "",
    }
}

fn parameter_view(parameter: &Value) -> ParameterView {
    let schema = &parameter["schema"];
    let mut all_notes = notes(schema);
    all_notes.extend(notes(parameter));
    ParameterView {
        name: parameter.text("name").to_owned(),
        location: parameter.text("in").to_owned(),
        required: parameter.is_true("required"),
        kind: kind(schema),
        description: spans(parameter.text("description")),
        notes: all_notes,
    }
}

fn response_view(status: &str, response: &Value) -> ResponseView {
    ResponseView {
        status: status.to_owned(),
        description: spans(response.text("description")),
        headers: response
            .map("headers")
            .map(|(name, header)| (name.clone(), spans(header.text("description"))))
            .collect(),
        // Named schemas of responses are shown once, at the end of the page.
        contents: contents(response, &Value::Null),
    }
}

/// The contents of a request or a response; encodings with the same fields are grouped. Named schemas are
/// resolved in `root`.
fn contents(holder: &Value, root: &Value) -> Vec<ContentView> {
    let mut views: Vec<ContentView> = Vec::new();
    let mut last = None;
    for (media, content) in holder.map("content") {
        let schema = &content["schema"];
        let same = Some(schema.pretty());
        match views.last_mut().filter(|_| same == last) {
            Some(view) => view.media.push(media.clone()),
            None => views.push(ContentView {
                media: vec![media.clone()],
                shape: Shape {
                    kind: kind(schema),
                    ..Shape::of(schema.resolve(root))
                },
                examples: examples(content),
            }),
        }
        last = same;
    }
    views
}

/// The `example` of a value, or its named or listed `examples`.
fn examples(holder: &Value) -> Vec<String> {
    let single = holder.get("example");
    let named = holder
        .map("examples")
        .filter_map(|(_, example)| example.get("value"));
    let listed = holder.list("examples").iter();
    single
        .into_iter()
        .chain(named)
        .chain(listed)
        .map(Tree::pretty)
        .collect()
}

/// `text` as part of a URL fragment.
fn slug(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_alphanumeric() {
                character
            } else {
                '-'
            }
        })
        .collect()
}
