//! The OpenAPI document: complete, self-hosted, identical in every format.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{App, send};

/// The routes of the app's contract, and the operational ones.
const ROUTES: &[(&str, &[&str])] = &[
    ("/account/", &["get", "post", "put", "delete"]),
    ("/account/kakaologin", &["post"]),
    ("/account/token/refresh", &["post"]),
    ("/account/search", &["get"]),
    ("/account/session", &["delete"]),
    ("/account/sessions", &["delete"]),
    ("/follow/", &["get", "post", "delete"]),
    ("/funding/", &["get", "post", "put", "delete"]),
    ("/funding/review", &["post"]),
    ("/funding/user", &["get"]),
    ("/funding/following", &["get"]),
    ("/funding/joined", &["get"]),
    ("/funding/public", &["get"]),
    ("/remit/", &["get", "post", "put", "delete"]),
    ("/remit/kakaopay/ready", &["post"]),
    ("/remit/kakaopay/approve", &["get", "post"]),
    ("/report/", &["post"]),
    ("/kakao/unlink", &["get", "post"]),
    ("/media/{file}", &["get"]),
    ("/healthz", &["get"]),
    ("/readyz", &["get"]),
];

async fn document(app: &App) -> Value {
    let answer = send(app.visitor(Method::GET, "/swagger.json")).await;
    assert_eq!(
        answer.headers["content-type"],
        "application/json; charset=utf-8"
    );
    answer.json()
}

#[tokio::test]
async fn every_route_is_documented_with_responses_and_errors() {
    let app = App::start().await;
    let document = document(&app).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, methods) in ROUTES {
        for method in *methods {
            let operation = &document["paths"][path][method];
            assert!(operation["summary"].is_string(), "{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{method} {path}"
            );
            let refuses = responses
                .keys()
                .any(|status| status.starts_with(['4', '5']));
            assert!(refuses, "{method} {path}");
            for (status, response) in responses {
                assert!(
                    response["description"].is_string(),
                    "{method} {path} {status}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_document_and_the_router_have_the_same_methods() {
    let app = App::start().await;
    let document = document(&app).await;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let filled = path.replace(['{', '}'], "x");
        for name in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            let documented = operations.get(name.to_ascii_lowercase()).is_some();
            let answer = send(app.visitor(method, &filled)).await;
            let routed = answer.status != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(routed, documented, "{name} {path}: {answer:?}");
            if routed {
                let status = answer.status.as_str();
                let operation = &operations[name.to_ascii_lowercase()];
                assert!(
                    operation["responses"].get(status).is_some(),
                    "{name} {path} {status}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_document_pages_load_nothing_from_other_hosts() {
    let app = App::start().await;
    for (path, kind) in [
        ("/swagger/", "text/html"),
        ("/swagger", "text/html"),
        ("/swagger.yaml", "application/yaml"),
        ("/redoc/", "text/html"),
        ("/redoc/reference.css", "text/css"),
        ("/swagger/swagger-ui.css", "text/css"),
    ] {
        let answer = app.visitor(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let headers = answer.headers();
        assert!(
            headers["content-type"].to_str().unwrap().starts_with(kind),
            "{path}"
        );
        assert!(headers.contains_key("content-security-policy"), "{path}");
        let text = answer.text().await.unwrap();
        for remote in ["src=\"http", "href=\"https://cdn", "//fonts."] {
            assert!(!text.contains(remote), "{path} asks {remote}");
        }
    }
    let page = send(app.visitor(Method::GET, "/redoc/")).await.text;
    for (path, _) in ROUTES {
        assert!(page.contains(path), "{path}");
    }
}

#[tokio::test]
async fn the_command_prints_the_served_document() {
    let app = App::start().await;
    let (code, text) = app.command(&["openapi"]).await;
    assert_eq!(code, 0);
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(printed, document(&app).await);
    let (code, yaml) = app.command(&["openapi", "--yaml"]).await;
    assert_eq!(code, 0);
    let served = send(app.visitor(Method::GET, "/swagger.yaml")).await;
    assert_eq!(yaml, served.text);
}

/// Whether the tests have this module or, written `module::test`, this test.
fn is_test(name: &str) -> bool {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let (module, test) = name.split_once("::").unwrap_or((name, ""));
    let source = std::fs::read_to_string(tests.join(format!("{module}.rs")));
    source.is_ok_and(|source| test.is_empty() || source.contains(&format!("async fn {test}()")))
}

#[test]
fn every_fault_in_the_operators_guide_is_a_test() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("../../docs/operating.md")).unwrap();
    let (_, faults) = text.split_once("## Bad days").unwrap();
    let (faults, _) = faults.split_once("\n## ").unwrap();
    let rows: Vec<&str> = faults
        .lines()
        .filter(|line| line.starts_with("| "))
        .collect();
    assert!(rows.len() > 10, "{rows:?}");
    for row in &rows[1..] {
        let named = row.trim_end_matches([' ', '|']).rsplit('`').nth(1).unwrap();
        let is_script = named.contains('/') && root.join("../..").join(named).exists();
        assert!(is_script || is_test(named), "{row}");
    }
}

#[test]
fn every_test_that_the_description_of_payments_names_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("../../docs/payments.md")).unwrap();
    let (_, diagram) = text.split_once("sequenceDiagram").unwrap();
    let (diagram, _) = diagram.split_once("```").unwrap();
    let mut named = 0;
    for line in diagram.lines().filter(|line| line.contains("::")) {
        let name = line.rsplit(' ').next().unwrap();
        assert!(name.contains("::") && is_test(name), "{name}");
        named += 1;
    }
    assert!(named > 20, "{named}");
    for part in diagram.split("\n    alt ").skip(1) {
        let (branches, _) = part.split_once("\n    end").unwrap();
        for branch in branches.split("\n    else ") {
            assert!(branch.contains("::"), "a branch without a test: {branch}");
        }
    }
}
