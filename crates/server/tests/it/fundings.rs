//! Opening, reading, editing, deleting a funding.
