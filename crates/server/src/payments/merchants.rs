//! Our accounts at payment providers: one takes new payments, former ones are still looked up and refunded.

use std::collections::HashMap;

use anyhow::Context;
use funsun_domain::ids::MerchantAccountId;
use funsun_domain::time::Timestamp;

use super::gateway::PaymentGateway;
use super::merchants_sql::{find, register};
use crate::db::{Conn, Db, StorageError};

/// Why nothing can be asked about a payment: a note for the operator.
pub const NOT_CONFIGURED: &str = "the account at the provider is not configured";

/// The configured accounts.
pub struct Merchants {
    gateways: HashMap<MerchantAccountId, Box<dyn PaymentGateway>>,
    active: MerchantAccountId,
}

impl Merchants {
    /// Registers the accounts; the first one takes new payments. Accounts that are new get a row.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn register(
        db: &Db,
        gateways: Vec<Box<dyn PaymentGateway>>,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let mut accounts = Vec::new();
        for gateway in &gateways {
            let (provider, code) = (gateway.provider(), gateway.account().to_owned());
            let register = move |conn: &mut Conn| register(conn, provider, &code, now);
            accounts.push(db.write(register).await?);
        }
        Self::of(accounts, gateways)
    }

    /// As [`Merchants::register`], without a change to the database: accounts without a row are left out.
    ///
    /// # Errors
    /// As [`Merchants::register`].
    pub async fn find(db: &Db, gateways: Vec<Box<dyn PaymentGateway>>) -> anyhow::Result<Self> {
        let (mut accounts, mut known) = (Vec::new(), Vec::new());
        for gateway in gateways {
            let (provider, code) = (gateway.provider(), gateway.account().to_owned());
            // As when it is registered: the first one may be the account of before.
            let first = accounts.is_empty();
            let find = move |conn: &mut Conn| -> Result<_, StorageError> {
                match find(conn, provider, &code)? {
                    None if first => find(conn, provider, ""),
                    found => Ok(found),
                }
            };
            if let Some(id) = db.read(find).await? {
                accounts.push(id);
                known.push(gateway);
            }
        }
        Self::of(accounts, known)
    }

    fn of(
        accounts: Vec<MerchantAccountId>,
        gateways: Vec<Box<dyn PaymentGateway>>,
    ) -> anyhow::Result<Self> {
        let active = *accounts
            .first()
            .context("no account at a payment provider")?;
        Ok(Self {
            gateways: accounts.into_iter().zip(gateways).collect(),
            active,
        })
    }

    /// The account that takes new payments.
    pub fn active(&self) -> MerchantAccountId {
        self.active
    }

    /// The gateway of an account; `None`, and a log line, when it is not configured any more.
    pub fn gateway(&self, id: MerchantAccountId) -> Option<&dyn PaymentGateway> {
        let gateway = self.gateways.get(&id).map(|gateway| &**gateway);
        if gateway.is_none() {
            tracing::error!(account = id.get(), NOT_CONFIGURED);
        }
        gateway
    }

    /// The gateways at a provider.
    pub fn at<'a>(&'a self, provider: &'a str) -> impl Iterator<Item = &'a dyn PaymentGateway> {
        let gateways = self.gateways.values().map(|gateway| &**gateway);
        gateways.filter(move |gateway| gateway.provider() == provider)
    }
}
