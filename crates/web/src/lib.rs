//! The HTTP layer that every feature shares: parsing untrusted requests, responses, errors, limits, the server.
//! Nothing in here depends on a feature; features import from here.

pub mod client_address;
pub mod docs;
pub mod error;
pub mod headers;
pub mod input;
pub mod paging;
pub mod path;
pub mod rate_limit;
pub mod response;
pub mod routes;
pub mod serve;

pub use error::{AppError, Problem, Refusal};
pub use input::{Input, PathInput, QueryInput, RawBody, Upload};
pub use response::{Done, Json, Page, created, done, no_content};
pub use routes::Routes;
