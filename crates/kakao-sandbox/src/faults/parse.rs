//! Parser of fault rules on the command line: `approve:lost:times=1`.

use anyhow::{Context, bail};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Rule, Scope};

/// Parses `CALL:FAULT[:KEY=VALUE]…`, where CALL may be `any` and the keys are `times`, `delay_ms`,
/// `probability`, `seed`, `tid` and `user`.
///
/// # Errors
/// Names the unknown word.
pub fn parse(text: &str) -> anyhow::Result<Rule> {
    let mut words = text.split(':');
    let call = words.next().unwrap_or_default();
    let fault = words
        .next()
        .context("expected CALL:FAULT, as in approve:lost:times=1")?;
    let mut rule = Rule {
        scope: Scope::Global,
        fault: Some(word(fault)?),
        call: if call == "any" {
            None
        } else {
            Some(word(call)?)
        },
        times: None,
        delay_ms: None,
        probability: None,
        seed: None,
    };
    for option in words {
        let (key, value) = option.split_once('=').context("expected KEY=VALUE")?;
        let number = || {
            value
                .parse::<u64>()
                .with_context(|| format!("{key} must be a number"))
        };
        match key {
            "times" => rule.times = Some(u32::try_from(number()?)?),
            "delay_ms" => rule.delay_ms = Some(number()?),
            "probability" => rule.probability = Some(number()?),
            "seed" => rule.seed = Some(number()?),
            "tid" => rule.scope = Scope::Tid(value.to_owned()),
            "user" => rule.scope = Scope::User(value.to_owned()),
            _ => bail!("unknown option {key}"),
        }
    }
    Ok(rule)
}

fn word<T: DeserializeOwned>(text: &str) -> anyhow::Result<T> {
    serde_json::from_value(Value::String(text.to_owned()))
        .with_context(|| format!("unknown word {text}"))
}

#[cfg(test)]
mod tests {
    use super::super::{Call, Fault};
    use super::*;

    #[test]
    fn a_rule_with_all_options_is_parsed() {
        let rule = parse("approve:http_500:times=2:user=u1:probability=40:seed=9").unwrap();
        assert_eq!(rule.call, Some(Call::Approve));
        assert_eq!(rule.fault, Some(Fault::Http500));
        assert_eq!(rule.times, Some(2));
        assert_eq!(rule.scope, Scope::User("u1".into()));
        assert_eq!((rule.probability, rule.seed), (Some(40), Some(9)));
        assert_eq!(parse("any:hang").unwrap().call, None);
    }

    #[test]
    fn unknown_words_are_refused() {
        for text in [
            "approve",
            "approve:nonsense",
            "fly:lost",
            "approve:lost:times",
            "x",
            "",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
