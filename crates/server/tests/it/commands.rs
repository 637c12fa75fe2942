//! Start, shutdown and invalid settings.

use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::app::{App, eventually, send};

/// Starts the program with only these settings, expects it to fail, and returns its output.
pub async fn refused(settings: &[(&str, &str)]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_funsun"))
        .env_clear()
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(20), output).await;
    let output = output.expect("it refuses at once").unwrap();
    assert!(!output.status.success());
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[tokio::test]
async fn production_lists_every_unsafe_setting_and_does_not_start() {
    let text = refused(&[("FUNSUN_PROFILE", "production")]).await;
    for setting in ["token_secret", "public_url", "kakao_auth_url"] {
        assert!(text.contains(setting), "{setting}: {text}");
    }
    let weak = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let text = refused(&[
        ("FUNSUN_PROFILE", "production"),
        ("FUNSUN_TOKEN_SECRET", weak),
        ("FUNSUN_PUBLIC_URL", "http://funsun.example"),
        ("FUNSUN_KAKAO_AUTH_URL", "http://127.0.0.1:1"),
        ("FUNSUN_KAKAO_API_URL", "http://127.0.0.1:1"),
        ("FUNSUN_KAKAOPAY_URL", "http://127.0.0.1:1"),
        ("FUNSUN_KAKAO_APP_ID", "1"),
        ("FUNSUN_KAKAO_REST_KEY", "rest"),
        ("FUNSUN_KAKAO_CLIENT_SECRET", "very-secret-client"),
        ("FUNSUN_KAKAO_ADMIN_KEY", "very-secret-admin"),
        ("FUNSUN_KAKAOPAY_SECRET_KEY", "DEVverysecretpay"),
        ("FUNSUN_KAKAOPAY_CID", "TC0ONETIME"),
        ("FUNSUN_TEST_CLOCK", "on"),
        ("FUNSUN_DEMO_CAST", "on"),
    ])
    .await;
    for setting in [
        "token_secret",
        "public_url",
        "kakao_auth_url",
        "kakao_api_url",
        "kakaopay_url",
        "kakaopay_secret_key",
        "test_clock",
        "demo_cast",
    ] {
        assert!(text.contains(setting), "{setting}: {text}");
    }
    for secret in [weak, "very-secret", "verysecretpay"] {
        assert!(!text.contains(secret), "a secret is printed: {text}");
    }
}

#[tokio::test]
async fn invalid_settings_are_named() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("funsun.toml");
    std::fs::write(&file, "no_such_thing = 1\nlog = [\"info\"]\n").unwrap();
    let text = refused(&[
        ("FUNSUN_CONFIG", file.to_str().unwrap()),
        ("FUNSUN_BIND", "0.0.0.0:0"),
        ("FUNSUN_SWEEP_INTERVAL_SECONDS", "soon"),
        ("FUNSUN_RATE_LIMITS", "perhaps"),
        ("FUNSUN_CONTACT", "javascript:alert(1)"),
    ])
    .await;
    for name in [
        "bind",
        "contact",
        "sweep_interval_seconds",
        "rate_limits",
        "no_such_thing",
        "log",
    ] {
        assert!(text.contains(name), "{name}: {text}");
    }
}

#[tokio::test]
async fn help_lists_every_setting_of_the_public_contract() {
    let app = App::start().await;
    let (code, text) = app.command(&["serve", "--help"]).await;
    assert_eq!(code, 0);
    for name in [
        "profile",
        "bind",
        "public_url",
        "data_dir",
        "database_url",
        "token_secret",
        "kakao_auth_url",
        "kakao_api_url",
        "kakao_app_id",
        "kakao_rest_key",
        "kakao_client_secret",
        "kakao_admin_key",
        "kakaopay_url",
        "kakaopay_secret_key",
        "kakaopay_cid",
        "kakao_js_key",
        "kakao_js_sdk_url",
        "kakao_js_sdk_integrity",
        "preview_font",
        "rate_limits",
    ] {
        assert!(text.contains(name), "{name}");
    }
}

#[tokio::test]
async fn a_start_on_an_existing_database_is_fast_and_keeps_all_data() {
    let mut app = App::start().await;
    let member = app.member("지우").await;
    let funding = member.opens("남아 있는 소원", true).await;
    let mut quickest = Duration::MAX;
    // The fastest of three: other tests use the CPU too.
    for _ in 0..3 {
        app.kill().await;
        let begun = Instant::now();
        app.restart().await;
        quickest = quickest.min(begun.elapsed());
    }
    println!("started in {} ms", quickest.as_millis());
    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
    let member = app.reconnect(&member);
    let path = format!("/funding/?id={}", funding["id"]);
    assert_eq!(member.get(&path).await, funding);
    assert_eq!(send(app.visitor(Method::GET, "/readyz")).await.status, 200);
}

#[tokio::test]
async fn sigterm_completes_requests_in_progress() {
    let mut app = App::start().await;
    let member = app.member("지우").await;
    let address = app.url.trim_start_matches("http://").to_owned();
    let body = r#"{"username":"마지막이름"}"#;
    let head = format!(
        "PUT /account/ HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        member.access,
        body.len()
    );
    let mut socket = TcpStream::connect(&address).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&body.as_bytes()[..5]).await.unwrap();
    // The response to a later request shows that the program has read the earlier one's head.
    send(app.visitor(Method::GET, "/healthz")).await;
    app.send_sigterm().await;
    eventually("nobody new is let in", async || {
        TcpStream::connect(&address).await.is_err()
    })
    .await;
    socket.write_all(&body.as_bytes()[5..]).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("마지막이름"), "{answer}");
    assert_eq!(app.wait_for_exit().await, Some(0));
    app.restart().await;
    let own = send(app.reconnect(&member).call(Method::POST, "/account/")).await;
    assert_eq!(own.json()["username"], "마지막이름");
}

#[tokio::test]
async fn migrations_are_idempotent_and_the_secret_file_is_private() {
    let app = App::start().await;
    for _ in 0..2 {
        let (code, text) = app.command(&["migrate"]).await;
        assert_eq!(code, 0, "{text}");
    }
    let secret = std::fs::metadata(app.dir.path().join("token-secret")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&secret.permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn the_built_in_sandbox_is_used_without_kakao_settings() {
    let app = App::with(&[
        ("FUNSUN_KAKAO_AUTH_URL", ""),
        ("FUNSUN_KAKAO_API_URL", ""),
        ("FUNSUN_KAKAOPAY_URL", ""),
        ("FUNSUN_DEMO_CAST", "on"),
    ])
    .await;
    let page = send(app.visitor(Method::GET, "/funding/public")).await;
    assert_eq!(page.status, 200, "a newcomer finds something to look at");
    assert!(!page.json().as_array().unwrap().is_empty());
}

/// The program in the dev profile with the built-in sandbox and this data folder.
fn in_dev(folder: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_funsun"));
    command
        .env("FUNSUN_BIND", "127.0.0.1:0")
        .env("FUNSUN_DATA_DIR", folder)
        .env("FUNSUN_DEMO_CAST", "off")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

#[tokio::test]
async fn an_audit_without_a_database_fails_and_creates_none() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut audit = in_dev(folder.path());
    let output = audit.args(["audit", "--offline"]).output().await.unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("there is no database at"), "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_second_server_with_a_sandbox_on_the_same_data_is_refused() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let folder = tempfile::TempDir::new().unwrap();
    let mut first = in_dev(folder.path()).spawn().unwrap();
    let mut lines = BufReader::new(first.stdout.take().unwrap()).lines();
    let begun = lines.next_line().await.unwrap().unwrap();
    assert!(begun.starts_with("FunSun is at "), "{begun}");
    let second = in_dev(folder.path()).output().await.unwrap();
    let text = String::from_utf8(second.stderr).unwrap();
    assert!(text.contains("another funsun"), "{text}");
    assert!(!second.status.success());
}
