//! The cast: demo members, fundings and supports, created at the first start in dev, so that no page is empty.
//!
//! Payments go through the same steps as real ones, which write the ledger. Only the provider is not called; the
//! payments' references are marked accordingly.

use anyhow::Context;
use funsun_domain::fundings::{Audience, Deadline};
use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::money::{Goal, SupportAmount};
use funsun_domain::payments::PaymentState;
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;
use futures_util::future::try_join_all;
use picture::Picture;

use super::cast_fundings::{CastFunding, CastSupport, FUNDINGS};
use super::drawing::{Motif, PALETTES, Palette, draw};
use super::{cast_people, sql};
use crate::config::Config;
use crate::db::{Conn, StorageError};
use crate::fundings::{self, FundingEdit, NewFunding};
use crate::media::{self, NewPicture, PictureEdit};
use crate::payments::{StepContext, demo_account, invented};
use crate::state::AppState;

const DAY_SECONDS: i64 = 86_400;

/// Age of the members' accounts, in days.
const ACCOUNT_AGE_DAYS: i64 = 200;

struct Pictures {
    portraits: Vec<String>,
    funding_pictures: Vec<NewPicture>,
    review: NewPicture,
}

/// Creates the cast if the database has no members; returns whether it did.
///
/// # Errors
/// When a picture can't be stored or the database fails; the database is then unchanged.
pub async fn create(state: &AppState) -> anyhow::Result<bool> {
    if !state.db.read(sql::is_empty).await? {
        return Ok(false);
    }
    let pictures = store_pictures(state).await?;
    let (own, now) = (state.clone(), state.clock.now());
    let fill = move |conn: &mut Conn| fill(conn, &pictures, &own.config, now);
    Ok(state.db.write_bulk(fill).await?)
}

async fn store_pictures(state: &AppState) -> anyhow::Result<Pictures> {
    let palettes = || PALETTES.iter().copied().cycle();
    let people = kakao_sandbox::cast_members().len();
    let portraits = palettes()
        .take(people)
        .map(|palette| (Motif::Portrait, palette));
    let funding_pictures = FUNDINGS.iter().map(|planned| planned.motif).zip(palettes());
    let stored = try_join_all(
        portraits
            .chain(funding_pictures)
            .chain([(Motif::GiftBox, PALETTES[1])])
            .map(|(motif, palette)| store(state, motif, palette)),
    );
    let mut stored = stored.await?;
    let review = stored.pop().context("the last picture is the review's")?;
    let funding_pictures = stored.split_off(people);
    Ok(Pictures {
        portraits: stored.iter().map(|new| new.name().to_owned()).collect(),
        funding_pictures,
        review,
    })
}

async fn store(state: &AppState, motif: Motif, palette: Palette) -> anyhow::Result<NewPicture> {
    let drawn = tokio::task::spawn_blocking(move || draw(motif, palette)).await?;
    let picture: Picture = drawn?;
    // The same owner for all: the owner is only one input of the hash that names the picture.
    let owner = AccountKey::new(1)?;
    let stored = media::store(state, owner, picture).await;
    stored.map_err(|error| anyhow::anyhow!("a picture can't be stored: {error:?}"))
}

fn fill(
    conn: &mut Conn,
    pictures: &Pictures,
    config: &Config,
    now: Timestamp,
) -> Result<bool, StorageError> {
    if !sql::is_empty(conn)? {
        return Ok(false);
    }
    let since = now.plus_seconds(-ACCOUNT_AGE_DAYS * DAY_SECONDS);
    let people = cast_people::create(conn, &pictures.portraits, since)?;
    let mut supports: Vec<(FundingId, &CastSupport)> = Vec::new();
    for (planned, image) in FUNDINGS.iter().zip(&pictures.funding_pictures) {
        let funding = open(conn, people[planned.author], planned, image, now)?;
        supports.extend(planned.supports.iter().map(|support| (funding, support)));
        if let Some(review) = planned.review {
            thank(conn, funding, review, &pictures.review)?;
        }
    }
    // In chronological order, so that ids ascend with time.
    supports.sort_by_key(|(_, support)| std::cmp::Reverse(support.hours_ago));
    for (funding, support) in supports {
        let at = now.plus_seconds(-support.hours_ago * 3_600);
        let terms = SupportTerms {
            funding,
            amount: SupportAmount::new(support.amount).map_err(StorageError::corrupt)?,
            message: support.message.parse().map_err(StorageError::corrupt)?,
        };
        let payer = people[support.supporter];
        give(conn, payer, &terms, StepContext::at(at, config))?;
    }
    Ok(true)
}

fn open(
    conn: &mut Conn,
    author: AccountKey,
    planned: &CastFunding,
    image: &NewPicture,
    now: Timestamp,
) -> Result<FundingId, StorageError> {
    let opened = now.plus_seconds(-planned.opened_days_ago * DAY_SECONDS);
    let ends = now.plus_seconds(planned.ends_in_days * DAY_SECONDS);
    let funding = NewFunding {
        title: planned.title.parse().map_err(StorageError::corrupt)?,
        content: planned.content.parse().map_err(StorageError::corrupt)?,
        goal: Goal::new(planned.goal).map_err(StorageError::corrupt)?,
        audience: Audience::from_public(planned.public),
        deadline: Deadline::new(ends, opened).map_err(StorageError::corrupt)?,
        image: Some(image.clone()),
        form_key: None,
    };
    let id = fundings::create_unannounced(conn, author, &funding, opened)?;
    Ok(id.expect("no form key is used twice here"))
}

fn thank(
    conn: &mut Conn,
    funding: FundingId,
    review: &str,
    image: &NewPicture,
) -> Result<(), StorageError> {
    let edit = FundingEdit {
        review: Some(review.parse().map_err(StorageError::corrupt)?),
        review_picture: PictureEdit::Replace(image.clone()),
        ..FundingEdit::default()
    };
    fundings::update_unchecked(conn, funding, &edit)
}

/// Creates a support without a call to the provider.
fn give(
    conn: &mut Conn,
    payer: AccountKey,
    terms: &SupportTerms,
    cx: StepContext,
) -> Result<(), StorageError> {
    let merchant = demo_account(conn, cx.now)?;
    let id = invented::create(conn, merchant, payer, terms, cx)?;
    invented::prepare(conn, id, cx)?;
    invented::begin_approval(conn, id, cx)?;
    let payment = invented::approve(conn, id, cx)?;
    if payment.state() == PaymentState::Attached {
        Ok(())
    } else {
        Err(StorageError::corrupt(
            "a support of the cast was not accepted",
        ))
    }
}
