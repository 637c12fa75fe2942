//! The cast: what the first start in dev puts into an empty database, so that nothing looks empty.
//!
//! Money goes the same way as everybody's: payments take their steps, supports are accepted, the ledger is
//! written by the steps. Only the provider was never asked, which the payments' numbers say.

use anyhow::Context;
use funsun_domain::fundings::{Audience, Deadline};
use funsun_domain::ids::{AccountKey, FundingId, OrderRef};
use funsun_domain::money::{Goal, SupportAmount};
use funsun_domain::payments::PaymentState;
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;
use futures_util::future::try_join_all;
use picture::Picture;

use super::cast_wishes::{CastGift, CastWish, WISHES};
use super::drawing::{Motif, PALETTES, Palette, draw};
use super::{cast_people, sql};
use crate::config::Config;
use crate::db::{Conn, StorageError};
use crate::fundings::{self, FundingEdit, NewFunding};
use crate::media::{self, NewPicture, PictureEdit};
use crate::payments::approve::{start_approval, store_approval};
use crate::payments::audit::DEMO_TID;
use crate::payments::gateway::Prepared;
use crate::payments::{
    self, Created, NewPayment, Purpose, StepContext, create_payment, store_prepared,
};
use crate::state::AppState;

const DAY_SECONDS: i64 = 86_400;

/// Days that the members have been here.
const HERE_FOR_DAYS: i64 = 200;

struct Pictures {
    portraits: Vec<String>,
    wishes: Vec<NewPicture>,
    review: NewPicture,
}

/// Fills a database without any member; any other stays as it is. Gives back whether it did.
///
/// # Errors
/// When a picture can't be stored or the database fails; it is then as empty as before.
pub async fn enter(state: &AppState) -> anyhow::Result<bool> {
    if !state.db.read(sql::is_empty).await? {
        return Ok(false);
    }
    let pictures = store_pictures(state).await?;
    let (own, now) = (state.clone(), state.clock.now());
    let fill = move |conn: &mut Conn| fill(conn, &pictures, &own.config, now);
    Ok(state.db.write(fill).await?)
}

async fn store_pictures(state: &AppState) -> anyhow::Result<Pictures> {
    let palettes = || PALETTES.iter().copied().cycle();
    let people = kakao_sandbox::cast_members().len();
    let portraits = palettes()
        .take(people)
        .map(|palette| (Motif::Portrait, palette));
    let wishes = WISHES.iter().map(|wish| wish.motif).zip(palettes());
    let stored = try_join_all(
        portraits
            .chain(wishes)
            .chain([(Motif::GiftBox, PALETTES[1])])
            .map(|(motif, palette)| store(state, motif, palette)),
    );
    let mut stored = stored.await?;
    let review = stored.pop().context("the last picture is the review's")?;
    let wishes = stored.split_off(people);
    Ok(Pictures {
        portraits: stored.iter().map(|new| new.name().to_owned()).collect(),
        wishes,
        review,
    })
}

async fn store(state: &AppState, motif: Motif, palette: Palette) -> anyhow::Result<NewPicture> {
    let drawn = tokio::task::spawn_blocking(move || draw(motif, palette)).await?;
    let picture: Picture = drawn?;
    // One owner for all: the name only has to be unguessable.
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
    let since = now.plus_seconds(-HERE_FOR_DAYS * DAY_SECONDS);
    let people = cast_people::create(conn, &pictures.portraits, since)?;
    let mut gifts: Vec<(FundingId, &CastGift)> = Vec::new();
    for (wish, image) in WISHES.iter().zip(&pictures.wishes) {
        let funding = open(conn, people[wish.author], wish, image, now)?;
        gifts.extend(wish.gifts.iter().map(|gift| (funding, gift)));
        if let Some(review) = wish.review {
            thank(conn, funding, review, &pictures.review)?;
        }
    }
    // The oldest first, as they would have come.
    gifts.sort_by_key(|(_, gift)| std::cmp::Reverse(gift.hours_ago));
    for (number, (funding, gift)) in gifts.into_iter().enumerate() {
        let at = now.plus_seconds(-gift.hours_ago * 3_600);
        let reference = format!("{DEMO_TID}cast-{number}");
        let terms = SupportTerms {
            funding,
            amount: SupportAmount::new(gift.amount).map_err(StorageError::corrupt)?,
            message: gift.message.parse().map_err(StorageError::corrupt)?,
        };
        let payer = people[gift.supporter];
        give(conn, payer, terms, reference, StepContext::at(at, config))?;
    }
    Ok(true)
}

fn open(
    conn: &mut Conn,
    author: AccountKey,
    wish: &CastWish,
    image: &NewPicture,
    now: Timestamp,
) -> Result<FundingId, StorageError> {
    let opened = now.plus_seconds(-wish.opened_days_ago * DAY_SECONDS);
    let ends = now.plus_seconds(wish.ends_in_days * DAY_SECONDS);
    let funding = NewFunding {
        title: wish.title.parse().map_err(StorageError::corrupt)?,
        content: wish.content.parse().map_err(StorageError::corrupt)?,
        goal: Goal::new(wish.goal).map_err(StorageError::corrupt)?,
        audience: Audience::from_public(wish.public),
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

/// Gives a support as if the provider had been asked; `reference` stands for the provider's number.
fn give(
    conn: &mut Conn,
    payer: AccountKey,
    terms: SupportTerms,
    reference: String,
    cx: StepContext,
) -> Result<(), StorageError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(StorageError::corrupt)?;
    let order = OrderRef::from_random(random);
    let payment = NewPayment {
        purpose: Purpose::Support(terms),
        form_key: None,
    };
    let created = create_payment(conn, payer, &order, &payment, cx);
    let Created::Now(id) = created.map_err(StorageError::corrupt)? else {
        return Err(StorageError::corrupt("a payment without a form key"));
    };
    let prepared = Prepared {
        reference,
        app_url: String::new(),
        mobile_url: String::new(),
        desktop_url: String::new(),
    };
    store_prepared(conn, id, &prepared, cx)?;
    let payment = payments::get(conn, id)?;
    start_approval(conn, payment, order.as_str(), cx)?;
    let payment = store_approval(conn, id, cx)?;
    if payment.state() == PaymentState::Attached {
        Ok(())
    } else {
        Err(StorageError::corrupt("the cast gives only where it may"))
    }
}
