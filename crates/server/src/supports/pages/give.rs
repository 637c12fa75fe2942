//! Giving a support in a browser.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::fundings::SupportRefusal;
use funsun_domain::ids::FundingId;
use funsun_domain::money::SupportAmount;
use funsun_domain::supports::SupportTerms;
use funsun_domain::text::SupportMessage;
use funsun_domain::time::Timestamp;

use crate::db::{Conn, StorageError};
use crate::fundings::{self, pages::show};
use crate::identity::{PageMember, SignedForm, Visitor};
use crate::payments::{
    self, NewPayment, PrepareOutcome, PrepareRefusal, Purpose, ReadyPayment, StepContext,
};
use crate::site::{Form, Shell, Tab, Texts, form_key, format, page, refused_form, see_other};
use crate::state::AppState;
use http::Method;
use web::rate_limit::Class;
use web::{AppError, PathInput, QueryInput, Routes};

/// Amounts to choose from, in won.
const PRESETS: [i64; 4] = [5_000, 10_000, 30_000, 50_000];

/// Most friends among whom the missing amount is split.
const SPLIT_MAX: i64 = 50;

/// A share is rounded up to a multiple of this, in won.
const SPLIT_STEP: i64 = 100;

/// `/fundings/{id}/support`.
pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .route("/fundings/{id}/support", get(show_form).post(give))
        .method_limited(&Method::POST, Class::Payment)
}

#[derive(Template)]
#[template(path = "supports/give.html")]
struct GivePage {
    shell: Shell,
    form: Form,
    id: i64,
    funding: String,
    /// The amount missing to the goal, as text.
    missing: Option<String>,
    /// How much more the funding takes, in words, when it is less than one support may be.
    room: Option<String>,
    /// Until when the support can be taken back, as text.
    until: String,
    presets: Vec<(i64, String)>,
}

/// The funding to support.
struct Target {
    title: String,
    missing: i64,
    open: bool,
    /// The most that the funding takes, in won; `None` without a cap.
    room: Option<i64>,
    deadline: Timestamp,
}

async fn find_target(
    state: &AppState,
    visitor: &Visitor,
    id: FundingId,
) -> Result<Target, AppError> {
    let (cx, viewer) = (StepContext::new(state), visitor.viewer());
    let read = move |conn: &mut Conn| -> Result<_, StorageError> {
        let Some((card, _, _)) = fundings::find_detail(conn, id, viewer)? else {
            return Ok(None);
        };
        let check = match viewer.member() {
            Some(key) => payments::check_open(conn, id, key, cx.now)?,
            None => None,
        };
        Ok(Some(Target {
            missing: (card.goal_amount - card.collected_amount).max(0),
            title: card.title,
            open: matches!(check, Some(Ok(()))),
            room: payments::cap::room(conn, id, viewer.member(), cx)?,
            deadline: Timestamp::from_micros(card.deadline_at),
        }))
    };
    let found = state.db.read(read).await?;
    found.ok_or_else(|| show::Missing::Unknown.into())
}

async fn show_form(
    State(state): State<AppState>,
    PageMember { visitor, .. }: PageMember,
    PathInput(id): PathInput<String>,
    query: QueryInput,
) -> Result<Response, AppError> {
    let id = show::funding_id(&id)?;
    let target = find_target(&state, &visitor, id).await?;
    if !target.open {
        return Ok(see_other(&format!("/fundings/{}", id.get())));
    }
    let mut form = Form::default().with("attempt", form_key::new());
    let split = query.optional_integer("split").ok().flatten();
    if let Some(friends) = split.filter(|friends| (1..=SPLIT_MAX).contains(friends)) {
        form.set("split", friends.to_string());
        let share = share(target.missing, friends).min(target.room.unwrap_or(i64::MAX));
        if share >= SupportAmount::MIN {
            form.set("amount", share.to_string());
        }
    }
    page(&view(&state, &visitor, id, target, form).await?)
}

/// An equal share of the missing amount, rounded up and clamped to the bounds of a support, in won.
fn share(missing: i64, friends: i64) -> i64 {
    let part = missing.div_euclid(friends) + i64::from(missing % friends > 0);
    let steps = part.div_euclid(SPLIT_STEP) + i64::from(part % SPLIT_STEP > 0);
    (steps * SPLIT_STEP).clamp(SupportAmount::MIN, SupportAmount::MAX)
}

async fn view(
    state: &AppState,
    visitor: &Visitor,
    id: FundingId,
    target: Target,
    form: Form,
) -> Result<GivePage, AppError> {
    let t = visitor.t;
    let title = form.title(t, t.say("give.title"));
    Ok(GivePage {
        shell: visitor.shell(state, Tab::None, title).await?,
        form,
        id: id.get(),
        funding: target.title,
        missing: (target.missing > 0).then(|| t.won(target.missing)),
        room: target
            .room
            .filter(|room| *room < SupportAmount::MAX)
            .map(|room| room_text(room, t)),
        until: t.moment(target.deadline),
        presets: PRESETS
            .into_iter()
            .filter(|won| target.room.is_none_or(|room| *won <= room))
            .map(|won| (won, t.won(won)))
            .collect(),
    })
}

/// How much more the funding takes.
fn room_text(room: i64, t: Texts) -> String {
    if room < SupportAmount::MIN {
        t.say("give.full").to_owned()
    } else {
        t.fill("give.room", [("room", t.won(room))])
    }
}

fn parse_amount(text: &str) -> Result<SupportAmount, &'static str> {
    SupportAmount::new(format::parse_won(text)?).map_err(|_| "out of bounds")
}

async fn give(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    SignedForm {
        member,
        visitor,
        input,
    }: SignedForm,
) -> Result<Response, AppError> {
    let id = show::funding_id(&id)?;
    let t = visitor.t;
    let mut form = Form::default();
    let amount = form.read(&input, "amount", parse_amount, t.say("give.amount_error"));
    let message = form.read(
        &input,
        "message",
        str::parse::<SupportMessage>,
        t.say("give.message_error"),
    );
    let form_key = form.read(&input, "attempt", form_key::parse, t.say("form.again"));
    if let (Some(amount), Some(message), Some(form_key)) = (amount, message, form_key) {
        let terms = SupportTerms {
            funding: id,
            amount,
            message,
        };
        let payment = NewPayment::new(&state, Purpose::Support(terms), Some(form_key.clone()))?;
        // Continues when the browser disconnects: the provider's id must be stored.
        let own = state.clone();
        let prepared = async move { Ok(payments::prepare(&own, member, payment).await) };
        match state.background.finish(prepared).await? {
            Ok(
                PrepareOutcome::Ready(ReadyPayment { order, .. }) | PrepareOutcome::Repeated(order),
            ) => {
                return Ok(see_other(&format!("/payments/{}/go", order.as_str())));
            }
            Err(PrepareRefusal::NotAccepted(SupportRefusal::Full(room))) => {
                form.refuse("amount", room_text(room, t));
                form.set("attempt", form_key);
            }
            Err(PrepareRefusal::NotAccepted(_)) => {
                return Ok(see_other(&format!("/fundings/{}", id.get())));
            }
            Err(PrepareRefusal::Provider(_)) => {
                form.refuse("form", t.say("give.unavailable"));
                // The payment of this key has failed permanently.
                form.set("attempt", form_key::new());
            }
            Err(refusal) => return Err(refusal.into()),
        }
    }
    let target = find_target(&state, &visitor, id).await?;
    refused_form(&view(&state, &visitor, id, target, form).await?)
}
