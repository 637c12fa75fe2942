//! Friends-only fundings on every path.
