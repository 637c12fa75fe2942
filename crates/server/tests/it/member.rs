//! A logged-in member: requests with the member's token, as the mobile app sends them.

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, send, seoul_time_in};

/// A logged-in member.
#[derive(Clone)]
pub struct Member {
    pub id: String,
    pub access: String,
    pub refresh: String,
    pub url: String,
    pub http: reqwest::Client,
}

impl Member {
    /// A request with the member's token.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.access)
    }

    /// GET that must return 200.
    pub async fn get(&self, path: &str) -> Value {
        let answer = send(self.call(Method::GET, path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.json()
    }

    /// GET; returns the status only.
    pub async fn status(&self, path: &str) -> u16 {
        send(self.call(Method::GET, path)).await.status.as_u16()
    }

    /// Sends a form, as the app does.
    pub async fn form(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> Answer {
        send(self.call(method, path).form(fields)).await
    }

    /// Sends JSON.
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

    /// Makes both follow each other.
    pub async fn befriends(&self, other: &Member) {
        self.follows(other).await;
        other.follows(self).await;
    }

    /// Creates a funding as the app does (multipart); returns its detail.
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

    /// Sends texts and files as multipart, as the app does.
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

    /// Pays for a support of this funding and creates it; returns the support.
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
