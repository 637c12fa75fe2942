//! The API document and the pages made of it.
