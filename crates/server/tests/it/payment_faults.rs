//! KakaoPay misbehaves.
