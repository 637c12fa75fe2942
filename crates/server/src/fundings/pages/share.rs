//! Sharing a funding.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::time::Timestamp;
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY};

use super::kakao_talk::{Message, policy};
use super::show::{Missing, description, funding_id};
use crate::config::KakaoShare;
use crate::db::Conn;
use crate::fundings::card::CardRow;
use crate::fundings::link_preview::LinkPreview;
use crate::fundings::sql;
use crate::identity::Visitor;
use crate::site::{Qr, Shell, Tab, Texts, assets, format, page};
use crate::state::AppState;
use crate::visibility::EVERYBODY;
use web::{AppError, PathInput, Routes};

pub(super) fn router() -> Routes<AppState> {
    Routes::new().route("/fundings/{id}/share", get(show))
}

#[derive(Template)]
#[template(path = "fundings/share.html")]
struct SharePage {
    shell: Shell,
    id: i64,
    funding: String,
    url: String,
    host: String,
    public: bool,
    card: Card,
    qr: Option<Qr>,
    kakao: Option<Kakao>,
}

/// The content of a shared link; for a friends-only funding it reveals nothing about it.
struct Card {
    title: String,
    text: String,
    /// Path of the picture.
    picture: String,
}

/// The message that the script sends, and the script's parameters.
struct Kakao {
    settings: KakaoShare,
    template: String,
}

async fn show(
    State(state): State<AppState>,
    visitor: Visitor,
    PathInput(id): PathInput<String>,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let viewer = visitor.viewer();
    let find = move |conn: &mut Conn| sql::find_detail(conn, id, viewer);
    let found = state.db.read(find).await?;
    let (row, author, detail) = found.ok_or(Missing::Unknown)?;
    let preview = LinkPreview::new(&row, &author);
    let t = visitor.t;
    let shell = visitor
        .shell(&state, Tab::None, t.say("share.title"))
        .await?;
    let url = format!("{}/fundings/{}", state.public_url, row.id);
    let card = match &preview {
        Some(preview) => Card {
            title: row.title.clone(),
            text: description(&detail.content),
            picture: preview.path(),
        },
        None => neutral_card(t),
    };
    let now = state.clock.now();
    let kakao = state.config.kakao_share.as_ref().map(|settings| Kakao {
        settings: settings.clone(),
        template: template(&shell, &row, &card, &url, now),
    });
    let mut response = page(&SharePage {
        id: row.id,
        public: preview.is_some(),
        host: host(&state.public_url),
        qr: Qr::of(&url),
        funding: row.title,
        shell,
        url,
        card,
        kakao,
    })?;
    if let Some(settings) = &state.config.kakao_share {
        relax_policies(&mut response, settings)?;
    }
    Ok(response)
}

fn neutral_card(t: Texts) -> Card {
    Card {
        title: t.say("share.card_title").to_owned(),
        text: t.say("share.card_text").to_owned(),
        picture: assets::path("og.png"),
    }
}

fn host(public_url: &str) -> String {
    let host = public_url.split_once("://");
    host.map_or(public_url, |(_, host)| host).to_owned()
}

/// The message template for Kakao's script, as JSON.
fn template(shell: &Shell, row: &CardRow, card: &Card, url: &str, now: Timestamp) -> String {
    let t = shell.t;
    let public = row.visible_to == EVERYBODY;
    let runs = Timestamp::from_micros(row.deadline_at) > now;
    let percent = format::percent(row.collected_amount, row.goal_amount);
    let mut facts = Vec::new();
    if public {
        facts.push((t.say("share.rate"), format!("{percent}%")));
        facts.push((t.say("funding.progress"), t.won(row.collected_amount)));
    }
    let message = Message {
        title: &card.title,
        text: &card.text,
        picture: format!("{}{}", shell.origin, card.picture),
        link: url,
        button: t.say(if public && runs {
            "support.button"
        } else {
            "share.look"
        }),
        facts,
    };
    message.template().to_string()
}

/// Relaxes the page's policies for Kakao's script: it may load, open a window and refer to it; Kakao, which serves
/// only registered sites, receives our origin and nothing more.
fn relax_policies(response: &mut Response, settings: &KakaoShare) -> Result<(), AppError> {
    let policy = HeaderValue::try_from(policy(settings)).map_err(AppError::internal)?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(
        REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin-allow-popups"),
    );
    Ok(())
}
