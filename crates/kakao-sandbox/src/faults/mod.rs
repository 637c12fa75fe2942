//! Fault injection: rules that say what goes wrong, for which payment or user, in which call, how
//! often. They are set by the admin endpoint or the command line and checked by every call whose
//! failure a client has to handle.

pub(crate) mod injection;
mod parse;

pub use parse::parse;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::random::SeededRng;

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

/// What goes wrong. "Done" means that the effect (a charge, a refund, a token) has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Done, the response is sent after `delay_ms`.
    Delay,
    /// Done, then the connection closes without a response.
    Lost,
    /// Not done, the connection closes without a response.
    Drop,
    /// Not done, no response; the connection stays open until the client times out.
    Hang,
    /// Not done, HTTP 500.
    #[serde(rename = "http_500")]
    Http500,
    /// Not done, HTTP 503.
    #[serde(rename = "http_503")]
    Http503,
    /// Done, but HTTP 500.
    #[serde(rename = "http_500_done")]
    Http500Done,
    /// Approve: charged, but the response is -780 with `USER_LOCKED`.
    UserLocked,
    /// Not done. Approve: -780, the payment is `FAIL_PAYMENT`. Cancel: -781.
    Declined,
    /// Not done. Cancel: -711, which no later attempt can change.
    RefusedForGood,
    /// Done, the response is truncated JSON.
    MalformedJson,
    /// Done, the response has a payment status that no client knows.
    UnknownStatus,
    /// Done, the response has a wrong total.
    WrongAmount,
    /// Order: the response lacks `amount`.
    MissingAmount,
    /// Order: the response lacks `canceled_amount`.
    MissingCanceled,
    /// Order: the response lacks `partner_order_id` and `partner_user_id`.
    MissingIds,
}

/// What a rule applies to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Every call.
    #[default]
    Global,
    /// One payment.
    Tid(String),
    /// One `partner_user_id`; for login calls the Kakao user id as text.
    User(String),
}

/// One fault rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it applies to; `Tid` takes precedence over `User`, and `User` over `Global`.
    #[serde(default)]
    pub scope: Scope,
    /// What goes wrong; `None` removes the rules of this scope and call.
    pub fault: Option<Fault>,
    /// The call; every call when absent.
    #[serde(default)]
    pub call: Option<Call>,
    /// Remaining number of uses; unlimited when absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// Milliseconds that [`Fault::Delay`] waits; 12 seconds when absent, just above KakaoPay's own
    /// timeout of 11.
    #[serde(default)]
    pub delay_ms: Option<u64>,
    /// Percentage of calls that fail; all when absent.
    #[serde(default)]
    pub probability: Option<u64>,
    /// Seed of the random sequence behind `probability`.
    #[serde(default)]
    pub seed: Option<u64>,
}

const DELAY_MS: u64 = 12_000;

/// The fault that applies to the current call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InjectedFault {
    pub(crate) fault: Fault,
    delay: Duration,
}

struct ActiveRule {
    rule: Rule,
    random: SeededRng,
}

/// All active rules.
#[derive(Default)]
pub(crate) struct FaultRules {
    active: Vec<ActiveRule>,
}

impl FaultRules {
    /// Adds a rule, replacing the one with the same scope and call.
    pub(crate) fn set(&mut self, rule: Rule) {
        self.active
            .retain(|old| old.rule.scope != rule.scope || old.rule.call != rule.call);
        if rule.fault.is_some() && rule.times != Some(0) {
            let random = SeededRng::new(rule.seed.unwrap_or_default());
            self.active.push(ActiveRule { rule, random });
        }
    }

    pub(crate) fn clear(&mut self) {
        self.active.clear();
    }

    pub(crate) fn rules(&self) -> Vec<&Rule> {
        self.active.iter().map(|active| &active.rule).collect()
    }

    /// Returns the fault for `call`, if any, and counts the use.
    pub(crate) fn inject(&mut self, call: Call, tid: &str, user: &str) -> Option<InjectedFault> {
        if self.active.is_empty() {
            return None;
        }
        let rank = |active: &ActiveRule| match &active.rule.scope {
            Scope::Tid(only) if only == tid => Some(0),
            Scope::User(only) if only == user => Some(1),
            Scope::Global => Some(2),
            Scope::Tid(_) | Scope::User(_) => None,
        };
        let (_, index) = self
            .active
            .iter()
            .enumerate()
            .filter(|(_, active)| active.rule.call.is_none_or(|only| only == call))
            .filter_map(|(index, active)| rank(active).map(|rank| (rank, index)))
            .min()?;
        let active = &mut self.active[index];
        if active.random.percent() >= active.rule.probability.unwrap_or(100) {
            return None;
        }
        let injected = InjectedFault {
            fault: active.rule.fault?,
            delay: Duration::from_millis(active.rule.delay_ms.unwrap_or(DELAY_MS)),
        };
        if let Some(left) = &mut active.rule.times {
            *left -= 1;
            if *left == 0 {
                self.active.remove(index);
            }
        }
        Some(injected)
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
    fn the_narrowest_scope_takes_precedence() {
        let mut rules = FaultRules::default();
        rules.set(rule(Scope::Global, Fault::Hang));
        rules.set(rule(Scope::User("u".into()), Fault::Lost));
        rules.set(rule(Scope::Tid("T1".into()), Fault::Http500));
        let fault = |rules: &mut FaultRules, tid, user| {
            rules
                .inject(Call::Approve, tid, user)
                .map(|injected| injected.fault)
        };
        assert_eq!(fault(&mut rules, "T1", "u"), Some(Fault::Http500));
        assert_eq!(fault(&mut rules, "T2", "u"), Some(Fault::Lost));
        assert_eq!(fault(&mut rules, "T2", "v"), Some(Fault::Hang));
        assert!(rules.inject(Call::Cancel, "T1", "u").is_none());
    }

    #[test]
    fn a_counted_rule_ends_after_its_uses() {
        let mut rules = FaultRules::default();
        rules.set(Rule {
            times: Some(2),
            ..rule(Scope::Global, Fault::Lost)
        });
        let hits = (0..5)
            .filter(|_| rules.inject(Call::Approve, "T", "u").is_some())
            .count();
        assert_eq!(hits, 2);
        assert!(rules.rules().is_empty());
    }

    #[test]
    fn probability_is_the_share_of_failing_calls() {
        let mut rules = FaultRules::default();
        rules.set(Rule {
            probability: Some(30),
            ..rule(Scope::Global, Fault::Lost)
        });
        let hits = (0..1000)
            .filter(|_| rules.inject(Call::Approve, "T", "u").is_some())
            .count();
        assert!((250..350).contains(&hits), "{hits}");
    }
}
