//! How values are written to the database, the wire and the log.

use funsun_domain::accounts::{Gender, username_from_nickname};
use funsun_domain::fundings::Audience;
use funsun_domain::ids::{KakaoId, OrderRef};
use funsun_domain::ledger::TransactionKind;
use funsun_domain::payments::PaymentState;
use funsun_domain::text::{Birthday, TextError};
use funsun_domain::time::Timestamp;

#[test]
fn a_gender_is_stored_as_kakao_writes_it() {
    for (gender, word) in [(Gender::Female, "female"), (Gender::Male, "male")] {
        assert_eq!(gender.as_str(), word);
        assert_eq!(gender.to_string(), word);
        assert_eq!(word.parse(), Ok(gender));
    }
    assert!("other".parse::<Gender>().is_err());
}

#[test]
fn a_nickname_of_two_characters_is_kept() {
    assert_eq!(username_from_nickname("하늘").as_str(), "하늘");
}

#[test]
fn an_audience_survives_its_form_on_the_wire() {
    for public in [true, false] {
        assert_eq!(Audience::from_public(public).is_public(), public);
    }
    assert_eq!(Audience::from_public(true), Audience::Public);
}

#[test]
fn a_kakao_id_is_shown_as_its_number() {
    let id = KakaoId::new(3_000_000_001).unwrap();
    assert_eq!(id.get(), 3_000_000_001);
    assert_eq!(id.to_string(), "3000000001");
    assert!(KakaoId::new(0).is_err());
}

#[test]
fn a_log_does_not_show_an_order_reference() {
    let order = OrderRef::from_random([0xa5; 16]);
    assert_eq!(format!("{order:?}"), "OrderRef(…)");
}

#[test]
fn ledger_transactions_are_stored_under_their_words() {
    for (kind, word) in [
        (TransactionKind::Approval, "approval"),
        (TransactionKind::Attachment, "attachment"),
        (TransactionKind::RefundStart, "refund_start"),
        (TransactionKind::Refund, "refund"),
        (TransactionKind::RefundStop, "refund_stop"),
        (TransactionKind::RefundByBank, "refund_by_bank"),
    ] {
        assert_eq!(kind.as_str(), word);
    }
}

#[test]
fn a_payment_state_is_shown_as_its_word() {
    for state in PaymentState::ALL {
        assert_eq!(state.to_string(), state.as_str());
    }
    assert_eq!(PaymentState::PartlyRefunded.as_str(), "partly_refunded");
}

#[test]
fn a_birthday_is_stored_as_written_and_split_into_month_and_day() {
    let birthday: Birthday = "1225".parse().unwrap();
    assert_eq!(birthday.as_str(), "1225");
    assert_eq!(birthday.month_and_day(), (12, 25));
}

#[test]
fn a_birthday_has_four_digits_and_nothing_else() {
    for text in ["010:", "01011", "0101 ", "01１"] {
        assert_eq!(text.parse::<Birthday>(), Err(TextError::Birthday), "{text}");
    }
}

#[test]
fn a_timestamp_is_stored_in_microseconds() {
    assert_eq!(Timestamp::from_micros(1_234_567).micros(), 1_234_567);
    assert_eq!(Timestamp::from_micros(1_999_999).seconds(), 1);
}
