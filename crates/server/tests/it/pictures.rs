//! Pictures, uploaded and served.
