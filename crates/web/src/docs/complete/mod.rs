//! What holds for every call is said once, here, and written into each operation of the API document: the
//! three encodings of a body, the refusals that any body or limit may cause, headers, examples.

mod bodies;
mod examples;
mod responses;

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, RefOr};

/// Adds what every operation has in common to a document that has all its operations.
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

/// `put_funding` for `PUT /funding/`: names of handlers are not unique, and generators need unique ones.
fn operation_id(method: &str, path: &str) -> String {
    path.split(['/', '{', '}', '.'])
        .filter(|word| !word.is_empty())
        .fold(method.to_owned(), |name, word| format!("{name}_{word}"))
}

/// What a schema says, wherever it is written down.
fn resolve<'a>(schema: &'a RefOr<Schema>, components: &'a Components) -> Option<&'a Schema> {
    match schema {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            resolve(components.schemas.get(name)?, components)
        }
    }
}
