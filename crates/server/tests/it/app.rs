//! A running `funsun`, a Kakao sandbox for it, and members who act.

use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use funsun_domain::time::Timestamp;
use kakao_sandbox::{Sandbox, Settings};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// One program under test, with data of its own. It dies with the value.
pub struct App {
    pub url: String,
    pub kakao: String,
    pub http: reqwest::Client,
    pub dir: TempDir,
    settings: Vec<(String, String)>,
    child: Child,
    _sandbox: Sandbox,
}

/// A member who is logged in.
#[derive(Clone)]
pub struct Member {
    pub id: String,
    pub access: String,
    pub refresh: String,
    pub url: String,
    pub http: reqwest::Client,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl App {
    /// Starts with what most tests need: an empty database, a clock that can be moved, a quick sweeper.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// As [`App::start`], with other `FUNSUN_*` settings.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let sandbox = kakao_sandbox::start("127.0.0.1:0".parse().unwrap(), Settings::default())
            .await
            .unwrap();
        let kakao = sandbox.url();
        let dir = TempDir::new().unwrap();
        let mut all: Vec<(String, String)> = [
            ("FUNSUN_BIND", "127.0.0.1:0"),
            ("FUNSUN_DATA_DIR", dir.path().to_str().unwrap()),
            ("FUNSUN_KAKAO_AUTH_URL", &kakao),
            ("FUNSUN_KAKAO_API_URL", &kakao),
            ("FUNSUN_KAKAOPAY_URL", &kakao),
            ("FUNSUN_DEMO_CAST", "off"),
            ("FUNSUN_TEST_CLOCK", "on"),
            ("FUNSUN_SWEEP_INTERVAL_SECONDS", "1"),
            ("FUNSUN_LOG", "warn"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        all.extend(
            settings
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into())),
        );
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        let (child, url) = launch(&all).await;
        Self {
            url,
            kakao,
            http,
            dir,
            settings: all,
            child,
            _sandbox: sandbox,
        }
    }

    /// Kills the program without warning, as a crash would.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks the program to stop, as an operator's `kill` does (SIGTERM).
    pub async fn send_sigterm(&self) {
        let id = self.child.id().unwrap().to_string();
        let status = Command::new("kill").arg(id).status().await.unwrap();
        assert!(status.success());
    }

    /// Waits until the program has ended; gives back its exit code, if it chose one.
    pub async fn wait_for_exit(&mut self) -> Option<i32> {
        self.child.wait().await.unwrap().code()
    }

    /// Starts the program again on the same data, at another address.
    pub async fn restart(&mut self) {
        (self.child, self.url) = launch(&self.settings).await;
    }

    /// Runs a sub-command on the same data; gives back its exit code and what it printed.
    pub async fn command(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_funsun"))
            .args(arguments)
            .envs(self.settings.iter().cloned())
            .output()
            .await
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(text).unwrap(),
        )
    }

    /// A new Kakao person with this nickname and everything else of `profile`, logged in.
    pub async fn member_with(&self, nickname: &str, mut profile: Value) -> Member {
        profile["nickname"] = nickname.into();
        let person = self.sandbox(Method::POST, "/sandbox/people", profile).await;
        let token = person["access_token"].as_str().unwrap();
        self.log_in(token).await
    }

    /// A new Kakao person with this nickname, logged in.
    pub async fn member(&self, nickname: &str) -> Member {
        self.member_with(nickname, json!({})).await
    }

    /// Logs in with a Kakao access token.
    pub async fn log_in(&self, kakao_token: &str) -> Member {
        let call = self.http.post(format!("{}/account/kakaologin", self.url));
        let answer = send(call.form(&[("accessToken", kakao_token)])).await;
        assert!(answer.status.is_success(), "{answer:?}");
        let body = answer.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Member {
            id: text(&body["user"]["id"]),
            access: text(&body["token"]["access_token"]),
            refresh: text(&body["token"]["refresh_token"]),
            url: self.url.clone(),
            http: self.http.clone(),
        }
    }

    /// The member's next calls go to where the program is now (after a restart).
    pub fn reconnect(&self, member: &Member) -> Member {
        Member {
            url: self.url.clone(),
            ..member.clone()
        }
    }

    /// A call without a token.
    pub fn visitor(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// A call to the sandbox's own endpoints.
    pub async fn sandbox(&self, method: Method, path: &str, body: Value) -> Value {
        let call = self
            .http
            .request(method, format!("{}{path}", self.kakao))
            .json(&body);
        let answer = send(call).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        if answer.text.is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    }

    /// Moves the program's clock to this many seconds ahead of the system's.
    pub async fn move_clock(&self, offset_seconds: i64) {
        let call = self.visitor(Method::PUT, "/dev/clock");
        let answer = send(call.json(&json!({ "offset_seconds": offset_seconds }))).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }

    /// Everything KakaoPay knows: one entry a payment.
    pub async fn kakaopay_payments(&self) -> Vec<Value> {
        let body = self
            .sandbox(Method::GET, "/sandbox/book", Value::Null)
            .await;
        body["payments"].as_array().unwrap().clone()
    }

    /// `funsun audit` finds nothing, asked until the sweeper has settled everything.
    pub async fn assert_books_balance(&self) {
        let mut last = String::new();
        for _ in 0..100 {
            let (code, text) = self.command(&["audit"]).await;
            let settled = text.lines().any(|line| {
                line.contains("not certain yet") && line.split_whitespace().last() == Some("0")
            });
            assert_eq!(code, 0, "{text}");
            if settled {
                return;
            }
            last = text;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("something stays unsettled: {last}");
    }
}

impl Member {
    /// A call with the member's token.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.access)
    }

    /// GET, answered 200.
    pub async fn get(&self, path: &str) -> Value {
        let answer = send(self.call(Method::GET, path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.json()
    }

    /// GET, only its status.
    pub async fn status(&self, path: &str) -> u16 {
        send(self.call(Method::GET, path)).await.status.as_u16()
    }

    /// A form call as the app sends it.
    pub async fn form(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> Answer {
        send(self.call(method, path).form(fields)).await
    }

    /// A JSON call.
    pub async fn json(&self, method: Method, path: &str, body: Value) -> Answer {
        send(self.call(method, path).json(&body)).await
    }

    /// Follows another member.
    pub async fn follows(&self, other: &Member) {
        let answer = self
            .form(Method::POST, "/follow/", &[("id", &other.id)])
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    }

    /// Both follow each other.
    pub async fn befriends(&self, other: &Member) {
        self.follows(other).await;
        other.follows(self).await;
    }

    /// Opens a funding as the app does (multipart); gives back its detail.
    pub async fn opens(&self, title: &str, public: bool) -> Value {
        self.opens_until(title, public, &seoul_time_in(30 * 86_400))
            .await
    }

    /// As [`Member::opens`], with this deadline.
    pub async fn opens_until(&self, title: &str, public: bool, deadline: &str) -> Value {
        let fields = [
            ("title", title),
            ("content", "같이 모아 주세요"),
            ("goal_amount", "100000"),
            ("public", if public { "true" } else { "false" }),
            ("expire_on", deadline),
        ];
        let answer = self
            .multipart(Method::POST, "/funding/", &fields, &[])
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.json()
    }

    /// A multipart call with texts and files, as the app sends it.
    pub async fn multipart(
        &self,
        method: Method,
        path: &str,
        texts: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        let mut form = Form::new();
        for (name, text) in texts {
            form = form.text((*name).to_owned(), (*text).to_owned());
        }
        for (name, bytes) in files {
            let part = Part::bytes(bytes.to_vec()).file_name("photo.jpg");
            form = form.part((*name).to_owned(), part);
        }
        send(self.call(method, path).multipart(form)).await
    }

    /// Pays for a support of this funding and gives it; gives back the support.
    pub async fn supports(&self, funding: &Value, amount: i64, message: &str) -> Value {
        let body =
            json!({"amount": amount, "message": message, "funding": funding["id"].to_string()});
        let ready = self
            .json(Method::POST, "/remit/kakaopay/ready", body.clone())
            .await;
        let page = ready.json()["url"].as_str().unwrap().to_owned();
        let paid = send(self.http.post(page).form(&[("action", "pay")])).await;
        let back = paid.headers["location"].to_str().unwrap();
        assert_eq!(send(self.http.get(back)).await.status, StatusCode::OK);
        let answer = self.json(Method::POST, "/remit/", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.json()
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Sends a call and reads the answer to its end.
pub async fn send(call: RequestBuilder) -> Answer {
    let response = call.send().await.unwrap();
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// Asks again until the answer is yes; fails after ten seconds.
pub async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not within ten seconds: {what}");
}

/// The wall clock in Seoul this many seconds from now, without a zone, as the app writes it.
pub fn seoul_time_in(seconds: i64) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "deadlines are meant by the clock of the program under test"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = Timestamp::from_micros(i64::try_from(now.as_micros()).unwrap());
    now.plus_seconds(seconds)
        .to_seoul()
        .replace("+09:00", ".000")
}

/// Starts the program and waits until it says where it is.
async fn launch(settings: &[(String, String)]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_funsun"))
        .envs(settings.iter().cloned())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(url) = line.strip_prefix("FunSun is at ") {
            return (child, url.to_owned());
        }
    }
    panic!(
        "the program ended before it served: {:?}",
        child.wait().await
    );
}
