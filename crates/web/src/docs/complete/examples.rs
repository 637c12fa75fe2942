//! An example for every request and every JSON response, composed of the examples of the fields, so that the
//! two can't contradict each other. A refusal shows the most common cause of its status.

use serde_json::{Map, Value, json};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ArrayItems, Object, Schema, SchemaType, Type};
use utoipa::openapi::{Components, Content, RefOr};

use super::bodies::is_file;
use super::resolve;

/// Writes an example into every content of the operation that has none.
pub(super) fn add(operation: &mut Operation, components: &Components) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for content in body.content.values_mut() {
            fill(content, components, None);
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            for content in response.content.values_mut() {
                fill(content, components, refusal_example(status));
            }
        }
    }
}

fn fill(content: &mut RefOr<Content>, components: &Components, known: Option<Value>) {
    let RefOr::T(content) = content else {
        return;
    };
    if content.example.is_some() || !content.examples.is_empty() {
        return;
    }
    let sampled = content
        .schema
        .as_ref()
        .and_then(|schema| sample(schema, components));
    content.example = known.or(sampled);
}

/// A typical refusal of this status.
fn refusal_example(status: &str) -> Option<Value> {
    let (code, detail) = match status {
        "400" => ("missing_field", "id: is required"),
        "401" => (
            "not_logged_in",
            "send a valid access token: Authorization: Bearer <token>; refresh it when it has expired",
        ),
        "402" => (
            "payment_required",
            "amount: you have no approved payment of this amount",
        ),
        "403" => ("suspended", "this account is suspended"),
        "404" => ("not_found", "there is nothing by this name"),
        "408" => ("slow_body", "the body must arrive within 30 s"),
        "409" => ("funding_closed", "funding: it takes no more supports"),
        "413" => ("body_too_large", "the body takes at most 65536 bytes"),
        "415" => (
            "unsupported_content_type",
            "the body takes application/json, application/x-www-form-urlencoded or multipart/form-data, not compressed",
        ),
        "429" => ("too_many_requests", "too many requests: try again in 3 s"),
        "503" => ("unavailable", "try again in a moment"),
        _ => return None,
    };
    Some(json!({ "detail": detail, "code": code }))
}

/// A value of the schema, composed of its examples; `None` when it has none.
fn sample(schema: &RefOr<Schema>, components: &Components) -> Option<Value> {
    let first_of = |choices: &[RefOr<Schema>]| {
        choices
            .iter()
            .filter_map(|choice| sample(choice, components))
            .find(|value| !value.is_null())
    };
    match resolve(schema, components)? {
        Schema::Object(object) => sample_object(object, components),
        Schema::Array(array) => match (&array.example, &array.items) {
            (Some(example), _) => Some(example.clone()),
            (None, ArrayItems::RefOrSchema(item)) => {
                sample(item, components).map(|item| Value::Array(vec![item]))
            }
            (None, ArrayItems::False) => None,
        },
        Schema::AllOf(all) => {
            let mut merged = Map::new();
            for part in &all.items {
                if let Some(Value::Object(fields)) = sample(part, components) {
                    merged.extend(fields);
                }
            }
            Some(Value::Object(merged))
        }
        Schema::OneOf(one) => one.example.clone().or_else(|| first_of(&one.items)),
        Schema::AnyOf(any) => any.example.clone().or_else(|| first_of(&any.items)),
        _ => None,
    }
}

fn sample_object(object: &Object, components: &Components) -> Option<Value> {
    let own = object.example.clone();
    let listed = || object.examples.first().cloned();
    let choice = || object.enum_values.as_ref()?.first().cloned();
    if let Some(value) = own.or_else(listed).or_else(choice) {
        return Some(value);
    }
    if matches!(&object.schema_type, SchemaType::Array(types) if types.contains(&Type::Null)) {
        return Some(Value::Null);
    }
    let fields: Map<String, Value> = object
        .properties
        .iter()
        .filter(|(_, field)| !is_file(field))
        .filter_map(|(name, field)| Some((name.clone(), sample(field, components)?)))
        .collect();
    (!fields.is_empty()).then_some(Value::Object(fields))
}
