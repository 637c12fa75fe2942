//! Random orders of everything that can happen to payments.
