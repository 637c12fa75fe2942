//! Deleting a funding.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::own::find_own;
use super::show::funding_id;
use crate::db::Conn;
use crate::fundings::messages_sql;
use crate::fundings::write::delete_funding;
use crate::identity::{PageMember, SignedForm, write_as};
use crate::payments::StepContext;
use crate::site::small_pages::Confirm;
use crate::site::{Tab, page, see_other};
use crate::state::AppState;
use web::{AppError, PathInput, Routes};

pub(super) fn router() -> Routes<AppState> {
    Routes::new().route("/fundings/{id}/delete", get(confirm).post(delete))
}

async fn confirm(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PathInput(id): PathInput<String>,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let (card, _) = find_own(&state, member, id).await?;
    let count = move |conn: &mut Conn| messages_sql::count(conn, id);
    let supports = state.db.read(count).await?;
    let t = visitor.t;
    let amount = t.won(card.collected_amount);
    let values: [(&str, &dyn std::fmt::Display); 2] = [("count", &supports), ("amount", &amount)];
    page(&Confirm {
        lines: vec![
            t.fill("delete.money", values),
            t.say("delete.gone").to_owned(),
            t.say("delete.told").to_owned(),
        ],
        shell: visitor
            .shell(
                &state,
                Tab::None,
                t.fill("delete.title", [("title", card.title)]),
            )
            .await?,
        action: format!("/fundings/{}/delete", id.get()),
        button: "delete.button",
        back: format!("/fundings/{}", id.get()),
    })
}

async fn delete(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    SignedForm { member, input, .. }: SignedForm,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    find_own(&state, member, id).await?;
    if input.optional_text("sure")?.is_none() {
        return Ok(see_other(&format!("/fundings/{}/delete", id.get())));
    }
    let cx = StepContext::new(&state);
    let delete = move |conn: &mut Conn| delete_funding(conn, member.key, id, cx);
    write_as(&state, member, delete).await??;
    state.sweep_now.wake_all();
    state.jobs_now.notify_one();
    Ok(see_other("/?done=deleted"))
}
