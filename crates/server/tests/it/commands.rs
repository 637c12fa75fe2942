//! The command line: settings, audit, suspension.
