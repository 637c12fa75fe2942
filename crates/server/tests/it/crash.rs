//! The program dies at any moment; the books balance all the same.
