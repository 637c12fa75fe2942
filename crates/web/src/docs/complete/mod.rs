//! What applies to every call is defined once, here, and added to each operation of the API document: the three
//! encodings of a body, the refusals of any body or rate limit, headers, examples.

mod bodies;
mod examples;
mod responses;

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, RefOr};

/// Completes a document that has all its operations with what they have in common.
pub fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    add_security(components);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(operation_id(method, path));
            bodies::add_encodings(operation, components);
            responses::add_refusals(operation);
            responses::add_headers(operation);
            responses::strip_image_schemas(operation);
            examples::add(operation, components);
        }
    }
}

fn add_security(components: &mut Components) {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The `access_token` of a login"))
        .build();
    let kakao = ApiKeyValue::with_description(
        "Authorization",
        "`KakaoAK` and our Kakao app's admin key: proof that Kakao calls",
    );
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    components.add_security_scheme("kakao", SecurityScheme::ApiKey(ApiKey::Header(kakao)));
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("delete", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// `put_funding` for `PUT /funding/`: names of handlers are not unique, and client generators need unique ids.
fn operation_id(method: &str, path: &str) -> String {
    path.split(['/', '{', '}', '.'])
        .filter(|word| !word.is_empty())
        .fold(method.to_owned(), |name, word| format!("{name}_{word}"))
}

/// The schema itself, references followed.
fn resolve<'a>(schema: &'a RefOr<Schema>, components: &'a Components) -> Option<&'a Schema> {
    match schema {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            resolve(components.schemas.get(name)?, components)
        }
    }
}
