//! Responses that no handler returns itself: refusals of the body parser and the rate limit, and the headers
//! of a status.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Header, Ref, RefOr, ResponseBuilder};

/// Refusals of a call that has a body.
const BODY_REFUSALS: [(&str, &str); 4] = [
    ("400", "the body is broken, or a field takes something else"),
    ("408", "the body took longer than 30 seconds"),
    ("413", "the body, a field or a file is too large"),
    (
        "415",
        "the body is in none of the three encodings, or compressed",
    ),
];

/// Refusals of a call that reads its query.
const QUERY_REFUSALS: [(&str, &str); 1] = [("400", "a parameter is given twice, or holds no text")];

/// Refusals of any call.
const COMMON_REFUSALS: [(&str, &str); 1] = [("429", "too many requests; see `Retry-After`")];

/// Adds the refusals that the operation does not describe itself.
pub(super) fn add_refusals(operation: &mut Operation) {
    let has_query = operation.parameters.iter().flatten().any(is_in_query);
    let for_query = if has_query { &QUERY_REFUSALS[..] } else { &[] };
    let for_body = if operation.request_body.is_some() {
        &BODY_REFUSALS[..]
    } else {
        &[]
    };
    for (status, description) in for_body.iter().chain(for_query).chain(&COMMON_REFUSALS) {
        operation
            .responses
            .responses
            .entry((*status).to_owned())
            .or_insert_with(|| RefOr::T(refusal(description)));
    }
}

fn is_in_query(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query)
}

fn refusal(description: &str) -> utoipa::openapi::Response {
    let problem = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content("application/json", problem)
        .build()
}

/// Raw bytes have no schema in OpenAPI 3.1: the content type is enough.
pub(super) fn strip_image_schemas(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else {
            continue;
        };
        for (media, content) in &mut response.content {
            if media.starts_with("image/") {
                *content = RefOr::T(ContentBuilder::new().build());
            }
        }
    }
}

/// Adds the headers of each status, and a list's link to its next page.
pub(super) fn add_headers(operation: &mut Operation) {
    let is_list =
        operation.parameters.iter().flatten().any(
            |parameter| matches!(parameter, RefOr::T(Parameter { name, .. }) if name == "before"),
        );
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        let (name, header) = match status.as_str() {
            "200" if is_list => (
                "Link",
                text(
                    "`<…>; rel=\"next\"`: where the list goes on, at constant cost; absent on the last page",
                    "</funding/public?before=AAAAAAAAACo>; rel=\"next\"",
                ),
            ),
            "401" => ("WWW-Authenticate", text("always `Bearer`", "Bearer")),
            "429" => (
                "Retry-After",
                seconds("seconds until the next call is welcome"),
            ),
            _ => continue,
        };
        response.headers.insert(name.to_owned(), RefOr::T(header));
    }
}

fn text(description: &str, example: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(description))
        .example(Some(example.into()))
        .build()
}

fn seconds(description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(1)),
        ))
        .description(Some(description))
        .example(Some(3.into()))
        .build()
}
