//! The tables, for the query builder. `migrations/` is authoritative.

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    accounts (id) {
        id -> BigInt,
        kakao_id -> Nullable<BigInt>,
        username -> Text,
        username_folded -> Text,
        email -> Nullable<Text>,
        birthday -> Nullable<Text>,
        gender -> Nullable<Text>,
        age_range -> Nullable<Text>,
        bank_account -> Nullable<Text>,
        image -> Nullable<Text>,
        follower_count -> BigInt,
        followee_count -> BigInt,
        created_at -> BigInt,
        suspended_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
    }
}

table! {
    username_grams (gram, account_id) {
        gram -> Text,
        account_id -> BigInt,
    }
}

table! {
    sessions (id) {
        id -> BigInt,
        account_id -> BigInt,
        created_at -> BigInt,
        last_used_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        device -> Nullable<Text>,
    }
}

table! {
    follows (follower_id, followee_id) {
        follower_id -> BigInt,
        followee_id -> BigInt,
        created_at -> BigInt,
        is_mutual -> Bool,
    }
}

table! {
    fundings (id) {
        id -> BigInt,
        author_id -> BigInt,
        title -> Text,
        content -> Text,
        goal_amount -> BigInt,
        collected_amount -> BigInt,
        is_public -> Bool,
        visible_to -> SmallInt,
        image -> Nullable<Text>,
        deadline_at -> BigInt,
        created_at -> BigInt,
        review -> Nullable<Text>,
        review_image -> Nullable<Text>,
        deleted_at -> Nullable<BigInt>,
        #[sql_name = "attempt"]
        form_key -> Nullable<Text>,
    }
}

table! {
    public_blocks (block) {
        block -> BigInt,
        fundings -> BigInt,
    }
}

table! {
    merchant_accounts (id) {
        id -> BigInt,
        provider -> Text,
        code -> Text,
        created_at -> BigInt,
    }
}

table! {
    payments (id) {
        id -> BigInt,
        order_ref -> Text,
        account_id -> BigInt,
        merchant_account_id -> BigInt,
        payer_ref -> Text,
        reference -> Nullable<Text>,
        amount -> BigInt,
        tax_free_amount -> BigInt,
        state -> Text,
        wanted_funding_id -> Nullable<BigInt>,
        wanted_message -> Nullable<Text>,
        funding_id -> Nullable<BigInt>,
        refunded_amount -> BigInt,
        refunding_amount -> BigInt,
        method -> Nullable<Text>,
        proof_digest -> Nullable<Text>,
        note -> Nullable<Text>,
        mobile_url -> Nullable<Text>,
        desktop_url -> Nullable<Text>,
        form_key -> Nullable<Text>,
        lane -> SmallInt,
        next_check_at -> Nullable<BigInt>,
        lease_until -> BigInt,
        attempts -> BigInt,
        expires_at -> BigInt,
        refundable_until -> Nullable<BigInt>,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

table! {
    refunds (id) {
        id -> BigInt,
        payment_id -> BigInt,
        amount -> BigInt,
        reason -> Text,
        state -> Text,
        note -> Nullable<Text>,
        attempts -> BigInt,
        lease_until -> BigInt,
        next_check_at -> Nullable<BigInt>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

table! {
    refund_events (id) {
        id -> BigInt,
        refund_id -> BigInt,
        state -> Text,
        note -> Nullable<Text>,
        created_at -> BigInt,
    }
}

table! {
    payment_reviews (id) {
        id -> BigInt,
        payment_id -> BigInt,
        reason -> Text,
        note -> Nullable<Text>,
        opened_at -> BigInt,
        resolved_at -> Nullable<BigInt>,
        resolution -> Nullable<Text>,
    }
}

table! {
    supports (id) {
        id -> BigInt,
        funding_id -> BigInt,
        author_id -> BigInt,
        payment_id -> BigInt,
        amount -> BigInt,
        message -> Text,
        created_at -> BigInt,
        taken_back_at -> Nullable<BigInt>,
        thanks -> Nullable<Text>,
        thanked_at -> Nullable<BigInt>,
    }
}

table! {
    participations (account_id, funding_id) {
        account_id -> BigInt,
        funding_id -> BigInt,
        last_support_id -> BigInt,
    }
}

table! {
    ledger_transactions (id) {
        id -> BigInt,
        kind -> Text,
        reference -> BigInt,
        created_at -> BigInt,
    }
}

table! {
    ledger_postings (transaction_id, number) {
        transaction_id -> BigInt,
        number -> BigInt,
        from_account -> Text,
        to_account -> Text,
        amount -> BigInt,
    }
}

table! {
    audit_runs (id) {
        id -> BigInt,
        started_at -> BigInt,
        finished_at -> BigInt,
        differences -> BigInt,
    }
}

table! {
    reports (id) {
        id -> BigInt,
        author_id -> BigInt,
        kind -> Text,
        target_id -> BigInt,
        message -> Text,
        created_at -> BigInt,
        is_solved -> Bool,
    }
}

table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        #[sql_name = "subject"]
        payload -> Text,
        run_at -> BigInt,
        attempts -> BigInt,
    }
}

table! {
    notifications (id) {
        id -> BigInt,
        account_id -> BigInt,
        kind -> Text,
        subject -> Text,
        actor_id -> Nullable<BigInt>,
        funding_id -> Nullable<BigInt>,
        support_id -> Nullable<BigInt>,
        amount -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        created_at -> BigInt,
        read_at -> Nullable<BigInt>,
    }
}

table! {
    preferences (account_id) {
        account_id -> BigInt,
        language -> Text,
        theme -> Text,
        muted -> Text,
    }
}

table! {
    push_subscriptions (id) {
        id -> BigInt,
        account_id -> BigInt,
        session_id -> Nullable<BigInt>,
        endpoint -> Text,
        p256dh -> Text,
        auth -> Text,
        created_at -> BigInt,
        failures -> BigInt,
    }
}

diesel::table! {
    write_markers (id) {
        id -> BigInt,
        number -> BigInt,
        written_at -> BigInt,
    }
}

allow_tables_to_appear_in_same_query!(
    accounts,
    username_grams,
    sessions,
    follows,
    fundings,
    public_blocks,
    merchant_accounts,
    payments,
    refunds,
    refund_events,
    payment_reviews,
    supports,
    participations,
    ledger_transactions,
    ledger_postings,
    audit_runs,
    reports,
    jobs,
    notifications,
    preferences,
    push_subscriptions,
    write_markers,
);

diesel::joinable!(fundings -> accounts (author_id));
diesel::joinable!(supports -> accounts (author_id));
