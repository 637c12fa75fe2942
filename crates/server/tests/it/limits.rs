//! Rate limits and slow clients.
