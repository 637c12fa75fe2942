//! A browser on the web app's pages: a guest's, or a logged-in member's.

use reqwest::header::{ACCEPT, COOKIE};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder};

use crate::app::{Answer, App, Member, send};

/// A browser with its cookies.
pub struct Visitor {
    url: String,
    http: Client,
    cookies: String,
}

impl Visitor {
    pub fn guest(app: &App) -> Self {
        Self {
            url: app.url.clone(),
            http: app.http.clone(),
            cookies: String::new(),
        }
    }

    /// The browser of a member: its cookies contain the API's tokens.
    pub fn of(member: &Member) -> Self {
        Self {
            url: member.url.clone(),
            http: member.http.clone(),
            cookies: format!("access={}; login={}", member.access, member.refresh),
        }
    }

    /// A request with the cookies, as a script sends it.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let call = self.http.request(method, format!("{}{path}", self.url));
        call.header(COOKIE, &self.cookies)
    }

    /// Requests a page.
    pub async fn get(&self, path: &str) -> Answer {
        send(self.call(Method::GET, path).header(ACCEPT, "text/html")).await
    }

    /// The CSRF token of this login, from a page.
    pub async fn csrf(&self) -> String {
        let page = self.get("/settings").await.text;
        let (_, rest) = page.split_once("name=\"_csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// Submits a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf().await;
        let mut all = vec![("_csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        let call = self.call(Method::POST, path).header(ACCEPT, "text/html");
        send(call.form(&all)).await
    }

    /// Submits a form with files as multipart, as browsers do.
    pub async fn post_files(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        let mut form = Form::new().text("_csrf", self.csrf().await);
        for (name, text) in fields {
            form = form.text((*name).to_owned(), (*text).to_owned());
        }
        for (name, bytes) in files {
            let part = Part::bytes(bytes.to_vec()).file_name("photo.jpg");
            form = form.part((*name).to_owned(), part);
        }
        let call = self.call(Method::POST, path).header(ACCEPT, "text/html");
        send(call.multipart(form)).await
    }
}

/// The value of a form field on a page.
pub fn value_of(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\"");
    let (_, rest) = page.split_once(&field).unwrap();
    let (tag, _) = rest.split_once('>').unwrap();
    let (_, value) = tag.split_once("value=\"").unwrap();
    value.split('"').next().unwrap().to_owned()
}
