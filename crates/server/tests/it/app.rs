//! The fixture: a running `funsun`, a Kakao sandbox for it, and logged-in members.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use funsun_domain::time::Timestamp;
use kakao_sandbox::{Sandbox, Settings};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::database;
pub use crate::member::Member;

/// One program under test, with data of its own. It is killed on drop.
pub struct App {
    pub url: String,
    pub kakao: String,
    pub http: reqwest::Client,
    pub dir: TempDir,
    settings: Vec<(String, String)>,
    shell: Option<&'static str>,
    child: Child,
    _sandbox: Sandbox,
}

/// A complete response.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl App {
    /// Starts with an empty database, an adjustable clock and a short sweep interval.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// As [`App::start`], with other `FUNSUN_*` settings.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::with_kakao(Settings::default(), settings).await
    }

    /// As [`App::start`], with SQLite whichever engine is tested: for what is about SQLite's files.
    pub async fn on_sqlite() -> Self {
        let (dir, url) = Self::sqlite_folder();
        let settings = [("FUNSUN_DATABASE_URL", url.as_str())];
        Self::in_folder(dir, Settings::default(), &settings, None).await
    }

    /// As [`App::on_sqlite`], started by a shell that runs this script before; the data folder is
    /// `$FUNSUN_DATA_DIR`.
    pub async fn on_sqlite_after(script: &'static str, settings: &[(&str, &str)]) -> Self {
        let (dir, url) = Self::sqlite_folder();
        let settings = [settings, &[("FUNSUN_DATABASE_URL", url.as_str())]].concat();
        Self::in_folder(dir, Settings::default(), &settings, Some(script)).await
    }

    fn sqlite_folder() -> (TempDir, String) {
        let dir = TempDir::new().unwrap();
        let url = database::sqlite_url_for(dir.path());
        (dir, url)
    }

    /// As [`App::with`], with other settings of the sandbox.
    pub async fn with_kakao(sandbox: Settings, settings: &[(&str, &str)]) -> Self {
        Self::in_folder(TempDir::new().unwrap(), sandbox, settings, None).await
    }

    async fn in_folder(
        dir: TempDir,
        sandbox: Settings,
        settings: &[(&str, &str)],
        shell: Option<&'static str>,
    ) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let sandbox = kakao_sandbox::start("127.0.0.1:0".parse().unwrap(), sandbox)
            .await
            .unwrap();
        let kakao = sandbox.url();
        let mut all = Self::settings_for(&kakao, dir.path());
        all.extend(
            settings
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into())),
        );
        let http = Self::client();
        let (child, url) = launch(&all, shell).await;
        Self {
            url,
            kakao,
            http,
            dir,
            settings: all,
            shell,
            child,
            _sandbox: sandbox,
        }
    }

    /// The settings of a program under test, with its data in this folder.
    pub fn settings_for(kakao: &str, dir: &Path) -> Vec<(String, String)> {
        [
            ("FUNSUN_BIND", "127.0.0.1:0"),
            ("FUNSUN_DATA_DIR", dir.to_str().unwrap()),
            ("FUNSUN_DATABASE_URL", &database::url_for(dir)),
            ("FUNSUN_KAKAO_AUTH_URL", kakao),
            ("FUNSUN_KAKAO_API_URL", kakao),
            ("FUNSUN_KAKAOPAY_URL", kakao),
            ("FUNSUN_DEMO_CAST", "off"),
            ("FUNSUN_TEST_CLOCK", "on"),
            ("FUNSUN_SWEEP_INTERVAL_SECONDS", "1"),
            ("FUNSUN_LOG", "warn"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// A client that follows no redirects.
    pub fn client() -> reqwest::Client {
        drop(rustls::crypto::ring::default_provider().install_default());
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap()
    }

    /// Kills the program with SIGKILL, like a crash.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// The program's process id.
    pub fn process_id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Sends SIGTERM, as an operator's `kill` does.
    pub async fn send_sigterm(&self) {
        let id = self.process_id().to_string();
        let status = Command::new("kill").arg(id).status().await.unwrap();
        assert!(status.success());
    }

    /// Waits until the program has exited; returns its exit code, if any.
    pub async fn wait_for_exit(&mut self) -> Option<i32> {
        self.child.wait().await.unwrap().code()
    }

    /// Starts the program again with the same data, on another port.
    pub async fn restart(&mut self) {
        (self.child, self.url) = launch(&self.settings, self.shell).await;
    }

    /// As [`App::restart`], with these `FUNSUN_*` settings changed.
    pub async fn restart_with(&mut self, settings: &[(&str, &str)]) {
        self.set(settings);
        self.restart().await;
    }

    /// Changes these `FUNSUN_*` settings, for the next start and for commands.
    pub fn set(&mut self, settings: &[(&str, &str)]) {
        for (name, value) in settings {
            self.settings.retain(|(known, _)| known != name);
            self.settings.push(((*name).into(), (*value).into()));
        }
    }

    /// Runs a subcommand on the same data; returns its exit code and output.
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

    /// Executes SQL on the program's database, for states that no request can produce.
    pub fn change_database(&self, sql: &str) {
        self.database().batch_execute(sql).unwrap();
    }

    /// The number that a query selects from the program's database, for states that no request shows.
    pub fn count(&self, sql: &str) -> i64 {
        let number = diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!("({sql})"));
        diesel::select(number)
            .get_result(&mut self.database())
            .unwrap()
    }

    fn database(&self) -> database::Conn {
        database::connect(self.setting("FUNSUN_DATABASE_URL"))
    }

    /// The value of this setting.
    pub fn setting(&self, name: &str) -> &str {
        let last = self.settings.iter().rfind(|(known, _)| known == name);
        &last.unwrap().1
    }

    /// Logs in a new Kakao person with this nickname and the other fields of `profile`.
    pub async fn member_with(&self, nickname: &str, mut profile: Value) -> Member {
        profile["nickname"] = nickname.into();
        let person = self.sandbox(Method::POST, "/sandbox/people", profile).await;
        let token = person["access_token"].as_str().unwrap();
        self.log_in(token).await
    }

    /// Logs in a new Kakao person with this nickname.
    pub async fn member(&self, nickname: &str) -> Member {
        self.member_with(nickname, json!({})).await
    }

    /// Logs in with a Kakao access token.
    pub async fn log_in(&self, kakao_token: &str) -> Member {
        Self::log_in_at(&self.url, &self.http, kakao_token).await
    }

    /// As [`App::log_in`], at a service at this URL.
    pub async fn log_in_at(url: &str, http: &reqwest::Client, kakao_token: &str) -> Member {
        let call = http.post(format!("{url}/account/kakaologin"));
        let answer = send(call.form(&[("accessToken", kakao_token)])).await;
        assert!(answer.status.is_success(), "{answer:?}");
        let body = answer.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Member {
            id: text(&body["user"]["id"]),
            access: text(&body["token"]["access_token"]),
            refresh: text(&body["token"]["refresh_token"]),
            url: url.to_owned(),
            http: http.clone(),
        }
    }

    /// Returns the member with the program's current URL, which changes with a restart.
    pub fn reconnect(&self, member: &Member) -> Member {
        Member {
            url: self.url.clone(),
            ..member.clone()
        }
    }

    /// A request without a token.
    pub fn visitor(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// Calls an admin endpoint of the sandbox.
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

    /// Sets the program's clock to this many seconds ahead of the system clock.
    pub async fn move_clock(&self, offset_seconds: i64) {
        let call = self.visitor(Method::PUT, "/dev/clock");
        let answer = send(call.json(&json!({ "offset_seconds": offset_seconds }))).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }

    /// All payments that KakaoPay has on record.
    pub async fn kakaopay_payments(&self) -> Vec<Value> {
        let body = self
            .sandbox(Method::GET, "/sandbox/book", Value::Null)
            .await;
        body["payments"].as_array().unwrap().clone()
    }

    /// Runs `funsun audit`, which must succeed, until the sweeper has settled every payment.
    pub async fn assert_books_balance(&self) {
        self.assert_books_balance_but_for(0).await;
    }

    /// As [`App::assert_books_balance`], but the sweeper may have to find money first.
    pub async fn assert_books_balance_soon(&self) {
        eventually("the books balance", async || {
            self.command(&["audit"]).await.0 == 0
        })
        .await;
        self.assert_books_balance().await;
    }

    /// As [`App::assert_books_balance`], with this many payments that stay unsettled.
    pub async fn assert_books_balance_but_for(&self, unsettled: usize) {
        let unsettled = unsettled.to_string();
        let mut last = String::new();
        for _ in 0..100 {
            let (code, text) = self.command(&["audit"]).await;
            let settled = text.lines().any(|line| {
                line.contains("not certain yet")
                    && line.split_whitespace().last() == Some(&*unsettled)
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

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Sends a request and reads the complete response.
pub async fn send(call: RequestBuilder) -> Answer {
    let response = call.send().await.unwrap();
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// Polls until the condition holds; fails after ten seconds.
pub async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not within ten seconds: {what}");
}

/// Local time in Seoul this many seconds from now, without an offset, as the app writes it.
pub fn seoul_time_in(seconds: i64) -> String {
    system_time()
        .plus_seconds(seconds)
        .to_seoul()
        .replace("+09:00", ".000")
}

/// The time of the system's clock, by which the program under test goes unless its clock is moved.
pub fn system_time() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "deadlines are meant by the clock of the program under test"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(now.as_micros()).unwrap())
}

/// Starts the program, in a shell after this script if there is one, and waits until it prints its URL.
pub async fn launch(settings: &[(String, String)], shell: Option<&str>) -> (Child, String) {
    const PROGRAM: &str = env!("CARGO_BIN_EXE_funsun");
    let mut command = match shell {
        None => Command::new(PROGRAM),
        Some(script) => {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("{script}; exec \"$0\""), PROGRAM]);
            command
        }
    };
    let mut child = command
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
