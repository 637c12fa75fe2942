//! Shared by the pages of an author: finding one's own funding, and changing it.

use funsun_domain::ids::FundingId;

use super::show::Missing;
use crate::db::Conn;
use crate::fundings::card::{CardRow, DetailRow};
use crate::fundings::write::{FundingEdit, edit_funding, must_be_author};
use crate::fundings::{EditRefusal, sql};
use crate::identity::{Member, write_as};
use crate::media::PicturePaths;
use crate::media::{PictureField, kept_picture};
use crate::payments::StepContext;
use crate::site::Form;
use crate::state::AppState;
use crate::visibility::EVERYBODY;
use web::AppError;

/// A funding that this member opened.
pub(super) async fn find_own(
    state: &AppState,
    member: Member,
    id: FundingId,
) -> Result<(CardRow, DetailRow), AppError> {
    let find = move |conn: &mut Conn| -> Result<_, EditRefusal> {
        must_be_author(conn, member.key, id)?;
        Ok(sql::find_detail(conn, id, member.key.into())?)
    };
    match state.db.read(find).await {
        Ok(Some((card, _, detail))) => Ok((card, detail)),
        Ok(None) | Err(EditRefusal::NoSuchFunding) => Err(Missing::Unknown.into()),
        Err(EditRefusal::NotAuthor) => Err(AppError::forbidden(
            "not_author",
            "only the author can do this",
        )),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The picture that the form shows: the one kept for it, or else the stored one.
pub(super) fn picture_of(
    state: &AppState,
    card: &CardRow,
    form: &Form,
    field: PictureField,
    stored: Option<String>,
) -> Option<PicturePaths> {
    let public = card.visible_to == EVERYBODY;
    let paths = |name: String| state.media.paths(&name, public, state.clock.now());
    kept_picture(form, field).or_else(|| stored.map(paths))
}

/// Applies an edit to a funding.
pub(super) async fn apply(
    state: &AppState,
    member: Member,
    id: FundingId,
    edit: FundingEdit,
) -> Result<(), AppError> {
    let cx = StepContext::new(state);
    let change = move |conn: &mut Conn| edit_funding(conn, member.key, id, &edit, cx);
    write_as(state, member, change).await??;
    state.jobs_now.notify_one();
    Ok(())
}
