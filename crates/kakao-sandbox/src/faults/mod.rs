//! Fault switches: what goes wrong, for whom, in which call, how often. They are set through the
//! admin endpoint or the command line and consulted by every call that a client has to survive.

pub(crate) mod injection;
mod parse;

pub use parse::parse;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::random::Seeded;

/// A call that can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// KakaoPay `ready`.
    Ready,
    /// KakaoPay `approve`.
    Approve,
    /// KakaoPay `order`.
    Order,
    /// KakaoPay `cancel`.
    Cancel,
    /// `POST /oauth/token`.
    Token,
    /// `GET|POST /v2/user/me`.
    UserMe,
    /// `GET /v1/user/access_token_info`.
    TokenInfo,
    /// `POST /v1/user/unlink`.
    Unlink,
}

/// What goes wrong. "Done" means the effect (a charge, a refund, a token) has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Done, answered after `delay_ms`.
    Delay,
    /// Done, then the connection closes without an answer.
    Lost,
    /// Not done, the connection closes without an answer.
    Drop,
    /// Not done, never answered; the connection stays open until the client gives up.
    Hang,
    /// Not done, HTTP 500.
    #[serde(rename = "http_500")]
    Http500,
    /// Not done, HTTP 503.
    #[serde(rename = "http_503")]
    Http503,
    /// Done, yet HTTP 500.
    #[serde(rename = "http_500_done")]
    Http500Done,
    /// Approve: charged, yet answered -780 with `USER_LOCKED`.
    UserLocked,
    /// Approve: really declined, -780 and `FAIL_PAYMENT`. Cancel: really refused, -781.
    Declined,
    /// Done, answered with half of the JSON.
    MalformedJson,
    /// Done, answered with a status no client knows.
    UnknownStatus,
    /// Done, answered with another total than the true one.
    WrongAmount,
}

/// Whom a rule hits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everybody.
    #[default]
    Global,
    /// One payment.
    Tid(String),
    /// One `partner_user_id`; for login calls the Kakao user id as text.
    User(String),
}

/// One switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Whom it hits; a payment's rule wins over its user's, that over a global one.
    #[serde(default)]
    pub scope: Scope,
    /// What goes wrong; `None` removes the rules of this scope and call.
    pub fault: Option<Fault>,
    /// Which call; every call when absent.
    #[serde(default)]
    pub call: Option<Call>,
    /// How often it still strikes; always when absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// Milliseconds that [`Fault::Delay`] waits; 12 seconds when absent, just above KakaoPay's own
    /// limit of 11.
    #[serde(default)]
    pub delay_ms: Option<u64>,
    /// Percent of calls that are hit; all when absent.
    #[serde(default)]
    pub probability: Option<u64>,
    /// Start of the random sequence behind `probability`.
    #[serde(default)]
    pub seed: Option<u64>,
}

const DELAY_MS: u64 = 12_000;

/// A fault that strikes the call at hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strike {
    pub(crate) fault: Fault,
    delay: Duration,
}

struct Armed {
    rule: Rule,
    random: Seeded,
}

/// All rules in force.
#[derive(Default)]
pub(crate) struct Switchboard {
    armed: Vec<Armed>,
}

impl Switchboard {
    /// Adds a rule in place of an older one for the same scope and call.
    pub(crate) fn set(&mut self, rule: Rule) {
        self.armed
            .retain(|old| old.rule.scope != rule.scope || old.rule.call != rule.call);
        if rule.fault.is_some() && rule.times != Some(0) {
            let random = Seeded::new(rule.seed.unwrap_or_default());
            self.armed.push(Armed { rule, random });
        }
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    pub(crate) fn rules(&self) -> Vec<&Rule> {
        self.armed.iter().map(|armed| &armed.rule).collect()
    }

    /// The fault that hits `call`, if any; counts it.
    pub(crate) fn strike(&mut self, call: Call, tid: &str, user: &str) -> Option<Strike> {
        if self.armed.is_empty() {
            return None;
        }
        let rank = |armed: &Armed| match &armed.rule.scope {
            Scope::Tid(only) if only == tid => Some(0),
            Scope::User(only) if only == user => Some(1),
            Scope::Global => Some(2),
            Scope::Tid(_) | Scope::User(_) => None,
        };
        let (_, index) = self
            .armed
            .iter()
            .enumerate()
            .filter(|(_, armed)| armed.rule.call.is_none_or(|only| only == call))
            .filter_map(|(index, armed)| rank(armed).map(|rank| (rank, index)))
            .min()?;
        let armed = &mut self.armed[index];
        if armed.random.percent() >= armed.rule.probability.unwrap_or(100) {
            return None;
        }
        let strike = Strike {
            fault: armed.rule.fault?,
            delay: Duration::from_millis(armed.rule.delay_ms.unwrap_or(DELAY_MS)),
        };
        if let Some(left) = &mut armed.rule.times {
            *left -= 1;
            if *left == 0 {
                self.armed.remove(index);
            }
        }
        Some(strike)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(scope: Scope, fault: Fault) -> Rule {
        Rule {
            scope,
            fault: Some(fault),
            call: Some(Call::Approve),
            times: None,
            delay_ms: None,
            probability: None,
            seed: None,
        }
    }

    #[test]
    fn the_narrowest_rule_wins() {
        let mut board = Switchboard::default();
        board.set(rule(Scope::Global, Fault::Hang));
        board.set(rule(Scope::User("u".into()), Fault::Lost));
        board.set(rule(Scope::Tid("T1".into()), Fault::Http500));
        let fault = |board: &mut Switchboard, tid, user| {
            board
                .strike(Call::Approve, tid, user)
                .map(|strike| strike.fault)
        };
        assert_eq!(fault(&mut board, "T1", "u"), Some(Fault::Http500));
        assert_eq!(fault(&mut board, "T2", "u"), Some(Fault::Lost));
        assert_eq!(fault(&mut board, "T2", "v"), Some(Fault::Hang));
        assert!(board.strike(Call::Cancel, "T1", "u").is_none());
    }

    #[test]
    fn a_counted_rule_ends_after_its_strikes() {
        let mut board = Switchboard::default();
        board.set(Rule {
            times: Some(2),
            ..rule(Scope::Global, Fault::Lost)
        });
        let hits = (0..5)
            .filter(|_| board.strike(Call::Approve, "T", "u").is_some())
            .count();
        assert_eq!(hits, 2);
        assert!(board.rules().is_empty());
    }

    #[test]
    fn probability_hits_about_its_share() {
        let mut board = Switchboard::default();
        board.set(Rule {
            probability: Some(30),
            ..rule(Scope::Global, Fault::Lost)
        });
        let hits = (0..1000)
            .filter(|_| board.strike(Call::Approve, "T", "u").is_some())
            .count();
        assert!((250..350).contains(&hits), "{hits}");
    }
}
