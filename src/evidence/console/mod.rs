//! The output of `rolecall run`, for people: what happens as it happens, then a summary.
//!
//! [`Console`] prints events in the order of the feature files, though scenarios run side by side: what is ahead of
//! its turn waits. So the same run gives the same lines. [`Progress`] is the fold for what a terminal shows meanwhile.

mod decided;
mod page;
mod paint;
mod progress;
mod reporter;
mod scenario;
mod summary;
#[cfg(test)]
mod tests;
mod text;

pub use decided::Decided;
pub(crate) use page::human;
pub use page::{Detail, Page};
pub use paint::Color;
pub use progress::Progress;
pub use reporter::{Console, write};
pub(crate) use scenario::{name_of, scenario as scenario_lines};
pub use text::wrap;
pub(crate) use text::{columns, harmless};
