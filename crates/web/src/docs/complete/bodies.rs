//! Every body may be JSON, a form or multipart. A handler declares one of them; the others are derived from it.
//! Only multipart carries files: the other two have the same fields without them.

use utoipa::openapi::encoding::Encoding;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Object, Schema, SchemaType, Type};
use utoipa::openapi::{Components, Content, ContentBuilder, Ref, RefOr, Required};

use super::resolve;

const MULTIPART: &str = "multipart/form-data";

/// The encodings without files.
const TEXTUAL: [&str; 2] = ["application/json", "application/x-www-form-urlencoded"];

/// Body fields that hold an id.
const ID_FIELDS: [&str; 3] = ["id", "funding", "target"];

/// Accepted file types; see the `picture` crate.
const IMAGE_TYPES: &str = "image/png, image/jpeg, image/webp, image/gif";

/// Writes all three encodings of an operation's body.
pub(super) fn add_encodings(operation: &mut Operation, components: &mut Components) {
    let Some(RefOr::T(body)) = &mut operation.request_body else {
        return;
    };
    let declared = body.content.values().find_map(|content| match content {
        RefOr::T(content) => content.schema.clone(),
        RefOr::Ref(_) => None,
    });
    let Some(declared) = declared else {
        return;
    };
    allow_text_and_numbers(&declared, components);
    let required = has_required_fields(&declared, components);
    body.required = Some(if required {
        Required::True
    } else {
        Required::False
    });
    let files = file_fields(&declared, components);
    let textual = if files.is_empty() {
        declared.clone()
    } else {
        without_files(&declared, &files, components)
    };
    for media in TEXTUAL {
        body.content
            .insert(media.to_owned(), content(textual.clone()));
    }
    let encodings = files.iter().fold(ContentBuilder::new(), |content, name| {
        let mut encoding = Encoding::default();
        encoding.content_type = Some(IMAGE_TYPES.to_owned());
        content.encoding(name, encoding)
    });
    let multipart = encodings.schema(Some(declared)).build();
    body.content
        .insert(MULTIPART.to_owned(), RefOr::T(multipart));
}

/// Ids may be numbers or text: the mobile app sends numbers in some calls and text in others.
fn allow_text_and_numbers(schema: &RefOr<Schema>, components: &mut Components) {
    let RefOr::Ref(reference) = schema else {
        return;
    };
    let name = reference.ref_location.rsplit('/').next();
    let body = name.and_then(|name| components.schemas.get_mut(name));
    let Some(RefOr::T(Schema::Object(body))) = body else {
        return;
    };
    for (name, field) in &mut body.properties {
        if let (true, RefOr::T(Schema::Object(field))) = (ID_FIELDS.contains(&name.as_str()), field)
        {
            field.schema_type = SchemaType::from_iter([Type::Integer, Type::String]);
        }
    }
}

fn has_required_fields(schema: &RefOr<Schema>, components: &Components) -> bool {
    matches!(resolve(schema, components), Some(Schema::Object(body)) if !body.required.is_empty())
}

fn content(schema: RefOr<Schema>) -> RefOr<Content> {
    RefOr::T(ContentBuilder::new().schema(Some(schema)).build())
}

/// The fields that hold a file.
fn file_fields(schema: &RefOr<Schema>, components: &Components) -> Vec<String> {
    let Some(Schema::Object(object)) = resolve(schema, components) else {
        return Vec::new();
    };
    let files = object
        .properties
        .iter()
        .filter(|(_, field)| is_file(field))
        .map(|(name, _)| name.clone());
    files.collect()
}

pub(super) fn is_file(field: &RefOr<Schema>) -> bool {
    matches!(field, RefOr::T(Schema::Object(field)) if !field.content_media_type.is_empty())
}

/// The component without its file fields, as a component of its own.
fn without_files(
    schema: &RefOr<Schema>,
    files: &[String],
    components: &mut Components,
) -> RefOr<Schema> {
    let (RefOr::Ref(reference), Some(Schema::Object(object))) =
        (schema, resolve(schema, components))
    else {
        return schema.clone();
    };
    let name = reference.ref_location.rsplit('/').next();
    let name = format!("{}WithoutFile", name.unwrap_or_default());
    let mut fields: Object = object.clone();
    fields.properties.retain(|name, _| !files.contains(name));
    components
        .schemas
        .insert(name.clone(), RefOr::T(Schema::Object(fields)));
    RefOr::Ref(Ref::from_schema_name(name))
}
