//! Supports: listing, changing, taking back.
