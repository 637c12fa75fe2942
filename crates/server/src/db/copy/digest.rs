//! A digest of a table's rows, in whatever order they are read: engines order texts differently.

use sha2::{Digest as _, Sha256};

use super::rows::{Cell, Row};

/// The number of rows, and the sum of their SHA-256 hashes in four lanes. It finds mistakes; against somebody who
/// chooses the rows it would be too weak.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Digest {
    rows: u64,
    sum: [u64; 4],
}

impl Digest {
    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn add(&mut self, rows: &[Row]) {
        for row in rows {
            let hash = hash(row);
            let lanes = hash.chunks_exact(8);
            for (sum, lane) in self.sum.iter_mut().zip(lanes) {
                let lane = lane.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
                *sum = sum.wrapping_add(lane);
            }
            self.rows += 1;
        }
    }
}

/// Each value with its kind and length, so that no two rows give the same bytes.
fn hash(row: &Row) -> [u8; 32] {
    let mut hash = Sha256::new();
    for cell in row.cells() {
        match cell {
            Cell::Integer(None) | Cell::Text(None) => hash.update([0]),
            Cell::Integer(Some(number)) => {
                hash.update([1]);
                hash.update(number.to_be_bytes());
            }
            Cell::Text(Some(text)) => {
                hash.update([2]);
                hash.update(text.len().to_be_bytes());
                hash.update(text);
            }
        }
    }
    hash.finalize().into()
}
